import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileTask } from './compile.ts';
import { f64, handmade, handmadeTask, INPUT_AT, i32, NAN_INPUT, nanTortureTask } from './handmade.fixture.ts';
import { meterModule } from './meter.ts';
import { F32, F64, I32, I64 } from './module.ts';
import type { NanPolicy } from './nanflow.ts';
import { runTask } from './run.ts';

function outputOf(task: Uint8Array, nan: NanPolicy): Uint8Array {
  return runTask({ module: compileTask(task, { nan }), input: NAN_INPUT, fuelMax: 10_000_000 }).output;
}

test('every float operator shows the canonical NaN, or bits that it was given', () => {
  const observed = outputOf(nanTortureTask(), 'observed');
  assert.deepEqual(observed, outputOf(nanTortureTask(), 'always'));
  assert.notDeepEqual(observed, outputOf(nanTortureTask(), 'off'), 'this engine shows no other NaN: the test is idle');
});

// Bodies that store at RESULT_AT; operands A and B are NaNs with payloads.
const RESULT_AT = 4_096;
const A = [...i32(INPUT_AT + 16), 0x2b, 0, 0];
const B = [...i32(INPUT_AT + 24), 0x2b, 0, 0];
const SUM = [...A, ...B, 0xa0];

function bitsAfter(code: readonly number[], nan: NanPolicy = 'observed'): bigint {
  const task = handmadeTask({
    step: [...code, ...i32(1)],
    stepLocals: [F64, F64, F32],
    output: i32(RESULT_AT),
    outputLength: i32(8),
    more: [{ parameters: [F64], results: [I64], code: [0x20, 0, 0xbd] }],
  });
  const output = outputOf(task, nan);
  return new DataView(output.buffer, output.byteOffset).getBigUint64(0, true);
}

const CANONICAL = 0x7ff8_0000_0000_0000n;
const store = (value: readonly number[]) => [...i32(RESULT_AT), ...value, 0x39, 0, 0];
const storeInteger = (value: readonly number[]) => [...i32(RESULT_AT), ...value, 0x37, 0, 0];

const WAYS_OUT: Readonly<Record<string, readonly number[]>> = {
  'a store': store(SUM),
  'a reinterpretation': storeInteger([...SUM, 0xbd]),
  'a call': storeInteger([...SUM, 0x10, 4]),
  'a local variable': [...SUM, 0x21, 0, ...store([0x20, 0])],
  'a chain of local variables': [...SUM, 0x22, 0, 0x21, 1, ...store([0x20, 1])],
  'a local variable assigned after it is read': [
    ...[0x03, 0x40, ...store([0x20, 0]), 0x20, 2, 0x43, 0, 0, 0, 0, 0x5b, ...SUM, 0x21, 0],
    ...[0x43, 0, 0, 0x80, 0x3f, 0x21, 2, 0x0d, 0, 0x0b], // once more, the second time with the sum
  ],
  'a block’s result': store([0x02, F64, ...SUM, 0x0b]),
  'a branch’s value': store([0x02, F64, ...SUM, 0x0c, 0, 0x0b]),
  'both branches of an if': store([...i32(1), 0x04, F64, ...SUM, 0x05, ...SUM, 0x0b]),
  'a select': store([...SUM, ...A, ...i32(1), 0x1b]),
  'the sign it lends': storeInteger([...f64(CANONICAL), ...B, ...A, 0xa0, 0xa6, 0xbd]),
  'neg, then a canonical sign': [...SUM, 0x9a, 0x9a, 0x21, 0, ...store([0x20, 0])],
};

for (const [way, code] of Object.entries(WAYS_OUT)) {
  test(`a NaN is canonical when it is seen through ${way}`, () => {
    assert.equal(bitsAfter(code), CANONICAL);
    assert.notEqual(bitsAfter(code, 'off'), CANONICAL);
  });
}

test('NaN bits that are only moved stay as they are', () => {
  assert.equal(bitsAfter(store(A)), 0x7ff8_1234_5678_9abcn);
  assert.equal(bitsAfter([...A, 0x21, 0, ...store([0x20, 0])]), 0x7ff8_1234_5678_9abcn);
});

test('a sum kept in a register and compared is not canonicalised', () => {
  const loop = [0x20, 0, ...SUM, 0xa0, 0x22, 0, 0x20, 0, 0x61, 0x1a];
  const original = handmade({ functions: [{ code: loop, locals: [F64] }], memoryPages: 1 });
  assert.equal(meterModule(original).wasm.length, meterModule(original, { nan: 'off' }).wasm.length);
});

test('a chain of selects longer than is tracked is canonicalised on the way', () => {
  const chain = Array.from({ length: 40 }, () => [...SUM, ...i32(1), 0x1b]).flat();
  assert.equal(bitsAfter(store([...SUM, ...chain])), CANONICAL);
});

// Random straight and looping code over two f64 locals, everything observed through memory.
const operand = fc.constantFrom(
  ...Array.from({ length: NAN_INPUT.length / 8 }, (_, index) => [...i32(INPUT_AT + index * 8), 0x2b, 0, 0]),
  [0x20, 0],
  [0x20, 1],
);
const { value } = fc.letrec<{ value: number[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    operand,
    fc.tuple(fc.integer({ min: 0x99, max: 0x9f }), tie('value')).map(([opcode, of]) => [...of, opcode]),
    fc
      .tuple(fc.integer({ min: 0xa0, max: 0xa6 }), tie('value'), tie('value'))
      .map(([opcode, left, right]) => [...left, ...right, opcode]),
    tie('value').map((of) => [...of, 0xb6, 0x8c, 0xbb]),
    fc.tuple(tie('value'), tie('value'), fc.nat(1)).map(([left, right, one]) => [...left, ...right, ...i32(one), 0x1b]),
    tie('value').map((of) => [0x02, F64, ...of, 0x0b]),
    fc.tuple(tie('value'), fc.nat(1)).map(([of, local]) => [...of, 0x22, local]),
  ),
}));
const statement = fc.oneof(
  fc.tuple(value, fc.nat(1)).map(([of, local]) => [...of, 0x21, local]),
  fc.tuple(value, fc.nat(7)).map(([of, slot]) => [...i32(RESULT_AT + slot * 8), ...of, 0x39, 0, 0]),
  fc.tuple(value, fc.nat(7)).map(([of, slot]) => [...i32(RESULT_AT + slot * 8), ...of, 0xbd, 0x37, 0, 0]),
);

test('canonicalising what can be seen and canonicalising everything show the same bits', () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 12 }), (statements) => {
      const again = [0x20, 2, ...i32(1), 0x6a, 0x22, 2, ...i32(3), 0x48, 0x0d, 0];
      const task = handmadeTask({
        step: [0x03, 0x40, ...statements.flat(), ...again, 0x0b, ...i32(1)],
        stepLocals: [F64, F64, I32],
        output: i32(RESULT_AT),
        outputLength: i32(64),
      });
      assert.deepEqual(outputOf(task, 'observed'), outputOf(task, 'always'));
    }),
    { numRuns: 500 },
  );
});
