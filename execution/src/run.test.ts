import assert from 'node:assert/strict';
import { hash as nodeHash } from 'node:crypto';
import { test } from 'node:test';
import { compileTask } from './compile.ts';
import { COST_TABLE } from './cost.ts';
import { WASM_PAGE_BYTES } from './engine.ts';
import {
  countdownTask,
  endlessRecursionTask,
  type HandmadeTask,
  handmade,
  handmadeTask,
  i32,
  i64,
  text,
  vector,
} from './handmade.fixture.ts';
import type { Snapshot } from './instance.ts';
import { I32, I64 } from './module.ts';
import { type ExecutionCode, ExecutionRefusal } from './refusal.ts';
import { INPUT_BYTES_MAX, OUTPUT_BYTES_MAX, runTask, type TaskRequest } from './run.ts';

const INPUT = new Uint8Array([1, 2, 3, 4, 5]);

function run(task: HandmadeTask | Uint8Array, more: Partial<TaskRequest> = {}) {
  const module = compileTask(task instanceof Uint8Array ? task : handmadeTask(task));
  return runTask({ module, input: INPUT, fuelMax: 1_000_000, ...more });
}

function refuses(code: ExecutionCode, attempt: () => unknown, says = /./): void {
  assert.throws(
    attempt,
    (error) => error instanceof ExecutionRefusal && error.code === code && says.test(error.message),
  );
}

test('a task that is done at once answers with its input, in two checkpoints', () => {
  const { output, checkpointCount, leaves } = run({});
  assert.deepEqual(output, INPUT);
  assert.equal(checkpointCount, 2);
  assert.equal(leaves.length, 2);
});

test('fuel counts the memory and input that were given, the calls of the host, and the operators', () => {
  const { byte, hostCall, entry, simple, global } = COST_TABLE;
  const given = (WASM_PAGE_BYTES + INPUT.length) * byte;
  const functions = 4 * (hostCall + entry) + (simple + global + simple) + simple + simple + global;
  assert.equal(run({}).fuel, given + functions);
});

test('EXECUTION-OUT-OF-FUEL: exactly when the task needs more than it was given', async (t) => {
  const tasks = { loop: countdownTask([...i32(1), 0x04, 0x40, 0x0b]), leaf: handmadeTask({}) };
  for (const [name, task] of Object.entries(tasks)) {
    await t.test(name, () => {
      const { fuel } = run(task);
      assert.equal(run(task, { fuelMax: fuel }).fuel, fuel);
      refuses('EXECUTION-OUT-OF-FUEL', () => run(task, { fuelMax: fuel - 1 }));
    });
  }
  refuses('EXECUTION-OUT-OF-FUEL', () => run({}, { fuelMax: 100 }), /host/);
  refuses('EXECUTION-OUT-OF-FUEL', () => run({ step: [0x03, 0x40, 0x0c, 0, 0x0b, ...i32(1)] }));
});

test('EXECUTION-TRAP: unreachable, a division by zero, memory out of bounds, a segment out of bounds', () => {
  refuses('EXECUTION-TRAP', () => run({ step: [0x00] }), /step/);
  refuses('EXECUTION-TRAP', () => run({ step: [...i32(1), ...i32(0), 0x6d] }));
  refuses('EXECUTION-TRAP', () => run({ step: [...i32(-4), 0x28, 2, 0] }));
  const segment = { 11: vector([[0, ...i32(WASM_PAGE_BYTES), 0x0b, 1, 7]]) };
  refuses('EXECUTION-TRAP', () => run({ sections: segment }), /instantiation/);
});

test('EXECUTION-STACK: a recursion that does not end', () => {
  refuses('EXECUTION-STACK', () => run(endlessRecursionTask()));
});

test('EXECUTION-ABI: an export that is missing or of another type, a step that says neither 0 nor 1', () => {
  refuses('EXECUTION-ABI', () => compileTask(handmade({ functions: [] })), /memory/);
  const exported = (names: readonly string[]) => vector(names.map((name, index) => [...text(name), 0, index]));
  const noMemory = { 7: exported(['reserve', 'step', 'output', 'outputLength']) };
  refuses('EXECUTION-ABI', () => compileTask(handmadeTask({ sections: noMemory })), /memory/);
  const swapped = {
    7: [5, ...exported(['step', 'reserve', 'output', 'outputLength']).slice(1), ...text('memory'), 2, 0],
  };
  refuses('EXECUTION-ABI', () => compileTask(handmadeTask({ sections: swapped })), /reserve/);
  const wide = handmade({ functions: [{ results: [I64], code: i64(1), exportName: 'step' }], memoryPages: 1 });
  refuses('EXECUTION-ABI', () => compileTask(wide));
  refuses('EXECUTION-ABI', () => run({ step: i32(2) }), /0 or 1/);
  refuses('EXECUTION-ABI', () => run({ step: i32(-1) }));
});

test('EXECUTION-INPUT-SIZE: more input than a host hands in', () => {
  refuses('EXECUTION-INPUT-SIZE', () => run({}, { input: new Uint8Array(INPUT_BYTES_MAX + 1), fuelMax: 2 ** 40 }));
});

test('EXECUTION-INPUT-RANGE: reserve() points outside of memory', () => {
  for (const pointer of [WASM_PAGE_BYTES - INPUT.length + 1, WASM_PAGE_BYTES, -1, -INPUT.length, 0x7fff_ffff]) {
    refuses('EXECUTION-INPUT-RANGE', () => run({ reserve: i32(pointer) }), /reserve/);
  }
  assert.deepEqual(
    run({ reserve: i32(WASM_PAGE_BYTES - INPUT.length), outputLength: i32(0) }).output,
    new Uint8Array(0),
  );
});

test('EXECUTION-OUTPUT-RANGE: output() and outputLength() reach outside of memory', () => {
  const ranges: [number, number][] = [
    [WASM_PAGE_BYTES - 7, 8],
    [-8, 8],
    [-1, 1],
    [0, WASM_PAGE_BYTES + 1],
  ];
  for (const [pointer, length] of ranges) {
    refuses('EXECUTION-OUTPUT-RANGE', () => run({ output: i32(pointer), outputLength: i32(length) }));
  }
  assert.equal(run({ output: i32(WASM_PAGE_BYTES - 8), outputLength: i32(8) }).output.length, 8);
});

test('EXECUTION-OUTPUT-SIZE: more output than a host fetches', () => {
  refuses('EXECUTION-OUTPUT-SIZE', () => run({ outputLength: i32(OUTPUT_BYTES_MAX + 1) }));
  refuses('EXECUTION-OUTPUT-SIZE', () => run({ outputLength: i32(-1) }));
});

test('EXECUTION-ENGINE: a shortage of this machine is no property of the task', () => {
  refuses('EXECUTION-ENGINE', () => deep(() => run({ step: [0x10, 1], stepLocals: new Array(200).fill(I32) })));
});

/** Runs with almost no native stack left. */
function deep(attempt: () => unknown): unknown {
  try {
    return deep(attempt);
  } catch (error) {
    if (error instanceof ExecutionRefusal) throw error;
    return attempt();
  }
}

test('a refusal says what to do about it', () => {
  const refusal = (code: ExecutionCode) => new ExecutionRefusal(code, { expected: 'a', got: 'b', where: 'c' });
  assert.equal(refusal('EXECUTION-TRAP').refusalClass, 'input');
  assert.equal(refusal('EXECUTION-ENGINE').refusalClass, 'retry');
});

test('a checkpoint follows the first step that reaches a multiple of its fuel', () => {
  const fuels: number[] = [];
  const task = countdownTask([...i32(0), 0x1a]);
  const checkpointFuel = 2_500;
  const onCheckpoint = (_leaf: Uint8Array, takeSnapshot: () => Snapshot) => fuels.push(takeSnapshot().fuel);
  const { checkpointCount, fuel } = run(task, { input: new Uint8Array(20), checkpointFuel, onCheckpoint });
  assert.equal(fuels.length, checkpointCount);
  assert.equal(fuels.at(-1), fuel);
  const stepFuel = 1_020;
  fuels.slice(1, -1).forEach((at, index) => {
    const multiple = (Math.floor(fuels[index]! / checkpointFuel) + 1) * checkpointFuel;
    assert.ok(at >= multiple && at < multiple + stepFuel, `${at} after ${fuels[index]}`);
  });
});

test('the checkpoint root depends on the spacing, output and fuel do not', () => {
  const task = countdownTask([]);
  const close = run(task, { input: new Uint8Array(9), checkpointFuel: 1_000 });
  const wide = run(task, { input: new Uint8Array(9) });
  assert.equal(close.fuel, wide.fuel);
  assert.equal(wide.checkpointCount, 2);
  assert.ok(close.checkpointCount > 2);
  assert.notEqual(close.checkpointRoot, wide.checkpointRoot);
});

test('a native hash changes nothing but the time', () => {
  const native = (bytes: Uint8Array) => nodeHash('sha256', bytes, 'buffer');
  assert.equal(run({}, { hash: native }).checkpointRoot, run({}).checkpointRoot);
});

test('memory that a task grows is paid for when it is given', () => {
  const grow = (pages: number) => [...i32(pages), 0x40, 0, 0x1a, ...i32(1)];
  const grown = run({ step: grow(1) });
  const refused = run({ step: grow(1), memoryPagesMax: 1 });
  assert.equal(grown.fuel, refused.fuel + WASM_PAGE_BYTES);
  refuses('EXECUTION-OUT-OF-FUEL', () => run({ step: grow(1_000) }));
});

test('a limit that is no number, or a spacing of nothing, is a bug', () => {
  assert.throws(() => run({}, { fuelMax: Number.NaN }), /fuelMax/);
  assert.throws(() => run({}, { fuelMax: -1 }), /fuelMax/);
  assert.throws(() => run({}, { fuelMax: 2 ** 53 }), /fuelMax/);
  assert.throws(() => run({}, { checkpointFuel: 0 }), /checkpointFuel/);
});
