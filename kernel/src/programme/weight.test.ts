import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { curveWeight } from '../rewards/curve.ts';
import { participant } from './programme.fixture.ts';
import type { WeightRule, WeightStep } from './rules.ts';
import { WEIGHT_PLACES, weightOf } from './weight.ts';

const TOKEN = 10n ** 18n;
const WORK = { kind: 'column', column: 'work' } as const;
const STAKE = { kind: 'column', column: 'stake' } as const;
const amount = fc.bigInt({ min: 0n, max: 10n ** 28n });
const KEEP: readonly WeightStep[] = [
  { kind: 'soft-cap', thresholdAmount: `${3_000n * TOKEN}` },
  { kind: 'stake-boost', stake: STAKE, minimumAmount: `${70_000n * TOKEN}`, leverage: 500 },
];

function weigh(steps: readonly WeightStep[], work: bigint, stake = 0n, more: Record<string, bigint> = {}): bigint {
  return weightOf({ measure: WORK, steps }, participant('a', { work, stake, ...more }));
}

const whole = (weight: bigint): bigint => weight >> WEIGHT_PLACES;

test('published weights of the Keep programme, to the wei', () => {
  // First interval: below the soft cap with the boost √(K/500E); above it, E = 12,000 gives a score of 9,000 whole.
  assert.equal(whole(weigh(KEEP, 1_220_078_696_227_749_998_255n, 101_000n * TOKEN)), 1_716_521_942_367_734_764_638n);
  assert.equal(weigh(KEEP.slice(0, 1), 12_000n * TOKEN), (9_000n * TOKEN) << WEIGHT_PLACES);
});

test('the soft cap changes nothing up to its threshold and rounds its root down above', () => {
  const threshold = (3_000n * TOKEN) << WEIGHT_PLACES;
  fc.assert(
    fc.property(amount, (work) => {
      const weight = weigh(KEEP.slice(0, 1), work);
      const x = work << WEIGHT_PLACES;
      if (x <= threshold) return assert.equal(weight, x);
      const root = (weight + threshold) / 2n;
      assert.ok(root * root <= threshold * x && (root + 1n) ** 2n > threshold * x);
      assert.ok(weight < x);
    }),
  );
});

test('the stake boost is the smaller of K/minimum and √(K/(leverage·E)), within 2^-127', () => {
  const boost: WeightStep = { kind: 'stake-boost', stake: STAKE, minimumAmount: '1000', leverage: 4 };
  assert.equal(weigh([boost], 100n, 500n), 150n << WEIGHT_PLACES);
  assert.equal(weigh([boost], 100n, 3_600n), 400n << WEIGHT_PLACES);
  assert.equal(weigh([boost], 0n, 1_600n), 0n);
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 26n }), amount, (work, stake) => {
      const boosted = weigh([boost], work, stake);
      const factor = boosted / work - (1n << WEIGHT_PLACES);
      assert.ok(factor * 1_000n <= stake << WEIGHT_PLACES);
      assert.ok(factor ** 2n * 4n * work <= stake << (2n * WEIGHT_PLACES));
      const more = factor + 2n;
      assert.ok(more * 1_000n > stake << WEIGHT_PLACES || more ** 2n * 4n * work > stake << (2n * WEIGHT_PLACES));
    }),
  );
});

test('more work or more stake never weighs less', () => {
  // Products of rounded factors may sit a few 2^-128 of the measure lower.
  const slack = 2n ** 100n;
  fc.assert(
    fc.property(amount, amount, amount, (work, stake, more) => {
      const weight = weigh(KEEP, work, stake);
      assert.ok(weigh(KEEP, work, stake + more) >= weight);
      assert.ok(weigh(KEEP, work + more, stake) + slack >= weight);
    }),
  );
});

test('the stake cap is the same curve as on numbers', () => {
  const grains = fc.nat({ max: 2 ** 45 });
  const kappa = fc.integer({ min: 1, max: 10_000 });
  fc.assert(
    fc.property(grains, grains, kappa, kappa, (work, stake, kappaNumerator, kappaDenominator) => {
      const curve = { kind: 'linear-capped', kappaNumerator, kappaDenominator } as const;
      const step: WeightStep = { kind: 'stake-cap', stake: STAKE, kappaNumerator, kappaDenominator };
      assert.equal(whole(weigh([step], BigInt(work), BigInt(stake))), BigInt(curveWeight(curve, work, stake)));
    }),
  );
});

test('splitting work and stake never gains under the stake cap, and changes nothing without steps', () => {
  const cap: WeightStep = { kind: 'stake-cap', stake: STAKE, kappaNumerator: 3, kappaDenominator: 7 };
  fc.assert(
    fc.property(amount, amount, amount, amount, (workA, workB, stakeA, stakeB) => {
      assert.ok(
        weigh([cap], workA, stakeA) + weigh([cap], workB, stakeB) <= weigh([cap], workA + workB, stakeA + stakeB),
      );
      assert.equal(weigh([], workA) + weigh([], workB), weigh([], workA + workB));
    }),
  );
});

test('splitting does gain under a soft or a hard cap: they bind only who is known to be one', () => {
  const hard: WeightStep = { kind: 'hard-cap', capAmount: '100' };
  assert.ok(2n * weigh(KEEP.slice(0, 1), 6_000n * TOKEN) > weigh(KEEP.slice(0, 1), 12_000n * TOKEN));
  assert.ok(2n * weigh([hard], 100n) > weigh([hard], 200n));
});

test('steps apply in their order: a cap before or after a share', () => {
  const cap: WeightStep = { kind: 'hard-cap', capAmount: '100' };
  const share: WeightStep = { kind: 'measured-share', shareColumn: 'uptime' };
  assert.equal(weigh([cap, share], 400n, 0n, { uptime: 500_000n }), 50n << WEIGHT_PLACES);
  assert.equal(weigh([share, cap], 400n, 0n, { uptime: 500_000n }), 100n << WEIGHT_PLACES);
});

test('a measure is a column, the least of several, or a sum that does not fall below zero', () => {
  const row = participant('a', { bonded: 5n, unbonded: 7n, withdrawn: 4n });
  const of = (measure: WeightRule['measure']) => whole(weightOf({ measure, steps: [] }, row));
  assert.equal(of({ kind: 'column', column: 'bonded' }), 5n);
  assert.equal(of({ kind: 'least', columns: ['unbonded', 'withdrawn', 'bonded'] }), 4n);
  assert.equal(of({ kind: 'sum', plus: ['bonded', 'unbonded'], minus: ['withdrawn'] }), 8n);
  assert.equal(of({ kind: 'sum', plus: ['withdrawn'], minus: ['bonded', 'unbonded'] }), 0n);
});

test('KERNEL-COLUMN-UNKNOWN: a column that the participant does not have', () => {
  const rule: WeightRule = { measure: { kind: 'column', column: 'toString' }, steps: [] };
  assert.throws(() => weightOf(rule, participant('a', {})), refusal('KERNEL-COLUMN-UNKNOWN'));
});

test('KERNEL-AMOUNT: an amount below zero or past 256 bits', () => {
  assert.throws(() => weigh([], -1n), refusal('KERNEL-AMOUNT'));
  assert.throws(() => weigh([], 2n ** 256n), refusal('KERNEL-AMOUNT'));
});
