import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { auditProbabilityPpm } from './audit.ts';
import { testEconomy } from './economy.fixture.ts';
import { grains, ppm } from './quantities.ts';

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
