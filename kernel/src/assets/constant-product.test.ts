import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { type ConstantProductRule, paymentToPushUp, swap, swapInUp, swapOut } from './constant-product.ts';

const UNISWAP: ConstantProductRule = { kind: 'constant-product', feePpm: 3_000 };
const FREE: ConstantProductRule = { kind: 'constant-product', feePpm: 0 };
const WEI = 10n ** 18n;

test('anchor 9: what Uniswap v2 pays out, to the wei', () => {
  const out = (paid: bigint, inReserve: bigint, outReserve: bigint) =>
    swapOut(UNISWAP, { inGrains: inReserve * WEI, outGrains: outReserve * WEI }, paid * WEI);
  assert.equal(out(1n, 5n, 10n), 1662497915624478906n);
  assert.equal(out(1n, 10n, 5n), 453305446940074565n);
  assert.equal(out(2n, 5n, 10n), 2851015155847869602n);
  assert.equal(out(2n, 10n, 5n), 831248957812239453n);
  assert.equal(out(1n, 10n, 10n), 906610893880149131n);
  assert.equal(out(1n, 100n, 100n), 987158034397061298n);
  assert.equal(out(1n, 1_000n, 1_000n), 996006981039903216n);
});

test('anchor 33: one hundredth of the reserve slips by .990 %', () => {
  const reserves = { inGrains: 10n ** 12n, outGrains: 10n ** 12n };
  const out = swapOut(FREE, reserves, 10n ** 10n);
  assert.equal(((10n ** 10n - out) * 100_000n) / 10n ** 10n, 990n);
});

test('anchor 33: pushing the price by 1, 10 and 50 % costs 2.475e-5, 2.271e-3 and 4.124e-2 of the reserve', () => {
  const reserve = 10n ** 24n;
  const cost = (pushPpm: number) => {
    const reserves = { inGrains: reserve, outGrains: reserve };
    const paid = paymentToPushUp(reserves, pushPpm);
    // At the old price of one, what came out is worth what it counts. In millionths of a millionth, to the nearest.
    return ((paid - swapOut(FREE, reserves, paid)) * 10n ** 8n + reserve / 2n) / reserve;
  };
  assert.deepEqual([10_000, 100_000, 500_000].map(cost), [2_475n, 227_144n, 4_124_145n]);
});

const reserve = fc.bigInt({ min: 1n, max: 10n ** 27n });
const reserves = fc.record({ inGrains: reserve, outGrains: reserve });
const rules = fc.nat({ max: 999_999 }).map((feePpm): ConstantProductRule => ({ kind: 'constant-product', feePpm }));

test('the product of the reserves never falls, nothing is made or lost, and a reserve is never emptied', () => {
  fc.assert(
    fc.property(rules, reserves, reserve, (rule, before, paid) => {
      const { grains, reserves: after } = swap(rule, before, paid);
      assert.ok(after.inGrains * after.outGrains >= before.inGrains * before.outGrains);
      assert.equal(after.inGrains, before.inGrains + paid);
      assert.equal(after.outGrains + grains, before.outGrains);
      assert.ok(after.outGrains > 0n);
    }),
  );
});

test('there and back never gains, and parts never buy more than the whole', () => {
  fc.assert(
    fc.property(rules, reserves, reserve, reserve, (rule, start, paid, more) => {
      const there = swap(rule, start, paid);
      const back = swapOut(
        rule,
        { inGrains: there.reserves.outGrains, outGrains: there.reserves.inGrains },
        there.grains,
      );
      assert.ok(back <= paid);
      const second = swap(rule, there.reserves, more);
      // With a fee the parts leave it in the pool in between; the whole is then ahead but for rounding.
      if (rule.feePpm === 0) assert.ok(there.grains + second.grains <= swapOut(rule, start, paid + more));
    }),
  );
});

test('the payment for an amount buys it, and one less does not', () => {
  fc.assert(
    fc.property(rules, reserves, reserve, (rule, pool, wish) => {
      const wanted = wish % pool.outGrains;
      const paid = swapInUp(rule, pool, wanted);
      assert.ok(swapOut(rule, pool, paid) >= wanted);
      if (paid > 0n) assert.ok(swapOut(rule, pool, paid - 1n) < wanted);
    }),
  );
});

test('a push is the least payment that reaches the price', () => {
  fc.assert(
    fc.property(reserves, fc.nat({ max: 3_000_000 }), (pool, pushPpm) => {
      const paid = paymentToPushUp(pool, pushPpm);
      // With the product constant the price rises by ((in + paid) / in)^2.
      const reaches = (amount: bigint) =>
        (pool.inGrains + amount) ** 2n * 1_000_000n >= pool.inGrains ** 2n * BigInt(1_000_000 + pushPpm);
      assert.ok(reaches(paid));
      if (paid > 0n) assert.ok(!reaches(paid - 1n));
    }),
  );
});

test('refuses empty reserves, and all of one: KERNEL-POOL-EMPTY', () => {
  const empty = { inGrains: 0n, outGrains: 1n };
  assert.throws(() => swapOut(UNISWAP, empty, 1n), refusal('KERNEL-POOL-EMPTY'));
  assert.throws(() => swapInUp(UNISWAP, { inGrains: 5n, outGrains: 5n }, 5n), refusal('KERNEL-POOL-EMPTY'));
  assert.throws(() => paymentToPushUp(empty, 1), refusal('KERNEL-POOL-EMPTY'));
});

test('refuses less than nothing: KERNEL-AMOUNT', () => {
  assert.throws(() => swapOut(UNISWAP, { inGrains: 5n, outGrains: 5n }, -1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => swapInUp(UNISWAP, { inGrains: 5n, outGrains: 5n }, -1n), refusal('KERNEL-AMOUNT'));
});
