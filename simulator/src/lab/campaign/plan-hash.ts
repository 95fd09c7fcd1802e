import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isModulePath } from './attempt-run.ts';
import { basePolicy } from './perform.ts';
import type { CampaignPlan } from './plan.ts';

/** What results depend on, each part by itself, so that a refusal can say which one is another. */
export interface PlanIdentity {
  readonly code: string;
  readonly kind: string;
  readonly economy: string;
  readonly scenario: string;
  readonly points: string;
}

/**
 * Runs and their number are left out: a folder that holds runs 0 to 9 is a part of one that holds 0 to 99. So is the
 * economy's path: its hash counts.
 */
export async function planIdentity(plan: CampaignPlan): Promise<PlanIdentity> {
  const { economyHash } = await basePolicy(plan);
  const { runs: _, ...scenario } = plan.scenario;
  return {
    code: codeOf(plan),
    kind: plan.kind,
    economy: economyHash,
    scenario: hashOf(scenario),
    points: hashOf(plan.points),
  };
}

/** The simulator's sources, and the text of each attack of a user's own that a point names. */
function codeOf({ points }: CampaignPlan): string {
  const named = points.flatMap(({ options: { attack } }) => (typeof attack === 'string' ? [attack] : []));
  const modules = [...new Set(named)].filter((name) => isModulePath(name) && existsSync(name)).sort();
  if (modules.length === 0) return codeVersion();
  return hashOf([codeVersion(), ...modules.map((path) => [path, readFileSync(path, 'utf8')])]);
}

export function identityHash(identity: PlanIdentity): string {
  return hashOf(identity);
}

/** SHA-256 of the JSON with the keys of every object in order, hex. */
function hashOf(value: unknown): string {
  const ordered = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(ordered).digest('hex');
}

const PARTS = ['@stannary/kernel', '@stannary/economies', '@stannary/wire', '@stannary/simulator'];
let known: string | null = null;

/** SHA-256 over the sources that a run is made of, hex: another commit with the same simulator has the same. */
export function codeVersion(): string {
  if (known !== null) return known;
  const hash = createHash('sha256');
  for (const part of PARTS) {
    const folder = dirname(fileURLToPath(import.meta.resolve(part)));
    const files = globSync('**/*.ts', { cwd: folder }).filter((path) => !/\.(test|bench|fixture)\.ts$/.test(path));
    for (const path of files.sort()) {
      hash.update(`${part} ${path}\n`).update(readFileSync(join(folder, path)));
    }
  }
  known = hash.digest('hex');
  return known;
}
