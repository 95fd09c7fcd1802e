import type { Economy } from '../economy.ts';
import { NODE_NCU_MS_MAX } from '../economy.ts';
import type { LeaseBond } from '../market/leases.ts';
import { idleSurchargeGrains, passLease, standingGrains } from '../market/leases.ts';
import { type PoolDelivery, poolDelivery, poolPay } from '../market/pool.ts';
import { utilisation } from '../market/price.ts';
import { type ChargeSplit, capacityNcuMs, chargeGrains, splitTake } from '../market/rating.ts';
import { type DeliveryPenalty, deliveryPenalty, slaCreditGrains } from '../market/reserved.ts';
import { addExact, largestRemainder, mulDivUp } from '../numbers/exact.ts';
import type { Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import { KernelRefusal } from '../refusal.ts';
import type { BondDesk } from './bond-desk.ts';
import type { EconomyState, EpochInputs, NodeState } from './epoch.ts';
import { priceOf } from './prices.ts';
import type {
  MemberReason,
  Reservation,
  ReservationLine,
  ReservationMemberLine,
  ReservationReason,
} from './reservation-lines.ts';
import { type ActiveReservation, activeReservations, leaseRule, NO_RESERVATIONS } from './reservation-uses.ts';
import { countsWork, type Roster } from './roster.ts';
import type { SettlementColumns } from './settle-columns.ts';
import { cellAt } from './table.ts';
import type { UnpaidCredits } from './unpaid-credits.ts';
import type { RatedUsage } from './usage.ts';

export interface SettledReservations {
  readonly lines: readonly ReservationLine[];
  /** Those that go on. */
  readonly open: readonly Reservation[];
}

/** A lease's epoch as far as its members' pay does not depend on it. */
interface Rated {
  readonly active: ActiveReservation;
  readonly delivery: PoolDelivery;
  /** Of what was delivered; work past the promise is not the lease's. */
  readonly usedNcuMs: NcuMs;
  readonly split: ChargeSplit & { readonly chargeGrains: Grains };
  readonly paid: readonly Grains[];
}

/** What a lease's members owe for an epoch. */
interface Due extends DeliveryPenalty {
  readonly excusedNcuMs: NcuMs;
  readonly slaCreditGrains: Grains;
  /** By member. */
  readonly misses: readonly number[];
  /** After the epoch. */
  readonly lease: Reservation;
}

/**
 * The reserved leases of one epoch, in three steps around the epoch's amounts. The constructor reads what was delivered
 * and used. `pay` charges each lease at its contract's price for what was delivered, once, and pays its members for what
 * counts of their work. `collect` comes when all pay is known: members who missed owe the delivery penalty, at the term's
 * end the service credit, out of what they had not been paid yet. Leases go in order of their ids, so that of two that the
 * same credits cannot satisfy the first does.
 */
export class ReservationBook {
  readonly #economy: Economy;
  readonly #state: EconomyState;
  readonly #roster: Roster;
  readonly #rated: readonly Rated[];
  /** Used reserved capacity by node. */
  readonly usedNcuMs: Float64Array;
  /** Delivered reserved capacity: it is sold, used or not, and counts in utilisation. */
  readonly deliveredNcuMs: NcuMs;

  /** @throws KernelRefusal KERNEL-USAGE-DUPLICATE (usage names a reservation), and those of `activeReservations` */
  constructor(economy: Economy, state: EconomyState, roster: Roster, inputs: EpochInputs) {
    this.#economy = economy;
    this.#state = state;
    this.#roster = roster;
    this.usedNcuMs = new Float64Array(roster.length);
    const reader = {
      rules: economy,
      epoch: state.epoch,
      counts: (nodeId: string) => {
        const node = roster.indexOf.get(nodeId);
        return node === undefined ? undefined : roster.counts[node] === 1;
      },
    };
    const active = activeReservations(reader, state.reservations, inputs.reservations ?? NO_RESERVATIONS);
    this.#rated = active.map((one) => this.#rate(one));
    this.deliveredNcuMs = this.#rated.reduce((sum, { delivery }) => addExact(sum, delivery.deliveredNcuMs), 0) as NcuMs;
    this.#sumUses();
    this.#checkUsage(inputs);
  }

  /** Adds the members' pay to what their nodes earned. */
  pay({ nodes }: SettlementColumns): void {
    for (const { active, paid } of this.#rated) {
      active.lease.members.forEach(({ nodeId }, member) => {
        const node = this.#roster.indexOf.get(nodeId)!;
        nodes.earnedCredits[node] = addExact(nodes.earnedCredits[node]!, paid[member]!);
      });
    }
  }

  /** What the leases charged, and its parts. */
  get charges(): readonly Rated['split'][] {
    return this.#rated.map(({ split }) => split);
  }

  /** Collects what is owed, and closes the epoch of every lease. */
  collect(usage: RatedUsage, desk: BondDesk, unpaid: UnpaidCredits): SettledReservations {
    const spot = priceOf(this.#state, this.#state.epoch);
    const fullness = this.#rated.length === 0 ? [] : this.#classUtilisation(usage);
    const lines: ReservationLine[] = [];
    const open: Reservation[] = [];
    for (const rated of this.#rated) {
      const closed = this.#close(rated, spot, fullness, desk, unpaid);
      lines.push(closed.line);
      if (closed.line.ended === null) open.push(closed.lease);
    }
    return { lines, open };
  }

  #rate(active: ActiveReservation): Rated {
    const { lease, delivered, used } = active;
    const delivery = poolDelivery(
      lease.members.map(({ nodeId, promisedNcuMs }, member) => ({
        nodeId,
        promisedNcuMs,
        deliveredNcuMs: delivered[member]!,
      })),
    );
    const allUsed = used.reduce((sum: number, one) => addExact(sum, one), 0);
    const charge = chargeGrains(delivery.deliveredNcuMs, lease.priceMicrograinsPerNcuS);
    const split = splitTake(this.#economy, charge);
    return {
      active,
      delivery,
      usedNcuMs: Math.min(allUsed, delivery.deliveredNcuMs) as NcuMs,
      split: { ...split, chargeGrains: charge },
      paid: poolPay(delivery, split.earnedGrains),
    };
  }

  #sumUses(): void {
    for (const { active, delivery } of this.#rated) {
      active.used.forEach((used, member) => {
        const { nodeId, countedNcuMs } = delivery.members[member]!;
        const node = this.#roster.indexOf.get(nodeId)!;
        this.usedNcuMs[node] = addExact(this.usedNcuMs[node]!, Math.min(used, countedNcuMs));
        if (this.usedNcuMs[node]! <= NODE_NCU_MS_MAX) return;
        const expected = `at most ${NODE_NCU_MS_MAX} NCU·ms a node and epoch`;
        throw new KernelRefusal('KERNEL-NODE-WORK', 'reservations', expected, nodeId);
      });
    }
  }

  /** What a reservation does is charged by its contract; the same work must not be charged at spot too. */
  #checkUsage({ usage }: EpochInputs): void {
    if (this.#rated.length === 0) return;
    const reserved = new Set(this.#rated.map(({ active }) => active.lease.leaseId));
    const twice = usage.find((line) => line.purpose === 'task' && reserved.has(line.leaseId));
    if (twice === undefined) return;
    throw new KernelRefusal('KERNEL-USAGE-DUPLICATE', 'usage', 'no work of a reservation', twice.leaseId);
  }

  /** Work of the epoch's settlement and delivered reservations, of the capacity of nodes in good standing; by class. */
  #classUtilisation(usage: RatedUsage): readonly Ppm[] {
    const used = this.#economy.classes.map(() => 0);
    const offered = this.#economy.classes.map(() => 0);
    const classOf = new Map(this.#economy.classes.map(({ name }, index) => [name, index]));
    const { length, columns } = this.#roster.nodes;
    for (let node = 0; node < length; node += 1) {
      const one = classOf.get(cellAt(columns.className, node))!;
      used[one]! += usage.taskNcuMs[node]! + usage.auditNcuMs[node]!;
      if (cellAt(columns.status, node) !== 'active') continue;
      offered[one]! += capacityNcuMs(cellAt(columns.milliNcu, node), this.#economy.cadence.epochMs);
    }
    for (const { delivery } of this.#rated) {
      for (const { nodeId, countedNcuMs } of delivery.members) {
        used[classOf.get(this.#roster.at(this.#roster.indexOf.get(nodeId)!).className)!]! += countedNcuMs;
      }
    }
    return used.map((work, one) => utilisation(work, offered[one]!) ?? (0 as Ppm));
  }

  #close(
    rated: Rated,
    spot: MicrograinsPerNcuS,
    fullness: readonly Ppm[],
    desk: BondDesk,
    unpaid: UnpaidCredits,
  ): { readonly line: ReservationLine; readonly lease: Reservation } {
    const { active, delivery, usedNcuMs, split } = rated;
    const { lease } = active;
    const isTerm = this.#state.epoch + 1 === lease.endEpoch;
    const ended = active.endedBy ?? (isTerm ? 'term' : null);
    const due = this.#due(rated, spot, ended);
    const members = this.#membersLines(rated, due, desk, unpaid);
    const collected = members.reduce((sum, member) => addExact(sum, member.collectedGrains), 0);
    const toConsumer = Math.min(collected, due.toConsumerGrains + due.slaCreditGrains);
    const bond = this.#passBond(rated, ended !== null);
    const classUtilisationPpm = this.#fullest(lease, fullness);
    const idle = { passedNcuMs: delivery.deliveredNcuMs, usedNcuMs };
    const rule = leaseRule(this.#economy.leases);
    const line: ReservationLine = {
      leaseId: lease.leaseId,
      epoch: this.#state.epoch,
      consumer: lease.consumer,
      isOpened: active.isOpened,
      ended,
      reason: reasonOf(ended, delivery, usedNcuMs, due),
      promisedNcuMs: delivery.promisedNcuMs,
      deliveredNcuMs: delivery.deliveredNcuMs,
      usedNcuMs,
      missedNcuMs: due.missedNcuMs,
      excusedNcuMs: due.excusedNcuMs,
      allowanceLeftNcuMs: due.allowanceLeftNcuMs,
      priceMicrograinsPerNcuS: lease.priceMicrograinsPerNcuS,
      spotMicrograinsPerNcuS: spot,
      ...split,
      openingFeeGrains: active.openingFeeGrains,
      idleSurchargeGrains: idleSurchargeGrains(rule, lease.priceMicrograinsPerNcuS, idle, classUtilisationPpm),
      classUtilisationPpm,
      bondLockedGrains: active.isOpened ? lease.bond.lockedGrains : (0 as Grains),
      bondBurnedGrains: bond.burnedGrains,
      bondReturnedGrains: bond.returnedGrains,
      bondStandingGrains: bond.standing,
      penaltyToConsumerGrains: due.toConsumerGrains,
      slaCreditGrains: due.slaCreditGrains,
      penaltyToInsuranceGrains: due.toInsuranceGrains,
      paidToConsumerGrains: toConsumer as Grains,
      paidToInsuranceGrains: (collected - toConsumer) as Grains,
      members,
    };
    return { line, lease: { ...due.lease, bond: bond.bond } };
  }

  /** What is owed for the epoch, and the lease after it. A provider that gives up has missed the rest of the term. */
  #due({ active, delivery, split }: Rated, spot: MicrograinsPerNcuS, ended: ReservationLine['ended']): Due {
    const { lease } = active;
    const left = ended === 'provider' ? lease.endEpoch - this.#state.epoch : 1;
    const promisedNcuMs = mulDivUp(delivery.promisedNcuMs, left, 1) as NcuMs;
    const penalty = deliveryPenalty(this.#economy.reserved, {
      promisedNcuMs,
      deliveredNcuMs: delivery.deliveredNcuMs,
      allowanceNcuMs: lease.allowanceNcuMs,
      contractMicrograinsPerNcuS: lease.priceMicrograinsPerNcuS,
      spotMicrograinsPerNcuS: spot,
    });
    const misses = ownMisses(active, delivery, left - 1);
    const after: Reservation = {
      ...lease,
      members: lease.members.map((member, index) => ({
        ...member,
        missedNcuMs: addExact(member.missedNcuMs, misses[index]!) as NcuMs,
      })),
      allowanceNcuMs: penalty.allowanceLeftNcuMs,
      promisedNcuMs: addExact(lease.promisedNcuMs, promisedNcuMs) as NcuMs,
      deliveredNcuMs: addExact(lease.deliveredNcuMs, delivery.deliveredNcuMs) as NcuMs,
      chargedGrains: addExact(lease.chargedGrains, split.chargeGrains) as Grains,
    };
    const hasMissed = after.members.some(({ missedNcuMs }) => missedNcuMs > 0);
    const credit = ended !== null && hasMissed ? slaCreditGrains(this.#economy.reserved, after) : (0 as Grains);
    const excusedNcuMs = (lease.allowanceNcuMs - penalty.allowanceLeftNcuMs) as NcuMs;
    return { ...penalty, excusedNcuMs, slaCreditGrains: credit, misses, lease: after };
  }

  /** The penalty is divided by the epoch's misses, the service credit by all of the lease's. */
  #membersLines(
    { active, delivery, paid }: Rated,
    due: Due,
    desk: BondDesk,
    unpaid: UnpaidCredits,
  ): readonly ReservationMemberLine[] {
    const penalty = addExact(due.toConsumerGrains, due.toInsuranceGrains);
    const penalties = penalty === 0 ? [] : largestRemainder(penalty, due.misses);
    const missed = due.lease.members.map((member) => member.missedNcuMs);
    const credits = due.slaCreditGrains === 0 ? [] : largestRemainder(due.slaCreditGrains, missed);
    return active.lease.members.map(({ nodeId, promisedNcuMs }, member) => {
      const node = this.#roster.indexOf.get(nodeId)!;
      const owed = addExact(penalties[member] ?? 0, credits[member] ?? 0);
      const collected = unpaid.take(node, owed);
      const { countedNcuMs } = delivery.members[member]!;
      const deliveredNcuMs = active.delivered[member]!;
      return {
        nodeId,
        reason: memberReason(this.#roster.at(node), due.misses[member]!, promisedNcuMs, deliveredNcuMs, countedNcuMs),
        promisedNcuMs,
        deliveredNcuMs,
        usedNcuMs: active.used[member]!,
        countedNcuMs,
        paidGrains: paid[member]!,
        owedGrains: owed as Grains,
        collectedGrains: collected as Grains,
        slashProposalGrains: desk.worth(this.#roster.at(node), (owed - collected) as Grains),
      };
    });
  }

  /** Time passes over the bond. What was not delivered could not be used, and is not the consumer's idleness. */
  #passBond({ active, delivery, usedNcuMs }: Rated, isEnded: boolean) {
    const { bond } = active.lease;
    const idle = delivery.deliveredNcuMs - usedNcuMs;
    const passed = passLease(leaseRule(this.#economy.leases), bond, {
      passedNcuMs: delivery.promisedNcuMs,
      usedNcuMs: (delivery.promisedNcuMs - idle) as NcuMs,
    });
    if (!isEnded) return { ...passed, standing: standingGrains(passed.bond) };
    const rest = standingGrains(passed.bond);
    const ended: LeaseBond = { ...passed.bond, elapsedNcuMs: bond.reservedNcuMs };
    const returnedGrains = addExact(passed.returnedGrains, rest) as Grains;
    return { bond: ended, burnedGrains: passed.burnedGrains, returnedGrains, standing: 0 as Grains };
  }

  #fullest({ members }: Reservation, fullness: readonly Ppm[]): Ppm {
    const names = members.map(({ nodeId }) => this.#roster.at(this.#roster.indexOf.get(nodeId)!).className);
    const indexes = names.map((name) => this.#economy.classes.findIndex((one) => one.name === name));
    return Math.max(...indexes.map((index) => fullness[index]!)) as Ppm;
  }
}

/**
 * By member, what it did not do of its promise, if not all of that was made good; and its part of the epochs that the
 * provider gave up.
 */
function ownMisses({ lease, delivered }: ActiveReservation, delivery: PoolDelivery, givenUpEpochs: number): number[] {
  const isShort = delivery.deliveredNcuMs < delivery.promisedNcuMs;
  return lease.members.map(({ promisedNcuMs }, member) => {
    const now = isShort ? Math.max(0, promisedNcuMs - delivered[member]!) : 0;
    return addExact(now, mulDivUp(promisedNcuMs, givenUpEpochs, 1));
  });
}

function reasonOf(
  ended: ReservationLine['ended'],
  { deliveredNcuMs }: PoolDelivery,
  usedNcuMs: NcuMs,
  due: Due,
): ReservationReason {
  if (ended === 'provider') return 'given-up';
  if (due.missedNcuMs > 0) return due.missedNcuMs === due.excusedNcuMs ? 'excused' : 'missed';
  return usedNcuMs < deliveredNcuMs ? 'idle' : 'used';
}

function memberReason(
  node: NodeState,
  missed: number,
  promised: NcuMs,
  delivered: NcuMs,
  counted: NcuMs,
): MemberReason {
  if (!countsWork(node)) return 'stopped';
  if (missed > 0) return 'missed';
  if (promised === 0) return counted > 0 ? 'stood-in' : 'spare';
  return delivered < promised ? 'replaced' : 'delivered';
}
