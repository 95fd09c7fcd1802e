import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { floorRootOf, POWER_PLACES, powerDown } from './power.ts';

const ONE = 1n << POWER_PLACES;
const above = fc.bigInt({ min: 1n, max: 10n ** 30n });
const small = fc.integer({ min: 1, max: 12 }).map(BigInt);

test('never above the true power and within 2^-170 of it: compared as whole numbers, raised to the root', () => {
  fc.assert(
    fc.property(above, above, small, small, (x, y, exponent, ofExponent) => {
      const [denominator, numerator] = x < y ? [x, y] : [y, x];
      const power = powerDown(numerator, denominator, exponent, ofExponent);
      if (power === ONE << 1_000n) return;
      const truth = (ONE ** ofExponent * numerator ** exponent) / denominator ** exponent;
      assert.ok(power ** ofExponent <= truth);
      assert.ok((power + (power >> 170n) + 1n) ** ofExponent > truth);
    }),
    { numRuns: 500 },
  );
});

test('never falls as the base or the exponent rises, by however little', () => {
  const step = fc.bigInt({ min: 0n, max: 10n });
  const parts = fc.bigInt({ min: 1n, max: 1_000_000n });
  fc.assert(
    fc.property(above, above, parts, step, step, (denominator, more, exponent, inBase, inExponent) => {
      const power = (base: bigint, e: bigint) => powerDown(base, denominator, e, 1_000_000n);
      const base = denominator + more;
      assert.ok(power(base, exponent) <= power(base + inBase, exponent));
      assert.ok(power(base, exponent) <= power(base, exponent + inExponent));
    }),
    { numRuns: 1_000 },
  );
});

test('is monotone across powers of two, where its series begin anew', () => {
  for (const doubling of [1n, 2n, 10n, 100n]) {
    const at = 1n << (doubling + 180n);
    const powers = [-2n, -1n, 0n, 1n, 2n].map((off) => powerDown(at + off, 1n << 180n, 1n, 3n));
    assert.deepEqual(
      powers,
      [...powers].sort((x, y) => (x < y ? -1 : 1)),
    );
  }
});

test('a base of one and an exponent of nothing are one; past 2^1000 the power is held', () => {
  assert.equal(powerDown(7n, 7n, 1_000_000n, 1n), ONE);
  assert.equal(powerDown(9n, 7n, 0n, 1n), ONE);
  assert.equal(powerDown(2n, 1n, 1_000_000n, 1n), ONE << 1_000n);
});

test('roots are exact: the largest integer whose power fits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 60n }), fc.integer({ min: 1, max: 9 }), (x, degree) => {
      const root = floorRootOf(x, degree);
      assert.ok(root ** BigInt(degree) <= x && (root + 1n) ** BigInt(degree) > x);
      assert.equal(floorRootOf(x ** BigInt(degree), degree), x);
    }),
  );
});
