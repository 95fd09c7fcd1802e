import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ppm } from '../numbers/quantities.ts';
import { missesAllowed } from '../security/liveness.ts';
import { judgeMeter, type MeteringRule, sequentialTest } from '../security/metering.ts';
import { assertNear } from './near.fixture.ts';
import {
  anyOf,
  auditorDetection,
  auditSize,
  committeeCapture,
  convictionProbability,
  detectionProbability,
  hoeffdingSize,
  probeFalseAlarm,
  sequentialExpectation,
} from './sampling.ts';

const shape = { honest: 0.995, cheat: 0.95, falseConviction: 1e-4, miss: 0.05 };

test('audit sizes: 299, 59 and 29 samples for 1, 5 and 10 % at 95 %; 459 for 1 % at 99 %', () => {
  assert.deepEqual(
    [0.01, 0.05, 0.1].map((share) => auditSize(share, 0.95)),
    [299, 59, 29],
  );
  assert.equal(auditSize(0.01, 0.99), 459);
  assert.equal(hoeffdingSize(0.02, 0.95), 4_612);
});

test('an audit size is the least that detects', () => {
  const share = fc.double({ min: 0.001, max: 0.9, noNaN: true });
  fc.assert(
    fc.property(share, share, (inflated, confidence) => {
      const size = auditSize(inflated, confidence);
      assert.ok(detectionProbability(inflated, size) >= confidence - 1e-12);
      assert.ok(detectionProbability(inflated, size - 1) < confidence + 1e-12);
    }),
  );
});

test('a bar of 98 % over 1,440 probes convicts the honest with 6.9e-10, 4.3e-4 and .51', () => {
  const allowed = missesAllowed({ probes: 1_440, barPpm: ppm(980_000) });
  assertNear(probeFalseAlarm(1_440, allowed, 0.995), 6.9e-10, 1e-2);
  assertNear(probeFalseAlarm(1_440, allowed, 0.99), 4.3e-4, 1.5e-2);
  assertNear(probeFalseAlarm(1_440, allowed, 0.98), 0.51, 1e-2);
});

test('the sequential test takes about 120 samples for a cheat and 87 for an honest node', () => {
  const expected = sequentialExpectation(shape);
  assertNear(expected.upperBound, 9.159, 1e-4);
  assertNear(expected.lowerBound, -2.996, 1e-3);
  assertNear(expected.samplesIfCheat, 120, 5e-3);
  assertNear(expected.samplesIfHonest, 87, 5e-3);
});

const integers = sequentialTest({
  honestPpm: ppm(995_000),
  cheatPpm: ppm(950_000),
  falseConvictionPpm: ppm(100),
  missPpm: ppm(50_000),
});

test('the kernel’s integer bounds are these bounds', () => {
  const expected = sequentialExpectation(shape);
  assert.equal(integers.convictMicronats, Math.ceil(expected.upperBound * 1e6));
  assert.equal(integers.acquitMicronats, Math.floor(expected.lowerBound * 1e6));
});

test('the probability of a conviction is what all outcomes of the kernel’s test sum to', () => {
  // A test so short that ten samples may both clear and convict.
  const short = { goodMicronats: -2, badMicronats: 3, acquitMicronats: -5, convictMicronats: 7 };
  const rule = { confidence: [], tolerancePpm: 0, slashLinePpm: 0, excessFactorPpm: 0, test: short };
  let convicted = 0;
  for (let outcome = 0; outcome < 2 ** 10; outcome += 1) {
    const bits = Array.from({ length: 10 }, (_, index) => (outcome >> index) & 1);
    const samples = bits.map((good) => ({ claimedQuantity: 1, referenceQuantity: good }));
    const good = bits.reduce((sum, bit) => sum + bit, 0);
    const { isConvicted } = judgeMeter(rule as unknown as MeteringRule, 0, samples);
    if (isConvicted) convicted += 0.7 ** good * 0.3 ** (10 - good);
  }
  assertNear(convictionProbability(short, 0.7, 10), convicted, 1e-12);
});

test('α bounds one run, not a month: 720 honest samples convict with 3.5e-4; 5 % bad ones are found in 168 with .71', () => {
  assert.ok(convictionProbability(integers, 0.995, 87) < 1e-4);
  assertNear(convictionProbability(integers, 0.995, 720), 3.48e-4, 1e-3);
  assertNear(convictionProbability(integers, 0.95, 168), 0.709, 1e-3);
  assert.ok(convictionProbability(integers, 0.95, 410) > 0.99);
});

test('committees of 21 and 31 are captured as rarely as printed', () => {
  const small = [4.51e-6, 5.66e-4, 1.83e-3];
  const large = [1.12e-8, 1.62e-5, 9.41e-5];
  [0.2, 0.3, 1 / 3].forEach((share, index) => {
    assertNear(committeeCapture(share, 21, 14), small[index]!, 2e-3);
    assertNear(committeeCapture(share, 31, 21), large[index]!, 5e-3);
  });
  assertNear(anyOf(committeeCapture(0.2, 21, 14), 8_760), 0.039, 1e-2);
});

test('auditors of whom a third colludes find .67, .89 and .96; of whom half, .5, .75 and .875', () => {
  const third = [1, 2, 3].map((auditors) => auditorDetection(1 / 3, auditors).toFixed(2));
  assert.deepEqual(third, ['0.67', '0.89', '0.96']);
  assert.deepEqual(
    [1, 2, 3].map((auditors) => auditorDetection(0.5, auditors)),
    [0.5, 0.75, 0.875],
  );
});
