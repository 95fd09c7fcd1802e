import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exploredField } from './fields.ts';
import { metricNamed } from './metrics.ts';
import { movableFields, type SensitivityPlan, sensitivity, sensitivityBudget } from './sensitivity.ts';
import { smallSetting } from './small-world.fixture.ts';

/** Small runs are done before a thread has started. */
const ALONE = { workers: 0 };

const setting = await smallSetting(2);
const PLAN: SensitivityPlan = {
  fields: [
    exploredField(setting, 'assumptions.providerCost=50..90 %'),
    exploredField(setting, 'demand.utilisation=0.5..0.9'),
    exploredField(setting, 'governance.vote=4 d..6 d'),
  ],
  metrics: [metricNamed('marginMedian')],
  method: 'morris',
  n: 4,
  secondOrder: false,
  seed: 1,
  resamples: 100,
};

test('Morris: cost and use move the margin, the length of votes does not', async () => {
  const { metrics, budget, outputs } = await sensitivity(setting, PLAN, ALONE);
  const [cost, use, votes] = metrics[0]!.morris!;
  assert.ok(cost!.mu < -0.3 && cost!.judged.distinguishable, cost!.judged.words);
  assert.ok(use!.muStar > 0.05 && use!.judged.distinguishable, use!.judged.words);
  assert.deepEqual([votes!.muStar, votes!.judged.words], [0, 'not distinguishable from 0 (0 to 0)']);
  assert.deepEqual(budget, { points: 17, runs: 2, jobsEach: 1, jobs: 34 });
  assert.equal(outputs[0]!.length, 16);
  assert.ok(metrics[0]!.noiseShare! > 0 && metrics[0]!.noiseShare! < 0.2, `${metrics[0]!.noiseShare}`);
});

test('Sobol’: shares of variance, pairs, a table of growing designs; twice the same', async () => {
  const plan = { ...PLAN, fields: PLAN.fields.slice(0, 2), method: 'sobol', n: 8, secondOrder: true } as const;
  const found = await sensitivity(setting, plan, ALONE);
  const { indices, convergence } = found.metrics[0]!.sobol!;
  const [cost, use] = indices.total.map(({ estimate }) => estimate);
  assert.ok(cost! > 0.1 && use! > 0.1 && cost! + use! > 0.8 && cost! + use! < 1.6, `${cost} ${use}`);
  assert.equal(indices.second.length, 1);
  assert.deepEqual(
    convergence.rows.map(({ base }) => base),
    [8],
  );
  assert.equal(sensitivityBudget(plan, 2).jobs, 2 * (1 + 8 * 6));
  assert.deepEqual((await sensitivity(setting, plan, ALONE)).metrics, found.metrics);
});

test('one run a point says nothing of noise', async () => {
  const { metrics } = await sensitivity({ ...setting, runs: 1 }, { ...PLAN, n: 2 }, ALONE);
  assert.equal(metrics[0]!.noiseShare, null);
});

test('a field that the others do not let move is left out, with the reason', () => {
  const fields = [...PLAN.fields, exploredField(setting, 'cadence.holdback=7 d..14 d')];
  const movable = movableFields(setting, { ...PLAN, fields });
  assert.deepEqual(movable.fields, PLAN.fields);
  assert.deepEqual(
    movable.fixed.map(({ path }) => path),
    ['cadence.holdback'],
  );
  assert.match(movable.fixed[0]!.because, /unbonding/);
});
