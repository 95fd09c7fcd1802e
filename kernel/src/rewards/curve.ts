import { divideProduct, ExactSum } from '../numbers/exact.ts';
import type { NcuMs, Ppm } from '../numbers/quantities.ts';
import { floorDegreeRoot } from '../numbers/root.ts';
import { type ClassCurve, type ClassTotals, classCurveWeigher } from './class-curve.ts';
import { type ExponentialRebateCurve, rebateWeight } from './rebate-curve.ts';

const MILLION = 1_000_000;
/** Where covered work saturates: past any node's work, and its product with a breakpoint still decides rightly. */
const COVERED_MAX = 2 ** 52;

/** How work and bond become reward weight. kappa = numerator / denominator: NCU·ms that a bonded grain covers. */
export type CurveRule = NodeCurve | ClassCurve;
/** Weight of a node depends on its own work and bond alone. */
export type NodeCurve = LinearCappedCurve | PerspectiveCurve | ExponentialRebateCurve | PowerCurve;

/** min(w, kappa b). */
export interface LinearCappedCurve {
  readonly kind: 'linear-capped';
  readonly kappaNumerator: number;
  readonly kappaDenominator: number;
}

/** b phi(w/b), phi piecewise linear with phi(0) = 0 and, to be concave, falling slopes. */
export interface PerspectiveCurve {
  readonly kind: 'perspective';
  readonly kappaNumerator: number;
  readonly kappaDenominator: number;
  /** By rising end; work past the last end weighs nothing. */
  readonly pieces: readonly CurvePiece[];
}

export interface CurvePiece {
  /** Where the piece ends, as a share of the work that the bond covers; null: nowhere. */
  readonly untilPpm: number | null;
  /** Weight of a unit of work on this piece. */
  readonly slopePpm: Ppm;
}

/**
 * w^a of each identity, a = numerator / denominator below 1; the bond counts for nothing. Not split-proof: k identities
 * weigh k^(1 - a) times one. It is here so that `check` and the launch gate can measure that, and refuse it.
 */
export interface PowerCurve {
  readonly kind: 'power';
  /** From 1 to below the denominator. */
  readonly exponentNumerator: number;
  /** 2 to 8. */
  readonly exponentDenominator: number;
}

/** The columns of `settleColumns` that a curve reads, and the one that it fills. */
export interface CurveColumns {
  readonly classOf: Int32Array;
  readonly work: Float64Array;
  readonly bond: Float64Array;
  readonly curveWeight: Float64Array;
}

/**
 * Reward weight of a node's work, NCU·ms, rounded down; work at most 2^33 (`NODE_NCU_MS_MAX` is less). Every kind but
 * the power is homogeneous of degree one and concave in (work, bond), so cutting a node and its bond in parts never
 * gains; the exponential rebate may gain one unit by rounding.
 */
export function curveWeight(curve: NodeCurve, work: number, bond: number): NcuMs {
  if (curve.kind === 'linear-capped') return linearWeight(curve, work, bond) as NcuMs;
  if (curve.kind === 'perspective') return perspectiveWeight(curve, work, bond) as NcuMs;
  if (curve.kind === 'power') return powerWeight(curve, work) as NcuMs;
  return rebateWeight(curve, work, bond) as NcuMs;
}

/** Fills the curve weights of one class's nodes and returns what their shares are divided by (`dividesByWork`). */
export function weighClass(curve: CurveRule, classIndex: number, columns: CurveColumns): number {
  // Chosen here, once: the loops below call one function.
  if (curve.kind === 'linear-capped') {
    return weighNodes(classIndex, columns, (work, bond) => linearWeight(curve, work, bond));
  }
  if (curve.kind === 'perspective') {
    return weighNodes(classIndex, columns, (work, bond) => perspectiveWeight(curve, work, bond));
  }
  if (curve.kind === 'power') return weighNodes(classIndex, columns, (work) => powerWeight(curve, work));
  const totals = classTotals(classIndex, columns);
  const weigh =
    curve.kind === 'exponential-rebate'
      ? (work: number, bond: number) => rebateWeight(curve, work, bond)
      : classCurveWeigher(curve, totals);
  weighNodes(classIndex, columns, weigh);
  return totals.workNcuMs;
}

/**
 * Shares are divided by the sum of the weights under the curves that only cap work and under the power, and by the sum
 * of the work under those whose shares add up to less than the whole: there the rest is carried.
 */
export function dividesByWork(curve: CurveRule): boolean {
  return curve.kind !== 'linear-capped' && curve.kind !== 'perspective' && curve.kind !== 'power';
}

/** Whether cutting a node and its bond into parts can never gain, up to rounding. */
export function isSplitProof(curve: CurveRule): boolean {
  if (curve.kind === 'pledge-capped' || curve.kind === 'power') return false;
  if (curve.kind !== 'perspective') return true;
  return curve.pieces.every(({ slopePpm }, index) => slopePpm <= (curve.pieces[index - 1]?.slopePpm ?? slopePpm));
}

/** An operator's largest weight in a class: cap * class weight before caps, rounded down. */
export function operatorCap(operatorCapPpm: number, classWeightBeforeCaps: number): NcuMs {
  return divideProduct(classWeightBeforeCaps, operatorCapPpm, MILLION) as NcuMs;
}

/**
 * A node's weight after its operator's cap: the operator's excess is taken from its nodes in proportion, rounded down.
 * The excess is carried, not redistributed: rewards divide by the class weight before caps.
 */
export function cappedWeight(weight: number, operatorWeight: number, cap: number): NcuMs {
  return (operatorWeight <= cap ? weight : divideProduct(weight, cap, operatorWeight)) as NcuMs;
}

function linearWeight(curve: LinearCappedCurve, work: number, bond: number): number {
  // Far enough from the bound that rounding of the products cannot matter: spares a long division.
  if (bond * curve.kappaNumerator >= (work + 1) * curve.kappaDenominator * 2) return work;
  return Math.min(work, divideProduct(bond, curve.kappaNumerator, curve.kappaDenominator));
}

/**
 * sum of slope * (part of the work on the piece), rounded down once; the ends floor(floor(kappa b) * until). It is a sum
 * of (fall of the slope) * min(w, end), and floors of sums are at least sums of floors: splitting gains nothing, not
 * even by rounding.
 */
function perspectiveWeight(curve: PerspectiveCurve, work: number, bond: number): number {
  const covered =
    bond * curve.kappaNumerator >= curve.kappaDenominator * COVERED_MAX
      ? COVERED_MAX
      : divideProduct(bond, curve.kappaNumerator, curve.kappaDenominator);
  const { pieces } = curve;
  let from = 0;
  let weighed = 0;
  for (let index = 0; index < pieces.length && from < work; index += 1) {
    const { untilPpm, slopePpm } = pieces[index]!;
    const isPast = untilPpm === null || covered * untilPpm >= (work + 1) * MILLION * 2;
    const until = isPast ? work : Math.min(work, divideProduct(covered, untilPpm, MILLION));
    weighed += (until - from) * slopePpm;
    from = until;
  }
  return Math.floor(weighed / MILLION);
}

/** Exact: the floor of the root of an integer power. */
function powerWeight({ exponentNumerator, exponentDenominator }: PowerCurve, work: number): number {
  return Number(floorDegreeRoot(BigInt(work) ** BigInt(exponentNumerator), BigInt(exponentDenominator)));
}

function weighNodes(
  classIndex: number,
  { classOf, work, bond, curveWeight: weights }: CurveColumns,
  weigh: (work: number, bond: number) => number,
): number {
  let total = 0;
  for (let node = 0; node < work.length; node += 1) {
    if (classOf[node] !== classIndex) continue;
    const weight = weigh(work[node]!, bond[node]!);
    weights[node] = weight;
    total += weight;
  }
  return total;
}

/** Work of a class, and the bonds of those of its nodes that worked: an idle bond dilutes nobody. */
function classTotals(classIndex: number, { classOf, work, bond }: CurveColumns): ClassTotals {
  const bonds = new ExactSum();
  let workNcuMs = 0;
  for (let node = 0; node < work.length; node += 1) {
    if (classOf[node] !== classIndex || work[node] === 0) continue;
    workNcuMs += work[node]!;
    bonds.add(bond[node]!);
  }
  return { workNcuMs, bondGrains: bonds.value };
}
