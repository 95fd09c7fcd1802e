import type { LeaseBond } from '../market/leases.ts';
import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';

// Reserved leases as an epoch's settlement reads and writes them: plain data that survives JSON unchanged.

/** The resource code of a contract charge. No meter has it: the wire's codes begin at 1. */
export const RESERVED_CAPACITY = 0;

/** A lease that the epoch's allocation opened; its first epoch is the settled one. */
export interface ReservationOpening {
  readonly leaseId: string;
  readonly consumer: string;
  /** Whose capacity it is: one node, the seats of a gang, or a pool with its hot spares. Each node once. */
  readonly members: readonly {
    readonly nodeId: string;
    /** In each epoch; 0 of a hot spare. */
    readonly promisedNcuMs: NcuMs;
  }[];
  /** First epoch in which it holds nothing. */
  readonly endEpoch: Epoch;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  /** Locked by the consumer for the whole lease. */
  readonly bondGrains: Grains;
}

/** What a member did in one slot of the epoch. Delivered is what the consumer acknowledged or a canary proved. */
export interface ReservationUse {
  readonly leaseId: string;
  readonly nodeId: string;
  /** Position in the epoch, from 0: names the line. The epoch is settled on the sum of its slots. */
  readonly slot: number;
  readonly deliveredNcuMs: NcuMs;
  /** At most what was delivered. */
  readonly usedNcuMs: NcuMs;
}

/** An end before the term's: the settled epoch is the lease's last. What a provider no longer delivers it has missed. */
export interface ReservationEnd {
  readonly leaseId: string;
  readonly by: 'consumer' | 'provider';
}

export interface ReservationInputs {
  readonly opened: readonly ReservationOpening[];
  readonly uses: readonly ReservationUse[];
  readonly ended: readonly ReservationEnd[];
}

/** An open reservation between two epochs. Amounts without "epoch" are of the lease so far. */
export interface Reservation {
  readonly leaseId: string;
  readonly consumer: string;
  /** Sorted by nodeId. */
  readonly members: readonly ReservationMember[];
  readonly fromEpoch: Epoch;
  readonly endEpoch: Epoch;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly bond: LeaseBond;
  /** What may still be missed at the price gap alone. */
  readonly allowanceNcuMs: NcuMs;
  readonly promisedNcuMs: NcuMs;
  readonly deliveredNcuMs: NcuMs;
  readonly chargedGrains: Grains;
}

export interface ReservationMember {
  readonly nodeId: string;
  /** In each epoch; 0 of a hot spare. */
  readonly promisedNcuMs: NcuMs;
  /** Its misses in epochs in which nobody made all of them good. */
  readonly missedNcuMs: NcuMs;
}

/**
 * What happened to a lease in an epoch: all was used; some lay idle; some was missed, within the allowance or past it; the
 * provider gave it up.
 */
export type ReservationReason = 'used' | 'idle' | 'excused' | 'missed' | 'given-up';

/** `replaced`: it missed, and others filled all of it. `stopped`: what it reports counts zero. */
export type MemberReason = 'delivered' | 'spare' | 'stood-in' | 'replaced' | 'missed' | 'stopped';

/**
 * One lease in one epoch. Its amounts are the epoch's. charge = earned + burn + insurance + treasury; earned is the sum of
 * what the members were paid. Bond before + locked = bond after + burned + returned. Owed = collected + short, and
 * collected = to the consumer + to insurance.
 */
export interface ReservationLine {
  readonly leaseId: string;
  readonly epoch: Epoch;
  readonly consumer: string;
  readonly isOpened: boolean;
  /** Why it ended with this epoch; null: it goes on. */
  readonly ended: 'term' | ReservationEnd['by'] | null;
  readonly reason: ReservationReason;
  readonly promisedNcuMs: NcuMs;
  readonly deliveredNcuMs: NcuMs;
  readonly usedNcuMs: NcuMs;
  /** Of what was missed, so much the allowance covered; what it has left. */
  readonly missedNcuMs: NcuMs;
  readonly excusedNcuMs: NcuMs;
  readonly allowanceLeftNcuMs: NcuMs;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly spotMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly chargeGrains: Grains;
  readonly earnedGrains: Grains;
  readonly burnGrains: Grains;
  readonly insuranceGrains: Grains;
  readonly treasuryGrains: Grains;
  /** Burned. */
  readonly openingFeeGrains: Grains;
  /** Burned; by the utilisation of the members' fullest class. */
  readonly idleSurchargeGrains: Grains;
  readonly classUtilisationPpm: Ppm;
  readonly bondLockedGrains: Grains;
  readonly bondBurnedGrains: Grains;
  readonly bondReturnedGrains: Grains;
  readonly bondStandingGrains: Grains;
  /** What the members owe: to the consumer for what it missed and as the term's service credit, and to insurance. */
  readonly penaltyToConsumerGrains: Grains;
  readonly slaCreditGrains: Grains;
  readonly penaltyToInsuranceGrains: Grains;
  /** What they had; the consumer comes first. */
  readonly paidToConsumerGrains: Grains;
  readonly paidToInsuranceGrains: Grains;
  /** In the order of the nodes' ids. */
  readonly members: readonly ReservationMemberLine[];
}

export interface ReservationMemberLine {
  readonly nodeId: string;
  readonly reason: MemberReason;
  readonly promisedNcuMs: NcuMs;
  readonly deliveredNcuMs: NcuMs;
  readonly usedNcuMs: NcuMs;
  /** What of its work counts, and is paid for. */
  readonly countedNcuMs: NcuMs;
  readonly paidGrains: Grains;
  readonly owedGrains: Grains;
  /** Out of what it had earned and not been paid, oldest first. */
  readonly collectedGrains: Grains;
  /** Work tokens worth the rest, rounded up, at most its bond: a slash to be proposed to the chain. */
  readonly slashProposalGrains: Grains;
}
