import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitChurn, fitCost, fitDemand, fitDetection, fitElasticity } from './calibrate.ts';
import { churnModel } from './churn.ts';
import { type DemandSeries, demandSeries } from './demand.ts';
import {
  type Confidence,
  type Estimate,
  fitLine,
  meanTimeEstimate,
  type NotShown,
  rateEstimate,
  seriesMeanEstimate,
  shareEstimate,
} from './estimates.ts';
import { fitErrors, type HoldOut } from './fit-errors.ts';
import type { JobTrace, UpDownTrace } from './schemas.ts';
import { traceNamed } from './sets.ts';
import { hashUniform, near, sharedDataTest } from './traces.fixture.ts';

const uniform = hashUniform(0);
const normal = (at: number, run = 0) =>
  Math.sqrt(-2 * Math.log(1 - uniform('a', at, run, 0))) * Math.cos(2 * Math.PI * uniform('b', at, run, 1));

function shown<Fit>(fit: Fit | NotShown): Fit {
  assert.ok(
    !(typeof fit === 'object' && fit !== null && 'kind' in fit && fit.kind === 'not-shown'),
    JSON.stringify(fit),
  );
  return fit as Fit;
}

function holds({ low, high }: Estimate, truth: number): void {
  assert.ok(low <= truth && truth <= high, `${truth} outside ${low} to ${high}`);
}

/** No NaN and no infinity anywhere: both become null in JSON, where the value is no null. */
function finite(fit: unknown): void {
  JSON.stringify(fit, (_, value) => {
    assert.ok(typeof value !== 'number' || Number.isFinite(value));
    return value;
  });
}

function made(quantities: readonly number[]): DemandSeries {
  const values = Float64Array.from(quantities);
  return {
    source: 'test',
    unit: '1',
    epochSeconds: 3_600,
    startSeconds: 0,
    quantities: values,
    arrivals: values,
    tally: { rows: 0, leftOut: 0, filled: 0 },
  };
}

test('shares: Wilson, against published intervals', () => {
  // Newcombe, Statistics in Medicine 1998, table I: 81 of 263; 15 of 148; 0 of 20; 1 of 29.
  for (const [hits, trials, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const share = shown(shareEstimate(hits, trials, 0.95)) as Estimate;
    near(share.low, low, 5e-5);
    near(share.high, high, 5e-5);
  }
});

test('rates: Garwood, against the exact Poisson interval', () => {
  // Exact at 95 %: 0 → 3.689; 5 → 1.623 to 11.668; 50 → 37.11 to 65.92; 1 → .0253 to 5.572.
  for (const [events, low, high] of [
    [0, 0, 3.689],
    [5, 1.623, 11.668],
    [50, 37.11, 65.92],
  ] as const) {
    const rate = shown(rateEstimate(events, 1, 0.95)) as Estimate;
    near(rate.low, low, low * 0.01);
    near(rate.high, high, high * 0.01);
  }
});

test('nothing to count is not shown, never a NaN', () => {
  for (const none of [
    shareEstimate(0, 0, 0.95),
    rateEstimate(3, 0, 0.95),
    meanTimeEstimate(0, 5, 0.95),
    seriesMeanEstimate([1], 0.9),
    fitLine([1, 1, 1], [1, 2, 3], 0.95),
    fitLine([1, 2], [1, 2], 0.95),
  ])
    assert.ok('kind' in none && none.kind === 'not-shown', JSON.stringify(none));
});

test('a line through points on a line has no width', () => {
  const line = shown(fitLine([0, 1, 2, 3], [1, 3, 5, 7], 0.95));
  assert.ok('slope' in line);
  near(line.slope.value, 2, 1e-12);
  near(line.intercept, 1, 1e-12);
  near(line.slope.high - line.slope.low, 0, 1e-9);
});

for (const confidence of [0.9, 0.95, 0.99] as const satisfies readonly Confidence[]) {
  test(`intervals of ${confidence} hold the truth about that often`, () => {
    const runs = 400;
    let held = 0;
    for (let run = 0; run < runs; run += 1) {
      const x = Array.from({ length: 30 }, (_, at) => at / 10);
      const y = x.map((value, at) => 2 - 1.5 * value + normal(at, run));
      const line = fitLine(x, y, confidence);
      if ('slope' in line && line.slope.low <= -1.5 && -1.5 <= line.slope.high) held += 1;
    }
    near(held / runs, confidence, 4 * Math.sqrt((confidence * (1 - confidence)) / runs));
  });
}

test('errors: percentages leave zeros out and say so, the weighted one does not', () => {
  const prediction = (actual: number, predicted: number) => ({
    actual,
    predicted,
    quantiles: [{ share: 0.9, value: predicted }],
  });
  const errors = fitErrors([prediction(10, 8), prediction(0, 5), prediction(20, 25)]);
  near(errors.mape!, (0.2 + 0.25) / 2, 1e-12);
  assert.deepEqual([errors.count, errors.zeros], [3, 1]);
  near(errors.wape!, 12 / 30, 1e-12);
  near(errors.quantileLoss[0]!.loss, (0.9 * 2 + 0.1 * 5 + 0.1 * 5) / 30, 1e-12);
  assert.deepEqual(fitErrors([prediction(0, 1)]), { count: 1, mape: null, zeros: 1, wape: null, quantileLoss: [] });
});

test('demand: a daily shape is found, and judged on days that it never saw', () => {
  const shape = (hour: number) => 100 * (1 + 0.5 * Math.sin((2 * Math.PI * hour) / 24));
  const fit = shown(fitDemand(made(Array.from({ length: 240 }, (_, hour) => shape(hour)))));
  assert.ok('errors' in fit && fit.profile?.periodSeconds === 86_400);
  near(fit.errors.outOfSample.mape!, 0, 1e-9);
  holds(shown(fit.level) as Estimate, 100);
  assert.deepEqual([fit.errors.inSample.count, fit.errors.outOfSample.count], [168, 72]);
});

test('demand: noise shows in both errors, a change of level only out of sample', () => {
  const noisy = shown(fitDemand(made(Array.from({ length: 400 }, (_, at) => 100 * Math.exp(0.1 * normal(at))))));
  assert.ok('errors' in noisy);
  near(noisy.errors.inSample.mape!, noisy.errors.outOfSample.mape!, 0.03);
  assert.equal(noisy.growthPerEpoch, 0);
  const growing = shown(
    fitDemand(made(Array.from({ length: 400 }, (_, at) => 100 * Math.exp(0.005 * at + 0.05 * normal(at))))),
  );
  assert.ok(Math.abs(growing.growthPerEpoch - 0.005) < 2e-4, `${growing.growthPerEpoch}`);
  assert.ok(growing.errors.outOfSample.wape! < 0.1);
  const jump = shown(fitDemand(made(Array.from({ length: 400 }, (_, at) => (at < 280 ? 100 : 200)))));
  assert.ok('errors' in jump);
  near(jump.errors.inSample.mape!, 0, 1e-9);
  near(jump.errors.outOfSample.mape!, 0.5, 1e-9);
});

test('elasticity: found again under noise and a trend of both, and held by its interval', () => {
  let held = 0;
  for (let run = 0; run < 60; run += 1) {
    let walk = 0;
    const points = Array.from({ length: 300 }, (_, at) => {
      walk += 0.05 * normal(at, run);
      const price = Math.exp(walk + at / 300);
      return { price, quantity: 1e6 * price ** -0.8 * Math.exp(0.02 * normal(at, run + 1_000)) };
    });
    const fit = shown(fitElasticity(points));
    assert.ok('elasticity' in fit && fit.errors.outOfSample.mape! < 0.05);
    if (fit.elasticity.low <= 0.8 && 0.8 <= fit.elasticity.high) held += 1;
    near(fit.elasticity.value, 0.8, 0.15);
  }
  assert.ok(held >= 51, `${held} of 60 intervals hold the truth`);
});

test('elasticity: not shown where the price never moved', () => {
  const points = Array.from({ length: 50 }, (_, at) => ({ price: 3, quantity: 5 + at }));
  assert.deepEqual(fitElasticity(points), { kind: 'not-shown', reason: 'the price: it did not move' });
});

test('cost: a lognormal is found again', () => {
  const fit = shown(fitCost(Array.from({ length: 300 }, (_, at) => 2 * Math.exp(0.4 * normal(at)))));
  assert.ok('median' in fit);
  holds(shown(fit.median) as Estimate, 2);
  holds(shown(fit.logDeviation) as Estimate, 0.4);
  const [low, , high] = fit.errors.outOfSample.quantileLoss;
  assert.ok(low!.loss < 0.15 && high!.loss < 0.15);
});

test('detection: a chance is found again; trials that hang together widen it', () => {
  const entries = Array.from({ length: 100 }, (_, at) => {
    const share = uniform('a', at, 5, 0) < 0.5 ? 0.02 : 0.06;
    return { trials: 10_000, caught: Math.round(share * 10_000) };
  });
  const single = shown(fitDetection(entries));
  const together = shown(fitDetection(entries, { together: true }));
  assert.ok('share' in single && 'share' in together);
  const [narrow, wide] = [shown(single.share) as Estimate, shown(together.share) as Estimate];
  assert.equal(narrow.value, wide.value);
  assert.ok(wide.high - wide.low > 5 * (narrow.high - narrow.low));
  holds(wide, 0.04);
});

test('too little data is not shown, and neither is nothing', () => {
  const few = [
    fitDemand(made([1, 2])),
    fitDemand(made(Array(20).fill(0))),
    fitElasticity([]),
    fitChurn({ windows: [] }),
    fitCost([1]),
    fitCost(Array(9).fill(0)),
    fitDetection([]),
    fitDetection(Array(9).fill({ trials: 0, caught: 0 })),
  ];
  for (const fit of few) assert.ok('kind' in fit && fit.kind === 'not-shown' && fit.reason.length > 10);
});

sharedDataTest('fits of the public traces state both errors', async () => {
  const demand = await demandSeries(traceNamed('alibaba-gpu-v2023') as JobTrace, { epochSeconds: 3_600 });
  const fit = shown(fitDemand(demand));
  const churn = shown(fitChurn(await churnModel(traceNamed('spot-gpu-availability-2020') as UpDownTrace)));
  assert.ok('errors' in fit && 'errors' in churn);
  const both: readonly HoldOut[] = [fit.errors, churn.errors];
  for (const { inSample, outOfSample } of both) assert.ok(inSample.wape! > 0 && outOfSample.wape! > 0);
  // Demand of the cluster grew: a fit on its first part is worse on its last.
  assert.ok(fit.errors.outOfSample.wape! > fit.errors.inSample.wape!);
  finite([fit, churn]);
});
