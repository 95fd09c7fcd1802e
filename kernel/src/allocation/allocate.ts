import type { Economy } from '../economy.ts';
import { chargeGrains } from '../market/rating.ts';
import { isAmount } from '../numbers/exact.ts';
import type { Epoch, Grains, MicrograinsPerNcuS } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import { KernelRefusal } from '../refusal.ts';
import type { EconomyState } from '../settlement/epoch.ts';
import { priceOf } from '../settlement/prices.ts';
import {
  type Allocation,
  type AllocationRule,
  type Assignment,
  type Demand,
  EVIDENCE_LEVELS,
  type IdleReason,
  type Offer,
  type ReservedLease,
  type StandingLease,
  type UnassignedReason,
} from './allocation.ts';
import { beaconWords, Draws } from './draw.ts';
import { readLots } from './lots.ts';
import { type Booked, Marketplace, seatsOf } from './marketplace.ts';
import { allocationRuleOf, leaseBondGrains } from './rule.ts';

/** Most seats of one demand, replicas included: bounds the work that one demand can cause. */
const SEATS_MAX = 256;
/** Most epochs of a lease: sums of epochs stay far from 2^53. */
const LEASE_EPOCHS_MAX = 1_000_000;

export interface AllocationTerms {
  /** Default: `allocationRuleOf(economy)`. */
  readonly rule?: AllocationRule;
  /** Default: none. */
  readonly standing?: readonly StandingLease[];
}

/**
 * Assigns an epoch's demands to its offers. Demands come in an order drawn from the beacon. Each looks only where its
 * needs are met (class, resource, region, evidence, no drain before its lease ends, no excluded operator, room) and goes
 * to the cheapest floor price there; among offers of that price a lottery is drawn, weighted by bond * m(reputation).
 * A node takes work up to its offer, an operator and a consumer up to their class's caps; a demand of several seats gets
 * all or none. Everyone is paid the epoch's price. The order of the lists never matters, and the same inputs and beacon
 * give the same allocation.
 *
 * O((offers + demands) * stalls * log offers), stalls being the distinct combinations of class, resource, region (where
 * a demand names one), evidence and drain that a demand reaches.
 * @throws KernelRefusal KERNEL-PRICE-UNKNOWN, KERNEL-BEACON, KERNEL-NODE-UNKNOWN, KERNEL-CLASS-UNKNOWN,
 *   KERNEL-EVIDENCE-UNKNOWN, KERNEL-OFFER-DUPLICATE, KERNEL-DEMAND-DUPLICATE, KERNEL-AMOUNT, KERNEL-RANGE
 */
export function allocate(
  economy: Economy,
  state: EconomyState,
  epoch: Epoch,
  offers: readonly Offer[],
  demands: readonly Demand[],
  beacon: string,
  terms: AllocationTerms = {},
): Allocation {
  const { rule = allocationRuleOf(economy), standing = [] } = terms;
  const price = priceOf(state, epoch);
  const words = beaconWords(beacon);
  demands.forEach(checkDemand);
  const lots = readLots(economy, rule, state, price, offers, standing);
  const market = new Marketplace(rule, lots, epoch, demands);
  for (const { consumer, className, ncuMsMax } of standing) market.hold(consumer, className, ncuMsMax);
  const result = new Result(epoch, price);
  for (const { demand, draws } of inDrawnOrder(demands, (taskId) => new Draws(words, `task:${taskId}`))) {
    const bondGrains = lockedBond(rule, demand, price);
    const seats = refusedPrice(demand, price, bondGrains) ?? market.place(demand, draws);
    if (typeof seats === 'string') result.unassigned.push({ taskId: demand.taskId, reason: seats });
    else result.assign(demand, seats, bondGrains);
  }
  return { ...result.lists(), idle: byNode([...lots.idle, ...market.idle()]), pools: lots.pools };
}

class Result {
  readonly unassigned: { readonly taskId: string; readonly reason: UnassignedReason }[] = [];
  readonly #epoch: Epoch;
  readonly #price: MicrograinsPerNcuS;
  readonly #assignments: Assignment[] = [];
  readonly #reserved: ReservedLease[] = [];

  constructor(epoch: Epoch, price: MicrograinsPerNcuS) {
    this.#epoch = epoch;
    this.#price = price;
  }

  assign({ taskId, consumer, lease }: Demand, seats: readonly Booked[], bondGrains: Grains | null): void {
    seats.forEach(({ lot, member, order }, seat) => {
      const assignment = { taskId, nodeId: member.nodeId, order, seat };
      this.#assignments.push(lot.pool === null ? assignment : { ...assignment, poolId: lot.pool.poolId });
    });
    if (lease?.kind !== 'reserved') return;
    const endEpoch = (this.#epoch + lease.epochs) as Epoch;
    this.#reserved.push({
      taskId,
      consumer,
      endEpoch,
      priceMicrograinsPerNcuS: this.#price,
      bondGrains: bondGrains!,
    });
  }

  lists(): Pick<Allocation, 'epoch' | 'assignments' | 'unassigned' | 'reserved'> {
    return {
      epoch: this.#epoch,
      assignments: this.#assignments,
      unassigned: this.unassigned,
      reserved: this.#reserved,
    };
  }
}

/** Null: more than the demand allows. */
function lockedBond(rule: AllocationRule, demand: Demand, price: MicrograinsPerNcuS): Grains | null {
  const { lease, ncuMsMax } = demand;
  if (lease?.kind !== 'reserved') return 0 as Grains;
  const seatEpochs = seatsOf(demand).seats * lease.epochs;
  return leaseBondGrains(rule.leaseBondPpm, ncuMsMax, seatEpochs, price, lease.bondGrainsMax);
}

function refusedPrice(demand: Demand, price: MicrograinsPerNcuS, bond: Grains | null): UnassignedReason | null {
  if (chargeGrains(demand.ncuMsMax, price) > demand.chargeGrainsMax) return 'price-above-limit';
  return bond === null ? 'lease-bond-above-limit' : null;
}

function checkDemand(demand: Demand): void {
  const { taskId, ncuMsMax, chargeGrainsMax, lease, gang, assurance, evidence } = demand;
  const where = `demands.${taskId}`;
  const bondGrainsMax = lease?.kind === 'reserved' ? lease.bondGrainsMax : 0;
  if (![ncuMsMax, chargeGrainsMax, bondGrainsMax].every(isAmount)) {
    throw new KernelRefusal('KERNEL-AMOUNT', where, 'integers from 0 to 2^53 - 1', JSON.stringify(demand));
  }
  const replicas = assurance?.kind === 'critical' ? assurance.replicas : 1;
  const seats = gang?.seats ?? 1;
  checkCount(`${where}.lease.epochs`, lease?.epochs ?? 1, LEASE_EPOCHS_MAX);
  checkCount(`${where}.assurance.replicas`, replicas, SEATS_MAX);
  checkCount(`${where}.gang.seats`, seats, SEATS_MAX / replicas);
  if (evidence !== undefined && !EVIDENCE_LEVELS.includes(evidence)) {
    throw new KernelRefusal(
      'KERNEL-EVIDENCE-UNKNOWN',
      `${where}.evidence`,
      `one of ${EVIDENCE_LEVELS.join(', ')}`,
      evidence,
    );
  }
}

function checkCount(where: string, count: number, most: number): void {
  if (Number.isSafeInteger(count) && count >= 1 && count <= most) return;
  throw new KernelRefusal('KERNEL-RANGE', where, `an integer from 1 to ${Math.floor(most)}`, count);
}

/** Demands by the first word drawn for each, ties by taskId. @throws KernelRefusal KERNEL-DEMAND-DUPLICATE */
function inDrawnOrder(
  demands: readonly Demand[],
  drawsFor: (taskId: string) => Draws,
): readonly { readonly demand: Demand; readonly draws: Draws }[] {
  const draws = demands.map(({ taskId }) => drawsFor(taskId));
  const ranks = Float64Array.from(draws, (one) => one.word(0));
  const taskIdAt = (index: number) => demands[index]!.taskId;
  const order = Uint32Array.from(demands.keys());
  order.sort((x, y) => ranks[x]! - ranks[y]! || compareText(taskIdAt(x), taskIdAt(y)));
  for (let place = 1; place < order.length; place += 1) {
    const taskId = taskIdAt(order[place]!);
    if (taskId !== taskIdAt(order[place - 1]!)) continue;
    throw new KernelRefusal('KERNEL-DEMAND-DUPLICATE', 'demands', 'one demand a task', taskId);
  }
  return Array.from(order, (index) => ({ demand: demands[index]!, draws: draws[index]! }));
}

function byNode(idle: readonly (readonly [string, IdleReason])[]): Allocation['idle'] {
  return idle.map(([nodeId, reason]) => ({ nodeId, reason })).sort((x, y) => compareText(x.nodeId, y.nodeId));
}
