import type { NodeClass } from './economy.ts';
import { divideProduct } from './exact.ts';
import type { NcuMs } from './quantities.ts';

const MILLION = 1_000_000;

/**
 * Reward weight of a node's work: min(w, kappa * b), rounded down. It is homogeneous of degree one in work and bond, so
 * splitting a node and its bond never gains.
 */
export function curveWeight(curve: NodeClass['curve'], work: number, bond: number): NcuMs {
  if (bond * curve.kappaNumerator >= (work + 1) * curve.kappaDenominator * 2) return work as NcuMs;
  return Math.min(work, divideProduct(bond, curve.kappaNumerator, curve.kappaDenominator)) as NcuMs;
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
