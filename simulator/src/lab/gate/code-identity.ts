import { readFileSync } from 'node:fs';
import { codeVersion } from '../campaign/plan-hash.ts';
import type { GateReport } from './report.ts';

/** The version of the package, and the hash of the sources that campaigns name their results by. */
export function codeIdentity(): GateReport['code'] {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return { version, hash: codeVersion() };
}
