import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

// Public test vectors lie beside the repository, in ../shared/vectors; STANNARY_VECTORS names another folder.
const FOLDER = process.env.STANNARY_VECTORS ?? fileURLToPath(new URL('../../../shared/vectors', import.meta.url));

/** A test over JSON vector files. Skipped where the folder is missing, except that CI must have it. */
export function vectorTest<Json>(name: string, paths: readonly string[], check: (...files: Json[]) => void): void {
  const isMissing = !existsSync(FOLDER);
  const skip = isMissing && process.env.CI !== 'true' ? `no vectors in ${FOLDER}` : false;
  test(name, { skip }, () => {
    assert.ok(!isMissing, `CI needs the vectors: expected a folder at ${FOLDER}`);
    check(...paths.map((path): Json => JSON.parse(readFileSync(join(FOLDER, path), 'utf8'))));
  });
}
