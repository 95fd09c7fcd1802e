import { addExact, mulDivDown } from '../numbers/exact.ts';
import {
  type Grains,
  type MicrograinsPerNcuS,
  NCU_MS_MICROGRAINS_PER_GRAIN,
  type NcuMs,
  type Ppm,
} from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';

const MILLION = 1_000_000n;
/** Work times price times a share, to the grain. */
const PPM_NCU_MS_MICROGRAINS_PER_GRAIN = BigInt(NCU_MS_MICROGRAINS_PER_GRAIN) * MILLION;

/** What a provider owes who does not deliver reserved capacity. */
export interface ReservedRule {
  /** c, at least 1_000_000: the price gap counts so many times; from 2_000_000 on, selling the capacity twice loses at every gap. */
  readonly gapFactorPpm: number;
  /** f: share of the contract's price, whatever spot is. */
  readonly missedFeePpm: Ppm;
  /** Of what is promised over the term, so much may be missed at c = 1: honest outages must not ruin. */
  readonly allowancePpm: Ppm;
  /** Service credits by availability, in any order; the largest that applies is paid. */
  readonly credits: readonly SlaCredit[];
}

export interface SlaCredit {
  readonly availabilityPpmBelow: Ppm;
  /** Of the term's charges. */
  readonly creditPpm: Ppm;
}

/** One slot of a reservation. Delivered is what the consumer acknowledged or a canary proved. */
export interface ReservedSlot {
  readonly promisedNcuMs: NcuMs;
  readonly deliveredNcuMs: NcuMs;
  /** What is left of the term's allowance. */
  readonly allowanceNcuMs: NcuMs;
  readonly contractMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly spotMicrograinsPerNcuS: MicrograinsPerNcuS;
}

export interface DeliveryPenalty {
  readonly missedNcuMs: NcuMs;
  readonly allowanceLeftNcuMs: NcuMs;
  /** The two sum to the penalty. */
  readonly toConsumerGrains: Grains;
  readonly toInsuranceGrains: Grains;
}

/** The allowance of a whole term, rounded down. */
export function slaAllowance(rule: ReservedRule, promisedNcuMs: NcuMs): NcuMs {
  return mulDivDown(promisedNcuMs, rule.allowancePpm, 1_000_000) as NcuMs;
}

/**
 * P = [c (p_s - p_c)^+ + f p_c] Q, rounded up once; c = 1 for what the allowance covers. The consumer's part is
 * floor([(p_s - p_c)^+ + f p_c] Q), what it lost and f; the rest, c - 1 gaps, goes to insurance, so a consumer cannot
 * gain by making its provider fail. Over-delivery is no merit.
 */
export function deliveryPenalty(rule: ReservedRule, slot: ReservedSlot): DeliveryPenalty {
  const missed = Math.max(0, slot.promisedNcuMs - slot.deliveredNcuMs);
  const excused = Math.min(missed, slot.allowanceNcuMs);
  const gap = BigInt(Math.max(0, slot.spotMicrograinsPerNcuS - slot.contractMicrograinsPerNcuS));
  const fee = BigInt(slot.contractMicrograinsPerNcuS) * BigInt(rule.missedFeePpm);
  const compensation = (gap * MILLION + fee) * BigInt(missed);
  const beyond = BigInt(rule.gapFactorPpm) - MILLION;
  const penalty = toGrainsUp(compensation + gap * beyond * BigInt(missed - excused));
  const toConsumer = toGrains(compensation / PPM_NCU_MS_MICROGRAINS_PER_GRAIN);
  return {
    missedNcuMs: missed as NcuMs,
    allowanceLeftNcuMs: (slot.allowanceNcuMs - excused) as NcuMs,
    toConsumerGrains: toConsumer as Grains,
    toInsuranceGrains: (penalty - toConsumer) as Grains,
  };
}

/** What a term's availability earns the consumer back, as a share of its charges; the largest credit that applies. */
export function slaCreditPpm(rule: ReservedRule, promisedNcuMs: NcuMs, deliveredNcuMs: NcuMs): Ppm {
  const delivered = BigInt(deliveredNcuMs) * MILLION;
  const due = rule.credits.filter((tier) => delivered < BigInt(promisedNcuMs) * BigInt(tier.availabilityPpmBelow));
  return due.reduce((most, tier) => Math.max(most, tier.creditPpm), 0) as Ppm;
}

/** The service credit of a term, rounded down. */
export function slaCreditGrains(rule: ReservedRule, term: DeliveredTerm): Grains {
  const creditPpm = slaCreditPpm(rule, term.promisedNcuMs, term.deliveredNcuMs);
  return mulDivDown(term.chargedGrains, creditPpm, 1_000_000) as Grains;
}

export interface DeliveredTerm {
  readonly promisedNcuMs: NcuMs;
  readonly deliveredNcuMs: NcuMs;
  readonly chargedGrains: Grains;
}

/**
 * The least bond of a reservation: the penalty of missing `exposedNcuMs` (capacity times the time to replace it) with
 * spot at its cap and no allowance, rounded up.
 */
export function reservationBond(
  rule: ReservedRule,
  exposedNcuMs: NcuMs,
  contractMicrograinsPerNcuS: MicrograinsPerNcuS,
  capMicrograinsPerNcuS: MicrograinsPerNcuS,
): Grains {
  const none = { deliveredNcuMs: 0 as NcuMs, allowanceNcuMs: 0 as NcuMs };
  const spotMicrograinsPerNcuS = capMicrograinsPerNcuS;
  const slot = { ...none, promisedNcuMs: exposedNcuMs, contractMicrograinsPerNcuS, spotMicrograinsPerNcuS };
  const { toConsumerGrains, toInsuranceGrains } = deliveryPenalty(rule, slot);
  return addExact(toConsumerGrains, toInsuranceGrains) as Grains;
}

/** Partial work pays its metered value less the penalty; what pay does not cover comes from the bond. */
export function payAfterPenalty(
  earnedGrains: Grains,
  penaltyGrains: Grains,
): { readonly paidGrains: Grains; readonly fromBondGrains: Grains } {
  const withheld = Math.min(earnedGrains, penaltyGrains);
  return { paidGrains: (earnedGrains - withheld) as Grains, fromBondGrains: (penaltyGrains - withheld) as Grains };
}

/** A number of grains. @throws KernelRefusal KERNEL-RANGE */
function toGrains(amount: bigint): number {
  if (amount <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(amount);
  throw new KernelRefusal('KERNEL-RANGE', 'penalty', 'at most 2^53 - 1 grains', amount);
}

function toGrainsUp(amount: bigint): number {
  return toGrains((amount + PPM_NCU_MS_MICROGRAINS_PER_GRAIN - 1n) / PPM_NCU_MS_MICROGRAINS_PER_GRAIN);
}
