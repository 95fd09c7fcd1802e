import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChurnCounter, type ChurnModel, type ChurnOptions, churnModel, leaveProbability } from './churn.ts';
import { openTrace } from './read.ts';
import { newTally, type UpDownMapping, type UpDownTrace } from './schemas.ts';
import { traceNamed } from './sets.ts';
import { collect, hashUniform, near, refusal, sharedDataTest, withFiles } from './traces.fixture.ts';

async function churnOf(
  text: string,
  mapping: Partial<UpDownMapping> = {},
  options: ChurnOptions = {},
): Promise<ChurnModel> {
  let model: ChurnModel | null = null;
  await withFiles({ 'own.csv': text }, async (folder) => {
    model = await churnModel(openTrace({ schema: 'up-down', ...mapping, file: join(folder, 'own.csv') }), options);
  });
  return model!;
}

const named = (name: string): UpDownTrace => traceNamed(name) as UpDownTrace;

test('times that the end cuts off are exposure, not lengths', async () => {
  const churn = await churnOf('node,time,state\na,0,up\nb,0,up\na,100,down\na,150,up\na,200,up\nb,400,up\n');
  assert.deepEqual([churn.nodes, churn.failures, churn.repairs], [2, 1, 1]);
  assert.deepEqual([churn.upSeconds, churn.downSeconds], [100 + 250 + 400, 50]);
  assert.equal(churn.availability, 750 / 800);
  assert.equal(churn.meanNodesUp, 750 / 400);
  // The uptime of `a` began before it was first seen; only its downtime was seen whole.
  assert.equal(churn.upTimes, null);
  assert.equal(churn.downTimes?.mean, 50);
  assert.ok(churn.meanUpSeconds.kind === 'estimate' && churn.meanUpSeconds.value === 750);
});

const stretch = (state: 'up' | 'down') => ({
  columns: {
    kind: 'intervals',
    node: ['node'],
    start: { column: 'from', unit: 's' },
    end: { column: 'to', unit: 's' },
    state,
  } as const,
});

test('around listed outages a node is up', async () => {
  const churn = await churnOf('node,from,to\na,0,10\nb,40,50\n', stretch('down'), {
    fromSeconds: 0,
    untilSeconds: 100,
  });
  assert.deepEqual([churn.upSeconds, churn.downSeconds, churn.failures, churn.repairs], [90 + 90, 20, 1, 2]);
});

test('a listed time up that reaches the end is cut off there', async () => {
  const churn = await churnOf('node,from,to\na,0,100\nb,0,60\n', stretch('up'));
  assert.deepEqual([churn.upSeconds, churn.downSeconds, churn.failures], [160, 40, 1]);
});

test('without a failure there is no mean, and it says so', async () => {
  const { meanUpSeconds } = await churnOf('node,time,state\na,0,up\na,100,up\n');
  assert.deepEqual(meanUpSeconds, { kind: 'not-shown', reason: 'no event in 100 s of exposure' });
});

test('windows and bands each sum to the whole', async () => {
  const churn = await churnOf(
    'node,time,state\na,0,up\na,3700,down\na,4000,up\na,9000,down\nb,100,up\nb,9999,up\n',
    {},
    { windows: 7 },
  );
  const upSeconds = churn.windows.reduce((sum, window) => sum + window.upSeconds, 0);
  near(upSeconds, churn.upSeconds, 1e-6);
  near(
    churn.hazard.reduce((sum, band) => sum + band.upSeconds, 0),
    churn.upSeconds,
    1e-6,
  );
  for (const parts of [churn.windows, churn.hazard])
    assert.equal(
      parts.reduce((sum, one) => sum + one.failures, 0),
      2,
    );
});

test('exponential times give their rate back, and the interval holds it', () => {
  const uniform = hashUniform(7);
  const counter = new ChurnCounter(0, 1e6, 20);
  for (let node = 0; node < 60; node += 1) {
    let [at, isUp] = [0, true];
    for (let draw = 0; at < 1e6; draw += 1) {
      counter.see(`${node}`, at, isUp);
      at += -Math.log(1 - uniform('wait', 0, node, draw)) * (isUp ? 20_000 : 2_000);
      isUp = !isUp;
    }
  }
  const churn = counter.model('test', 0.99, newTally());
  for (const [mean, truth] of [
    [churn.meanUpSeconds, 20_000],
    [churn.meanDownSeconds, 2_000],
  ] as const)
    assert.ok(mean.kind === 'estimate' && mean.low < truth && truth < mean.high, JSON.stringify(mean));
  near(leaveProbability(churn, 5_000, 3_600), 1 - Math.exp(-3_600 / 20_000), 0.02);
  // No node grew as old as that: the mean hazard stands in.
  near(leaveProbability(churn, 3e6, 3_600), 1 - Math.exp(-3_600 / 20_000), 0.02);
});

test('refused: a single moment', async () => {
  await assert.rejects(churnOf('node,time,state\na,1,up\n'), refusal('TRACE-EMPTY', /own\.csv/));
});

sharedDataTest('bamboo: time-weighted mean of 2.481 instances, peak of 12', async () => {
  const churn = await churnModel(named('spot-cluster-size-bamboo'), { fromSeconds: 0 });
  near(churn.meanNodesUp, 2.481, 5e-4);
  assert.deepEqual([churn.nodes, churn.untilSeconds, churn.tally.rows], [12, 45_668, 67]);
});

sharedDataTest('pings: 2,238 up and 930 down; young spot nodes are lost most', async () => {
  const sightings = await collect(named('spot-gpu-availability-2020').rows());
  const up = sightings.filter(({ isUp }) => isUp).length;
  const down = sightings.length - up;
  assert.deepEqual([up, down], [2_238, 930]);
  near(up / (up + down), 0.7064, 5e-5);
  const { hazard, nodes, availability } = await churnModel(named('spot-gpu-availability-2020'));
  assert.equal(nodes, 9);
  near(availability!, up / (up + down), 0.02);
  assert.ok(hazard[0]!.perHour! > 5 * hazard[2]!.perHour!);
});

sharedDataTest(
  'outages: services are up 99.9 % of the time; Keep held its operators, Threshold lost some',
  async () => {
    const infra = await churnModel(named('provider-outages'));
    near(infra.availability!, 0.9994, 5e-5);
    assert.equal((await churnModel(named('keep-ecdsa-rewards'))).failures, 0);
    const threshold = await churnModel(named('threshold-staking-rewards'));
    assert.ok(threshold.failures > 0 && threshold.meanUpSeconds.kind === 'estimate');
  },
);
