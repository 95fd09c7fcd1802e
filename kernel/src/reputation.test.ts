import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testEconomy } from './economy.fixture.ts';
import { ppm } from './quantities.ts';
import { refusal } from './refusal.fixture.ts';
import { failureSharePpm, multiplierPpm, NO_OBSERVATIONS, observe, scorePpm } from './reputation.ts';

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
