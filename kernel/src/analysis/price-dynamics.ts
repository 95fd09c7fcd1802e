// How the price rule p' = p(1 + d(U − U*) / U*) comes back from a shock, with iso-elastic demand of elasticity η (absolute),
// linearised (economy.md §1.9; the lag of protocol.md §5).

/** Epochs between the utilisation and the price that it moves: 1 where it is the last one's, 2 as in the protocol. */
export type PriceLag = 1 | 2;

/**
 * What an epoch leaves of a deviation in the long run. Lag 1: |1 − dη|. Lag 2: the larger root of z² − z + dη, which is
 * complex, of size √(dη), from dη = 1/4 on.
 */
export function deviationLeft(gain: number, elasticity: number, lag: PriceLag = 1): number {
  const step = gain * elasticity;
  if (lag === 1) return Math.abs(1 - step);
  return step <= 0.25 ? (1 + Math.sqrt(1 - 4 * step)) / 2 : Math.sqrt(step);
}

/** monotone: no overshoot; damped: overshoots and comes back; unstable: grows. */
export function priceStability(
  gain: number,
  elasticity: number,
  lag: PriceLag = 1,
): 'monotone' | 'damped' | 'unstable' {
  const step = gain * elasticity;
  if (step <= (lag === 1 ? 1 : 0.25)) return 'monotone';
  return step < (lag === 1 ? 2 : 1) ? 'damped' : 'unstable';
}

/** Epochs until a share of a deviation is left: ln(share) / ln(left per epoch); infinite where it never gets there. */
export function recoveryEpochs(gain: number, elasticity: number, shareLeft: number, lag: PriceLag = 1): number {
  const left = deviationLeft(gain, elasticity, lag);
  if (left === 0) return 1;
  return left < 1 ? Math.log(shareLeft) / Math.log(left) : Number.POSITIVE_INFINITY;
}

/** Half-life of a deviation, in epochs. @example recoveryHalfLife(1 / 16, 1) // 10.7 */
export function recoveryHalfLife(gain: number, elasticity: number, lag: PriceLag = 1): number {
  return recoveryEpochs(gain, elasticity, 0.5, lag);
}

/** Most that full or no use moves the price within some epochs, in the exponential form: e^(epochs·d(U − U*) / U*). */
export function priceFactor(gain: number, target: number, utilisation: number, epochs: number): number {
  return Math.exp((epochs * gain * (utilisation - target)) / target);
}

const YEAR_MINUTES = 365 * 24 * 60;
/** Mean of the positive half of a standard normal: 1 / √(2π). */
const ONE_SIDED = 1 / Math.sqrt(2 * Math.PI);

/**
 * Free edge of whoever may trade at a time-weighted average of a price that moves on: .399·vol·√(W / 3), as a share of
 * the size. A spread below it is farmed. @example twapLagEdge(.8, 30) // .00139
 */
export function twapLagEdge(volatilityPerYear: number, windowMinutes: number): number {
  return ONE_SIDED * volatilityPerYear * Math.sqrt(windowMinutes / YEAR_MINUTES / 3);
}
