import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { judgeMeter, type MeteringRule, type MeterSample, sequentialTest } from './metering.ts';

const probabilities = {
  honestPpm: ppm(995_000),
  cheatPpm: ppm(950_000),
  falseConvictionPpm: ppm(100),
  missPpm: ppm(50_000),
};
const rule: MeteringRule = {
  // Student's 95 % quantiles for 9, 29 and 99 degrees of freedom.
  confidence: [
    { samplesMin: 10, quantilePpm: 1_833_113 },
    { samplesMin: 30, quantilePpm: 1_699_127 },
    { samplesMin: 100, quantilePpm: 1_660_391 },
  ],
  tolerancePpm: ppm(30_000),
  warnPpm: ppm(20_000),
  slashLinePpm: ppm(50_000),
  slashPpm: ppm(100_000),
  excessFactorPpm: 3_000_000,
  test: sequentialTest(probabilities),
};

/** Samples of 1,000,000 true units: inflated by the same excess, with a spread that sums to zero. */
function samples(count: number, excessPpm: number, spread = 0): MeterSample[] {
  return Array.from({ length: count }, (_, index) => ({
    claimedQuantity: 1_000_000 + excessPpm,
    referenceQuantity: 1_000_000 + (index % 2 === 0 ? spread : -spread),
  }));
}

describe('the sequential test', () => {
  test('of .995 against .95 at 1e-4 and .05 has the bounds 9.159 and -2.996', () => {
    assert.deepEqual(rule.test, {
      goodMicronats: -46_281,
      badMicronats: 2_302_585,
      acquitMicronats: -2_995_633,
      convictMicronats: 9_159_048,
    });
  });

  test('equals the engine’s logarithm to a millionth, and errs to the node’s side', () => {
    const share = fc.integer({ min: 1, max: 999_999 });
    fc.assert(
      fc.property(share, share, share, share, (p, q, a, b) => {
        const [cheat, honest] = [Math.min(p, q), Math.max(p, q)];
        const [alpha, beta] = [Math.ceil(a / 2), Math.floor(b / 2)];
        if (cheat === honest || beta === 0 || alpha + beta >= 1_000_000) return;
        const derived = sequentialTest({
          honestPpm: ppm(honest),
          cheatPpm: ppm(cheat),
          falseConvictionPpm: ppm(alpha),
          missPpm: ppm(beta),
        });
        const micronats = (x: number, y: number) => 1e6 * Math.log(x / y);
        const isFloor = (value: number, real: number) => value <= real + 1e-6 && value > real - 1 - 1e-6;
        assert.ok(isFloor(derived.goodMicronats, micronats(cheat, honest)));
        assert.ok(isFloor(derived.badMicronats, micronats(1e6 - cheat, 1e6 - honest)));
        assert.ok(isFloor(derived.acquitMicronats, micronats(beta, 1e6 - alpha)));
        assert.ok(isFloor(-derived.convictMicronats, micronats(alpha, 1e6 - beta)));
      }),
    );
  });

  test('convicts after four bad samples in a row, and begins anew after 65 good ones', () => {
    const bad = samples(4, 100_000);
    assert.equal(judgeMeter(rule, 0, bad.slice(1)).isConvicted, false);
    assert.equal(judgeMeter(rule, 0, bad).isConvicted, true);
    assert.equal(judgeMeter(rule, 0, samples(64, 0)).scoreMicronats, 64 * -46_281);
    assert.equal(judgeMeter(rule, 0, samples(65, 0)).scoreMicronats, 0);
  });

  test('carried from judgement to judgement is one test', () => {
    const outcome = fc.boolean().map((good) => samples(1, good ? 0 : 100_000)[0]!);
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 120 }), fc.nat({ max: 120 }), (list, cut) => {
        const whole = judgeMeter(rule, 0, list);
        const first = judgeMeter(rule, 0, list.slice(0, cut));
        if (first.isConvicted) return assert.ok(whole.isConvicted);
        const second = judgeMeter(rule, 0, list.slice(cut), first.scoreMicronats);
        assert.deepEqual([whole.isConvicted, whole.scoreMicronats], [second.isConvicted, second.scoreMicronats]);
      }),
    );
  });

  test('refuses what is no test: KERNEL-RANGE', () => {
    for (const wrong of [
      { honestPpm: 950_000 },
      { honestPpm: 1_000_000 },
      { cheatPpm: 0 },
      { falseConvictionPpm: 0 },
      { missPpm: 0 },
      { missPpm: 999_900 },
    ]) {
      const asked = { ...probabilities, ...wrong } as typeof probabilities;
      assert.throws(() => sequentialTest(asked), refusal('KERNEL-RANGE'));
    }
  });
});

describe('a meter', () => {
  const claim = 10_000_000;

  test('that agrees is paid in full', () => {
    const judged = judgeMeter(rule, claim, samples(30, 0));
    assert.deepEqual([judged.payableQuantity, judged.finding, judged.slashPpm], [claim, 'paid', 0]);
  });

  test('with too few samples is paid as it is, and the test goes on', () => {
    const judged = judgeMeter(rule, claim, samples(9, 100_000).slice(0, 3));
    assert.deepEqual([judged.payableQuantity, judged.finding], [claim, 'unsampled']);
    assert.equal(judged.scoreMicronats, 3 * 2_302_585);
  });

  test('is paid at the lower confidence bound: R - t·se', () => {
    // 100 samples of 1 ± 1 %: se = .01 / sqrt(99), t = 1.660391.
    const judged = judgeMeter(rule, claim, samples(100, 0, 10_000));
    assert.equal(judged.lowerBoundPpm, 1_000_000 - Math.ceil((1_660_391 * 0.01) / Math.sqrt(99)));
    assert.equal(judged.payableQuantity, Math.floor((claim * judged.lowerBoundPpm) / 1e6));
    assert.equal(judged.finding, 'paid');
  });

  test('is paid less for what it claims too much', () => {
    const judged = judgeMeter(rule, claim, samples(30, 40_000));
    assert.equal(judged.lowerBoundPpm, Math.floor(1e6 / 1.04));
    assert.equal(judged.excessPpm, 40_000);
  });

  test('is warned above 2 %, and slashed above 5 % by 10 % and three times the rest', () => {
    const at = (excessPpm: number) => judgeMeter(rule, claim, samples(30, excessPpm));
    assert.deepEqual([at(20_000).finding, at(20_001).finding], ['paid', 'warned']);
    assert.deepEqual([at(50_000).finding, at(50_000).isConvicted], ['warned', true]);
    assert.deepEqual([at(50_001).finding, at(50_001).slashPpm], ['slashed', 100_003]);
    assert.equal(at(150_000).slashPpm, 400_000);
    assert.deepEqual([at(9_000_000).excessPpm, at(9_000_000).slashPpm], [1_000_000, 1_000_000]);
  });

  test('that is far off but not convicted is only warned: noise is no fraud', () => {
    const mixed = [...samples(9, 0), { claimedQuantity: 3_000_000, referenceQuantity: 1_000_000 }];
    const judged = judgeMeter(rule, claim, mixed);
    assert.deepEqual([judged.excessPpm, judged.isConvicted, judged.finding], [200_000, false, 'warned']);
  });

  test('that inflates only its large windows is not held up by honest small ones', () => {
    const small = samples(29, 0).map(() => ({ claimedQuantity: 10, referenceQuantity: 10 }));
    const judged = judgeMeter(rule, claim, [...small, { claimedQuantity: 2_000_000, referenceQuantity: 1_000_000 }]);
    assert.ok(judged.lowerBoundPpm < 510_000);
  });

  test('that served nothing of what it claimed is paid nothing', () => {
    const nothing = Array.from({ length: 10 }, () => ({ claimedQuantity: 5, referenceQuantity: 0 }));
    const judged = judgeMeter(rule, claim, nothing);
    assert.deepEqual([judged.payableQuantity, judged.slashPpm], [0, 1_000_000]);
  });

  const sample = fc.record({
    claimedQuantity: fc.nat({ max: 2 ** 40 }),
    referenceQuantity: fc.nat({ max: 2 ** 40 }),
  });

  test('is never paid more than it claimed or than the samples bear out', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 40 }), fc.nat({ max: 2 ** 50 }), (list, claimed) => {
        const judged = judgeMeter(rule, claimed, list);
        assert.ok(judged.payableQuantity <= claimed && judged.slashPpm <= 1_000_000);
        const total = (key: keyof MeterSample) => list.reduce((sum, one) => sum + BigInt(one[key]), 0n);
        if (judged.finding !== 'unsampled') {
          const bound = BigInt(judged.lowerBoundPpm) * total('claimedQuantity');
          assert.ok(bound <= 1_000_000n * total('referenceQuantity') || judged.lowerBoundPpm === 0);
        }
      }),
    );
  });

  test('judged in other units is judged alike', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 10, maxLength: 20 }), (list) => {
        const scaled = list.map((one) => ({
          claimedQuantity: one.claimedQuantity * 60,
          referenceQuantity: one.referenceQuantity * 60,
        }));
        const { finding, lowerBoundPpm } = judgeMeter(rule, 0, list);
        assert.equal(judgeMeter(rule, 0, scaled).lowerBoundPpm, lowerBoundPpm);
        assert.equal(finding === 'unsampled', judgeMeter(rule, 0, scaled).finding === 'unsampled');
      }),
    );
  });

  test('refuses a sample that is no amount: KERNEL-AMOUNT', () => {
    assert.throws(
      () => judgeMeter(rule, 1, [{ claimedQuantity: 0.5, referenceQuantity: 1 }]),
      refusal('KERNEL-AMOUNT'),
    );
  });
});
