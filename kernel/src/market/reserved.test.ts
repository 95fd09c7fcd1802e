import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { grains, micrograinsPerNcuS, ncuMs, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  deliveryPenalty,
  payAfterPenalty,
  type ReservedRule,
  type ReservedSlot,
  reservationBond,
  slaAllowance,
  slaCreditGrains,
  slaCreditPpm,
} from './reserved.ts';

const rule: ReservedRule = {
  gapFactorPpm: 2_000_000,
  missedFeePpm: ppm(100_000),
  allowancePpm: ppm(10_000),
  credits: [
    { availabilityPpmBelow: ppm(999_900), creditPpm: ppm(100_000) },
    { availabilityPpmBelow: ppm(990_000), creditPpm: ppm(300_000) },
    { availabilityPpmBelow: ppm(950_000), creditPpm: ppm(1_000_000) },
  ],
};
/** An NCU·s costs a thousand grains by contract and `spot` thousandths of that at spot; all of a million NCU·s is missed. */
function missedAll(spot: number, allowance = 0): ReservedSlot {
  return {
    promisedNcuMs: ncuMs(1_000_000_000),
    deliveredNcuMs: ncuMs(0),
    allowanceNcuMs: ncuMs(allowance),
    contractMicrograinsPerNcuS: micrograinsPerNcuS(1_000_000_000),
    spotMicrograinsPerNcuS: micrograinsPerNcuS(spot * 1_000_000),
  };
}
const slots: fc.Arbitrary<ReservedSlot> = fc
  .tuple(fc.nat({ max: 1e9 }), fc.nat({ max: 1e9 }), fc.nat({ max: 1e9 }), fc.nat({ max: 1e12 }), fc.nat({ max: 1e12 }))
  .map(([promised, delivered, allowance, contract, spot]) => ({
    promisedNcuMs: ncuMs(promised),
    deliveredNcuMs: ncuMs(delivered),
    allowanceNcuMs: ncuMs(allowance),
    contractMicrograinsPerNcuS: micrograinsPerNcuS(contract),
    spotMicrograinsPerNcuS: micrograinsPerNcuS(spot),
  }));

/** Penalty over the gain of having sold the missed capacity at spot instead. */
function attackCostRatio(gapFactorPpm: number, spot: number): string {
  const { toConsumerGrains, toInsuranceGrains } = deliveryPenalty({ ...rule, gapFactorPpm }, missedAll(spot));
  return ((toConsumerGrains + toInsuranceGrains) / ((spot - 1_000) * 1_000_000)).toFixed(2);
}

test('selling capacity twice costs 2.5, 2.1, 2.03 times its gain at gaps of 20, 100, 300 % with c = 2, f = 10 %', () => {
  assert.deepEqual(
    [1_200, 2_000, 4_000].map((spot) => attackCostRatio(2_000_000, spot)),
    ['2.50', '2.10', '2.03'],
  );
  assert.deepEqual(
    [1_200, 2_000, 4_000].map((spot) => attackCostRatio(1_250_000, spot)),
    ['1.75', '1.35', '1.28'],
  );
});

test('the consumer gets the gap and f, insurance the second gap', () => {
  const { toConsumerGrains, toInsuranceGrains, missedNcuMs } = deliveryPenalty(rule, missedAll(1_500));
  assert.deepEqual([missedNcuMs, toConsumerGrains, toInsuranceGrains], [1_000_000_000, 600_000_000, 500_000_000]);
});

test('within the allowance c is 1, and what the slot took of it is gone', () => {
  const half = deliveryPenalty(rule, missedAll(1_500, 400_000_000));
  assert.deepEqual([half.toConsumerGrains, half.toInsuranceGrains], [600_000_000, 300_000_000]);
  assert.equal(half.allowanceLeftNcuMs, 0);
  const all = deliveryPenalty(rule, missedAll(1_500, 1_500_000_000));
  assert.deepEqual([all.toConsumerGrains, all.toInsuranceGrains], [600_000_000, 0]);
  assert.equal(all.allowanceLeftNcuMs, 500_000_000);
  assert.equal(slaAllowance(rule, ncuMs(1_099)), 10);
});

test('with spot below the contract only f is due, and delivering more is no merit', () => {
  const cheap = deliveryPenalty(rule, missedAll(500));
  assert.deepEqual([cheap.toConsumerGrains, cheap.toInsuranceGrains], [100_000_000, 0]);
  const over = deliveryPenalty(rule, { ...missedAll(2_000), deliveredNcuMs: ncuMs(1_000_000_001) });
  assert.deepEqual(over, { missedNcuMs: 0, allowanceLeftNcuMs: 0, toConsumerGrains: 0, toInsuranceGrains: 0 });
});

test('conserves: the parts sum to [c gap + f p] Q, rounded up once, with c = 1 inside the allowance', () => {
  fc.assert(
    fc.property(slots, fc.integer({ min: 1_000_000, max: 4_000_000 }), (slot, gapFactorPpm) => {
      const penalty = deliveryPenalty({ ...rule, gapFactorPpm }, slot);
      const missed = Math.max(0, slot.promisedNcuMs - slot.deliveredNcuMs);
      const excused = Math.min(missed, slot.allowanceNcuMs);
      const gap = BigInt(Math.max(0, slot.spotMicrograinsPerNcuS - slot.contractMicrograinsPerNcuS));
      const fee = BigInt(slot.contractMicrograinsPerNcuS) * 100_000n;
      const due =
        (gap * 1_000_000n + fee) * BigInt(excused) + (gap * BigInt(gapFactorPpm) + fee) * BigInt(missed - excused);
      assert.equal(BigInt(penalty.toConsumerGrains + penalty.toInsuranceGrains), (due + 10n ** 15n - 1n) / 10n ** 15n);
      assert.ok(penalty.toInsuranceGrains >= 0);
      assert.equal(penalty.allowanceLeftNcuMs + excused, slot.allowanceNcuMs);
    }),
    { numRuns: 1_000 },
  );
});

test('delivering less never costs less', () => {
  fc.assert(
    fc.property(slots, fc.nat({ max: 1e9 }), (slot, fewer) => {
      const total = (one: ReservedSlot) => {
        const { toConsumerGrains, toInsuranceGrains } = deliveryPenalty(rule, one);
        return toConsumerGrains + toInsuranceGrains;
      };
      const deliveredNcuMs = ncuMs(Math.max(0, slot.deliveredNcuMs - fewer));
      assert.ok(total({ ...slot, deliveredNcuMs }) >= total(slot));
    }),
  );
});

test('service credits: 10 % below 99.99, 30 % below 99, all below 95, by the exact ratio', () => {
  const credit = (delivered: number) => slaCreditPpm(rule, ncuMs(1_000_000), ncuMs(delivered));
  const delivered = [1_000_000, 999_900, 999_899, 990_000, 989_999, 950_000, 949_999, 0];
  const credits = [0, 0, 100_000, 100_000, 300_000, 300_000, 1_000_000, 1_000_000];
  assert.deepEqual(delivered.map(credit), credits);
  assert.equal(slaCreditPpm(rule, ncuMs(0), ncuMs(0)), 0);
  const term = { promisedNcuMs: ncuMs(10_000), deliveredNcuMs: ncuMs(9_899), chargedGrains: grains(1_001) };
  assert.equal(slaCreditGrains(rule, term), 300);
});

test('the bond covers missing everything at the cap price for as long as a replacement takes', () => {
  const contract = micrograinsPerNcuS(1_000_000_000);
  const bond = reservationBond(rule, ncuMs(1_000_000_000), contract, micrograinsPerNcuS(4_000_000_000));
  assert.equal(bond, (2 * 3 + 0.1) * 1_000_000_000);
  fc.assert(
    fc.property(slots, (slot) => {
      const cap = micrograinsPerNcuS(1e12);
      const least = reservationBond(rule, slot.promisedNcuMs, slot.contractMicrograinsPerNcuS, cap);
      const { toConsumerGrains, toInsuranceGrains } = deliveryPenalty(rule, slot);
      assert.ok(toConsumerGrains + toInsuranceGrains <= least);
    }),
  );
});

test('partial work pays its value less the penalty, and the bond the rest of it', () => {
  assert.deepEqual(payAfterPenalty(grains(100), grains(30)), { paidGrains: 70, fromBondGrains: 0 });
  assert.deepEqual(payAfterPenalty(grains(100), grains(130)), { paidGrains: 0, fromBondGrains: 30 });
});

test('refuses a penalty past 2^53 - 1 grains: KERNEL-RANGE', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const slot = { ...missedAll(0), promisedNcuMs: ncuMs(most), spotMicrograinsPerNcuS: micrograinsPerNcuS(most) };
  assert.throws(() => deliveryPenalty(rule, slot), refusal('KERNEL-RANGE'));
});
