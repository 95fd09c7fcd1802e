import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testEconomy } from '../economy.fixture.ts';
import { grains, ppm } from '../numbers/quantities.ts';
import { auditProbabilityPpm, canaryPenaltyGrains, canaryRatePpm } from './audit.ts';

const { verification } = testEconomy;
const stakes = { consecutiveValid: 1_000_000, gainGrains: grains(0), payGrains: grains(0), bondGrains: grains(0) };
const amount = fc.nat({ max: 2 ** 50 }).map(grains);

test('a node without a record is always audited', () => {
  for (let valid = 0; valid < verification.consecutiveValidMin; valid += 1) {
    assert.equal(auditProbabilityPpm(testEconomy, { ...stakes, consecutiveValid: valid }), 1_000_000);
  }
});

test('a record lowers the rate as 1 / CV down to the floor', () => {
  assert.equal(auditProbabilityPpm(testEconomy, { ...stakes, consecutiveValid: 10 }), 100_000);
  const low = { verification: { ...verification, auditFloorPpm: ppm(1_000) } };
  assert.equal(auditProbabilityPpm(low, { ...stakes, consecutiveValid: 30 }), 33_334);
  assert.equal(auditProbabilityPpm(low, stakes), 1_000);
});

test('the table of the sampling theory: B/g of 1, 4, 9, 19 and 99 need 50, 20, 10, 5 and 1 %', () => {
  const sure = { verification: { ...verification, auditFloorPpm: ppm(0), detectionPpm: ppm(1_000_000) } };
  for (const [ratio, percent] of [
    [1, 50],
    [4, 20],
    [9, 10],
    [19, 5],
    [99, 1],
  ] as const) {
    const rate = auditProbabilityPpm(sure, {
      ...stakes,
      gainGrains: grains(1_000),
      payGrains: grains(1_000),
      bondGrains: grains(1_000 * ratio),
    });
    assert.equal(rate, percent * 10_000);
  }
});

test('cheating never pays at the drawn rate: q d (R + B) >= g, unless every result is audited', () => {
  fc.assert(
    fc.property(amount, amount, amount, fc.integer({ min: 1, max: 1_000_000 }), (gain, pay, bond, detection) => {
      const economy = { verification: { ...verification, detectionPpm: ppm(detection) } };
      const rate = auditProbabilityPpm(economy, { ...stakes, gainGrains: gain, payGrains: pay, bondGrains: bond });
      assert.ok(rate >= 0 && rate <= 1_000_000);
      const loss = BigInt(rate) * BigInt(detection) * (BigInt(pay) + BigInt(bond));
      if (rate < 1_000_000) assert.ok(loss >= BigInt(gain) * 1_000_000_000_000n);
    }),
  );
});

test('an outside benefit counts with the gain, and with what detection takes away', () => {
  const sure = { verification: { ...verification, auditFloorPpm: ppm(0), detectionPpm: ppm(1_000_000) } };
  const own = { ...stakes, gainGrains: grains(10), payGrains: grains(10), bondGrains: grains(90) };
  assert.equal(auditProbabilityPpm(sure, own), 100_000);
  assert.equal(auditProbabilityPpm(sure, { ...own, outsideBenefitGrains: grains(0) }), 100_000);
  // (10 + 100) / (10 + 90 + 100).
  assert.equal(auditProbabilityPpm(sure, { ...own, outsideBenefitGrains: grains(100) }), 550_000);
  const free = { ...stakes, outsideBenefitGrains: grains(5) };
  assert.equal(auditProbabilityPpm(sure, free), 1_000_000);
});

test('an outside benefit never lowers the rate', () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, (gain, pay, bond, outside) => {
      const own = { ...stakes, gainGrains: gain, payGrains: pay, bondGrains: bond };
      const rate = auditProbabilityPpm(testEconomy, { ...own, outsideBenefitGrains: outside });
      assert.ok(rate >= auditProbabilityPpm(testEconomy, own));
    }),
  );
});

test('canaries at 3 % need a penalty of 67 times the cost of a check, and make checking pay', () => {
  const rule = { floorPpm: ppm(0), safetyPpm: 2_000_000 };
  assert.equal(canaryPenaltyGrains(rule, grains(1), ppm(30_000)), 67);
  assert.equal(canaryRatePpm(rule, grains(1), grains(67)), 29_851);
  assert.equal(canaryRatePpm({ ...rule, floorPpm: ppm(30_000) }, grains(1), grains(67)), 30_000);
  assert.equal(canaryRatePpm(rule, grains(0), grains(0)), 0);
  assert.equal(canaryRatePpm(rule, grains(1), grains(0)), 1_000_000);
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 30 }), fc.integer({ min: 1, max: 2 ** 40 }), (cost, penalty) => {
      const rate = canaryRatePpm(rule, grains(cost), grains(penalty));
      if (rate < 1_000_000) assert.ok(BigInt(rate) * BigInt(penalty) >= BigInt(cost) * 2_000_000n);
    }),
  );
});
