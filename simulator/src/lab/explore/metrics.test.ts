import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, jobsOf } from './evaluate.ts';
import { allMetrics, costRatio, metricNamed, RATIO_MOST } from './metrics.ts';
import { AS_IT_STANDS, pointOf } from './setting.ts';
import { smallSetting } from './small-world.fixture.ts';

const setting = await smallSetting(2);

test('every metric of the registry has a figure in a run of an era and a bit', async () => {
  const metrics = allMetrics();
  assert.equal(new Set(metrics.map(({ name }) => name)).size, metrics.length);
  const progress: number[] = [];
  const onProgress = (done: number, of: number) => void progress.push(done / of);
  const found = await evaluate(setting, [pointOf(setting, AS_IT_STANDS)], metrics, { onProgress, workers: 0 });
  for (const metric of metrics) {
    if (/^dailyMove/.test(metric.name)) continue;
    assert.equal(found.ofRuns(metric, 0).length, 2, metric.name);
    assert.ok(Number.isFinite(found.ofMeans(metric, 0)), metric.name);
  }
  const ratios = metrics.filter(({ name }) => /^attack:.*:ratio$/.test(name)).map((one) => found.ofMeans(one, 0));
  assert.equal(found.ofMeans(metricNamed('minRatio'), 0), Math.min(...ratios));
  // One job a run for all figures of runs, one for each attack.
  assert.equal(jobsOf(metrics).length, 1 + ratios.length);
  assert.ok(progress.at(-1) === 1 && progress.every((share, at) => at === 0 || share > progress[at - 1]!));
});

test('a ratio of nothing returned is as large as ratios get', () => {
  assert.deepEqual(
    [costRatio(3, 2), costRatio(1, 0), costRatio(0, 0), costRatio(5e9, 1)],
    [1.5, RATIO_MOST, RATIO_MOST, RATIO_MOST],
  );
});

test('an attack of one’s own is a metric by its path', () => {
  assert.deepEqual(metricNamed('attack:./own.ts:ratio').probes[0]?.options, { attack: './own.ts' });
});

test('EXPLORE-METRIC names its neighbours', () => {
  assert.throws(() => metricNamed('price.median'), { code: 'EXPLORE-METRIC', message: /priceLow/ });
  assert.throws(() => metricNamed('attack:sybil-spilt:ratio'), { code: 'EXPLORE-METRIC', message: /sybil-split/ });
});

test('EXPLORE-FIGURE: no era ended, so there are no margins', async () => {
  const short = { ...setting, scenarioOf: (economy: never) => ({ ...setting.scenarioOf(economy), horizonEpochs: 3 }) };
  const metric = metricNamed('marginMedian');
  const found = await evaluate(short as never, [pointOf(short as never, AS_IT_STANDS)], [metric]);
  assert.throws(() => found.ofMeans(metric, 0), { code: 'EXPLORE-FIGURE' });
});
