import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { largestRemainder } from '../numbers/exact.ts';
import { grains, micrograinsPerNcuS, ncuMs, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { chargeGrains, normaliseQuantity, splitTake, type TakeRule } from './rating.ts';

const shares = fc.tuple(fc.nat({ max: 333_333 }), fc.nat({ max: 333_333 }), fc.nat({ max: 333_333 }));
const takes: fc.Arbitrary<TakeRule> = shares.map(([burn, insurance, treasury]) => ({
  burnPpm: ppm(burn),
  insurancePpm: ppm(insurance),
  treasuryPpm: ppm(treasury),
}));

test('work is the quantity in NCU·ms, rounded down', () => {
  assert.equal(normaliseQuantity({ coefficient: 1, divisor: 1_000_000 }, 2_999_999), 2);
  assert.equal(normaliseQuantity({ coefficient: 3, divisor: 2 }, 3), 4);
});

test('a charge is work times price, rounded up', () => {
  // 3 NCU·s at 50 credits per NCU·s, a credit being a million grains.
  assert.equal(chargeGrains(ncuMs(3_000), micrograinsPerNcuS(50_000_000_000_000)), 150_000_000);
  assert.equal(chargeGrains(ncuMs(1), micrograinsPerNcuS(1)), 1);
  assert.equal(chargeGrains(ncuMs(0), micrograinsPerNcuS(1)), 0);
});

test('rounds against the claimant: splitting a charge never lowers what is taken', () => {
  fc.assert(
    fc.property(takes, fc.nat({ max: 1e9 }), fc.nat({ max: 1e9 }), (take, x, y) => {
      const whole = splitTake({ take }, grains(x + y)).earnedGrains;
      const parts = splitTake({ take }, grains(x)).earnedGrains + splitTake({ take }, grains(y)).earnedGrains;
      assert.ok(parts <= whole);
    }),
  );
});

test('conserves: earned and the three parts make the charge, the parts by largest remainder', () => {
  fc.assert(
    fc.property(takes, fc.nat({ max: 2 ** 50 }).map(grains), (take, charge) => {
      const split = splitTake({ take }, charge);
      const taken = split.burnGrains + split.insuranceGrains + split.treasuryGrains;
      assert.equal(split.earnedGrains + taken, charge);
      const rates = [take.burnPpm, take.insurancePpm, take.treasuryPpm];
      const rate = rates[0]! + rates[1]! + rates[2]!;
      assert.equal(BigInt(taken), (BigInt(charge) * BigInt(rate) + 999_999n) / 1_000_000n);
      const parts = rate === 0 ? [0, 0, 0] : largestRemainder(taken, rates);
      assert.deepEqual([split.burnGrains, split.insuranceGrains, split.treasuryGrains], parts);
    }),
    { numRuns: 2_000 },
  );
});

test('refuses a charge past 2^53 - 1: KERNEL-RANGE', () => {
  const most = Number.MAX_SAFE_INTEGER;
  assert.throws(() => chargeGrains(ncuMs(most), micrograinsPerNcuS(most)), refusal('KERNEL-RANGE'));
});

test('refuses quantities that are none: KERNEL-AMOUNT', () => {
  assert.throws(() => normaliseQuantity({ coefficient: 1, divisor: 1 }, -1), refusal('KERNEL-AMOUNT'));
  for (const make of [grains, ncuMs, ppm, micrograinsPerNcuS]) {
    assert.throws(() => make(0.1), refusal('KERNEL-AMOUNT'));
    assert.equal(make(7), 7);
  }
});
