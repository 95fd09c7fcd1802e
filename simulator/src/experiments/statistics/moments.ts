import { countFrom, finite, sameLength } from '../refusal.ts';

/** Count, mean and spread of values that are not kept. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of the squared deviations from the mean. */
  readonly squares: number;
  readonly min: number;
  readonly max: number;
}

export const NO_MOMENTS: Moments = {
  count: 0,
  mean: 0,
  squares: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
};

/** One more value (Welford, Technometrics 4(3), 1962). Refuses EXPERIMENT-VALUE. */
export function withValue(moments: Moments, value: number): Moments {
  const count = moments.count + 1;
  const away = finite(value, 'moments') - moments.mean;
  const mean = moments.mean + away / count;
  return {
    count,
    mean,
    squares: moments.squares + away * (value - mean),
    min: Math.min(moments.min, value),
    max: Math.max(moments.max, value),
  };
}

/** Two disjoint parts as one (Chan, Golub and LeVeque 1983). Rounds, so merge in a `FixedTree`. */
export function mergedMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b : a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (apart * b.count) / count,
    squares: a.squares + b.squares + (apart * apart * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

export function momentsOf(values: Iterable<number>): Moments {
  let moments = NO_MOMENTS;
  for (const value of values) moments = withValue(moments, value);
  return moments;
}

/** Unbiased. Refuses EXPERIMENT-COUNT below two values. */
export function varianceOf(moments: Moments): number {
  return moments.squares / (countFrom(2, moments.count, 'values') - 1);
}

/** Standard error of the mean. Refuses EXPERIMENT-COUNT below two values. */
export function standardError(moments: Moments): number {
  return Math.sqrt(varianceOf(moments) / moments.count);
}

/** Means, spreads and the joint spread of pairs: what a ratio or a paired comparison needs. */
export interface PairMoments {
  readonly count: number;
  readonly meanX: number;
  readonly meanY: number;
  readonly squaresX: number;
  readonly squaresY: number;
  readonly products: number;
}

export const NO_PAIRS: PairMoments = { count: 0, meanX: 0, meanY: 0, squaresX: 0, squaresY: 0, products: 0 };

/** Refuses EXPERIMENT-VALUE. */
export function withPair(pairs: PairMoments, x: number, y: number): PairMoments {
  const one = { ...NO_PAIRS, count: 1, meanX: finite(x, 'pairs.x'), meanY: finite(y, 'pairs.y') };
  return mergedPairs(pairs, one);
}

/** Two disjoint parts as one. Rounds, so merge in a `FixedTree`. */
export function mergedPairs(a: PairMoments, b: PairMoments): PairMoments {
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b : a;
  const count = a.count + b.count;
  const [x, y] = [b.meanX - a.meanX, b.meanY - a.meanY];
  const weight = (a.count * b.count) / count;
  return {
    count,
    meanX: a.meanX + (x * b.count) / count,
    meanY: a.meanY + (y * b.count) / count,
    squaresX: a.squaresX + b.squaresX + x * x * weight,
    squaresY: a.squaresY + b.squaresY + y * y * weight,
    products: a.products + b.products + x * y * weight,
  };
}

/** Refuses EXPERIMENT-LENGTH, EXPERIMENT-VALUE. */
export function pairMomentsOf(x: ArrayLike<number>, y: ArrayLike<number>): PairMoments {
  sameLength(x.length, y.length, 'pairs');
  let pairs = NO_PAIRS;
  for (let at = 0; at < x.length; at += 1) pairs = withPair(pairs, x[at]!, y[at]!);
  return pairs;
}
