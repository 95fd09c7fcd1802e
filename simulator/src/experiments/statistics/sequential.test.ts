import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrawSequence } from '../numbers/draws.ts';
import { meanInterval } from './bounds.ts';
import { momentsOf, NO_MOMENTS, withValue } from './moments.ts';
import { anytimeInterval, type StoppingRule, stoppingDecision } from './sequential.ts';

const RULE: StoppingRule = { error: 0.05, runsMin: 10, runsMax: 400, runsExpected: 100 };

/** Runs until the rule decides, looking after every one; values of mean `mean` and variance 1. */
function played(
  seed: number,
  mean: number,
  value: (draws: DrawSequence) => number,
  rule = RULE,
): { decision: string; runs: number } {
  const draws = new DrawSequence(seed);
  let moments = NO_MOMENTS;
  for (;;) {
    moments = withValue(moments, mean + value(draws));
    const decision = stoppingDecision(moments, 0, rule);
    if (decision !== 'continue') return { decision, runs: moments.count };
  }
}

const normal = (draws: DrawSequence): number => draws.normal();
/** Skewed: a job's length. */
const exponential = (draws: DrawSequence): number => -Math.log(draws.uniform()) - 1;

for (const [name, value, runsMin] of [
  ['normal', normal, 2],
  ['exponential', exponential, 100],
] as const) {
  test(`looking at ${name} values after each from ${runsMin} on, a wrong decision is rarer than the error`, () => {
    let wrong = 0;
    for (let seed = 0; seed < 600; seed += 1) {
      if (played(seed, 0, value, { ...RULE, runsMin }).decision !== 'undecided') wrong += 1;
    }
    assert.ok(wrong / 600 <= RULE.error, `${wrong}`);
  });
}

test('an ordinary interval looked at every ten values errs far more', () => {
  let wrong = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const draws = new DrawSequence(seed);
    let moments = NO_MOMENTS;
    let decided = false;
    while (moments.count < 400 && !decided) {
      moments = withValue(moments, draws.normal());
      if (moments.count % 10 !== 0) continue;
      const { low, high } = meanInterval(moments, 0.95);
      decided = low > 0 || high < 0;
    }
    if (decided) wrong += 1;
  }
  assert.ok(wrong / 200 > 0.2, `${wrong}`);
});

test('a clear effect stops early and on the right side', () => {
  let runs = 0;
  for (let seed = 0; seed < 100; seed += 1) {
    const above = played(seed, 0.8, normal);
    assert.equal(above.decision, 'above');
    assert.equal(played(seed, -0.8, normal).decision, 'below');
    runs += above.runs / 100;
  }
  assert.ok(runs < 40, `${runs}`);
});

test('the interval is wider than an ordinary one, at its best less than half as much again, and never a NaN', () => {
  const draws = new DrawSequence(1);
  let moments = momentsOf([draws.normal(), draws.normal()]);
  for (; moments.count < 300; moments = withValue(moments, draws.normal())) {
    const ours = anytimeInterval(moments, 0.05, 100);
    const theirs = meanInterval(moments, 0.95);
    assert.ok(ours.low <= theirs.low && ours.high >= theirs.high);
    if (moments.count > 50) assert.ok(ours.high - ours.low < 1.75 * (theirs.high - theirs.low), `${moments.count}`);
  }
  assert.deepEqual(anytimeInterval(momentsOf([1, 1]), 1e-6).low, Number.NEGATIVE_INFINITY);
});

test('refused: bounds the wrong way round, an error of 1 (EXPERIMENT-RANGE), a single run at least (EXPERIMENT-COUNT)', () => {
  const moments = momentsOf([1, 2]);
  assert.throws(() => stoppingDecision(moments, 0, { ...RULE, runsMax: 5 }), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => anytimeInterval(moments, 1), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => stoppingDecision(moments, 0, { ...RULE, runsMin: 1 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => anytimeInterval(moments, 0.05, 0), { code: 'EXPERIMENT-COUNT' });
});
