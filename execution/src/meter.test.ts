import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EngineGlobal, type EngineMemory, engine } from './engine.ts';
import {
  endlessRecursionTask,
  type Handmade,
  type HandmadeFunction,
  handmade,
  handmadeTask,
  i32,
  i64,
  text,
  uint,
  vector,
} from './handmade.fixture.ts';
import { meterModule } from './meter.ts';
import { F64, I32, I64, MODULE_LIMITS, modulePreamble, V128 } from './module.ts';
import { type ExecutionCode, ExecutionRefusal } from './refusal.ts';
import { FAULT } from './rewrite.ts';
import { TASK_MODULES } from './tasks.ts';

function runs(
  code: readonly number[],
  more: Partial<HandmadeFunction> = {},
  parts: Partial<Handmade> = {},
): Uint8Array {
  return handmade({ functions: [{ code, exportName: 'run', ...more }], ...parts });
}

function refuses(code: ExecutionCode, module: Uint8Array, says?: RegExp): void {
  assert.throws(
    () => meterModule(module),
    (error) =>
      error instanceof ExecutionRefusal && error.code === code && (says === undefined || says.test(error.message)),
  );
}

function valid(module: Uint8Array): Uint8Array {
  assert.ok(engine.validate(module), 'the test itself is wrong: the engine does not validate the module');
  return module;
}

test('EXECUTION-INVALID-MODULE: an invalid module that names what only the rewritten one has', async (t) => {
  await t.test('global.set of the fuel counter', () => refuses('EXECUTION-INVALID-MODULE', runs([...i64(0), 0x24, 0])));
  await t.test('br to the wrapper label', () => refuses('EXECUTION-INVALID-MODULE', runs([0x0c, 1])));
  await t.test('local.get of a scratch local', () => refuses('EXECUTION-INVALID-MODULE', runs([0x20, 0, 0x1a])));
  await t.test('block of an added type', () => {
    refuses('EXECUTION-INVALID-MODULE', runs([0x02, 1, ...i32(1), ...i32(2), 0x0b, 0x1a, 0x1a]));
  });
  await t.test('no module at all', () => refuses('EXECUTION-INVALID-MODULE', new Uint8Array([1, 2, 3])));
});

test('EXECUTION-FORBIDDEN-IMPORT: any import', () => {
  const imports = vector([[...text('env'), ...text('now'), 0, 0]]);
  refuses('EXECUTION-FORBIDDEN-IMPORT', valid(runs([], {}, { sections: { 2: imports } })), /env\.now/);
});

test('EXECUTION-RESERVED-EXPORT: a name of the pass', () => {
  const exports = vector([[...text('meter:fuel'), 0, 0]]);
  refuses('EXECUTION-RESERVED-EXPORT', valid(runs([], {}, { sections: { 7: exports } })), /meter:fuel/);
});

test('EXECUTION-MODULE-SIZE: more bytes than the limit', () => {
  refuses('EXECUTION-MODULE-SIZE', new Uint8Array(MODULE_LIMITS.moduleBytes + 1));
});

test('EXECUTION-MODULE-LIMIT: what would be slow to compile, or deep on the native stack', async (t) => {
  const refusesLimit = (name: string, module: Uint8Array, says: RegExp) =>
    t.test(name, () => refuses('EXECUTION-MODULE-LIMIT', valid(module), says));
  const many = (count: number, code: readonly number[]) => Array.from({ length: count }, () => code).flat();
  await refusesLimit('function bytes', runs(many(MODULE_LIMITS.functionBytes, [0x01])), /functionBytes/);
  const growing = runs([...i32(0), ...many(100_000, [0x40, 0]), 0x1a], {}, { memoryPages: 1 });
  await refusesLimit('rewritten function bytes', growing, /rewrittenFunctionBytes/);
  await refusesLimit('locals', runs([], { locals: new Array(MODULE_LIMITS.frameWords + 1).fill(I32) }), /locals/);
  await refusesLimit(
    'wide locals',
    runs([], { locals: new Array(MODULE_LIMITS.frameWords / 2 + 1).fill(V128) }),
    /locals/,
  );
  const deep = [...many(MODULE_LIMITS.frameWords + 1, i32(0)), ...many(MODULE_LIMITS.frameWords + 1, [0x1a])];
  await refusesLimit('operand stack', runs(deep), /operand stack/);
  await refusesLimit('parameters', runs([], { parameters: new Array(129).fill(I32) }), /signatureValues/);
  await refusesLimit(
    'functions',
    handmade({ functions: new Array(20_001).fill({ code: [] }), sections: oneType(20_001) }),
    /functions/,
  );
  await refusesLimit('memory', runs([], {}, { memoryPages: 1_025 }), /memory pages/);
  await refusesLimit('tables', runs([], {}, { sections: { 4: [1, 0x70, 0, ...uint(100_001)] } }), /tableElements/);
});

function oneType(functions: number): Record<number, number[]> {
  return { 1: [1, 0x60, 0, 0], 3: vector(new Array(functions).fill([0])) };
}

test('EXECUTION-FORBIDDEN-FEATURE: what engines may disagree on, or no snapshot would hold', async (t) => {
  const forbids = (name: string, module: Uint8Array, says: RegExp) =>
    t.test(name, () => refuses('EXECUTION-FORBIDDEN-FEATURE', valid(module), says));
  const memory = { memoryPages: 1 };
  const v128 = [0xfd, 12, ...new Array(16).fill(0)];
  await forbids('atomics', runs([...i32(0), 0xfe, 0x10, 2, 0, 0x1a], {}, memory), /0xfe/);
  await forbids('shared memory', runs([], {}, { sections: { 5: [1, 3, 1, 1] } }), /limits flag 3/);
  await forbids('64-bit memory', runs([], {}, { sections: { 5: [1, 4, 1] } }), /limits flag 4/);
  await forbids('two memories', runs([], {}, { sections: { 5: [2, 0, 1, 0, 1] } }), /more than one memory/);
  await forbids('relaxed SIMD', runs([...v128, ...v128, 0xfd, ...uint(256), 0x1a]), /relaxed SIMD/);
  await forbids('tail calls', runs([0x12, 0]), /0x12/);
  await forbids('exceptions', runs([], {}, { sections: { 13: [1, 0, 0] } }), /id 13/);
  await forbids('garbage-collected types', runs([], {}, { sections: { 1: [2, 0x60, 0, 0, 0x5f, 0] } }), /0x5f/);
  await forbids('table.set', runs([...i32(0), 0xd0, 0x70, 0x26, 0], {}, { sections: { 4: [1, 0x70, 0, 1] } }), /0x26/);
  await forbids(
    'table.grow',
    runs([0xd0, 0x70, ...i32(1), 0xfc, 15, 0, 0x1a], {}, { sections: { 4: [1, 0x70, 0, 1] } }),
    /0xfc 15/,
  );
  const segment = { 11: [1, 1, 1, 7], 12: [1] };
  await forbids('data.drop', runs([0xfc, 9, 0], {}, { ...memory, sections: segment }), /0xfc 9/);
  const float = [[F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x0b]];
  await forbids('a mutable float global', runs([], {}, { globals: float }), /global 0/);
  await forbids('a mutable reference global', runs([], {}, { globals: [[0x70, 1, 0xd0, 0x70, 0x0b]] }), /global 0/);
});

test('what the profile keeps: bulk memory, SIMD, multi-value, saturation, sign extension, tables, passive data', () => {
  const code = [
    ...[...i32(0), ...i32(0), ...i32(1), 0xfc, 8, 0, 0], // memory.init
    ...[...i32(8), ...i32(0), ...i32(1), 0xfc, 10, 0, 0], // memory.copy
    ...[...i32(0), 0x43, 0, 0, 0xc0, 0x7f, 0xfc, 0, 0xfd, 17, 0x1a, 0x1a], // saturating truncation, splat
    ...[...i32(1), 0xc0, 0x1a, ...i32(0), 0x11, 0, 0], // sign extension, call_indirect
    ...[0xfc, 16, 0, 0x1a, ...i32(0), 0x25, 0, 0xd1, 0x1a], // table.size, table.get, ref.is_null
    ...[...i32(5), ...i32(6), ...i32(7), 0x1c, 1, I32, 0x1a], // typed select
  ];
  const module = valid(
    handmade({
      functions: [
        { code: [] },
        { code: [...code, 0x02, 2, ...i32(1), ...i32(2), 0x0b, 0x1a, 0x1a], exportName: 'run' },
        { results: [I32, I32], code: [...i32(1), ...i32(2)] },
      ],
      memoryPages: 1,
      sections: { 4: [1, 0x70, 0, 1], 9: vector([[0, ...i32(0), 0x0b, 1, 0]]), 11: [1, 1, 1, 7], 12: [1] },
    }),
  );
  const instance = instantiate(module);
  instance.run();
  assert.deepEqual([instance.byte(0), instance.byte(8)], [7, 7]);
});

interface Instance {
  run(name?: string): unknown;
  global(name: string): unknown;
  byte(address: number): number;
}

function instantiate(original: Uint8Array, fuel = 1_000_000): Instance {
  const { exports } = new engine.Instance(new engine.Module(meterModule(original).wasm));
  const globalOf = (name: string) => exports[name] as EngineGlobal;
  globalOf('meter:fuel').value = BigInt(fuel);
  return {
    run: (name = 'run') => (exports[name] as () => unknown)(),
    global: (name) => globalOf(name).value,
    byte: (address) => new Uint8Array((exports.memory as EngineMemory).buffer)[address]!,
  };
}

test('an endless loop and an endless recursion stop', () => {
  for (const code of [
    [0x03, 0x40, 0x0c, 0, 0x0b],
    [0x10, 0],
  ]) {
    const instance = instantiate(valid(runs(code)), 10_000);
    assert.throws(() => instance.run(), engine.RuntimeError);
    assert.equal(instance.global('meter:fault'), FAULT.outOfFuel);
  }
  const instance = instantiate(valid(runs([0x10, 0])), 10_000_000);
  assert.throws(() => instance.run(), engine.RuntimeError);
  assert.equal(instance.global('meter:fault'), FAULT.stack);
});

test('a bulk operator is paid by its length before it runs', () => {
  const fill = [...i32(0), ...i32(1), ...i32(60_000), 0xfc, 11, 0];
  const instance = instantiate(valid(runs(fill, {}, { memoryPages: 1 })), 60_000);
  assert.throws(() => instance.run(), engine.RuntimeError);
  assert.equal(instance.global('meter:fault'), FAULT.outOfFuel);
  assert.equal(instance.byte(0), 0);
});

test('memory.grow answers −1 past the maximum, which every module has', () => {
  const grow = [...i32(1_024), 0x40, 0];
  const instance = instantiate(valid(runs(grow, { results: [I32] }, { memoryPages: 1 })));
  assert.equal(instance.run(), -1);
  assert.equal(instance.global('meter:fault'), FAULT.none);
});

test('several results pass through the wrapper', () => {
  const code = [...i32(1), 0x04, 0x40, ...i32(7), ...i64(8), 0x0f, 0x0b, 0x10, 1, ...i32(1), ...i64(2)];
  const module = handmade({ functions: [{ results: [I32, I64], code, exportName: 'run' }, { code: [] }] });
  assert.deepEqual(instantiate(valid(module)).run(), [7, 8n]);
});

test('a start function waits for the host', () => {
  const start = { code: [...i32(3), 0x24, 0], exportName: 'noted' };
  const module = valid(handmade({ functions: [start], globals: [[I32, 1, ...i32(0), 0x0b]], sections: { 8: [0] } }));
  const instance = instantiate(module);
  assert.equal(instance.global('meter:global0'), 0);
  instance.run('meter:start');
  assert.equal(instance.global('meter:global0'), 3);
});

test('a module of nothing but its preamble passes', () => {
  assert.ok(engine.validate(meterModule(modulePreamble()).wasm));
});

const SEEDS = [
  endlessRecursionTask(),
  handmadeTask({ step: [...i32(1), 0x40, 0, ...i32(0), 0x0e, 1, 0, 0], globals: [[I32, 1, ...i32(0), 0x0b]] }),
  ...Object.values(TASK_MODULES).map(({ url }) => new Uint8Array(readFileSync(url))),
];

test('damaged modules are refused with a code, or come out valid', () => {
  const damage = fc.array(fc.tuple(fc.nat(2 ** 20), fc.nat(255)), { minLength: 1, maxLength: 2 });
  let passed = 0;
  const holds = (seed: Uint8Array, places: [number, number][]) => {
    const module = seed.slice();
    for (const [place, byte] of places) module[place % module.length] = byte;
    try {
      assert.ok(engine.validate(meterModule(module).wasm));
      passed++;
    } catch (error) {
      assert.ok(error instanceof ExecutionRefusal, `${error}`);
    }
  };
  fc.assert(fc.property(fc.constantFrom(...SEEDS), damage, holds), { numRuns: 4_000 });
  assert.ok(passed > 100, `only ${passed} came through: the test is idle`);
});
