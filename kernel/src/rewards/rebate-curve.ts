import { expWad, WAD, wad } from '../numbers/wad.ts';

const MILLION = 1_000_000n;
/** `expWad` of an exponent at most 0 is off by less than this; added, the power is never below the truth. */
const EXP_ULPS = 2n;

/** w(1 - alpha e^(-lambda b/w)): The Graph's rebate, alpha = 1 and lambda = 0.6 there, work in the place of fees. */
export interface ExponentialRebateCurve {
  readonly kind: 'exponential-rebate';
  /** At most 1_000_000. */
  readonly alphaPpm: number;
  /** lambda = numerator / denominator, NCU·ms per bonded grain. */
  readonly lambdaNumerator: number;
  readonly lambdaDenominator: number;
}

/**
 * A node's weight under the rebate, NCU·ms, rounded down and never above the truth: the exponent is rounded down and its
 * power up.
 */
export function rebateWeight(curve: ExponentialRebateCurve, work: number, bond: number): number {
  if (work === 0) return 0;
  const exponent =
    (BigInt(bond) * BigInt(curve.lambdaNumerator) * WAD) / (BigInt(curve.lambdaDenominator) * BigInt(work));
  const lost = BigInt(curve.alphaPpm) * (expWad(wad(-exponent)) + EXP_ULPS);
  const kept = MILLION * WAD - lost;
  return kept <= 0n ? 0 : Number((BigInt(work) * kept) / (MILLION * WAD));
}
