import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ppm } from '../numbers/quantities.ts';
import type { ClassCurve } from './class-curve.ts';
import {
  type CurveColumns,
  type CurveRule,
  cappedWeight,
  curveWeight,
  dividesByWork,
  isSplitProof,
  type NodeCurve,
  operatorCap,
  type PerspectiveCurve,
  type PowerCurve,
  weighClass,
} from './curve.ts';

const kappa = {
  kappaNumerator: fc.integer({ min: 1, max: 10_000 }),
  kappaDenominator: fc.integer({ min: 1, max: 10_000 }),
};
const curves = fc.record({
  kind: fc.constant('linear-capped' as const),
  ...kappa,
});
/** Up to four pieces with rising ends and falling slopes. */
const perspectives: fc.Arbitrary<PerspectiveCurve> = fc.record({
  kind: fc.constant('perspective' as const),
  ...kappa,
  pieces: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3_000_000 }), fc.nat({ max: 1_000_000 })), { minLength: 1, maxLength: 4 })
    .map((list) => {
      const ends = list.map(([end]) => end).sort((x, y) => x - y);
      const slopes = list.map(([, slope]) => slope).sort((x, y) => y - x);
      return ends.map((end, index) => ({
        untilPpm: index === 3 ? null : end,
        slopePpm: ppm(slopes[index]!),
      }));
    }),
});
const rebates = fc.record({
  kind: fc.constant('exponential-rebate' as const),
  alphaPpm: fc.nat({ max: 1_000_000 }),
  lambdaNumerator: fc.integer({ min: 1, max: 1_000 }),
  lambdaDenominator: fc.integer({ min: 1, max: 1_000_000_000 }),
});
/** Transient nodes of the reference: all of the work that the bond covers, half of the next as much, a quarter beyond. */
const transient: PerspectiveCurve = {
  kind: 'perspective',
  kappaNumerator: 1,
  kappaDenominator: 1,
  pieces: [
    { untilPpm: 1_000_000, slopePpm: ppm(1_000_000) },
    { untilPpm: 2_000_000, slopePpm: ppm(500_000) },
    { untilPpm: null, slopePpm: ppm(250_000) },
  ],
};
const graph: NodeCurve = { kind: 'exponential-rebate', alphaPpm: 1_000_000, lambdaNumerator: 6, lambdaDenominator: 10 };
const classCurves: fc.Arbitrary<ClassCurve> = fc.constantFrom(
  { kind: 'cobb-douglas', workExponentNumerator: 2, workExponentDenominator: 3 },
  { kind: 'cobb-douglas', workExponentNumerator: 1, workExponentDenominator: 2 },
);
const root = fc.constant({ kind: 'power', exponentNumerator: 1, exponentDenominator: 2 } as const);
const nodeCurves: fc.Arbitrary<NodeCurve> = fc.oneof(curves, perspectives, rebates);

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

test('transient nodes: 1, 1/2, 1/4 at one and two times what the bond covers', () => {
  const weights = [0, 999, 1_000, 1_001, 2_000, 2_003, 6_000].map((own) => curveWeight(transient, own, 1_000));
  assert.deepEqual(weights, [0, 999, 1_000, 1_000, 1_500, 1_500, 2_500]);
  assert.equal(curveWeight(transient, 1_000, 0), 250);
});

test('perspective is the sum over its pieces, rounded down once', () => {
  fc.assert(
    fc.property(perspectives, work, bond, (curve, ownWork, ownBond) => {
      const covered = (BigInt(ownBond) * BigInt(curve.kappaNumerator)) / BigInt(curve.kappaDenominator);
      let from = 0n;
      let weighed = 0n;
      for (const { untilPpm, slopePpm } of curve.pieces) {
        const end = untilPpm === null ? BigInt(ownWork) : (covered * BigInt(untilPpm)) / 1_000_000n;
        const until = end < BigInt(ownWork) ? end : BigInt(ownWork);
        weighed += (until - from) * BigInt(slopePpm);
        from = until;
      }
      assert.equal(curveWeight(curve, ownWork, ownBond), Number(weighed / 1_000_000n));
    }),
    { numRuns: 2_000 },
  );
});

test("The Graph's rebate: fees (1 - e^(-0.6 stake/fees)), never above the truth", () => {
  // 1 - e^-0.6 = 0.451188363905973555…, 1 - e^-6 = 0.997521247823333641…
  assert.equal(curveWeight(graph, 1_000_000_000, 1_000_000_000), 451_188_363);
  assert.equal(curveWeight(graph, 1_000_000_000, 10_000_000_000), 997_521_247);
  assert.equal(curveWeight(graph, 1_000_000_000, 0), 0);
  assert.equal(curveWeight(graph, 0, 1_000_000_000), 0);
  // However much is staked, e^-x is taken as above 0.
  assert.equal(curveWeight(graph, 1_000_000_000, Number.MAX_SAFE_INTEGER), 999_999_999);
});

test('a node weighs at most its work, and more work or more bond never weighs less', () => {
  fc.assert(
    fc.property(nodeCurves, work, bond, work, bond, (curve, ownWork, ownBond, moreWork, moreBond) => {
      const weight = curveWeight(curve, ownWork, ownBond);
      // One unit for the error of the exponential, where it meets an integer.
      const error = curve.kind === 'exponential-rebate' ? 1 : 0;
      assert.ok(weight <= ownWork);
      const most = 1_000_000_000 - ownWork;
      assert.ok(curveWeight(curve, ownWork + Math.min(most, moreWork), ownBond) + error >= weight);
      assert.ok(curveWeight(curve, ownWork, ownBond + moreBond) + error >= weight);
    }),
    { numRuns: 1_000 },
  );
});

/** Cuts a total at k - 1 places. */
function cut(total: number, places: readonly number[]): number[] {
  const ends = [...places.map((place) => place % (total + 1)).sort((x, y) => x - y), total];
  return ends.map((end, index) => end - (ends[index - 1] ?? 0));
}

/** One class of the given nodes. */
function columnsOf(nodes: readonly (readonly [number, number])[]): CurveColumns {
  return {
    classOf: new Int32Array(nodes.length),
    work: Float64Array.from(nodes, ([own]) => own),
    bond: Float64Array.from(nodes, ([, own]) => own),
    curveWeight: new Float64Array(nodes.length),
  };
}

const sum = (list: Iterable<number>): number => [...list].reduce((total, part) => total + part, 0);

test('a node in k parts, k = 1 to 100, cut anywhere, weighs no more than the whole', () => {
  const cuts = fc.integer({ min: 0, max: 99 }).chain((places) => {
    const list = fc.array(fc.nat({ max: 2 ** 46 }), { minLength: places, maxLength: places });
    return fc.tuple(list, list);
  });
  const others = fc.array(fc.tuple(work, bond), { maxLength: 5 });
  fc.assert(
    fc.property(fc.oneof(nodeCurves, classCurves), work, bond, cuts, others, (curve, own, stake, places, rest) => {
      assert.ok(isSplitProof(curve));
      const parts = cut(own, places[0]).map((part, index) => [part, cut(stake, places[1])[index]!] as const);
      const whole = columnsOf([...rest, [own, stake]]);
      const split = columnsOf([...rest, ...parts]);
      const divisor = weighClass(curve, 0, whole);
      const splitDivisor = weighClass(curve, 0, split);
      const gain = sum(split.curveWeight.subarray(rest.length)) - whole.curveWeight.at(-1)!;
      assert.ok(gain <= (curve.kind === 'exponential-rebate' ? 1 : 0));
      // A share is weight / divisor: where the divisor is the class's work it must not have moved either.
      if (dividesByWork(curve)) assert.equal(splitDivisor, divisor);
    }),
    { numRuns: 1_000 },
  );
});

test('a power of work alone pays for splitting: 41 % for two, 216 % for ten, 900 % for a hundred', () => {
  const root: PowerCurve = { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 };
  assert.ok(!isSplitProof(root));
  const whole = curveWeight(root, 1_000_000_000_000, 0);
  const gain = (parts: number) => parts * curveWeight(root, 1_000_000_000_000 / parts, 0) - whole;
  assert.deepEqual(
    [1, 2, 10, 100].map((parts) => ((gain(parts) / whole) * 100).toFixed(1)),
    ['0.0', '41.4', '216.2', '900.0'],
  );
});

test('a power is the exact floor of its root, whatever the bond', () => {
  const powers = fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 2, max: 8 }))
    .filter(([numerator, denominator]) => numerator < denominator);
  fc.assert(
    fc.property(powers, work, bond, ([exponentNumerator, exponentDenominator], own, stake) => {
      const weight = BigInt(curveWeight({ kind: 'power', exponentNumerator, exponentDenominator }, own, stake));
      const power = BigInt(own) ** BigInt(exponentNumerator);
      assert.ok(weight ** BigInt(exponentDenominator) <= power);
      assert.ok((weight + 1n) ** BigInt(exponentDenominator) > power);
    }),
  );
});

test('a rising slope is not split-proof, nor is a pledge', () => {
  assert.ok(isSplitProof(transient));
  assert.ok(!isSplitProof({ ...transient, pieces: [...transient.pieces].reverse() }));
  const pledge = { pledgeInfluencePpm: 300_000, nodesTarget: 500, kappaNumerator: 1, kappaDenominator: 1 };
  assert.ok(!isSplitProof({ kind: 'pledge-capped', ...pledge }));
});

test('a class fills its own nodes only, in any order, and says what its shares are divided by', () => {
  const nodes = fc.array(fc.tuple(work, bond), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(fc.oneof(nodeCurves, classCurves, root), nodes, (curve: CurveRule, list) => {
      const columns = columnsOf(list);
      const divisor = weighClass(curve, 0, columns);
      const reversed = columnsOf([...list].reverse());
      assert.equal(weighClass(curve, 0, reversed), divisor);
      assert.deepEqual(reversed.curveWeight.reverse(), columns.curveWeight);
      assert.ok(sum(columns.curveWeight) <= divisor);
      assert.equal(divisor, sum(dividesByWork(curve) ? columns.work : columns.curveWeight));
      const twoClasses = columnsOf([...list, ...list]);
      twoClasses.classOf.fill(1, list.length);
      assert.equal(weighClass(curve, 1, twoClasses), divisor);
      assert.deepEqual(twoClasses.curveWeight.subarray(list.length), columns.curveWeight);
      assert.ok(twoClasses.curveWeight.subarray(0, list.length).every((weight) => weight === 0));
    }),
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
