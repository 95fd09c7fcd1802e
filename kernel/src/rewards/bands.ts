import { mulDivDown } from '../numbers/exact.ts';
import type { NcuMs, Ppm } from '../numbers/quantities.ts';

const MILLION = 1_000_000;

/** Work weighs by the band that a node stands in, as by its rank in a place (Helium HIP-85: 1, .75, .25, then 0). */
export interface BandsRule {
  /** By band, the best first; past the last band work weighs nothing. */
  readonly multipliersPpm: readonly Ppm[];
}

/**
 * Work as it counts in a band, rounded down. Linear, so splitting gains nothing within a band; who stands in which band
 * has to be attested, because there splitting may gain.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 */
export function bandedWork(rule: BandsRule, band: number, work: NcuMs): NcuMs {
  return mulDivDown(work, rule.multipliersPpm[band] ?? 0, MILLION) as NcuMs;
}
