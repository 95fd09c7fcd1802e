import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { giniCoefficient, herfindahlIndex, jainIndex, largestShare, nakamotoCoefficient } from './concentration.ts';
import { assertNear } from './near.fixture.ts';

test('anchor 31', () => {
  assertNear(jainIndex([1, 2, 3, 4]), 5 / 6, 1e-15);
  assertNear(giniCoefficient([1, 2, 3, 4]), 1 / 4, 1e-15);
  const uneven = [1, 1, 1, 7];
  assertNear(jainIndex(uneven), 25 / 52, 1e-15);
  assertNear(giniCoefficient(uneven), 9 / 20, 1e-15);
  assertNear(herfindahlIndex(uneven), 13 / 25, 1e-15);
  assert.equal(nakamotoCoefficient(uneven), 1);
  assert.equal(largestShare(uneven), 0.7);
});

test('exactly half is not more than half', () => {
  assert.equal(nakamotoCoefficient([5, 3, 2]), 2);
  assert.equal(nakamotoCoefficient([1, 1, 1, 1]), 3);
  assert.equal(nakamotoCoefficient([2, 1, 1, 1, 1], 1 / 3), 2);
});

const values = fc
  .array(fc.nat({ max: 1e9 }), { minLength: 1, maxLength: 40 })
  .filter((list) => list.some((value) => value > 0));

test('are their definitions, whatever the order and the unit', () => {
  fc.assert(
    fc.property(values, (list) => {
      const n = list.length;
      const mean = list.reduce((sum, value) => sum + value, 0) / n;
      const differences = list.flatMap((x) => list.map((y) => Math.abs(x - y))).reduce((sum, one) => sum + one, 0);
      const gini = giniCoefficient(list);
      assert.ok(Math.abs(gini - differences / (2 * n * n * mean)) < 1e-12);
      assertNear(jainIndex(list) * herfindahlIndex(list) * n, 1, 1e-12);
      const other = list.toReversed().map((value) => 1_000 * value);
      assert.ok(Math.abs(giniCoefficient(other) - gini) < 1e-12);
      assert.equal(nakamotoCoefficient(other), nakamotoCoefficient(list));
      assertNear(largestShare(other), largestShare(list), 1e-12);
    }),
  );
});

test('of equals and of nobody', () => {
  const equal = [3, 3, 3, 3];
  assert.deepEqual([jainIndex(equal), giniCoefficient(equal), herfindahlIndex(equal)], [1, 0, 0.25]);
  const none = [0, 0];
  assert.deepEqual([jainIndex(none), giniCoefficient(none), herfindahlIndex(none), largestShare(none)], [1, 0, 0, 0]);
});
