import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DrawSequence } from '../numbers/draws.ts';
import {
  holmAdjusted,
  meanInterval,
  meanLowerBound,
  pairedDifference,
  positiveMeanP,
  ratioInterval,
  runsNeeded,
  shareInterval,
} from './bounds.ts';
import { momentsOf, pairMomentsOf } from './moments.ts';

const VALUES = [2.1, 3.4, 1.9, 5.6, 4.4, 9.8, 3.3, 2.7];
const near = (actual: number, expected: number, error = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= error * Math.abs(expected), `got ${actual}, expected ${expected}`);

test('intervals of a mean are those of other programs', () => {
  const moments = momentsOf(VALUES);
  const { low, high } = meanInterval(moments, 0.9);
  near(low, 2.4191359044488148);
  near(high, 5.8808640955511855);
  near(meanLowerBound(moments, 0.95), low);
  near(positiveMeanP(moments), 0.0013298316469509011);
});

test('a lower bound is below the mean in about its share of samples', () => {
  let missed = 0;
  for (let seed = 0; seed < 2_000; seed += 1) {
    const draws = new DrawSequence(seed);
    const moments = momentsOf(Array.from({ length: 6 }, () => draws.normal()));
    if (meanLowerBound(moments, 0.95) > 0) missed += 1;
    assert.equal(meanLowerBound(moments, 0.95) > 0, positiveMeanP(moments) < 0.05);
  }
  assert.ok(Math.abs(missed / 2_000 - 0.05) < 4 * Math.sqrt((0.05 * 0.95) / 2_000));
});

test('values without spread leave no doubt, and no NaN', () => {
  assert.equal(meanLowerBound(momentsOf([3, 3]), 0.95), 3);
  assert.deepEqual(
    [1, 0, -1].map((value) => positiveMeanP(momentsOf([value, value]))),
    [0, 1, 1],
  );
});

test('Fieller: the ratios at which the mean of X − θY just differs from 0', () => {
  const y = VALUES.map((value, at) => 0.3 * value + 2 + ((at * 5) % 3));
  const interval = ratioInterval(pairMomentsOf(VALUES, y), 0.95);
  assert.ok(interval.kind === 'between');
  for (const theta of [interval.low, interval.high]) {
    near(positiveMeanP(momentsOf(VALUES.map((x, at) => Math.sign(theta - 1.2) * (theta * y[at]! - x)))), 0.025, 1e-8);
  }
});

test('Fieller covers the ratio of the means, and says when nothing is known', () => {
  let missed = 0;
  for (let seed = 0; seed < 1_000; seed += 1) {
    const draws = new DrawSequence(seed);
    const x = Array.from({ length: 8 }, () => 3 + draws.normal());
    const y = Array.from({ length: 8 }, () => 0.7 + draws.normal());
    const interval = ratioInterval(pairMomentsOf(x, y), 0.9);
    const truth = 3 / 0.7;
    if (interval.kind === 'between' && !(interval.low <= truth && truth <= interval.high)) missed += 1;
    if (interval.kind === 'outside' && truth > interval.below && truth < interval.above) missed += 1;
  }
  assert.ok(Math.abs(missed / 1_000 - 0.1) < 4 * Math.sqrt(0.09 / 1_000), `${missed}`);
  assert.deepEqual(ratioInterval(pairMomentsOf([1, -1, 1, -1], [1, 1, -1, -1.01]), 0.95), { kind: 'everything' });
  assert.equal(ratioInterval(pairMomentsOf([10, 10.1, 10.2], [1, -1, 0.1]), 0.95).kind, 'outside');
  const exact = ratioInterval(pairMomentsOf([4, 4], [2, 2]), 0.95);
  assert.deepEqual(exact, { kind: 'between', low: 2, high: 2 });
});

test('shared draws make a difference sharper', () => {
  const draws = new DrawSequence(2);
  const noise = Array.from({ length: 50 }, () => draws.normal());
  const a = noise.map((value) => 1.1 + value + 0.01 * draws.normal());
  const difference = pairedDifference(a, noise, 0.95);
  assert.ok(difference.lowerBound > 1 && difference.interval.high < 1.2);
  assert.ok(difference.correlation > 0.99 && difference.runsSaved > 1_000);
  const same = pairedDifference([1, 2], [1, 2], 0.95);
  assert.deepEqual([same.mean, same.lowerBound, same.runsSaved], [0, 0, Number.POSITIVE_INFINITY]);
  const flat = pairedDifference([1, 1], [1, 1], 0.95);
  assert.deepEqual([flat.correlation, flat.runsSaved], [0, 1]);
});

test('runs for a power: 6.19·(s / δ)² at 95 % and 80 %', () => {
  assert.equal(runsNeeded({ deviation: 10, effect: 1 }), 619);
  assert.equal(runsNeeded({ deviation: 1, effect: 1, least: 200 }), 200);
  let shown = 0;
  for (let seed = 0; seed < 500; seed += 1) {
    const draws = new DrawSequence(seed);
    const values = Array.from({ length: runsNeeded({ deviation: 4, effect: 1 }) }, () => 1 + 4 * draws.normal());
    if (meanLowerBound(momentsOf(values), 0.95) > 0) shown += 1;
  }
  assert.ok(Math.abs(shown / 500 - 0.8) < 4 * Math.sqrt(0.16 / 500), `${shown}`);
});

test("Holm's correction, from the textbook", () => {
  const adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005]);
  for (const [at, expected] of [0.03, 0.06, 0.06, 0.02].entries()) near(adjusted[at]!, expected);
  assert.deepEqual([holmAdjusted([]), holmAdjusted([0.7, 0.8])], [[], [1, 1]]);
});

test('Holm never lowers a p, keeps their order, and is never stricter than Bonferroni', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (p) => {
      const adjusted = holmAdjusted(p);
      for (const [a, value] of p.entries()) {
        assert.ok(adjusted[a]! >= value && adjusted[a]! <= Math.min(1, p.length * value));
        for (const [b, other] of p.entries()) assert.ok(value > other || adjusted[a]! <= adjusted[b]!);
      }
    }),
  );
});

test('refused: shares and effects out of range (EXPERIMENT-RANGE), one value (EXPERIMENT-COUNT)', () => {
  const moments = momentsOf(VALUES);
  for (const confidence of [0, 1, 95]) {
    assert.throws(() => meanInterval(moments, confidence), { code: 'EXPERIMENT-RANGE' });
    assert.throws(() => meanLowerBound(moments, confidence), { code: 'EXPERIMENT-RANGE' });
    assert.throws(() => ratioInterval(pairMomentsOf(VALUES, VALUES), confidence), { code: 'EXPERIMENT-RANGE' });
  }
  assert.throws(() => runsNeeded({ deviation: 1, effect: 0 }), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => runsNeeded({ deviation: Number.NaN, effect: 1 }), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => holmAdjusted([1.5]), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => meanInterval(momentsOf([1]), 0.9), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => ratioInterval(pairMomentsOf([1], [1]), 0.9), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => pairedDifference([1, 2], [1], 0.9), { code: 'EXPERIMENT-LENGTH' });
});

test('an interval of shares holds their mean, and leaves 0 to 1 as little as they do', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(share, { minLength: 2, maxLength: 40 }), (values) => {
      const moments = momentsOf(values);
      const { low, high } = shareInterval(moments, 0.95);
      assert.ok(low >= 0 && high <= 1, `${low} to ${high}`);
      assert.ok(low <= moments.mean + 1e-12 && high >= moments.mean - 1e-12, `${moments.mean}: ${low} to ${high}`);
    }),
  );
  for (const all of [0, 1]) {
    assert.deepEqual(shareInterval(momentsOf([all, all, all]), 0.95), { low: all, high: all });
  }
});

test('where the shares are far from their ends, so is their interval Student’s', () => {
  const moments = momentsOf(Array.from({ length: 400 }, (_, at) => 0.5 + 0.01 * ((at % 5) - 2)));
  const [share, student] = [shareInterval(moments, 0.95), meanInterval(moments, 0.95)];
  assert.ok(Math.abs(share.low - student.low) < 1e-6 && Math.abs(share.high - student.high) < 1e-6);
  const near = momentsOf([1, 1, 1, 1, 0.96]);
  assert.ok(meanInterval(near, 0.95).high > 1 && shareInterval(near, 0.95).high < 1);
});

test('refused: an interval of shares that are none (EXPERIMENT-RANGE)', () => {
  for (const values of [
    [0.5, 1.1],
    [-0.1, 0.5],
  ]) {
    assert.throws(() => shareInterval(momentsOf(values), 0.95), { code: 'EXPERIMENT-RANGE' });
  }
});
