import type { ChurnModel } from './churn.ts';
import { type DemandProfile, type DemandSeries, demandProfile, profileAt } from './demand.ts';
import {
  average,
  type Confidence,
  deviationEstimate,
  type Estimate,
  estimate,
  fitLine,
  meanEstimate,
  type NotShown,
  notShown,
  rateEstimate,
  seriesMeanEstimate,
  shareEstimate,
} from './estimates.ts';
import { FIT_SHARES, fitErrors, type HoldOut, type Prediction } from './fit-errors.ts';
import { interpolate } from './quantiles.ts';

// Each fit sees the earlier part of the data and is judged on both parts, so that a report can say what it is worth.

export interface FitOptions {
  /** Last part of the data that the fit does not see. Default 0.3. */
  readonly holdOutShare?: number;
  readonly confidence?: Confidence;
}

const FEWEST = 8;

function splitAt(count: number, { holdOutShare = 0.3 }: FitOptions): number {
  return count - Math.max(1, Math.round(count * holdOutShare));
}

export interface DemandFit {
  /** Per epoch. */
  readonly level: Estimate | NotShown;
  /** The finest for which the fitted part has two whole periods; null: flat. */
  readonly profile: DemandProfile | null;
  /** Of the logarithm; 0 where growth did not predict better. */
  readonly growthPerEpoch: number;
  readonly errors: HoldOut;
}

/** Growth must predict the last part of what is fitted by so much better than none: else noise would pass for it. */
const GROWTH_GAIN = 0.9;

/**
 * Level × profile of the week or day × growth, where growth shows: fitted to the beginning of the fitted part, it must predict
 * the rest of that part. The interval of the level is over batch means.
 */
export function fitDemand(series: DemandSeries, options: FitOptions = {}): DemandFit | NotShown {
  const count = series.quantities.length;
  if (count < FEWEST) return notShown(`${count} epochs are too few to fit and to judge`);
  const split = splitAt(count, options);
  const train = [...series.quantities.subarray(0, split)];
  const mean = average(train);
  if (!(mean > 0)) return notShown('nothing was asked for in the fitted part');
  const seconds = split * series.epochSeconds;
  const period = seconds >= 2 * 604_800 ? 'weekly' : seconds >= 2 * 86_400 ? 'daily' : null;
  const profile = period === null ? null : demandProfile(series, period, split);
  const isGrowing = growthShows(series, profile, split, options);
  const { slope: growthPerEpoch, expected } = courseOf(series, profile, split, isGrowing);
  const ratios = train.map((quantity, epoch) => (expected(epoch) > 0 ? quantity / expected(epoch) : 1)).sort(ascending);
  const predictions = [...series.quantities].map((actual, epoch) => ({
    actual,
    predicted: expected(epoch),
    quantiles: FIT_SHARES.map((share) => ({ share, value: expected(epoch) * interpolate(ratios, share) })),
  }));
  const level = seriesMeanEstimate(train, options.confidence ?? 0.95);
  return { level, profile, growthPerEpoch, errors: judged(predictions, split) };
}

function growthShows(series: DemandSeries, profile: DemandProfile | null, count: number, options: FitOptions): boolean {
  const inner = splitAt(count, options);
  if (inner < FEWEST) return false;
  const [without, withGrowth] = [false, true].map((isGrowing) => {
    const { expected } = courseOf(series, profile, inner, isGrowing);
    const last = [...series.quantities.subarray(inner, count)];
    return last.reduce((sum, actual, at) => sum + Math.abs(actual - expected(inner + at)), 0);
  }) as [number, number];
  return withGrowth < without * GROWTH_GAIN;
}

/** The first epochs' course: growth by least squares of the logarithm over the profile, and the same sum as they have. */
function courseOf(series: DemandSeries, profile: DemandProfile | null, count: number, isGrowing: boolean) {
  const seen = [...series.quantities.subarray(0, count)];
  const factorAt = (epoch: number) =>
    profile === null ? 1 : profileAt(profile, series.startSeconds + epoch * series.epochSeconds);
  const above = seen.flatMap((quantity, epoch) => (quantity > 0 && factorAt(epoch) > 0 ? [epoch] : []));
  const line = isGrowing
    ? fitLine(
        above,
        above.map((epoch) => Math.log(seen[epoch]! / factorAt(epoch))),
        0.95,
      )
    : null;
  const slope = line === null || 'kind' in line ? 0 : line.slope.value;
  const shapeAt = (epoch: number) => factorAt(epoch) * Math.exp(slope * epoch);
  const shape = seen.reduce((sum, _, epoch) => sum + shapeAt(epoch), 0);
  const level = shape > 0 ? seen.reduce((sum, quantity) => sum + quantity, 0) / shape : 0;
  return { slope, expected: (epoch: number): number => level * shapeAt(epoch) };
}

export interface ElasticityFit {
  /** -d ln quantity / d ln price: 1 is a demand that always spends the same. */
  readonly elasticity: Estimate;
  /** Pairs left out because quantity or price was 0. */
  readonly zeros: number;
  readonly errors: HoldOut;
}

/**
 * Least squares of changes of ln quantity on changes of ln price, in the order of time: a common trend of both does not
 * pass for elasticity. It is one only where the price was fixed before the demand, as the kernel's is.
 */
export function fitElasticity(
  points: readonly { readonly price: number; readonly quantity: number }[],
  options: FitOptions = {},
): ElasticityFit | NotShown {
  const steps = points.slice(1).flatMap((after, index) => {
    const before = points[index]!;
    const isWhole = [before.price, before.quantity, after.price, after.quantity].every((one) => one > 0);
    return isWhole ? [{ before, after }] : [];
  });
  if (steps.length < FEWEST) return notShown(`${steps.length} changes with demand and price above 0 are too few`);
  const split = splitAt(steps.length, options);
  const x = steps.map(({ before, after }) => Math.log(after.price / before.price));
  const y = steps.map(({ before, after }) => Math.log(after.quantity / before.quantity));
  const line = fitLine(x.slice(0, split), y.slice(0, split), options.confidence ?? 0.95);
  if ('kind' in line) return notShown(`the price: ${line.reason}`);
  const { slope, intercept } = line;
  const residuals = y
    .slice(0, split)
    .map((value, index) => value - intercept - slope.value * x[index]!)
    .sort(ascending);
  const predictions = steps.map(({ before, after }, index) => {
    const log = Math.log(before.quantity) + intercept + slope.value * x[index]!;
    const quantiles = FIT_SHARES.map((share) => ({ share, value: Math.exp(log + interpolate(residuals, share)) }));
    return { actual: after.quantity, predicted: Math.exp(log), quantiles };
  });
  const elasticity = estimate(-slope.value, [-slope.high, -slope.low], slope.confidence, slope.count);
  return { elasticity, zeros: points.length - 1 - steps.length, errors: judged(predictions, split) };
}

export interface ChurnFit {
  /** Failures per hour of uptime, of the earlier windows. */
  readonly failuresPerHour: Estimate | NotShown;
  /** Of failures per window. */
  readonly errors: HoldOut;
}

/** One failure rate for all, judged by the failures of the later windows. */
export function fitChurn({ windows }: Pick<ChurnModel, 'windows'>, options: FitOptions = {}): ChurnFit | NotShown {
  if (windows.length < FEWEST) return notShown(`${windows.length} windows are too few to fit and to judge`);
  const split = splitAt(windows.length, options);
  const train = windows.slice(0, split);
  const hours = train.reduce((sum, { upSeconds }) => sum + upSeconds, 0) / 3_600;
  const failures = train.reduce((sum, window) => sum + window.failures, 0);
  const rate = rateEstimate(failures, hours, options.confidence ?? 0.95);
  if (rate.kind === 'not-shown') return rate;
  const predictions = windows.map(({ upSeconds, failures: actual }) => {
    return { actual, predicted: (rate.value * upSeconds) / 3_600, quantiles: [] };
  });
  return { failuresPerHour: rate, errors: judged(predictions, split) };
}

export interface CostFit {
  /** Of a lognormal distribution over providers. */
  readonly median: Estimate | NotShown;
  readonly logDeviation: Estimate | NotShown;
  readonly errors: HoldOut;
}

/** A lognormal of costs, each above 0, in the order in which they were seen. */
export function fitCost(costs: readonly number[], options: FitOptions = {}): CostFit | NotShown {
  if (costs.length < FEWEST) return notShown(`${costs.length} costs are too few to fit and to judge`);
  if (!costs.every((cost) => cost > 0)) return notShown('a cost of 0 has no logarithm');
  const split = splitAt(costs.length, options);
  const confidence = options.confidence ?? 0.95;
  const logs = costs.slice(0, split).map(Math.log);
  const mean = meanEstimate(logs, confidence);
  const deviation = deviationEstimate(logs, confidence);
  if (mean.kind === 'not-shown' || deviation.kind === 'not-shown') return notShown('the costs have no spread');
  // Normal quantiles of FIT_SHARES.
  const z = [-1.2815515655446004, 0, 1.2815515655446004];
  const quantiles = FIT_SHARES.map((share, index) => ({
    share,
    value: Math.exp(mean.value + z[index]! * deviation.value),
  }));
  const predictions = costs.map((actual) => ({ actual, predicted: Math.exp(mean.value), quantiles }));
  const median = { ...mean, value: Math.exp(mean.value), low: Math.exp(mean.low), high: Math.exp(mean.high) };
  return { median, logDeviation: deviation, errors: judged(predictions, split) };
}

export interface DetectionFit {
  /** Caught among trials, in the earlier part. */
  readonly share: Estimate | NotShown;
  /** Of catches per entry. */
  readonly errors: HoldOut;
}

/**
 * One chance for all trials. Entries are in the order of time. `together`: trials of an entry are no independent draws, so
 * the interval is the ratio estimator's over the entries (Cochran, Sampling Techniques, 6.4).
 */
export function fitDetection(
  entries: readonly { readonly trials: number; readonly caught: number }[],
  { together = false, ...options }: FitOptions & { readonly together?: boolean } = {},
): DetectionFit | NotShown {
  if (entries.length < FEWEST) return notShown(`${entries.length} entries are too few to fit and to judge`);
  const split = splitAt(entries.length, options);
  const train = entries.slice(0, split);
  const trials = train.reduce((sum, entry) => sum + entry.trials, 0);
  const caught = train.reduce((sum, entry) => sum + entry.caught, 0);
  if (trials === 0) return notShown('there was nothing to count');
  const confidence = options.confidence ?? 0.95;
  const share = together
    ? ratioEstimate(train, caught / trials, confidence)
    : shareEstimate(caught, trials, confidence);
  if (share.kind === 'not-shown') return share;
  const predictions = entries.map((entry) => {
    return { actual: entry.caught, predicted: share.value * entry.trials, quantiles: [] };
  });
  return { share, errors: judged(predictions, split) };
}

function ratioEstimate(
  entries: readonly { readonly trials: number; readonly caught: number }[],
  ratio: number,
  confidence: Confidence,
): Estimate | NotShown {
  const meanTrials = average(entries.map(({ trials }) => trials));
  const residuals = entries.map(({ trials, caught }) => (caught - ratio * trials) / meanTrials);
  const spread = seriesMeanEstimate(residuals, confidence);
  if (spread.kind === 'not-shown') return spread;
  const half = (spread.high - spread.low) / 2;
  return estimate(ratio, [Math.max(0, ratio - half), Math.min(1, ratio + half)], confidence, entries.length);
}

function judged(predictions: readonly Prediction[], split: number): HoldOut {
  return { inSample: fitErrors(predictions.slice(0, split)), outOfSample: fitErrors(predictions.slice(split)) };
}

const ascending = (x: number, y: number): number => x - y;
