import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sha256, toHex } from '@stannary/wire';
import fc from 'fast-check';
import { buildTask } from '../build.ts';
import { compileTask } from './compile.ts';
import { type EngineMemory, engine } from './engine.ts';
import { runTask } from './run.ts';
import { encodeMatmulInput, encodeSha256Input, expectedMatmul, MATMUL_SIZE_MAX, TASK_MODULES } from './tasks.ts';

type TaskName = keyof typeof TASK_MODULES;

const NAMES = Object.keys(TASK_MODULES) as TaskName[];
const read = (name: TaskName): Uint8Array => new Uint8Array(readFileSync(TASK_MODULES[name].url));
const COMPILED = Object.fromEntries(NAMES.map((name) => [name, compileTask(read(name))]));

function metered(name: TaskName, input: Uint8Array): Uint8Array {
  return runTask({ module: COMPILED[name]!, input, fuelMax: 1_000_000_000 }).output;
}

/** The module as the compiler made it, without any pass. */
function unmetered(name: TaskName, input: Uint8Array): Uint8Array {
  const exports = new engine.Instance(new engine.Module(read(name))).exports as Record<
    string,
    (length?: number) => number
  >;
  const memory = () => new Uint8Array((exports.memory as unknown as EngineMemory).buffer);
  const pointer = exports.reserve!(input.length);
  memory().set(input, pointer);
  while (exports.step!() === 0);
  const output = exports.output!();
  return memory().slice(output, output + exports.outputLength!());
}

function chainedDigest(rounds: number, bytes: Uint8Array): Uint8Array {
  let digest = createHash('sha256').update(bytes).digest();
  for (let round = 0; round < rounds; round++) digest = createHash('sha256').update(digest).digest();
  return new Uint8Array(digest);
}

for (const name of NAMES) {
  test(`the committed ${name}.wasm is the one that TASK_MODULES names`, () => {
    assert.equal(toHex(sha256(read(name))), TASK_MODULES[name].hash);
    assert.equal(COMPILED[name]!.hash, TASK_MODULES[name].hash);
  });

  test(`the committed ${name}.wasm is what its source compiles to`, async () => {
    assert.deepEqual(new Uint8Array(await buildTask(name)), read(name));
  });
}

test('sha256: metered, unmetered and node:crypto agree', () => {
  const bytes = fc.uint8Array({ maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(fc.nat(20), bytes, (rounds, value) => {
      const input = encodeSha256Input({ rounds, bytes: value });
      const expected = chainedDigest(rounds, value);
      assert.deepEqual(metered('sha256', input), expected);
      assert.deepEqual(unmetered('sha256', input), expected);
    }),
    { numRuns: 150 },
  );
});

test('sha256: every length around the padding’s edges', () => {
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128]) {
    const bytes = new Uint8Array(length).fill(0xa5);
    assert.deepEqual(metered('sha256', encodeSha256Input({ rounds: 0, bytes })), chainedDigest(0, bytes));
  }
});

test('sha256: a task longer than one step', () => {
  const bytes = new Uint8Array(18_000).map((_, index) => index % 253);
  const input = encodeSha256Input({ rounds: 1_700, bytes });
  assert.deepEqual(metered('sha256', input), chainedDigest(1_700, bytes));
});

test('matmul: metered, unmetered and JavaScript’s own arithmetic agree', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200, size: 'max' });
  fc.assert(
    fc.property(fc.nat(24), bytes, (size, value) => {
      const input = encodeMatmulInput({ size, bytes: value });
      const expected = expectedMatmul(input);
      assert.deepEqual(metered('matmul', input), expected);
      assert.deepEqual(unmetered('matmul', input), expected);
    }),
    { numRuns: 100 },
  );
});

test('matmul: a task longer than one step', () => {
  const input = encodeMatmulInput({ size: 120, bytes: new Uint8Array([3, 1, 4, 1, 5, 9, 2, 6]) });
  assert.deepEqual(metered('matmul', input), expectedMatmul(input));
});

test('a task traps on an input that it cannot read', () => {
  assert.throws(() => metered('sha256', new Uint8Array(3)), /EXECUTION-TRAP/);
  assert.throws(() => metered('matmul', new Uint8Array(4)), /EXECUTION-TRAP/);
  assert.throws(() => metered('matmul', new Uint8Array([0xff, 0xff, 0, 0, 1])), /EXECUTION-TRAP/);
});

test('a step of either task stays within five million fuel', () => {
  for (const input of [
    { name: 'sha256', bytes: encodeSha256Input({ rounds: 3_000, bytes: new Uint8Array(1) }) },
    { name: 'matmul', bytes: encodeMatmulInput({ size: 200, bytes: new Uint8Array([7]) }) },
  ] as const) {
    const fuels: number[] = [];
    runTask({
      module: COMPILED[input.name]!,
      input: input.bytes,
      fuelMax: 1_000_000_000,
      checkpointFuel: 1,
      onCheckpoint: (_, takeSnapshot) => fuels.push(takeSnapshot().fuel),
    });
    const longest = Math.max(...fuels.slice(1).map((fuel, index) => fuel - fuels[index]!));
    assert.ok(longest < 5_000_000, `${input.name}: ${longest}`);
  }
});

test('an input out of range is the caller’s bug', () => {
  const bytes = new Uint8Array(1);
  assert.throws(() => encodeSha256Input({ rounds: -1, bytes }), /rounds/);
  assert.throws(() => encodeSha256Input({ rounds: 2 ** 32, bytes }), /rounds/);
  assert.throws(() => encodeMatmulInput({ size: MATMUL_SIZE_MAX + 1, bytes }), /size/);
  assert.throws(() => encodeMatmulInput({ size: 2, bytes: new Uint8Array(0) }), /bytes/);
});
