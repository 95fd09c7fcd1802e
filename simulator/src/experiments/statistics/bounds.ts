import { normalQuantile, studentCdf, studentQuantile } from '../numbers/distributions.ts';
import { exp, ln } from '../numbers/elementary.ts';
import { countFrom, ExperimentRefusal, openShare } from '../refusal.ts';
import { type Moments, momentsOf, type PairMoments, pairMomentsOf, standardError, varianceOf } from './moments.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided interval of a mean by Student's t. Refuses EXPERIMENT-COUNT below two values, EXPERIMENT-RANGE. */
export function meanInterval(moments: Moments, confidence: number): Interval {
  const reach =
    studentQuantile((1 + openShare(confidence, 'confidence')) / 2, moments.count - 1) * standardError(moments);
  return { low: moments.mean - reach, high: moments.mean + reach };
}

/**
 * Two-sided interval of a mean of values from 0 to 1, which does not leave them either: Student's t on the log odds of the
 * mean, its error by the delta method, s / (m(1 - m)). Where all values are 0, or all 1, so are both ends. Refuses as
 * `meanInterval`, and EXPERIMENT-RANGE for values outside.
 */
export function shareInterval(moments: Moments, confidence: number): Interval {
  const { mean, min, max } = moments;
  if (!(min >= 0 && max <= 1))
    throw new ExperimentRefusal('EXPERIMENT-RANGE', 'share', 'from 0 to 1', min < 0 ? min : max);
  const { low, high } = meanInterval(moments, confidence);
  if (low === high || mean <= 0 || mean >= 1) return { low: mean, high: mean };
  const odds = ln(mean / (1 - mean));
  const reach = (high - low) / 2 / (mean * (1 - mean));
  return { low: shareOf(odds - reach), high: shareOf(odds + reach) };
}

function shareOf(logOdds: number): number {
  return logOdds > 0 ? 1 / (1 + exp(-logOdds)) : exp(logOdds) / (1 + exp(logOdds));
}

/** One-sided lower bound of a mean: it is at least this, at the confidence (Student's t). Refuses as `meanInterval`. */
export function meanLowerBound(moments: Moments, confidence: number): number {
  const error = standardError(moments);
  return moments.mean - studentQuantile(openShare(confidence, 'confidence'), moments.count - 1) * error;
}

/** p of the hypothesis that the mean is 0 or less; values that are all the same leave no doubt. Refuses EXPERIMENT-COUNT. */
export function positiveMeanP(moments: Moments): number {
  const error = standardError(moments);
  if (error === 0) return moments.mean > 0 ? 0 : 1;
  return studentCdf(-moments.mean / error, moments.count - 1);
}

/** 'outside': the ratio lies not between the two; 'everything': the data exclude no ratio at all. */
export type RatioInterval =
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  | { readonly kind: 'outside'; readonly below: number; readonly above: number }
  | { readonly kind: 'everything' };

/**
 * Interval of ΣX / ΣY by Fieller's theorem (J. R. Stat. Soc. B 16(2), 1954): the ratios θ for which mean(X − θY) does not
 * differ from 0. Not an interval where the denominator itself may be 0. Refuses EXPERIMENT-COUNT, EXPERIMENT-RANGE.
 */
export function ratioInterval(pairs: PairMoments, confidence: number): RatioInterval {
  const n = countFrom(2, pairs.count, 'pairs');
  const t = studentQuantile((1 + openShare(confidence, 'confidence')) / 2, n - 1);
  const scale = (t * t) / (n * (n - 1));
  const a = pairs.meanY * pairs.meanY - scale * pairs.squaresY;
  const b = pairs.meanX * pairs.meanY - scale * pairs.products;
  const c = pairs.meanX * pairs.meanX - scale * pairs.squaresX;
  const root = b * b - a * c;
  if (a > 0) {
    // Never below 0 but for rounding: the estimate itself is between.
    const reach = Math.sqrt(Math.max(0, root));
    return { kind: 'between', low: (b - reach) / a, high: (b + reach) / a };
  }
  if (a === 0 || root <= 0) return { kind: 'everything' };
  const reach = Math.sqrt(root);
  return { kind: 'outside', below: (b + reach) / a, above: (b - reach) / a };
}

export interface PairedDifference {
  /** Mean of a − b. */
  readonly mean: number;
  readonly interval: Interval;
  readonly lowerBound: number;
  /** Of a with b; what common random numbers bring. */
  readonly correlation: number;
  /** Times as many independent runs the same interval would have taken. */
  readonly runsSaved: number;
}

/**
 * a − b of runs that share their draws, pair by pair. Refuses EXPERIMENT-LENGTH, EXPERIMENT-COUNT, EXPERIMENT-VALUE,
 * EXPERIMENT-RANGE.
 */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>, confidence: number): PairedDifference {
  const pairs = pairMomentsOf(a, b);
  const moments = momentsOf(Array.from({ length: pairs.count }, (_, at) => a[at]! - b[at]!));
  const variance = varianceOf(moments);
  const spread = Math.sqrt(pairs.squaresX) * Math.sqrt(pairs.squaresY);
  const apart = (pairs.squaresX + pairs.squaresY) / (pairs.count - 1);
  return {
    mean: moments.mean,
    interval: meanInterval(moments, confidence),
    lowerBound: meanLowerBound(moments, confidence),
    correlation: spread === 0 ? 0 : pairs.products / spread,
    runsSaved: variance === 0 ? (apart === 0 ? 1 : Number.POSITIVE_INFINITY) : apart / variance,
  };
}

export interface SampleSize {
  /** Standard deviation of one value. */
  readonly deviation: number;
  /** The mean that must be shown to be above 0. */
  readonly effect: number;
  /** One-sided; .95. */
  readonly confidence?: number;
  /** .80. */
  readonly power?: number;
  /** Never fewer than so many; 2. */
  readonly least?: number;
}

/**
 * Runs that show a mean above 0 with a power: (z + z')²·(s / δ)², the factor rounded up to hundredths, so 6.19 for 95 %
 * and 80 %. Refuses EXPERIMENT-RANGE.
 */
export function runsNeeded({ deviation, effect, confidence = 0.95, power = 0.8, least = 2 }: SampleSize): number {
  if (!(effect > 0)) throw new ExperimentRefusal('EXPERIMENT-RANGE', 'effect', 'above 0', effect);
  if (!(deviation >= 0)) throw new ExperimentRefusal('EXPERIMENT-RANGE', 'deviation', 'of at least 0', deviation);
  const z = normalQuantile(confidence) + normalQuantile(power);
  const ratio = deviation / effect;
  return Math.max(least, Math.ceil((Math.ceil(100 * z * z) / 100) * ratio * ratio));
}

/**
 * p values as they are after Holm's correction for having tested them all (Scand. J. Stat. 6(2), 1979): reject those at or
 * below α, and the chance of any false rejection is at most α, however they depend. Refuses EXPERIMENT-RANGE.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new ExperimentRefusal('EXPERIMENT-RANGE', 'p', 'a share from 0 to 1', p);
  }
  const adjusted = pValues.map(() => 0);
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  let most = 0;
  for (const [rank, index] of order.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = most;
  }
  return adjusted;
}
