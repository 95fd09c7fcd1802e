import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertNear } from './near.fixture.ts';
import { binomialTail, hypergeometricTail, studentQuantile, studentWithin } from './probability.ts';

function choose(n: number, k: number): bigint {
  let result = 1n;
  for (let index = 1; index <= k; index += 1) result = (result * BigInt(n - k + index)) / BigInt(index);
  return result;
}

test('binomial tails equal exact fractions', () => {
  const shares = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 61 }), shares, (n, k, tenths) => {
      let exact = 0n;
      for (let count = k; count <= n; count += 1) {
        exact += choose(n, count) * BigInt(tenths) ** BigInt(count) * BigInt(10 - tenths) ** BigInt(n - count);
      }
      const expected = Number((exact * 10n ** 40n) / 10n ** BigInt(n)) / 1e40;
      assert.ok(Math.abs(binomialTail(n, tenths / 10, k) - expected) <= 1e-12 * expected + 1e-38);
    }),
  );
  assert.deepEqual([binomialTail(5, 0, 1), binomialTail(5, 1, 5), binomialTail(5, 0.5, 6)], [0, 1, 0]);
});

test('hypergeometric tails equal exact fractions, and are below the binomial far out', () => {
  const pools = fc.tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.nat({ max: 60 }),
    fc.nat({ max: 60 }),
    fc.nat({ max: 30 }),
  );
  fc.assert(
    fc.property(pools, ([pool, bad, n, k]) => {
      if (bad > pool || n > pool) return;
      let exact = 0n;
      for (let count = k; count <= Math.min(n, bad); count += 1) {
        if (n - count <= pool - bad) exact += choose(bad, count) * choose(pool - bad, n - count);
      }
      const expected = Number((exact * 10n ** 40n) / choose(pool, n)) / 1e40;
      assert.ok(Math.abs(hypergeometricTail(pool, bad, n, k) - expected) <= 1e-12 * expected + 1e-38);
    }),
  );
  assert.ok(hypergeometricTail(100, 20, 21, 14) < binomialTail(21, 0.2, 14));
  assertNear(hypergeometricTail(1_000_000, 200_000, 21, 14), binomialTail(21, 0.2, 14), 1e-3);
});

test('quantiles of Student’s t as printed in every table', () => {
  const printed = [
    [0.95, 1, 6.313752],
    [0.95, 2, 2.919986],
    [0.95, 9, 1.833113],
    [0.95, 29, 1.699127],
    [0.975, 10, 2.228139],
    [0.99, 99, 2.364606],
  ] as const;
  for (const [confidence, degrees, quantile] of printed) {
    assert.equal(studentQuantile(confidence, degrees).toFixed(6), quantile.toFixed(6));
  }
  assert.equal(studentQuantile(0.5, 7) < 1e-9, true);
  assert.equal(studentWithin(0, 5), 0);
});
