import { studentQuantile } from '@stannary/kernel';

// Estimates with their intervals, in floating point: for people and for scenarios, never for money.

/** Two-sided. */
export type Confidence = 0.9 | 0.95 | 0.99;

export interface Estimate {
  readonly kind: 'estimate';
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: Confidence;
  /** Observations behind it. */
  readonly count: number;
}

/** What the data do not tell, and why. Never a NaN, never a guess. */
export interface NotShown {
  readonly kind: 'not-shown';
  readonly reason: string;
}

export const notShown = (reason: string): NotShown => ({ kind: 'not-shown', reason });

const NORMAL = { 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004 } as const;

export function estimate(
  value: number,
  [low, high]: readonly [number, number],
  confidence: Confidence,
  count: number,
): Estimate {
  return { kind: 'estimate', value, low, high, confidence, count };
}

/** A share of trials, by Wilson's score interval (JASA 1927). */
export function shareEstimate(hits: number, trials: number, confidence: Confidence): Estimate | NotShown {
  if (trials === 0) return notShown('there was nothing to count');
  const z = NORMAL[confidence];
  const share = hits / trials;
  const middle = (share + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials);
  const half = (z / (1 + z ** 2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return estimate(share, [Math.max(0, middle - half), Math.min(1, middle + half)], confidence, trials);
}

/** Events per unit of exposure, by Garwood's exact Poisson interval, its chi-square quantiles by Wilson and Hilferty. */
export function rateEstimate(events: number, exposure: number, confidence: Confidence): Estimate | NotShown {
  if (!(exposure > 0)) return notShown('nothing was exposed');
  const z = NORMAL[confidence];
  const low = events === 0 ? 0 : chiSquareQuantile(2 * events, -z) / 2 / exposure;
  const high = chiSquareQuantile(2 * events + 2, z) / 2 / exposure;
  return estimate(events / exposure, [low, high], confidence, events);
}

/** The mean time between events: the inverse of the rate. Without an event there is only a lower bound, in words. */
export function meanTimeEstimate(events: number, seconds: number, confidence: Confidence): Estimate | NotShown {
  const rate = rateEstimate(events, seconds, confidence);
  if (rate.kind === 'not-shown') return rate;
  if (events === 0) return notShown(`no event in ${Math.round(seconds)} s of exposure`);
  return estimate(seconds / events, [1 / rate.high, 1 / rate.low], confidence, events);
}

/** E. B. Wilson and M. M. Hilferty, PNAS 1931; within 1 % from two degrees of freedom on at these levels. */
function chiSquareQuantile(degrees: number, z: number): number {
  const part = 2 / (9 * degrees);
  return degrees * Math.max(0, 1 - part + z * Math.sqrt(part)) ** 3;
}

/** The mean of independent values. */
export function meanEstimate(values: readonly number[], confidence: Confidence): Estimate | NotShown {
  if (values.length < 2) return notShown(`${values.length} values have no spread`);
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = student(confidence, values.length - 1) * Math.sqrt(squares / (values.length - 1) / values.length);
  return estimate(mean, [mean - half, mean + half], confidence, values.length);
}

/** Batches that are long enough to be nearly independent, and enough of them for an interval. */
const BATCHES = 20;

/** The mean of a series whose neighbours resemble each other: over batch means (Law and Kelton). */
export function seriesMeanEstimate(values: readonly number[], confidence: Confidence): Estimate | NotShown {
  const length = Math.max(1, Math.floor(values.length / BATCHES));
  const means: number[] = [];
  for (let from = 0; from + length <= values.length; from += length)
    means.push(average(values.slice(from, from + length)));
  const batched = meanEstimate(means, confidence);
  return batched.kind === 'estimate' ? { ...batched, count: values.length } : batched;
}

export interface Line {
  readonly intercept: number;
  readonly slope: Estimate;
  /** Of the residuals. */
  readonly deviation: number;
}

/** Least squares of y on x. Not shown where x does not move, or three points are not there. */
export function fitLine(x: readonly number[], y: readonly number[], confidence: Confidence): Line | NotShown {
  const count = x.length;
  if (count < 3) return notShown(`${count} points make no line with an interval`);
  const [meanX, meanY] = [average(x), average(y)];
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  if (spread <= count * (1e-9 * (1 + Math.abs(meanX))) ** 2) return notShown('it did not move');
  const slope = x.reduce((sum, value, index) => sum + (value - meanX) * (y[index]! - meanY), 0) / spread;
  const intercept = meanY - slope * meanX;
  const errors = x.reduce((sum, value, index) => sum + (y[index]! - intercept - slope * value) ** 2, 0);
  const variance = errors / (count - 2);
  const half = student(confidence, count - 2) * Math.sqrt(variance / spread);
  const interval = [slope - half, slope + half] as const;
  return { intercept, slope: estimate(slope, interval, confidence, count), deviation: Math.sqrt(variance) };
}

/** Student's t above 200 degrees is the normal to 1 %: the exact one is a sum of as many terms. */
function student(confidence: Confidence, degrees: number): number {
  return degrees > 200 ? NORMAL[confidence] : studentQuantile((1 + confidence) / 2, degrees);
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of normal values. */
export function deviationEstimate(values: readonly number[], confidence: Confidence): Estimate | NotShown {
  if (values.length < 3) return notShown(`${values.length} values have no spread`);
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const degrees = values.length - 1;
  const z = NORMAL[confidence];
  const interval = [
    Math.sqrt(squares / chiSquareQuantile(degrees, z)),
    Math.sqrt(squares / chiSquareQuantile(degrees, -z)),
  ] as const;
  return estimate(Math.sqrt(squares / degrees), interval, confidence, values.length);
}
