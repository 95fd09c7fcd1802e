import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cappedWeight, curveWeight, operatorCap } from './curve.ts';

const curves = fc.record({
  kind: fc.constant('linear-capped' as const),
  kappaNumerator: fc.integer({ min: 1, max: 10_000 }),
  kappaDenominator: fc.integer({ min: 1, max: 10_000 }),
});
const work = fc.nat({ max: 1_000_000_000 });
const bond = fc.nat({ max: 2 ** 45 });

test('the weight is the work, up to what the bond covers', () => {
  fc.assert(
    fc.property(curves, work, bond, (curve, ownWork, ownBond) => {
      const covered = (BigInt(ownBond) * BigInt(curve.kappaNumerator)) / BigInt(curve.kappaDenominator);
      const expected = covered < BigInt(ownWork) ? Number(covered) : ownWork;
      assert.equal(curveWeight(curve, ownWork, ownBond), expected);
    }),
    { numRuns: 2_000 },
  );
});

test('splitting never gains: a node cut in two with its bond weighs no more', () => {
  fc.assert(
    fc.property(curves, work, work, bond, bond, (curve, workA, workB, bondA, bondB) => {
      const whole = curveWeight(curve, workA + workB, bondA + bondB);
      assert.ok(curveWeight(curve, workA, bondA) + curveWeight(curve, workB, bondB) <= whole);
    }),
    { numRuns: 2_000 },
  );
});

test("an operator's nodes together stay below its cap, and below it nothing changes", () => {
  fc.assert(
    fc.property(fc.array(work, { minLength: 1, maxLength: 20 }), fc.nat({ max: 2 ** 40 }), (weights, cap) => {
      const own = weights.reduce((sum, weight) => sum + weight, 0);
      const capped = weights.map((weight) => cappedWeight(weight, own, cap));
      const total = capped.reduce((sum, weight) => sum + weight, 0);
      if (own <= cap) assert.deepEqual(capped, weights);
      else assert.ok(total <= cap && total > cap - weights.length);
    }),
  );
});

test('the cap is a share of the class before caps, rounded down', () => {
  assert.equal(operatorCap(150_000, 1_000_007), 150_001);
  assert.equal(operatorCap(1_000_000, 1_000_007), 1_000_007);
});
