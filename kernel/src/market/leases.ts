import { addExact, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import type { Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';
import { chargeGrains } from './rating.ts';

const MILLION = 1_000_000;

/** What holding capacity costs, so that hoarding it does not pay (economics: holding cost p + h p (1 - use)). */
export interface LeaseRule {
  /** phi: share of the lease's whole price, taken when it opens and never returned. */
  readonly openingFeePpm: Ppm;
  /** h0 in h = h0 * max(0, (U - from)/(1 - from)). */
  readonly idleSurchargePpmMax: Ppm;
  /** Utilisation of the class from which idle capacity costs extra; below 1_000_000. */
  readonly idleSurchargeFromPpm: Ppm;
  /** The lease bond, as a share of the price of the capacity-time not yet used. */
  readonly bondPpm: number;
  /** The part of idle capacity-time's bond that burns; the rest, and what stood for used time, comes back. */
  readonly idleBurnPpm: Ppm;
  /** One consumer's largest share of a class's capacity-time. */
  readonly consumerSharePpm: Ppm;
}

export interface LeaseTerms {
  /** The whole lease: capacity times its term. */
  readonly reservedNcuMs: NcuMs;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
}

/** A lease bond on its way from locked to burned or returned. */
export interface LeaseBond {
  readonly reservedNcuMs: NcuMs;
  /** Locked when the lease opened. */
  readonly lockedGrains: Grains;
  /** Capacity-time that has passed, used or idle. */
  readonly elapsedNcuMs: NcuMs;
}

/** A stretch of a lease: what it could have used, and what it did. */
export interface LeaseUse {
  readonly passedNcuMs: NcuMs;
  readonly usedNcuMs: NcuMs;
}

/** The non-refundable fee, up(phi * price of the lease), and the bond to lock, up(share * price of the lease). */
export function openLease(
  rule: LeaseRule,
  terms: LeaseTerms,
): { readonly openingFeeGrains: Grains; readonly bond: LeaseBond } {
  const price = chargeGrains(terms.reservedNcuMs, terms.priceMicrograinsPerNcuS);
  return {
    openingFeeGrains: mulDivUp(price, rule.openingFeePpm, MILLION) as Grains,
    bond: {
      reservedNcuMs: terms.reservedNcuMs,
      lockedGrains: mulDivUp(price, rule.bondPpm, MILLION) as Grains,
      elapsedNcuMs: 0 as NcuMs,
    },
  };
}

/** h at a class's utilisation, rounded up. */
export function idleSurchargePpm(rule: LeaseRule, utilisationPpm: Ppm): Ppm {
  const above = Math.max(0, utilisationPpm - rule.idleSurchargeFromPpm);
  return mulDivUp(rule.idleSurchargePpmMax, above, MILLION - rule.idleSurchargeFromPpm) as Ppm;
}

/**
 * What idle capacity costs on top of its price: up(unused * up(h * price)).
 * @throws KernelRefusal KERNEL-LEASE-USE, KERNEL-RANGE
 */
export function idleSurchargeGrains(
  rule: LeaseRule,
  price: MicrograinsPerNcuS,
  use: LeaseUse,
  utilisationPpm: Ppm,
): Grains {
  const surcharge = mulDivUp(price, idleSurchargePpm(rule, utilisationPpm), MILLION) as MicrograinsPerNcuS;
  return chargeGrains(idleNcuMs(use), surcharge);
}

/**
 * Time passes over a lease bond. The bond stands for the lease's capacity-time evenly, so each stretch has its slice
 * (cumulative: the slices sum to the bond exactly, whatever the epoch's length); of the slice, up(idle part * burn
 * share) burns and the rest returns. Before = after + burned + returned.
 * @throws KernelRefusal KERNEL-LEASE-USE (more used than passed, or more passed than was reserved)
 */
export function passLease(
  rule: LeaseRule,
  bond: LeaseBond,
  use: LeaseUse,
): { readonly bond: LeaseBond; readonly burnedGrains: Grains; readonly returnedGrains: Grains } {
  const elapsedNcuMs = addExact(bond.elapsedNcuMs, use.passedNcuMs) as NcuMs;
  if (elapsedNcuMs > bond.reservedNcuMs) throw badUse(`at most ${bond.reservedNcuMs} passed`, elapsedNcuMs);
  const idle = BigInt(idleNcuMs(use)) * BigInt(rule.idleBurnPpm);
  const after = { ...bond, elapsedNcuMs };
  const slice = standingGrains(bond) - standingGrains(after);
  const whole = BigInt(use.passedNcuMs) * BigInt(MILLION);
  const burned = whole === 0n ? 0 : Number((BigInt(slice) * idle + whole - 1n) / whole);
  return { bond: after, burnedGrains: burned as Grains, returnedGrains: (slice - burned) as Grains };
}

/** What of a lease bond is still locked: the whole less floor(locked * elapsed / reserved). */
export function standingGrains({ lockedGrains, elapsedNcuMs, reservedNcuMs }: LeaseBond): Grains {
  if (reservedNcuMs === 0) return 0 as Grains;
  return (lockedGrains - mulDivDown(lockedGrains, elapsedNcuMs, reservedNcuMs)) as Grains;
}

/** How much more of a class a consumer may hold: floor(share * class) less what it holds, at least 0. */
export function leasableNcuMs(rule: LeaseRule, classNcuMs: NcuMs, heldNcuMs: NcuMs): NcuMs {
  return Math.max(0, mulDivDown(classNcuMs, rule.consumerSharePpm, MILLION) - heldNcuMs) as NcuMs;
}

function idleNcuMs({ passedNcuMs, usedNcuMs }: LeaseUse): NcuMs {
  if (usedNcuMs > passedNcuMs) throw badUse(`at most ${passedNcuMs} used`, usedNcuMs);
  return (passedNcuMs - usedNcuMs) as NcuMs;
}

function badUse(expected: string, got: number): KernelRefusal {
  return new KernelRefusal('KERNEL-LEASE-USE', 'lease', `${expected} NCU·ms`, got);
}
