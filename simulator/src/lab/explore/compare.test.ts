import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './compare.ts';
import { metricNamed } from './metrics.ts';
import { smallSetting } from './small-world.fixture.ts';

/** Small runs are done before a thread has started. */
const ALONE = { workers: 0 };

const METRICS = ['marginMedian', 'price', 'slashedTokensGrains'].map(metricNamed);

test('a larger take leaves a smaller margin, and says which field did it', async () => {
  const [a, b] = [await smallSetting(3), await smallSetting(3, [['take.treasury', '9 %']])];
  const progress: number[] = [];
  const found = await compare(a, b, METRICS, { workers: 0, onProgress: (done, of) => void progress.push(done / of) });
  assert.deepEqual(found.economyFields, [{ path: 'take.treasury', a: '3 %', b: '9 %' }]);
  assert.deepEqual(found.scenarioFields, []);
  const [margin, price, slashed] = found.metrics;
  assert.ok(margin!.difference.interval.high < 0 && margin!.words === 'B has less, which is worse', margin!.words);
  assert.deepEqual([price!.words, slashed!.words], ['the same in every run', 'the same in every run']);
  assert.ok(Math.abs(margin!.b - margin!.a - margin!.difference.mean) < 1e-12);
  assert.deepEqual(progress.at(-1), 1);
});

test('worlds may differ too', async () => {
  const a = await smallSetting(3);
  const noisy: typeof a = {
    ...a,
    scenarioOf: (economy) => ({
      ...a.scenarioOf(economy),
      shocks: [{ kind: 'demand', atEpoch: 2, epochs: 20, factor: 3 }],
    }),
  };
  const { scenarioFields, metrics } = await compare(a, noisy, METRICS, ALONE);
  assert.equal(scenarioFields.length, 4);
  assert.deepEqual(scenarioFields[0], { path: 'shocks[0].kind', a: null, b: 'demand' });
  assert.equal(metrics[1]!.words, 'B has more');
});

test('an economy is the same as itself in every run', async () => {
  const a = await smallSetting(2);
  const { metrics, economyFields } = await compare(a, a, METRICS, ALONE);
  assert.deepEqual([...new Set(metrics.map(({ words }) => words))], ['the same in every run']);
  assert.deepEqual(economyFields, []);
});
