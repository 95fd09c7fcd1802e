import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ClassTotals, type CobbDouglasCurve, classCurveWeight, type PledgeCappedCurve } from './class-curve.ts';

/** 0x's exponents. */
const zeroEx: CobbDouglasCurve = { kind: 'cobb-douglas', workExponentNumerator: 2, workExponentDenominator: 3 };
const cobbDouglas = fc.integer({ min: 2, max: 8 }).chain((workExponentDenominator) =>
  fc.record({
    kind: fc.constant('cobb-douglas' as const),
    workExponentNumerator: fc.integer({ min: 1, max: workExponentDenominator - 1 }),
    workExponentDenominator: fc.constant(workExponentDenominator),
  }),
);
/** Cardano's parameters, a covered NCU·ms a grain. */
const cardano: PledgeCappedCurve = {
  kind: 'pledge-capped',
  kappaNumerator: 1,
  kappaDenominator: 1,
  nodesTarget: 500,
  pledgeInfluencePpm: 300_000,
};

const work = fc.nat({ max: 1_000_000_000 });
const bond = fc.nat({ max: 2 ** 45 });
const members = fc.array(fc.tuple(work, bond), { minLength: 1, maxLength: 30 });

function totalsOf(nodes: readonly (readonly [number, number])[]): ClassTotals {
  const worked = nodes.filter(([own]) => own > 0);
  return {
    workNcuMs: worked.reduce((sum, [own]) => sum + own, 0),
    bondGrains: worked.reduce((sum, [, own]) => sum + BigInt(own), 0n),
  };
}

const sum = (list: readonly number[]): number => list.reduce((total, part) => total + part, 0);

test("0x's rule for fees of 50, 30, 20 and stakes of 20, 30, 50: shares sum to 0.939845, the rest is carried", () => {
  const nodes = [
    [500_000_000, 20],
    [300_000_000, 30],
    [200_000_000, 50],
  ] as const;
  const totals = totalsOf(nodes);
  const weights = nodes.map(([own, stake]) => classCurveWeight(zeroEx, own, stake, totals));
  // Billion times the cube roots of 0.05, 0.027 and 0.02.
  assert.deepEqual(weights, [368_403_149, 300_000_000, 271_441_761]);
  assert.equal((sum(weights) / 1e9).toFixed(6), '0.939845');
});

test('Cobb–Douglas is the largest integer whose power is not above the truth', () => {
  fc.assert(
    fc.property(cobbDouglas, members, (curve, nodes) => {
      const totals = totalsOf(nodes);
      const degree = BigInt(curve.workExponentDenominator);
      const workPower = BigInt(curve.workExponentNumerator);
      for (const [own, stake] of nodes) {
        const weight = BigInt(classCurveWeight(curve, own, stake, totals));
        if (own === 0 || stake === 0) assert.equal(weight, 0n);
        else {
          const truth = BigInt(own) ** workPower * (BigInt(stake) * BigInt(totals.workNcuMs)) ** (degree - workPower);
          const scale = totals.bondGrains ** (degree - workPower);
          assert.ok(weight ** degree * scale <= truth && truth < (weight + 1n) ** degree * scale);
        }
      }
    }),
  );
});

test('shares of a class never make more than the whole, and all of it where work and bond are in proportion', () => {
  fc.assert(
    fc.property(cobbDouglas, members, (curve, nodes) => {
      const totals = totalsOf(nodes);
      const weights = nodes.map(([own, stake]) => classCurveWeight(curve, own, stake, totals));
      assert.ok(sum(weights) <= totals.workNcuMs);
      const pledged = nodes.map(([own, stake]) => classCurveWeight(cardano, own, stake, totals));
      assert.ok(sum(pledged) <= totals.workNcuMs);
      const even = nodes.map(([own]) => [own, own * 7] as const);
      const evenWeights = even.map(([own, stake]) => classCurveWeight(curve, own, stake, totalsOf(even)));
      assert.deepEqual(
        evenWeights,
        even.map(([own]) => own),
      );
    }),
  );
});

test('an idle node has no weight; neither has one without a bond', () => {
  const totals: ClassTotals = { workNcuMs: 0, bondGrains: 0n };
  assert.equal(classCurveWeight(zeroEx, 0, 5, totals), 0);
  assert.equal(classCurveWeight(cardano, 0, 5, totals), 0);
  assert.equal(classCurveWeight(zeroEx, 5, 0, { workNcuMs: 5, bondGrains: 1n }), 0);
});

test("Cardano's reward: 1/(1 + a0) without a pledge, 1 with a full one, nothing more past saturation", () => {
  const totals: ClassTotals = { workNcuMs: 500_000_000_000, bondGrains: 1n };
  const weight = (own: number, pledge: number) => classCurveWeight(cardano, own, pledge, totals);
  const saturated = 1_000_000_000;
  assert.equal(weight(saturated, 0), 769_230_769);
  assert.equal(weight(saturated, saturated), saturated);
  assert.equal(weight(2 * saturated, 0), weight(saturated, 0));
  // Half saturated, half of that pledged: (1/2 + 0.3 * 1/4 * (1/2 - 1/4 * 1/2)) / 1.3.
  assert.equal(weight(saturated / 2, saturated / 4), 406_250_000);
});

test("splitting a pledge-capped node loses a0's part below saturation, and gains past it: why isSplitProof says no", () => {
  const totals: ClassTotals = { workNcuMs: 500_000_000_000, bondGrains: 1n };
  const weight = (own: number, pledge: number) => classCurveWeight(cardano, own, pledge, totals);
  assert.ok(2 * weight(500_000_000, 250_000_000) < weight(1_000_000_000, 500_000_000));
  assert.ok(2 * weight(1_000_000_000, 0) > 1.9 * weight(2_000_000_000, 0));
});

test('more work never weighs less; nor does more bond under Cobb–Douglas', () => {
  fc.assert(
    fc.property(
      fc.oneof(cobbDouglas, fc.constant(cardano)),
      members,
      work,
      bond,
      (curve, nodes, moreWork, moreBond) => {
        const totals = totalsOf([...nodes, [1_000_000_000, 2 ** 46]]);
        const [own, stake] = nodes[0]!;
        const weight = classCurveWeight(curve, own, stake, totals);
        assert.ok(classCurveWeight(curve, own + moreWork, stake, totals) >= weight);
        if (curve.kind === 'cobb-douglas') assert.ok(classCurveWeight(curve, own, stake + moreBond, totals) >= weight);
      },
    ),
  );
});

test("Cardano's pledge pays most at x/(2(1 - x/z)), and less beyond: the formula, not its rounding", () => {
  const totals: ClassTotals = { workNcuMs: 500_000_000_000, bondGrains: 1n };
  const weight = (pledge: number) => classCurveWeight(cardano, 100_000_000, pledge, totals);
  const best = 55_555_556;
  for (const pledge of [0, 30_000_000, 80_000_000, 100_000_000]) assert.ok(weight(best) > weight(pledge));
});
