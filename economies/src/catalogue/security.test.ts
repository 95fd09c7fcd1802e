import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequentialTest, studentQuantile } from '@stannary/kernel';
import { loadEconomy } from '../index.ts';

const { economy } = await loadEconomy('reference');

test("the reference's confidence table is Student's 95 % quantile, rounded up", () => {
  for (const { samplesMin, quantilePpm } of economy.metering.confidence) {
    assert.equal(quantilePpm, Math.ceil(studentQuantile(0.95, samplesMin - 1) * 1_000_000), `${samplesMin}`);
  }
});

test('the sequential test is derived from its four probabilities', async () => {
  const probabilities = { honestPpm: 990_000, cheatPpm: 900_000, falseConvictionPpm: 1_000, missPpm: 100_000 };
  const set = [['metering.test', '{ honest: 99 %, cheat: 90 %, falseConviction: 0.1 %, miss: 10 % }']] as const;
  const changed = await loadEconomy('reference', { set });
  assert.deepEqual(
    changed.economy.metering.test,
    sequentialTest(probabilities as Parameters<typeof sequentialTest>[0]),
  );
});

test('a window has as many probes as whole slots', async () => {
  assert.equal(economy.liveness.window.probes, 1_440);
  const set = [['liveness.window', '{ length: 3601 s, slot: 60 s }']] as const;
  assert.equal((await loadEconomy('reference', { set })).economy.liveness.window.probes, 60);
});

test('the bar of absence stands 1.5 points below what every class promises', () => {
  const promised = Math.min(...economy.classes.map(({ slo }) => slo.availabilityPpm));
  assert.ok(economy.liveness.window.barPpm <= promised - 15_000);
  const offline = economy.offences.find(({ offence }) => offence === 'offline')!;
  assert.equal(offline.threshold, economy.liveness.window.barPpm);
  assert.equal(offline.ceilingPpm, economy.liveness.commonCause.ceilingPpm);
});

test('equivocation and wrong results are live, all else in shadow', () => {
  const live = economy.offences.filter(({ mode }) => mode === 'live').map(({ offence }) => offence);
  assert.deepEqual(live, ['equivocation', 'wrong-result']);
});

test('a missed canary costs what checking saves, twice over, at the least share of canaries', () => {
  const { canaries, canaryPenaltyGrains } = economy.verification;
  const expected = canaries.floorPpm * canaryPenaltyGrains;
  assert.ok(expected >= canaries.safetyPpm * economy.assumptions.checkCostGrains);
});

test('a schedule of none is no schedule, another kind replaces the fields of the one before', async () => {
  const none = await loadEconomy('reference', { set: [['vesting.schedule', '{ kind: none }']] });
  assert.equal(none.economy.vesting.schedule, null);
  const steps = '{ kind: graduated, withhold: [{ age: 0 d, share: 75 % }], returns: [{ age: 15 d, share: 50 % }] }';
  const graduated = await loadEconomy('reference', { set: [['vesting.schedule', steps]] });
  assert.deepEqual(graduated.economy.vesting.schedule, {
    kind: 'graduated',
    withhold: [{ ageEpochsMin: 0, sharePpm: 750_000 }],
    returns: [{ ageEpochsMin: 360, sharePpm: 500_000 }],
  });
});
