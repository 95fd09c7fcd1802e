import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOf, bytes32Of, grainsOf, hexOf, nameBytes, nameOf, uint32Of, uint128Of, uintOf } from './values.ts';

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const UINT128_MAX = (1n << 128n) - 1n;
const REFUSED = { code: 'CHAIN-RANGE', refusalClass: 'input', where: 'here' };

test('grains cross the border and come back, all of them', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (grains) => grainsOf(uintOf(grains, 'here'), 'here') === grains));
});

test('CHAIN-RANGE: what the other side cannot hold is refused, never cut', () => {
  fc.assert(
    fc.property(fc.bigInt(SAFE_MAX + 1n, (1n << 256n) - 1n), fc.bigInt(-(1n << 64n), -1n), (large, negative) => {
      for (const value of [large, negative]) assert.throws(() => grainsOf(value, 'here'), REFUSED);
      assert.throws(() => uint128Of(negative, 'here'), REFUSED);
    }),
  );
  const numbers = fc.oneof(
    fc.double({ noInteger: true }),
    fc.integer({ max: -1 }),
    fc.constantFrom(2 ** 53, -(2 ** 60)),
  );
  fc.assert(
    fc.property(numbers, (value) => {
      assert.throws(() => uintOf(value, 'here'), REFUSED);
      assert.throws(() => uint32Of(value, 'here'), REFUSED);
    }),
  );
  assert.throws(() => uint32Of(2 ** 32, 'here'), REFUSED);
  assert.throws(() => uint32Of(256, 'here', 255), REFUSED);
});

test('lifetime sums: as integers and as decimals, to the last of 128 bits', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, UINT128_MAX), (sum) => {
      assert.equal(uint128Of(sum, 'here'), sum);
      assert.equal(uint128Of(`${sum}`, 'here'), sum);
    }),
  );
  for (const sum of [UINT128_MAX + 1n, `${UINT128_MAX + 1n}`, '-1', '01', '1e3', ' 1', '', '0x1'])
    assert.throws(() => uint128Of(sum, 'here'), REFUSED);
});

test('ids, addresses and names: one form each', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const hex = Buffer.from(bytes).toString('hex');
      assert.equal(hexOf(bytes32Of(hex, 'here')), hex);
    }),
  );
  fc.assert(fc.property(fc.stringMatching(/^[a-z0-9-]{1,32}$/), (name) => nameOf(nameBytes(name, 'here')) === name));
  for (const hex of ['', 'AB'.repeat(32), 'ab'.repeat(31), `0x${'ab'.repeat(31)}`])
    assert.throws(() => bytes32Of(hex, 'here'), REFUSED);
  for (const address of ['', 'ab'.repeat(20), `0x${'AB'.repeat(20)}`, `0x${'ab'.repeat(19)}`])
    assert.throws(() => addressOf(address, 'here'), REFUSED);
  for (const name of ['', 'A', 'a b', 'ä', 'a'.repeat(33)]) assert.throws(() => nameBytes(name, 'here'), REFUSED);
});
