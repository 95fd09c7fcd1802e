import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DemandSeries,
  demandProfile,
  demandQuantiles,
  demandSeries,
  elasticDemand,
  meanOf,
  profileAt,
  rescaleDemand,
} from './demand.ts';
import { openTrace } from './read.ts';
import { drawArrivals, drawPoisson, resampleDemand, rowPool } from './resample.ts';
import type { JobTrace, RequestTrace, TraceMapping, UsageTrace } from './schemas.ts';
import { traceNamed } from './sets.ts';
import { hashUniform, near, refusal, sharedDataTest, withFiles } from './traces.fixture.ts';

type DemandTrace = JobTrace | RequestTrace | UsageTrace;

async function seriesOf(
  text: string,
  mapping: object,
  options: Parameters<typeof demandSeries>[1],
): Promise<DemandSeries> {
  let series: DemandSeries | null = null;
  await withFiles({ 'own.csv': text }, async (folder) => {
    const trace = openTrace({ ...mapping, file: join(folder, 'own.csv') } as TraceMapping) as DemandTrace;
    series = await demandSeries(trace, options);
  });
  return series!;
}

/** A series without a file. */
function made(quantities: readonly number[], epochSeconds = 3_600, startSeconds = 0): DemandSeries {
  const values = Float64Array.from(quantities);
  return {
    source: 'test',
    unit: '1',
    epochSeconds,
    startSeconds,
    quantities: values,
    arrivals: values,
    tally: { rows: 0, leftOut: 0, filled: 0 },
  };
}

test('a job weighs size times seconds in every epoch that it runs in', async () => {
  const text = 'arrival,duration,size,class\n105,30,2,\n112,0,9,\n119,1,3,\n';
  const series = await seriesOf(text, { schema: 'job' }, { epochSeconds: 10 });
  assert.equal(series.startSeconds, 100);
  assert.deepEqual([...series.quantities], [10, 23, 20, 10]);
  assert.deepEqual([...series.arrivals], [1, 2, 0, 0]);
});

test('requests and readings count where they stand', async () => {
  const requests = await seriesOf(
    'time,size_in,size_out\n1,10,1\n2,20,2\n11,5,5\n',
    { schema: 'request' },
    { epochSeconds: 10, weightOut: 3 },
  );
  assert.deepEqual([...requests.quantities], [39, 20]);
  const usage = await seriesOf('time,quantity\n12,1\n3,4\n', { schema: 'usage', order: 'any' }, { epochSeconds: 10 });
  assert.deepEqual([...usage.quantities], [4, 1]);
});

test('an epoch without a reading is refused, held or zero', async () => {
  const usage = (gaps?: 'hold' | 'zero') =>
    seriesOf('time,quantity\n1,4\n31,2\n', { schema: 'usage' }, { epochSeconds: 10, ...(gaps && { gaps }) });
  await assert.rejects(usage(), refusal('TRACE-GAP', /own\.csv epoch 1/));
  assert.deepEqual([...(await usage('hold')).quantities], [4, 4, 4, 2]);
  assert.deepEqual([...(await usage('zero')).quantities], [4, 0, 0, 2]);
  assert.equal((await usage('zero')).tally.filled, 2);
});

test('refused: more epochs than any run has, which is a wrong unit', async () => {
  const text = 'time,quantity\n0,4\n1600000000,2\n';
  await assert.rejects(seriesOf(text, { schema: 'usage' }, { epochSeconds: 1 }), refusal('TRACE-LONG', /own/));
});

test('refused: a trace of which every row is left out', async () => {
  const columns = { time: { column: 'time', unit: 's' }, quantity: { column: 'quantity', whenEmpty: 'leave-out' } };
  await assert.rejects(
    seriesOf('time,quantity\n0,\n', { schema: 'usage', columns }, { epochSeconds: 1 }),
    refusal('TRACE-EMPTY', /own/),
  );
});

test('whatever the epochs, nothing of the jobs is lost', async () => {
  const job = fc.record({
    arrival: fc.integer({ min: 0, max: 500 }),
    duration: fc.integer({ min: 0, max: 300 }),
    size: fc.integer({ min: 0, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(job, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 200 }),
      async (jobs, epochSeconds) => {
        const rows = jobs.map(({ arrival, duration, size }) => `${arrival},${duration},${size},\n`).join('');
        const series = await seriesOf(
          `arrival,duration,size,class\n${rows}`,
          { schema: 'job', order: 'any' },
          { epochSeconds },
        );
        near(
          series.quantities.reduce((sum, one) => sum + one, 0),
          jobs.reduce((sum, one) => sum + one.size * one.duration, 0),
          1e-6,
        );
        assert.equal(
          series.arrivals.reduce((sum, one) => sum + one, 0),
          jobs.length,
        );
      },
    ),
    { numRuns: 25 },
  );
});

test('rescaling sets the mean to a share of the capacity and keeps the shape', () => {
  const { series, factor, overloadedShare } = rescaleDemand(made([1, 2, 3, 10]), 1_000, 0.7);
  near(meanOf(series.quantities), 700, 1e-9);
  near(factor, 175, 1e-9);
  assert.equal(overloadedShare, 0.25);
  near(series.quantities[3]! / series.quantities[0]!, 10, 1e-12);
});

test('refused: no demand at all has no scale and no profile', () => {
  assert.throws(() => rescaleDemand(made([0, 0]), 1, 0.5), refusal('TRACE-SHORT', /test/));
  assert.throws(() => demandProfile(made([0, 0]), 'daily'), refusal('TRACE-SHORT', /test/));
});

test('a profile has the hours of the day, or of the week from Monday', () => {
  const days = Array.from({ length: 24 * 14 }, (_, hour) => (hour % 24 === 9 ? 24 : 0));
  const daily = demandProfile(made(days), 'daily');
  assert.deepEqual(daily.factors.slice(8, 11), [0, 24, 0]);
  // 1970-01-05 was a Monday: hour 9 of the first day counts from there.
  const weekly = demandProfile(made(days, 3_600, 4 * 86_400), 'weekly');
  assert.equal(weekly.factors.length, 168);
  assert.equal(profileAt(weekly, 4 * 86_400 + 9 * 3_600), 24);
  assert.equal(profileAt(weekly, 4 * 86_400 + 10 * 3_600), 0);
});

test('an hour that was never seen is taken as average', () => {
  assert.equal(demandProfile(made([2, 2, 2]), 'daily').factors[12], 1);
});

test('elastic demand: twice the price, half the quantity at elasticity 1', () => {
  assert.equal(elasticDemand(100, 2, 1, 1), 50);
  assert.equal(elasticDemand(100, 2, 1, 0), 100);
  assert.ok(Number.isFinite(elasticDemand(100, 0, 1, 1)));
});

const uniform = hashUniform(0);

test('drawn numbers of arrivals have the mean and the variance of Poisson', () => {
  for (const mean of [0.3, 5, 40]) {
    const draws = Array.from({ length: 4_000 }, (_, epoch) => drawPoisson(mean, { uniform, epoch, agent: 1 }));
    const average = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - average) ** 2, 0) / draws.length;
    near(average, mean, 4 * Math.sqrt(mean / draws.length));
    near(variance / mean, 1, 0.12);
  }
  assert.equal(drawPoisson(0, { uniform, epoch: 0, agent: 0 }), 0);
});

test('a draw depends on its address alone', () => {
  const pool = { source: 'test', rows: [1, 2, 3, 4, 5], stride: 1, tally: { rows: 5, leftOut: 0, filled: 0 } };
  const draw = (epoch: number, agent: number) => drawArrivals(pool, 12, { uniform, epoch, agent });
  const first = draw(3, 7);
  draw(4, 7);
  assert.deepEqual(draw(3, 7), first);
  assert.notDeepEqual(draw(4, 7), first);
  assert.notDeepEqual(draw(3, 8), first);
});

test('a pool keeps every row, or every so manieth', async () => {
  const trace = {
    source: 'test',
    rows: async function* () {
      for (let at = 0; at < 100; at += 1) yield at;
    },
  };
  assert.equal((await rowPool(trace)).rows.length, 100);
  const thin = await rowPool(trace, 30);
  assert.equal(thin.stride, 4);
  assert.deepEqual(
    thin.rows,
    Array.from({ length: 25 }, (_, at) => 4 * at),
  );
});

test('resampled demand is made of whole blocks of the trace', () => {
  const series = made(Array.from({ length: 50 }, (_, at) => at));
  const drawn = resampleDemand(series, { epochs: 35, blockEpochs: 10, uniform, agent: 0 });
  assert.equal(drawn.quantities.length, 35);
  for (let epoch = 0; epoch < 35; epoch += 1) assert.equal(drawn.quantities[epoch]! % 10, epoch % 10);
  assert.ok(new Set([0, 10, 20].map((at) => drawn.quantities[at])).size > 1);
});

test('refused: blocks longer than the trace, and draws from nothing', () => {
  assert.throws(
    () => resampleDemand(made([1, 2]), { epochs: 5, blockEpochs: 3, uniform, agent: 0 }),
    refusal('TRACE-SHORT', /test/),
  );
  const nothing = { source: 'test', rows: [], stride: 1, tally: { rows: 0, leftOut: 0, filled: 0 } };
  assert.throws(() => drawArrivals(nothing, 1, { uniform, epoch: 0, agent: 0 }), refusal('TRACE-SHORT', /test/));
});

sharedDataTest('demand of the public traces sums to their totals', async () => {
  const total = async (name: string, epochSeconds: number) => {
    const series = await demandSeries(traceNamed(name) as DemandTrace, { epochSeconds });
    assert.ok(demandQuantiles(series).source.includes(series.source));
    return series.quantities.reduce((sum, one) => sum + one, 0);
  };
  near((await total('alibaba-gpu-v2023', 3_600)) / 3_600, 45_558.534, 5e-4);
  near((await total('surf-lisa-2022-jobs', 3_600)) / 3_600, 309_796.67, 5e-3);
  near((await total('surf-lisa-2022-jobs/usage', 3_600)) / 3_600, 423_336_017.1, 0.05);
  assert.equal(await total('azure-llm-2023-conversation', 60), 22_361_870 + 4_088_665);
});
