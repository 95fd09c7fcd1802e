import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('tiers.fixture.ts', import.meta.url));

interface Probe {
  readonly deterministic: { readonly torture: object; readonly recursionDepth: number };
  readonly withoutCanonicalNans: object;
  readonly growth: string | null;
}

async function probe(...flags: string[]): Promise<Probe> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, PROGRAM]);
  return JSON.parse(stdout);
}

test('the baseline and the optimising compiler give the same bits, fuel, checkpoints and stack depth', async () => {
  const [baseline, optimised, bigStack] = await Promise.all([
    probe('--liftoff-only'),
    probe('--no-liftoff'),
    probe('--stack-size=2000'),
  ]);
  assert.deepEqual(baseline.deterministic, optimised.deterministic);
  assert.deepEqual(baseline.deterministic, bigStack.deterministic);
  assert.ok(baseline.deterministic.recursionDepth > 1_000);
});

test('without canonical NaNs the bits are the engine’s own choice, so the test above is not idle', async () => {
  const [baseline, optimised] = await Promise.all([probe('--liftoff-only'), probe('--no-liftoff')]);
  assert.notDeepEqual(baseline.withoutCanonicalNans, baseline.deterministic.torture);
  // Seen on this architecture only: the two compilers of one engine, on one machine, give two answers.
  if (process.arch === 'x64') assert.notDeepEqual(baseline.withoutCanonicalNans, optimised.withoutCanonicalNans);
});

test('EXECUTION-ENGINE: an engine that refuses memory below the declared maximum stops the task', async () => {
  const [roomy, tight] = await Promise.all([probe(), probe('--wasm-max-mem-pages=100')]);
  assert.equal(roomy.growth, null);
  assert.equal(tight.growth, 'EXECUTION-ENGINE');
});
