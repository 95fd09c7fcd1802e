import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testEconomy } from '../economy.fixture.ts';
import { grains, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  credibilityWeight,
  failureSharePpm,
  initialMasses,
  isBelowBar,
  isCredible,
  multiplierPpm,
  NO_OBSERVATIONS,
  newcomerDuesGrains,
  newcomerMultiplierPpm,
  observe,
  scorePpm,
  standingPpm,
} from './reputation.ts';

const LAMBDA = 950_000;
const NEVER_FORGETS = 1_000_000;

test('anchor 25: eight good and two bad of ten score 9/12', () => {
  assert.equal(scorePpm(observe(NEVER_FORGETS, NO_OBSERVATIONS, 8, 2)), 750_000);
});

test('anchor 25: ten failures in a row take a steady .95 reputation to .598737', () => {
  const steady = observe(LAMBDA, NO_OBSERVATIONS, 1_000, 0);
  assert.ok(Math.abs(steady.successPpm - 20_000_000) <= 20, 'the steady mass is 1 / (1 - lambda)');
  const nine = observe(LAMBDA, steady, 0, 9);
  const ten = observe(LAMBDA, nine, 0, 1);
  const ratio = ({ successPpm, failurePpm }: typeof ten) => successPpm / (successPpm + failurePpm);
  assert.ok(ratio(nine) > 0.6);
  assert.equal(ratio(ten).toFixed(6), '0.598737');
});

test('observations are the recurrence, rounded down', () => {
  fc.assert(
    fc.property(fc.nat({ max: 50 }), fc.nat({ max: 50 }), (good, bad) => {
      let success = 0n;
      let failure = 0n;
      const forget = (mass: bigint) => (mass * 950_000n) / 1_000_000n;
      for (let count = 0; count < good + bad; count += 1) {
        success = forget(success) + (count < good ? 1_000_000n : 0n);
        failure = forget(failure) + (count < good ? 0n : 1_000_000n);
      }
      assert.deepEqual(observe(LAMBDA, NO_OBSERVATIONS, good, bad), {
        successPpm: Number(success),
        failurePpm: Number(failure),
      });
    }),
  );
});

test('a newcomer starts at the least weight, and pays its dues by confirmed work', () => {
  const newcomer = scorePpm(NO_OBSERVATIONS);
  assert.equal(newcomer, 500_000);
  assert.equal(multiplierPpm(testEconomy, newcomer), testEconomy.reputation.multiplierMinPpm);
  let last = 0;
  for (const good of [0, 1, 5, 20, 100]) {
    const multiplier = multiplierPpm(testEconomy, scorePpm(observe(LAMBDA, NO_OBSERVATIONS, good, 0)));
    assert.ok(multiplier > last);
    last = multiplier;
  }
  assert.equal(multiplierPpm(testEconomy, ppm(1_000_000)), testEconomy.reputation.multiplierMaxPpm);
});

test('a score below one half weighs like a newcomer: dropping an identity gains nothing', () => {
  const bad = scorePpm(observe(LAMBDA, NO_OBSERVATIONS, 0, 20));
  assert.ok(bad < 500_000);
  assert.equal(multiplierPpm(testEconomy, bad), testEconomy.reputation.multiplierMinPpm);
});

test('the failure share of a newcomer is zero, and failures raise it', () => {
  assert.equal(failureSharePpm(NO_OBSERVATIONS), 0);
  assert.equal(failureSharePpm(observe(LAMBDA, NO_OBSERVATIONS, 0, 1)), 333_333);
  assert.ok(failureSharePpm(observe(LAMBDA, NO_OBSERVATIONS, 0, 100)) > 900_000);
});

test('refuses counts that no epoch can have: KERNEL-AMOUNT', () => {
  for (const count of [-1, 0.5, 100_001]) {
    assert.throws(() => observe(LAMBDA, NO_OBSERVATIONS, count, 0), refusal('KERNEL-AMOUNT'));
    assert.throws(() => observe(LAMBDA, NO_OBSERVATIONS, 1, count), refusal('KERNEL-AMOUNT'));
  }
});

test('each kind of offence has its memory and its bar: 41 failures in a row for liveness, 10 for work', () => {
  const straight = (rule: Parameters<typeof isBelowBar>[0] & Parameters<typeof initialMasses>[0]) => {
    let masses = initialMasses(rule);
    let failures = 0;
    for (; !isBelowBar(rule, masses); failures += 1) masses = observe(rule.lambdaPpm, masses, 0, 1);
    return failures;
  };
  // .999^40 = .96077, .999^41 = .95981; .95^9 = .63025, .95^10 = .59874.
  assert.equal(straight({ lambdaPpm: ppm(999_000), barPpm: ppm(960_000), initialSuccesses: 1_000 }), 41);
  assert.equal(straight({ lambdaPpm: ppm(LAMBDA), barPpm: ppm(600_000), initialSuccesses: 20 }), 10);
});

test('a standing is compared exactly: at the bar is not below it', () => {
  assert.equal(isBelowBar({ barPpm: ppm(600_000) }, { successPpm: 600, failurePpm: 400 }), false);
  assert.equal(isBelowBar({ barPpm: ppm(600_000) }, { successPpm: 599, failurePpm: 400 }), true);
  assert.deepEqual([standingPpm({ successPpm: 2, failurePpm: 1 }), standingPpm(NO_OBSERVATIONS)], [666_666, 1_000_000]);
  assert.equal(isBelowBar({ barPpm: ppm(1_000_000) }, NO_OBSERVATIONS), false);
});

test('a newcomer’s ramp rises from .5 to 1 in 30 days', () => {
  const ramp = { multiplierMinPpm: ppm(500_000), rampEpochs: 720 };
  const at = [0, 1, 360, 719, 720, 10_000].map((age) => newcomerMultiplierPpm(ramp, age));
  assert.deepEqual(at, [500_000, 500_694, 750_000, 999_305, 1_000_000, 1_000_000]);
  assert.equal(newcomerMultiplierPpm({ ...ramp, rampEpochs: 0 }, 0), 1_000_000);
});

test('dues are the sum of what the ramp keeps back, and never overstated', () => {
  const ramps = fc.record({ multiplierMinPpm: fc.nat({ max: 1_000_000 }).map(ppm), rampEpochs: fc.nat({ max: 300 }) });
  fc.assert(
    fc.property(ramps, fc.nat({ max: 10_000_000 }), (ramp, revenue) => {
      let keptPpm = 0;
      for (let age = 0; age < ramp.rampEpochs; age += 1) keptPpm += 1_000_000 - newcomerMultiplierPpm(ramp, age);
      const dues = newcomerDuesGrains(ramp, grains(revenue));
      const kept = (BigInt(revenue) * BigInt(keptPpm)) / 1_000_000n;
      assert.ok(BigInt(dues) <= kept);
      assert.ok(kept - BigInt(dues) <= (BigInt(revenue) * BigInt(ramp.rampEpochs)) / 1_000_000n + 1n);
    }),
  );
  const reference = { multiplierMinPpm: ppm(500_000), rampEpochs: 720 };
  assert.equal(newcomerDuesGrains(reference, grains(1_000_000)), 180_250_000);
});

test('votes weigh max(score / 3, 3) - 1, and a result needs the credibility of its trust', () => {
  assert.deepEqual([0, 11, 12, 30].map(credibilityWeight), [2, 2, 3, 9]);
  assert.equal(isCredible(9n, 10n, 10), false);
  assert.equal(isCredible(91n, 100n, 10), true);
  assert.equal(isCredible(1n, 10n, 1), true);
});
