import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import {
  type BondingCurveRule,
  buyOnCurve,
  type CurvePool,
  curvePriceMicrograinsUp,
  sellOnCurve,
} from './bonding-curve.ts';

const WEI = 10n ** 18n;
const ratio = (reserveRatioPpm: number, entryTaxPpm = 0): BondingCurveRule => ({
  kind: 'bonding-curve',
  reserveRatioPpm,
  entryTaxPpm,
});
const pool = (supplyGrains: bigint, reserveGrains: bigint): CurvePool => ({ supplyGrains, reserveGrains });
const REFERENCE = pool(1_000_000n * WEI, 250_000n * WEI);

test('anchor 10: what the Bancor formula sells, to the wei', () => {
  const bought = (ppm: number, of: CurvePool, paid: bigint) => buyOnCurve(ratio(ppm), of, paid).grains;
  assert.equal(bought(500_000, REFERENCE, 10_000n * WEI), 19803902718556966005644n);
  assert.equal(bought(200_000, REFERENCE, 10_000n * WEI), 7874988517892175358183n);
  assert.equal(bought(1_000_000, pool(1_000_000n * WEI, 1_000_000n * WEI), 10_000n * WEI), 10n ** 22n);
  assert.equal(bought(200_000, pool(300_000n * WEI, 60_000n * WEI), WEI), 999993333399999222n);
  assert.equal(bought(100_000, pool(1_000n * WEI, WEI), 1n), 99n);
});

test('anchor 10: what the Bancor formula pays, a wei less than the whole number it is, to the wei', () => {
  const paid = (ppm: number) => sellOnCurve(ratio(ppm), REFERENCE, 100_000n * WEI).grains;
  assert.equal(paid(500_000), 47499999999999999999999n);
  assert.equal(paid(200_000), 102377499999999999999999n);
});

test('the first tenth of a supply takes 41, 19 or 10 % of the reserve: low ratios are prone to runs', () => {
  const share = (ppm: number) =>
    (sellOnCurve(ratio(ppm), REFERENCE, 100_000n * WEI).grains * 100n + WEI) / REFERENCE.reserveGrains;
  assert.deepEqual([200_000, 500_000, 1_000_000].map(share), [40n, 19n, 10n]);
});

const size = fc.bigInt({ min: 1n, max: 10n ** 27n });
const ratios = fc.oneof(fc.integer({ min: 1_000, max: 1_000_000 }), fc.constantFrom(200_000, 500_000, 1_000_000));
const pools = fc.record({ supplyGrains: size, reserveGrains: size });

test('what is bought and sold again never gains, in one trade or in parts', () => {
  fc.assert(
    fc.property(ratios, pools, size, fc.nat({ max: 100 }), (ppm, start, deposit, percent) => {
      const rule = ratio(ppm);
      const bought = buyOnCurve(rule, start, deposit);
      const part = (bought.grains * BigInt(percent)) / 100n;
      const first = sellOnCurve(rule, bought.pool, part);
      const second = sellOnCurve(rule, first.pool, bought.grains - part);
      assert.ok(first.grains + second.grains <= deposit);
      assert.equal(second.pool.supplyGrains, start.supplyGrains);
      assert.equal(second.pool.reserveGrains, start.reserveGrains + deposit - first.grains - second.grains);
    }),
    { numRuns: 300 },
  );
});

test('what is sold and bought back never gains either', () => {
  fc.assert(
    fc.property(ratios, pools, fc.nat({ max: 99 }), (ppm, start, percent) => {
      const rule = ratio(ppm);
      const tokens = (start.supplyGrains * BigInt(percent)) / 100n;
      const sold = sellOnCurve(rule, start, tokens);
      if (sold.pool.supplyGrains === 0n || sold.pool.reserveGrains === 0n) return;
      assert.ok(buyOnCurve(rule, sold.pool, sold.grains).grains <= tokens);
    }),
    { numRuns: 300 },
  );
});

test('more buys more, and sells for more', () => {
  fc.assert(
    fc.property(ratios, pools, size, fc.bigInt({ min: 0n, max: 100n }), (ppm, start, amount, more) => {
      const rule = ratio(ppm);
      assert.ok(buyOnCurve(rule, start, amount).grains <= buyOnCurve(rule, start, amount + more).grains);
      const least = (x: bigint) => (x < start.supplyGrains ? x : start.supplyGrains);
      const paid = (tokens: bigint) => sellOnCurve(rule, start, least(tokens)).grains;
      assert.ok(paid(amount) <= paid(amount + more));
    }),
    { numRuns: 500 },
  );
});

test('selling everything pays the whole reserve', () => {
  const sold = sellOnCurve(ratio(333_333), REFERENCE, REFERENCE.supplyGrains);
  assert.deepEqual(sold.pool, pool(0n, 0n));
});

test('the tax is rounded up and never reaches the curve: The Graph takes 1 %', () => {
  const bought = buyOnCurve(ratio(500_000, 10_000), REFERENCE, 101n);
  assert.equal(bought.taxGrains, 2n);
  assert.equal(bought.pool.reserveGrains, REFERENCE.reserveGrains + 99n);
});

test('the price is the reserve over supply and ratio, rounded up', () => {
  assert.equal(curvePriceMicrograinsUp(ratio(500_000), REFERENCE), 500_000n);
  assert.equal(curvePriceMicrograinsUp(ratio(1_000_000), pool(3n, 1n)), 333_334n);
});

test('refuses to trade where there is nothing: KERNEL-POOL-EMPTY', () => {
  for (const empty of [pool(0n, 1n), pool(1n, 0n)]) {
    assert.throws(() => buyOnCurve(ratio(1), empty, 1n), refusal('KERNEL-POOL-EMPTY'));
    assert.throws(() => sellOnCurve(ratio(1), empty, 1n), refusal('KERNEL-POOL-EMPTY'));
    assert.throws(() => curvePriceMicrograinsUp(ratio(1), empty), refusal('KERNEL-POOL-EMPTY'));
  }
});

test('refuses less than nothing and more than there is: KERNEL-AMOUNT', () => {
  assert.throws(() => buyOnCurve(ratio(1), REFERENCE, -1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => sellOnCurve(ratio(1), REFERENCE, -1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => sellOnCurve(ratio(1), REFERENCE, REFERENCE.supplyGrains + 1n), refusal('KERNEL-AMOUNT'));
});
