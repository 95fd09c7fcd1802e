import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as cbor2 from 'cbor2';
import fc from 'fast-check';
import { vectorTest } from '../test/shared-vectors.ts';
import { assertRefused, cborValue, mutations } from '../test/values.ts';
import { type CborValue, decodeCbor, encodeCbor, toHex, WireRefusal } from './index.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const refusesBytes = (code: string, hex: string) => assertRefused(code, () => decodeCbor(bytesOf(hex)));
const refusesValue = (code: string, value: unknown) => assertRefused(code, () => encodeCbor(value as CborValue));

test('decode of encode is the identity', () => {
  fc.assert(
    fc.property(cborValue, (value) => {
      assert.deepEqual(decodeCbor(encodeCbor(value)), value);
    }),
    { numRuns: 500 },
  );
});

test('encodes what cbor2 encodes deterministically, and reads it alike', () => {
  fc.assert(
    fc.property(cborValue, (value) => {
      const bytes = encodeCbor(value);
      assert.equal(toHex(bytes), toHex(cbor2.encode(value, cbor2.cdeEncodeOptions)));
      assert.deepEqual(cbor2.decode(bytes, { ...cbor2.cdeDecodeOptions, preferMap: true }), value);
    }),
    { numRuns: 300 },
  );
});

test('mutated bytes are refused, or encode to themselves again', () => {
  const mutated = cborValue.chain((value) => mutations(encodeCbor(value)));
  fc.assert(fc.property(mutated, refusedOrIdentical), { numRuns: 2000 });
});

test('arbitrary bytes are refused, or encode to themselves again', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), refusedOrIdentical), { numRuns: 3000 });
});

test('every single head byte with any few bytes after it is refused or identical', () => {
  for (let head = 0; head < 256; head++) {
    for (const rest of ['', '00', '18', 'ff', '0000', '00000018', '0000000000000000', 'ffffffffffffffff']) {
      refusedOrIdentical(bytesOf(head.toString(16).padStart(2, '0') + rest));
    }
  }
});

function refusedOrIdentical(bytes: Uint8Array): void {
  let value: CborValue;
  try {
    value = decodeCbor(bytes);
  } catch (error) {
    assert.ok(error instanceof WireRefusal, String(error));
    return;
  }
  assert.equal(toHex(encodeCbor(value)), toHex(bytes));
}

interface AppendixItem {
  readonly hex: string;
  readonly decoded?: unknown;
  readonly diagnostic?: string;
}

/** RFC 8949 Appendix A, items outside the profile: the code of each. */
function appendixRefusal(hex: string): string | null {
  if (/^(1bffffffffffffffff|3bffffffffffffffff)$/.test(hex)) return 'CBOR-RANGE';
  if (/^(c|d)/.test(hex)) return 'CBOR-TAG';
  if (/^f[9ab]/.test(hex)) return 'CBOR-FLOAT';
  if (/^f[078]/.test(hex)) return 'CBOR-SIMPLE';
  return /^(5f|7f|9f|bf|826161bf|83018202039f|83019f)/.test(hex) ? 'CBOR-INDEFINITE' : null;
}

vectorTest<AppendixItem[]>(
  'RFC 8949 appendix A: inside the profile as it says, else refused',
  ['cbor/appendix_a.json'],
  (items) => {
    let inside = 0;
    for (const { hex, decoded } of items) {
      const code = appendixRefusal(hex);
      if (code !== null) {
        refusesBytes(code, hex);
        continue;
      }
      inside++;
      const value = decodeCbor(bytesOf(hex));
      assert.equal(toHex(encodeCbor(value)), hex);
      if (decoded !== undefined) assert.deepEqual(plain(value), decoded, hex);
    }
    assert.equal(items.length, 82);
    assert.equal(inside, 35);
  },
);

function plain(value: CborValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

test('map keys are written in the bytewise order of their encodings, text by length first', () => {
  assert.equal(toHex(encodeCbor(new Map(['b', 'aa', 'a'].map((key) => [key, 0])))), 'a361610061620062616100');
  assert.equal(toHex(encodeCbor(new Map([256, 24, 1, 23].map((key) => [key, 0])))), 'a40100170018180019010000');
});

test('text keeps a leading byte order mark', () => {
  assert.equal(decodeCbor(encodeCbor('\ufeffa')), '\ufeffa');
});

test('-0 is written as 0', () => {
  assert.equal(toHex(encodeCbor(-0)), '00');
});

test('decoded byte strings do not share the input', () => {
  const input = Buffer.from('4401020304', 'hex');
  const value = decodeCbor(input) as Uint8Array;
  input.fill(0);
  assert.equal(toHex(value), '01020304');
  assert.equal(value.buffer.byteLength, 4);
});

test('lengths that the input cannot hold are refused without allocating', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const head of ['5a', '7a', '9a', 'ba']) refusesBytes('CBOR-SHORT', `${head}ffffffff00`);
  for (const head of ['5b', '7b', '9b', 'bb']) refusesBytes('CBOR-SHORT', `${head}001fffffffffffff00`);
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});

test('CBOR-FLOAT', () => {
  for (const hex of ['f93c00', 'fa47c35000', 'fb7e37e43c8800759c', '81f90000']) refusesBytes('CBOR-FLOAT', hex);
});

test('CBOR-TAG', () => {
  for (const hex of ['c001', 'c24101', 'd9d9f700', '81d81800']) refusesBytes('CBOR-TAG', hex);
});

test('CBOR-SIMPLE', () => {
  for (const hex of ['e0', 'f3', 'f7', 'f800', 'f814', 'f8ff']) refusesBytes('CBOR-SIMPLE', hex);
});

test('CBOR-INDEFINITE', () => {
  for (const hex of ['5f4101ff', '7f6161ff', '9f01ff', 'bf0101ff', 'ff', '1f', '81ff'])
    refusesBytes('CBOR-INDEFINITE', hex);
});

test('CBOR-RESERVED', () => {
  for (const hex of ['1c', '3d', '5e', '7c', '9d', 'be', 'fc', 'fe']) refusesBytes('CBOR-RESERVED', hex);
});

test('CBOR-LONG-FORM', () => {
  const integers = ['1800', '1817', '1900ff', '1a0000ffff', '1b00000000ffffffff', '3817', '3900ff'];
  const lengths = ['580100', '590001aa', '7800', '980100', 'b8010000', '9b000000000000000100', 'a1180100'];
  for (const hex of [...integers, ...lengths]) refusesBytes('CBOR-LONG-FORM', hex);
});

test('CBOR-RANGE', () => {
  for (const hex of ['1b0020000000000000', '3b001fffffffffffff', '5b0020000000000000']) refusesBytes('CBOR-RANGE', hex);
  for (const value of [2 ** 53, -(2 ** 53), new Map([[-1, 0]])]) refusesValue('CBOR-RANGE', value);
  assert.equal(decodeCbor(bytesOf('1b001fffffffffffff')), Number.MAX_SAFE_INTEGER);
  assert.equal(decodeCbor(bytesOf('3b001ffffffffffffe')), Number.MIN_SAFE_INTEGER);
});

test('CBOR-KEY-TYPE', () => {
  for (const hex of ['a1200000', 'a1410000', 'a1800000', 'a1a00000', 'a1f400', 'a1f600', 'a20000616100']) {
    refusesBytes('CBOR-KEY-TYPE', hex);
  }
  const mixed = new Map<number | string, CborValue>().set(1, 0).set('a', 0);
  for (const value of [mixed, new Map([[true, 0]])]) refusesValue('CBOR-KEY-TYPE', value);
});

test('CBOR-KEY-ORDER', () => {
  for (const hex of ['a202000100', 'a2616200616100', 'a262616100616200', 'a21818000100'])
    refusesBytes('CBOR-KEY-ORDER', hex);
});

test('CBOR-DUPLICATE-KEY', () => {
  for (const hex of ['a201000100', 'a2616100616100', 'a2190100001901000000']) refusesBytes('CBOR-DUPLICATE-KEY', hex);
});

test('CBOR-UTF8', () => {
  const overlong = ['62c080', '63e08080', '64f0808080'];
  const surrogates = ['63eda080', '63edbfbf', '66eda081edb080'];
  for (const hex of [...overlong, ...surrogates, '61ff', '61c3', '64f4908080', 'a161ff00'])
    refusesBytes('CBOR-UTF8', hex);
  for (const value of ['\ud800', 'a\udc00b', new Map([['\ud800', 0]])]) refusesValue('CBOR-UTF8', value);
});

test('CBOR-SHORT', () => {
  for (const hex of [
    '',
    '18',
    '19ff',
    '1a000000',
    '1b00',
    '41',
    '6261',
    '81',
    '8201',
    'a1',
    'a101',
    'a20100',
    '9a00010000',
  ]) {
    refusesBytes('CBOR-SHORT', hex);
  }
});

test('CBOR-TRAILING', () => {
  for (const hex of ['0000', '4000', '8000', 'a0ff', '616100']) refusesBytes('CBOR-TRAILING', hex);
});

test('CBOR-DEPTH', () => {
  const nested = (levels: number): CborValue => (levels === 0 ? 0 : [nested(levels - 1)]);
  assert.deepEqual(decodeCbor(encodeCbor(nested(16))), nested(16));
  refusesValue('CBOR-DEPTH', nested(17));
  refusesBytes('CBOR-DEPTH', `${'81'.repeat(17)}00`);
  refusesBytes('CBOR-DEPTH', `${'a100'.repeat(17)}00`);
  refusesBytes('CBOR-DEPTH', '81'.repeat(100_000));
  const cycle: CborValue[] = [];
  cycle.push(cycle);
  refusesValue('CBOR-DEPTH', cycle);
});

test('CBOR-TYPE', () => {
  const strange = [undefined, 1n, 0.5, Number.NaN, Infinity, {}, new Date(0), Symbol('s'), [undefined], new Array(1)];
  for (const value of strange) refusesValue('CBOR-TYPE', value);
});

test('a refusal says what was expected, what came and where', () => {
  const refusal = refusesBytes('CBOR-LONG-FORM', '8301021803');
  assert.equal(refusal.where, 'byte 3');
  assert.equal(refusal.refusalClass, 'input');
  assert.match(refusal.message, /^CBOR-LONG-FORM at byte 3: expected the shortest head, got 1 bytes?$/);
});
