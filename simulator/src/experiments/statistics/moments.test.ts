import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  mergedMoments,
  mergedPairs,
  momentsOf,
  NO_MOMENTS,
  NO_PAIRS,
  pairMomentsOf,
  standardError,
  varianceOf,
  withValue,
} from './moments.ts';

const near = (actual: number, expected: number, scale = 1): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * (scale + Math.abs(expected)), `got ${actual}, expected ${expected}`);
const lists = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 50 });

test('moments are those of the textbook', () => {
  const moments = momentsOf([2, 4, 4, 4, 5, 5, 7, 9]);
  assert.deepEqual(moments, { count: 8, mean: 5, squares: 32, min: 2, max: 9 });
  assert.deepEqual([varianceOf(moments), standardError(moments)], [32 / 7, Math.sqrt(4 / 7)]);
});

test('a large common part does not drown the spread', () => {
  near(varianceOf(momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])), 30);
});

test('merged parts are the whole', () => {
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      const [merged, whole] = [mergedMoments(momentsOf(a), momentsOf(b)), momentsOf([...a, ...b])];
      near(merged.mean, whole.mean, 1e3);
      near(merged.squares, whole.squares, 1e6);
      assert.deepEqual([merged.count, merged.min, merged.max], [whole.count, whole.min, whole.max]);
      assert.deepEqual(mergedMoments(NO_MOMENTS, whole), whole);
      assert.deepEqual(mergedMoments(whole, NO_MOMENTS), whole);
    }),
  );
});

test('pairs have the moments of each side, and their products', () => {
  fc.assert(
    fc.property(lists, (x) => {
      const y = x.map((value, at) => 3 * value + (at % 5));
      const pairs = pairMomentsOf(x, y);
      near(pairs.squaresX, momentsOf(x).squares, 1e6);
      near(pairs.squaresY, momentsOf(y).squares, 1e6);
      near(pairMomentsOf(x, x).products, pairs.squaresX, 1e6);
      const half = Math.floor(x.length / 2);
      const parts = [
        pairMomentsOf(x.slice(0, half), y.slice(0, half)),
        pairMomentsOf(x.slice(half), y.slice(half)),
      ] as const;
      near(mergedPairs(...parts).products, pairs.products, 1e6);
      assert.deepEqual(mergedPairs(pairs, NO_PAIRS), pairs);
    }),
  );
});

test('refused: a value that is no number (EXPERIMENT-VALUE), too few (EXPERIMENT-COUNT), sides of two lengths', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => withValue(NO_MOMENTS, value), { code: 'EXPERIMENT-VALUE' });
    assert.throws(() => pairMomentsOf([1], [value]), { code: 'EXPERIMENT-VALUE' });
  }
  assert.throws(() => varianceOf(momentsOf([1])), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => pairMomentsOf([1], [1, 2]), { code: 'EXPERIMENT-LENGTH' });
});
