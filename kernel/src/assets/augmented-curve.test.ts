import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import {
  type AugmentedCurveRule,
  type AugmentedPool,
  augmentedPriceMicrograinsUp,
  buyAugmented,
  hatchVestedGrains,
  openHatch,
  sellAugmented,
} from './augmented-curve.ts';
import { buyOnCurve } from './bonding-curve.ts';

const RULE: AugmentedCurveRule = {
  kind: 'augmented-curve',
  kappa: 2,
  hatchPriceMicrograins: 1_000_000,
  hatchFundingPpm: 300_000,
  hatchRaiseGrainsMin: '1000',
  entryTributePpm: 0,
  exitTributePpm: 0,
  vestingCliffSeconds: 100,
  vestingSeconds: 1_000,
};

test('after a hatch at p0 the price is kappa (1 - theta) p0: 1.4 for kappa 2 and theta 30 %', () => {
  const { pool, fundingGrains } = openHatch(RULE, [600_000n, 400_000n]);
  assert.deepEqual(pool, { supplyGrains: 1_000_000n, reserveGrains: 700_000n });
  assert.equal(fundingGrains, 300_000n);
  assert.equal(augmentedPriceMicrograinsUp(RULE, pool), 1_400_000n);
});

const contributions = fc.array(fc.bigInt({ min: 0n, max: 10n ** 24n }), { minLength: 1, maxLength: 20 });

test('a hatch conserves: what is raised is reserve and funding, and its tokens are the supply', () => {
  fc.assert(
    fc.property(
      contributions,
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.nat({ max: 999_999 }),
      (paid, price, funding) => {
        const raised = paid.reduce((sum, one) => sum + one, 0n);
        if (raised < 1_000n) return;
        const hatch = openHatch({ ...RULE, hatchPriceMicrograins: price, hatchFundingPpm: funding }, paid);
        assert.equal(hatch.pool.reserveGrains + hatch.fundingGrains, raised);
        assert.equal(
          hatch.tokenGrains.reduce((sum, one) => sum + one, 0n),
          hatch.pool.supplyGrains,
        );
        assert.ok(hatch.pool.supplyGrains * BigInt(price) <= raised * 1_000_000n);
      },
    ),
  );
});

const size = fc.bigInt({ min: 1n, max: 10n ** 27n });
const pools = fc.record({ supplyGrains: size, reserveGrains: size });
const kappas = fc.integer({ min: 1, max: 8 });

/** supply^kappa / reserve has not risen: no token without its reserve. */
function keepsConstant(kappa: number, before: AugmentedPool, after: AugmentedPool): boolean {
  const k = BigInt(kappa);
  return after.supplyGrains ** k * before.reserveGrains <= before.supplyGrains ** k * after.reserveGrains;
}

test('no trade raises supply^kappa over reserve, and the round trip never gains', () => {
  fc.assert(
    fc.property(kappas, pools, size, (kappa, start, deposit) => {
      const rule = { ...RULE, kappa };
      const bought = buyAugmented(rule, start, deposit);
      assert.ok(bought.grains >= 0n && keepsConstant(kappa, start, bought.pool));
      const sold = sellAugmented(rule, bought.pool, bought.grains);
      assert.ok(keepsConstant(kappa, bought.pool, sold.pool));
      assert.ok(sold.grains <= deposit);
    }),
  );
});

test('a purchase is the most that the constant allows, exactly', () => {
  fc.assert(
    fc.property(kappas, pools, size, (kappa, start, deposit) => {
      const { pool } = buyAugmented({ ...RULE, kappa }, start, deposit);
      assert.ok(!keepsConstant(kappa, start, { ...pool, supplyGrains: pool.supplyGrains + 1n }));
    }),
  );
});

test('it is the Bancor curve of ratio 1 / kappa', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 5, 8), pools, size, (kappa, start, deposit) => {
      const exact = buyAugmented({ ...RULE, kappa }, start, deposit).grains;
      const rule = { kind: 'bonding-curve', reserveRatioPpm: 1_000_000 / kappa, entryTaxPpm: 0 } as const;
      const bancor = buyOnCurve(rule, start, deposit).grains;
      assert.ok(exact - bancor === 0n || exact - bancor === 1n);
    }),
  );
});

test('tributes go out of the curve, rounded up', () => {
  const rule = { ...RULE, entryTributePpm: 50_000, exitTributePpm: 100_000 };
  const start = { supplyGrains: 1_000_000n, reserveGrains: 1_000_000n };
  const bought = buyAugmented(rule, start, 101n);
  assert.deepEqual([bought.tributeGrains, bought.pool.reserveGrains], [6n, 1_000_095n]);
  const sold = sellAugmented(rule, start, 1_000n);
  assert.deepEqual([sold.grains, sold.tributeGrains, sold.pool.reserveGrains], [1_799n, 200n, 998_001n]);
});

test('hatch tokens vest evenly after the cliff, rounded down', () => {
  const at = (seconds: number) => hatchVestedGrains(RULE, 999n, seconds);
  assert.deepEqual([0, 99, 100, 500, 999, 1_000, 5_000].map(at), [0n, 0n, 99n, 499n, 998n, 999n, 999n]);
});

test('the first half to leave a hatch would gain by it at the cost of the other, so nothing of it can be sold', () => {
  const { pool, tokenGrains } = openHatch(RULE, [500_000n, 500_000n]);
  const sold = sellAugmented(RULE, pool, tokenGrains[0]!);
  assert.equal(sold.grains, 525_000n);
  assert.equal(hatchVestedGrains(RULE, tokenGrains[0]!, 0), 0n);
});

test('refuses a hatch that raised too little: KERNEL-HATCH', () => {
  assert.throws(() => openHatch(RULE, [999n]), refusal('KERNEL-HATCH'));
  assert.throws(() => openHatch({ ...RULE, hatchRaiseGrainsMin: '0' }, []), refusal('KERNEL-HATCH'));
});

test('refuses an empty curve: KERNEL-POOL-EMPTY', () => {
  const empty = { supplyGrains: 0n, reserveGrains: 1n };
  assert.throws(() => buyAugmented(RULE, empty, 1n), refusal('KERNEL-POOL-EMPTY'));
  assert.throws(() => sellAugmented(RULE, empty, 0n), refusal('KERNEL-POOL-EMPTY'));
  assert.throws(() => augmentedPriceMicrograinsUp(RULE, empty), refusal('KERNEL-POOL-EMPTY'));
});

test('refuses less than nothing and more than there is: KERNEL-AMOUNT', () => {
  const pool = { supplyGrains: 5n, reserveGrains: 5n };
  assert.throws(() => buyAugmented(RULE, pool, -1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => sellAugmented(RULE, pool, 6n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => openHatch(RULE, [5_000n, -1n]), refusal('KERNEL-AMOUNT'));
});
