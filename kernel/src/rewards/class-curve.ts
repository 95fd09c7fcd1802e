import { floorDegreeRoot } from '../numbers/root.ts';

// Curves whose weight depends on the whole class. Shares of the class's emission add up to at most one; the rest is
// carried. BigInt throughout: degrees and cubes of class sums pass 2^53.

const MILLION = 1_000_000n;

export type ClassCurve = CobbDouglasCurve | PledgeCappedCurve;

/** W (w/W)^a (b/B)^(1-a), a = numerator / denominator (0x: 2/3). */
export interface CobbDouglasCurve {
  readonly kind: 'cobb-douglas';
  /** From 1 to below the denominator. */
  readonly workExponentNumerator: number;
  /** 2 to 8. */
  readonly workExponentDenominator: number;
}

/**
 * W/(1 + a0) (x + a0 s (x - s(z - x)/z)/z) with z = 1/k, x = min(w/W, z), s = min(kappa b/W, x): Cardano's pool reward,
 * the covered work in the place of the pledge. Not split-proof: past z it is an instruction to split, at the price of
 * a0's part, so an operator cap must hold it. And the pledge pays most at x/(2(1 - x/z)), if that is below x, not at x.
 */
export interface PledgeCappedCurve {
  readonly kind: 'pledge-capped';
  readonly kappaNumerator: number;
  readonly kappaDenominator: number;
  /** k: a node with more than 1/k of the class's work is saturated. */
  readonly nodesTarget: number;
  /** a0. */
  readonly pledgeInfluencePpm: number;
}

/** Sums over the class's nodes with work. */
export interface ClassTotals {
  readonly workNcuMs: number;
  readonly bondGrains: bigint;
}

/** A node's weight under a class curve, NCU·ms, rounded down; the sum over the class is at most its work. */
export function classCurveWeight(curve: ClassCurve, work: number, bond: number, totals: ClassTotals): number {
  return classCurveWeigher(curve, totals)(work, bond);
}

/** `classCurveWeight` with the class's part computed once. */
export function classCurveWeigher(curve: ClassCurve, totals: ClassTotals): (work: number, bond: number) => number {
  return curve.kind === 'cobb-douglas' ? cobbDouglas(curve, totals) : pledgeCapped(curve, totals);
}

/**
 * floor of the d-th root of w^n b^(d-n) (W/B)^(d-n): exact, because the floor of a root of a floor is the floor of the
 * root. By Hölder the exact shares sum to at most W, and splitting leaves W and B as they are.
 */
function cobbDouglas(curve: CobbDouglasCurve, { workNcuMs, bondGrains }: ClassTotals) {
  const degree = BigInt(curve.workExponentDenominator);
  const workExponent = BigInt(curve.workExponentNumerator);
  const bondExponent = degree - workExponent;
  const multiplier = BigInt(workNcuMs) ** bondExponent;
  const divisor = bondGrains ** bondExponent;
  return (work: number, bond: number): number => {
    if (work === 0 || bond === 0) return 0;
    return Number(
      floorDegreeRoot((BigInt(work) ** workExponent * BigInt(bond) ** bondExponent * multiplier) / divisor, degree),
    );
  };
}

/** One division, with x and s counted in units of z/W: x = min(k w, W), s = min(k kappa b, x). */
function pledgeCapped(curve: PledgeCappedCurve, { workNcuMs }: ClassTotals) {
  const all = BigInt(workNcuMs);
  const target = BigInt(curve.nodesTarget);
  const influence = BigInt(curve.pledgeInfluencePpm);
  const divisor = target * all * all * (MILLION + influence);
  return (work: number, bond: number): number => {
    if (work === 0) return 0;
    const covered = (BigInt(bond) * BigInt(curve.kappaNumerator)) / BigInt(curve.kappaDenominator);
    const size = least(BigInt(work) * target, all);
    const pledge = least(covered * target, size);
    return Number((size * all * all * MILLION + influence * pledge * (size * all - pledge * (all - size))) / divisor);
  };
}

function least(x: bigint, y: bigint): bigint {
  return x < y ? x : y;
}
