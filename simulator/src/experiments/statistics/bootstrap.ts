import { normalCdf, normalQuantile } from '../numbers/distributions.ts';
import { DrawSequence } from '../numbers/draws.ts';
import { allFinite, countFrom, openShare, sameLength } from '../refusal.ts';
import type { Interval } from './bounds.ts';
import { ascending, quantileOf } from './quantiles.ts';

export interface BootstrapOptions {
  readonly seed: number;
  /** 1,000 or more for 95 %. */
  readonly resamples: number;
  /** Two-sided, .95 for 2.5 % on each side. A one-sided bound of 95 % is the low end at .90. */
  readonly confidence: number;
}

export interface BootstrapEstimate {
  readonly estimate: number;
  readonly standardError: number;
  readonly percentile: Interval;
  /** Bias-corrected and accelerated (Efron, J. Am. Stat. Assoc. 82(397), 1987). */
  readonly bca: Interval;
}

/** Statistics of n rows, given the sum of each column over the rows. */
export type SumStatistic = (sums: readonly number[], rows: number) => readonly number[];

/**
 * Bootstrap intervals of statistics that are functions of column sums: means, ratios, variances, Sobol' indices. Whole
 * rows are drawn, so what belongs together stays together. Each resample has draws of its own.
 * Refuses EXPERIMENT-COUNT below two rows or resamples, EXPERIMENT-LENGTH, EXPERIMENT-VALUE, EXPERIMENT-RANGE, EXPERIMENT-SEED.
 */
export function bootstrap(
  columns: readonly ArrayLike<number>[],
  statistic: SumStatistic,
  options: BootstrapOptions,
): BootstrapEstimate[] {
  const rows = countFrom(2, columns[0]?.length ?? 0, 'rows');
  for (const [at, column] of columns.entries()) {
    sameLength(rows, column.length, `columns[${at}]`);
    allFinite(column, `columns[${at}]`);
  }
  countFrom(2, options.resamples, 'resamples');
  openShare(options.confidence, 'confidence');
  const sums = columns.map((column) => weightedSum(column, null));
  const estimates = statistic(sums, rows);
  const resampled = estimates.map(() => new Float64Array(options.resamples));
  for (let resample = 0; resample < options.resamples; resample += 1) {
    const weights = drawnRows(rows, new DrawSequence(options.seed, resample));
    const drawn = statistic(
      columns.map((column) => weightedSum(column, weights)),
      rows,
    );
    for (const [index, value] of drawn.entries()) resampled[index]![resample] = value;
  }
  const acceleration = accelerations(columns, sums, statistic);
  return estimates.map((estimate, index) =>
    described(estimate, resampled[index]!.sort(ascending), acceleration[index]!, options.confidence),
  );
}

/** Of a mean: rows are values. */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): BootstrapEstimate {
  return bootstrap([values], ([sum], rows) => [sum! / rows], options)[0]!;
}

/** One-sided lower BCa bound of a mean, to stand beside Student's. */
export function bootstrapLowerBound(values: ArrayLike<number>, options: BootstrapOptions): number {
  return bootstrapMean(values, { ...options, confidence: 2 * openShare(options.confidence, 'confidence') - 1 }).bca.low;
}

function drawnRows(rows: number, draws: DrawSequence): Float64Array {
  const weights = new Float64Array(rows);
  for (let draw = 0; draw < rows; draw += 1) weights[draws.below(rows)]! += 1;
  return weights;
}

function weightedSum(column: ArrayLike<number>, weights: Float64Array | null): number {
  let sum = 0;
  for (let row = 0; row < column.length; row += 1)
    sum += weights === null ? column[row]! : weights[row]! * column[row]!;
  return sum;
}

/** Skewness of the jackknife over six: how the standard error changes with the estimate. */
function accelerations(
  columns: readonly ArrayLike<number>[],
  sums: readonly number[],
  statistic: SumStatistic,
): number[] {
  const rows = columns[0]!.length;
  const without = Array.from({ length: rows }, (_, row) =>
    statistic(
      sums.map((sum, at) => sum - columns[at]![row]!),
      rows - 1,
    ),
  );
  return without[0]!.map((_, index) => {
    const mean = without.reduce((sum, values) => sum + values[index]!, 0) / rows;
    let [squares, cubes] = [0, 0];
    for (const values of without) {
      const away = mean - values[index]!;
      squares += away * away;
      cubes += away * away * away;
    }
    return squares === 0 ? 0 : cubes / (6 * squares * Math.sqrt(squares));
  });
}

function described(
  estimate: number,
  sorted: Float64Array,
  acceleration: number,
  confidence: number,
): BootstrapEstimate {
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const tail = (1 - confidence) / 2;
  const below = sorted.reduce((sum, value) => sum + (value < estimate ? 1 : value === estimate ? 0.5 : 0), 0);
  // Half a resample at least on each side: none says the bias cannot be told, not that it is infinite.
  const bias = normalQuantile(Math.min(count - 0.5, Math.max(0.5, below)) / count);
  const corrected = (share: number): number => {
    const shifted = bias + normalQuantile(share);
    return quantileOf(sorted, normalCdf(bias + shifted / (1 - acceleration * shifted)));
  };
  return {
    estimate,
    standardError: Math.sqrt(squares / (count - 1)),
    percentile: { low: quantileOf(sorted, tail), high: quantileOf(sorted, 1 - tail) },
    bca: { low: corrected(tail), high: corrected(1 - tail) },
  };
}
