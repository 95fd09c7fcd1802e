import { NODE_NCU_MS_MAX } from '../economy.ts';
import type { LeaseRule } from '../market/leases.ts';
import { openLease } from '../market/leases.ts';
import type { ReservedRule } from '../market/reserved.ts';
import { slaAllowance } from '../market/reserved.ts';
import { addExact, isAmount, mulDivUp } from '../numbers/exact.ts';
import type { Epoch, Grains, NcuMs } from '../numbers/quantities.ts';
import { compareText, sortedBy } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type {
  Reservation,
  ReservationEnd,
  ReservationInputs,
  ReservationOpening,
  ReservationUse,
} from './reservation-lines.ts';
import { ACCOUNT } from './roster.ts';

export const NO_RESERVATIONS: ReservationInputs = { opened: [], uses: [], ended: [] };

/** A reservation in its epoch, with what its members did. */
export interface ActiveReservation {
  readonly lease: Reservation;
  readonly openingFeeGrains: Grains;
  readonly isOpened: boolean;
  readonly endedBy: ReservationEnd['by'] | null;
  /** By member, in their order. */
  readonly delivered: readonly NcuMs[];
  readonly used: readonly NcuMs[];
}

export interface ReservationReader {
  readonly rules: { readonly reserved: ReservedRule; readonly leases: Omit<LeaseRule, 'consumerSharePpm'> };
  readonly epoch: Epoch;
  /** Whether what a node reports counts; undefined: no node of the economy. */
  readonly counts: (nodeId: string) => boolean | undefined;
}

/**
 * The reservations of an epoch, sorted by leaseId: those that stand and those that it opens, with the sums of their slots.
 * What a node without standing reports counts zero.
 * @throws KernelRefusal KERNEL-LEASE-DUPLICATE, KERNEL-LEASE-UNKNOWN, KERNEL-LEASE-USE, KERNEL-USAGE-DUPLICATE,
 *   KERNEL-NODE-UNKNOWN, KERNEL-NODE-DUPLICATE, KERNEL-NODE-WORK, KERNEL-ACCOUNT, KERNEL-AMOUNT, KERNEL-EPOCH,
 *   KERNEL-RANGE
 */
export function activeReservations(
  reader: ReservationReader,
  standing: readonly Reservation[],
  { opened, uses, ended }: ReservationInputs,
): readonly ActiveReservation[] {
  const openings = new Map(
    opened.map((one) => {
      const opening = openReservation(reader, one);
      return [one.leaseId, opening] as const;
    }),
  );
  const leases = [...standing, ...[...openings.values()].map(({ lease }) => lease)];
  leases.sort((x, y) => compareText(x.leaseId, y.leaseId));
  const known = new Map(leases.map((lease) => [lease.leaseId, lease]));
  if (known.size !== standing.length + opened.length) {
    const twice = opened.find(
      (one, index) => standing.some(sameLease(one)) || opened.findIndex(sameLease(one)) < index,
    );
    throw refuse('KERNEL-LEASE-DUPLICATE', `${twice?.leaseId}`, 'a new lease', twice?.leaseId);
  }
  const slots = usesByMember(reader, known, uses);
  const ends = endsByLease(known, ended);
  return leases.map((lease) => {
    const opening = openings.get(lease.leaseId);
    const own = lease.members.map(({ nodeId }) => slots.get(memberKey(lease.leaseId, nodeId)));
    return {
      lease,
      openingFeeGrains: opening?.openingFeeGrains ?? (0 as Grains),
      isOpened: opening !== undefined,
      endedBy: ends.get(lease.leaseId) ?? null,
      delivered: own.map((sum) => (sum?.delivered ?? 0) as NcuMs),
      used: own.map((sum) => (sum?.used ?? 0) as NcuMs),
    };
  });
}

function openReservation(reader: ReservationReader, opening: ReservationOpening) {
  const { rules, epoch } = reader;
  const { leaseId, consumer, endEpoch, priceMicrograinsPerNcuS, bondGrains } = opening;
  const members = sortedBy(opening.members, (x, y) => compareText(x.nodeId, y.nodeId));
  checkOpening(reader, opening, members);
  const perEpoch = members.reduce((sum, member) => addExact(sum, member.promisedNcuMs), 0);
  if (perEpoch === 0) throw refuse('KERNEL-AMOUNT', leaseId, 'a member that promises something', 0);
  const reservedNcuMs = mulDivUp(perEpoch, endEpoch - epoch, 1) as NcuMs;
  const terms = openLease(leaseRule(rules.leases), { reservedNcuMs, priceMicrograinsPerNcuS });
  const lease: Reservation = {
    leaseId,
    consumer,
    members: members.map(({ nodeId, promisedNcuMs }) => ({ nodeId, promisedNcuMs, missedNcuMs: 0 as NcuMs })),
    fromEpoch: epoch,
    endEpoch,
    priceMicrograinsPerNcuS,
    // The allocation has told the consumer its bond already, from the same rule.
    bond: { ...terms.bond, lockedGrains: bondGrains },
    allowanceNcuMs: slaAllowance(rules.reserved, reservedNcuMs),
    promisedNcuMs: 0 as NcuMs,
    deliveredNcuMs: 0 as NcuMs,
    chargedGrains: 0 as Grains,
  };
  return { lease, openingFeeGrains: terms.openingFeeGrains };
}

/** The consumer's share of a class was the allocation's to check. */
export function leaseRule(rule: Omit<LeaseRule, 'consumerSharePpm'>): LeaseRule {
  return { ...rule, consumerSharePpm: 1_000_000 as LeaseRule['consumerSharePpm'] };
}

function checkOpening(
  { epoch, counts }: ReservationReader,
  { leaseId, consumer, endEpoch, priceMicrograinsPerNcuS, bondGrains }: ReservationOpening,
  members: ReservationOpening['members'],
): void {
  if (!ACCOUNT.test(consumer)) throw refuse('KERNEL-ACCOUNT', leaseId, '0x and 40 lower-case hex digits', consumer);
  if (!isAmount(endEpoch) || endEpoch <= epoch) {
    throw refuse('KERNEL-EPOCH', leaseId, `an end after epoch ${epoch}`, endEpoch);
  }
  if (![priceMicrograinsPerNcuS, bondGrains].every(isAmount)) {
    throw refuse('KERNEL-AMOUNT', leaseId, 'integers from 0 to 2^53 - 1', `${priceMicrograinsPerNcuS}, ${bondGrains}`);
  }
  members.forEach(({ nodeId, promisedNcuMs }, index) => {
    if (counts(nodeId) === undefined) throw refuse('KERNEL-NODE-UNKNOWN', leaseId, 'a node of the economy', nodeId);
    if (nodeId === members[index + 1]?.nodeId) throw refuse('KERNEL-NODE-DUPLICATE', leaseId, 'each node once', nodeId);
    if (isAmount(promisedNcuMs) && promisedNcuMs <= NODE_NCU_MS_MAX) return;
    throw refuse('KERNEL-NODE-WORK', leaseId, `at most ${NODE_NCU_MS_MAX} NCU·ms a node and epoch`, promisedNcuMs);
  });
}

interface SlotSums {
  delivered: number;
  used: number;
}

/** Sums of the slots, so that how an epoch is cut into them does not matter. */
function usesByMember(
  { counts }: ReservationReader,
  known: ReadonlyMap<string, Reservation>,
  uses: readonly ReservationUse[],
): ReadonlyMap<string, SlotSums> {
  const sums = new Map<string, SlotSums>();
  const seen = new Set<string>();
  for (const { leaseId, nodeId, slot, deliveredNcuMs, usedNcuMs } of uses) {
    const lease = known.get(leaseId);
    if (lease === undefined) throw refuse('KERNEL-LEASE-UNKNOWN', leaseId, 'an open reservation', leaseId);
    if (!lease.members.some((member) => member.nodeId === nodeId)) {
      throw refuse('KERNEL-NODE-UNKNOWN', leaseId, 'a member of the lease', nodeId);
    }
    const key = memberKey(leaseId, nodeId);
    if (seen.has(`${key} ${slot}`)) throw refuse('KERNEL-USAGE-DUPLICATE', leaseId, 'one line a node and slot', slot);
    seen.add(`${key} ${slot}`);
    if (![slot, deliveredNcuMs, usedNcuMs].every(isAmount)) {
      throw refuse('KERNEL-AMOUNT', leaseId, 'integers from 0 to 2^53 - 1', `${slot}: ${deliveredNcuMs}, ${usedNcuMs}`);
    }
    if (usedNcuMs > deliveredNcuMs) {
      throw refuse('KERNEL-LEASE-USE', leaseId, `at most ${deliveredNcuMs} NCU·ms used`, usedNcuMs);
    }
    const sum = sums.get(key) ?? { delivered: 0, used: 0 };
    sums.set(key, sum);
    if (!counts(nodeId)) continue;
    sum.delivered = addExact(sum.delivered, deliveredNcuMs);
    sum.used = addExact(sum.used, usedNcuMs);
  }
  return sums;
}

function endsByLease(
  known: ReadonlyMap<string, Reservation>,
  ended: readonly ReservationEnd[],
): ReadonlyMap<string, ReservationEnd['by']> {
  const ends = new Map<string, ReservationEnd['by']>();
  for (const { leaseId, by } of ended) {
    if (!known.has(leaseId)) throw refuse('KERNEL-LEASE-UNKNOWN', leaseId, 'an open reservation', leaseId);
    if (ends.has(leaseId)) throw refuse('KERNEL-LEASE-DUPLICATE', leaseId, 'one end a lease', leaseId);
    ends.set(leaseId, by);
  }
  return ends;
}

function sameLease({ leaseId }: { readonly leaseId: string }) {
  return (other: { readonly leaseId: string }) => other.leaseId === leaseId;
}

function memberKey(leaseId: string, nodeId: string): string {
  return `${leaseId} ${nodeId}`;
}

function refuse(code: KernelRefusal['code'], leaseId: string, expected: string, got: unknown): KernelRefusal {
  return new KernelRefusal(code, `reservations.${leaseId}`, expected, got);
}
