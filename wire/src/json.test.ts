import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertRefused } from '../test/values.ts';
import { cborOf, contentHash, encodeCbor, toHex } from './index.ts';

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

test('data and its JSON copy have one hash, in whatever order the properties came', () => {
  fc.assert(
    fc.property(plain, (data) => {
      const copy = JSON.parse(JSON.stringify(data));
      assert.equal(contentHash(copy), contentHash(data));
      assert.equal(contentHash(reversed(copy)), contentHash(data));
    }),
  );
});

test('an undefined property does not exist', () => {
  assert.equal(contentHash({ a: 1, b: undefined }), contentHash({ a: 1 }));
});

test('objects become maps with text keys; a key like __proto__ is a key', () => {
  const data = JSON.parse('{"b": [1, null], "__proto__": true}');
  assert.equal(toHex(encodeCbor(cborOf(data))), 'a261628201f6695f5f70726f746f5f5ff5');
});

test('the content hash is SHA-256 of the bytes, by either hash', () => {
  const data = { quantity: 5, name: 'é' };
  const expected = createHash('sha256')
    .update(encodeCbor(cborOf(data)))
    .digest('hex');
  assert.equal(contentHash(data), expected);
  assert.equal(
    contentHash(data, (bytes) => createHash('sha256').update(bytes).digest()),
    expected,
  );
});

test('CBOR-TYPE names the property', () => {
  const rows: [unknown, string][] = [
    [{ price: 0.5 }, '$.price'],
    [{ list: [1, { big: 1n }] }, '$.list[1].big'],
    [[undefined], '$[0]'],
    [{ at: new Date(0) }, '$.at'],
    [{ map: new Map() }, '$.map'],
    [{ count: 2 ** 53 }, '$.count'],
    [{ act: () => 0 }, '$.act'],
    [Number.NaN, '$'],
  ];
  for (const [data, where] of rows) assert.equal(assertRefused('CBOR-TYPE', () => cborOf(data)).where, where);
});

test('CBOR-DEPTH of nested data', () => {
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  assertRefused('CBOR-DEPTH', () => cborOf(cycle));
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
