import type { Economy } from '../economy.ts';
import { chargeGrains } from '../market/rating.ts';
import type { Epoch } from '../numbers/quantities.ts';
import { compareText } from '../order.ts';
import type { EconomyState } from '../settlement/epoch.ts';
import { priceOf } from '../settlement/prices.ts';
import type { AllocationTerms } from './allocate.ts';
import {
  type Allocation,
  type AllocationRule,
  type Assignment,
  type Demand,
  EVIDENCE_LEVELS,
  type IdleReason,
  type Offer,
  type ReservedLease,
  type UnassignedReason,
} from './allocation.ts';
import { beaconWords, Draws } from './draw.ts';
import { type Lot, type Member, readLots } from './lots.ts';
import { allocationRuleOf, leaseBondGrains } from './rule.ts';

// The allocation as its docstring says it: every demand looks at every lot. O(offers * demands); for tests.

interface Desk {
  readonly rule: AllocationRule;
  readonly epoch: number;
  readonly demands: readonly Demand[];
  readonly lots: readonly Lot[];
  readonly offered: ReadonlyMap<string, number>;
  /** By consumer and class. */
  readonly held: Map<string, number>;
}

interface Taken {
  readonly lot: Lot;
  readonly member: Member;
}

export function allocateByScanning(
  economy: Economy,
  state: EconomyState,
  epoch: Epoch,
  offers: readonly Offer[],
  demands: readonly Demand[],
  beacon: string,
  { rule = allocationRuleOf(economy), standing = [] }: AllocationTerms = {},
): Allocation {
  const price = priceOf(state, epoch);
  const { lots, offered, pools, idle } = readLots(economy, rule, state, price, offers, standing);
  const desk: Desk = { rule, epoch, demands, lots, offered, held: new Map() };
  for (const { consumer, className, ncuMsMax } of standing) hold(desk, consumer, className, ncuMsMax);
  const words = beaconWords(beacon);
  const drawn = demands.map((demand) => ({ demand, draws: new Draws(words, `task:${demand.taskId}`) }));
  drawn.sort((x, y) => x.draws.word(0) - y.draws.word(0) || compareText(x.demand.taskId, y.demand.taskId));
  const assignments: Assignment[] = [];
  const unassigned: { taskId: string; reason: UnassignedReason }[] = [];
  const reserved: ReservedLease[] = [];
  const asking: Demand[] = [];
  for (const { demand, draws } of drawn) {
    const { taskId, consumer, lease, ncuMsMax } = demand;
    if (chargeGrains(ncuMsMax, price) > demand.chargeGrainsMax) {
      unassigned.push({ taskId, reason: 'price-above-limit' });
      continue;
    }
    const [seats] = seatsOf(demand);
    const max = lease?.kind === 'reserved' ? lease.bondGrainsMax : 0;
    const bond =
      lease?.kind === 'reserved'
        ? leaseBondGrains(rule.leaseBondPpm, ncuMsMax, seats * lease.epochs, price, max as never)
        : 0;
    if (bond === null) {
      unassigned.push({ taskId, reason: 'lease-bond-above-limit' });
      continue;
    }
    asking.push(demand);
    const placed = place(desk, demand, draws);
    if (typeof placed === 'string') {
      unassigned.push({ taskId, reason: placed });
      continue;
    }
    placed.forEach(({ lot, member }, seat) => {
      const { nodeId } = member;
      const poolId = lot.pool === null ? {} : { poolId: lot.pool.poolId };
      assignments.push({ taskId, nodeId, order: member.taken++, seat, ...poolId });
      member.free -= ncuMsMax;
      lot.seller.allowance -= ncuMsMax;
      hold(desk, consumer, lot.className, ncuMsMax);
    });
    if (lease?.kind !== 'reserved') continue;
    const endEpoch = (epoch + lease.epochs) as Epoch;
    reserved.push({ taskId, consumer, endEpoch, priceMicrograinsPerNcuS: price, bondGrains: bond as never });
  }
  const reasons = [...idle, ...lots.flatMap((lot) => idleMembers(desk, lot, asking))];
  return {
    epoch,
    assignments,
    unassigned,
    reserved,
    idle: reasons.map(([nodeId, reason]) => ({ nodeId, reason })).sort((x, y) => compareText(x.nodeId, y.nodeId)),
    pools,
  };
}

function seatsOf({ gang, assurance }: Demand): readonly [seats: number, perReplica: number] {
  const perReplica = gang?.seats ?? 1;
  return [perReplica * (assurance?.kind === 'critical' ? assurance.replicas : 1), perReplica];
}

function hold(desk: Desk, consumer: string, className: string, ncuMs: number): void {
  const key = `${consumer} ${className}`;
  desk.held.set(key, (desk.held.get(key) ?? 0) + ncuMs);
}

/** The lots that meet a demand's standing needs, or the first need that none meets. */
function meeting(desk: Desk, demand: Demand): readonly Lot[] | UnassignedReason {
  const { className, evidence, regions = [], lease } = demand;
  const end = desk.epoch + (lease?.epochs ?? 1);
  const needs: readonly (readonly [UnassignedReason, (lot: Lot) => boolean])[] = [
    ['no-offer-at-price', () => true],
    ['no-offer-in-class', (lot) => className === undefined || lot.className === className],
    ['no-offer-of-resource', (lot) => lot.resource === (demand.resource ?? desk.rule.defaultResource)],
    [
      'no-offer-in-region',
      ({ region }) =>
        region === undefined ? !looksAtRegions(demand) : regions.length === 0 || regions.includes(region),
    ],
    ['evidence-below-need', (lot) => lot.evidence >= EVIDENCE_LEVELS.indexOf(evidence ?? 'software-key')],
    ['drains-before-end', (lot) => lot.drainEpoch >= end],
  ];
  let left = desk.lots;
  for (const [reason, meets] of needs) {
    left = left.filter(meets);
    if (left.length === 0) return reason;
  }
  return left;
}

function place(desk: Desk, demand: Demand, draws: Draws): readonly Taken[] | UnassignedReason {
  const lots = meeting(desk, demand);
  if (typeof lots === 'string') return lots;
  const [seats, perReplica] = seatsOf(demand);
  const taken: Taken[] = [];
  let next = 1;
  for (let seat = 0; seat < seats; seat += 1) {
    const chosen = drawSeat(desk, demand, lots, taken, perReplica, () => next++, draws);
    if (typeof chosen === 'string') return seat === 0 ? chosen : 'gang-incomplete';
    taken.push({ lot: chosen, member: freest(chosen, taken, demand.ncuMsMax) });
  }
  return taken;
}

function drawSeat(
  desk: Desk,
  demand: Demand,
  lots: readonly Lot[],
  taken: readonly Taken[],
  perReplica: number,
  nextDraw: () => number,
  draws: Draws,
): Lot | UnassignedReason {
  const size = demand.ncuMsMax;
  const replica = Math.floor(taken.length / perReplica);
  const sameReplica = taken.slice(replica * perReplica);
  const earlier = taken.slice(0, replica * perReplica).map(({ lot }) => lot.seller.operator);
  const apart = perReplica > 1 ? demand.gang!.apart : 'none';
  const operatorsApart =
    apart === 'operators' ? [...earlier, ...sameReplica.map(({ lot }) => lot.seller.operator)] : earlier;
  const isExcluded = ({ seller: { operator } }: Lot) =>
    demand.excludedOperators.includes(operator) || operatorsApart.includes(operator);
  const isOpen = (lot: Lot) => {
    const own = taken.filter((one) => one.lot.className === lot.className).length * size;
    const held = (desk.held.get(`${demand.consumer} ${lot.className}`) ?? 0) + own;
    const cap = desk.rule.classes.find((one) => one.className === lot.className)!.consumerCapPpm;
    const regionTaken = sameReplica.some((one) => one.lot.region === lot.region);
    const regionOpen = apart !== 'regions' || (lot.region !== undefined && !regionTaken);
    return held + size <= Math.floor((desk.offered.get(lot.className)! * cap) / 1_000_000) && regionOpen;
  };
  const hasRoom = (lot: Lot, bound: number = size) => lot.weight > 0 && roomIn(lot, []) >= Math.max(1, bound);
  const isCapped = (lot: Lot, bound: number = size) => lot.seller.allowance < Math.max(1, bound);
  const fits = (lot: Lot) => {
    const sellerTaken = taken.filter((one) => one.lot.seller === lot.seller).length * size;
    const planned = roomIn(lot, taken, size) >= size && lot.seller.allowance - sellerTaken >= size;
    return hasRoom(lot) && !isCapped(lot) && planned && !isExcluded(lot) && isOpen(lot);
  };
  const fitting = lots.filter(fits);
  if (fitting.length === 0) {
    const withRoom = lots.filter((lot) => hasRoom(lot));
    if (withRoom.some((lot) => !isCapped(lot) && isOpen(lot))) return 'operators-excluded';
    if (withRoom.some((lot) => !isCapped(lot))) return 'consumer-cap';
    return withRoom.length > 0 ? 'operator-cap' : 'no-capacity';
  }
  const floor = Math.min(...fitting.map((lot) => lot.floor));
  const stall = (lot: Lot) => stallKey(desk, demand, lot);
  const stalls = new Set(fitting.filter((lot) => lot.floor === floor).map(stall));
  const smallest = smallestOfOctave(desk.demands, size);
  const inTiers = lots
    .filter((lot) => lot.floor === floor && stalls.has(stall(lot)))
    .sort((x, y) => compareText(stall(x), stall(y)) || x.index - y.index);
  const band = inTiers.filter((lot) => hasRoom(lot, smallest) && !isCapped(lot, smallest));
  for (let attempt = 0; attempt < 64; attempt += 1) {
    const lot = weighted(band, draws, nextDraw());
    if (fits(lot)) return lot;
  }
  return weighted(inTiers.filter(fits), draws, nextDraw());
}

function weighted(lots: readonly Lot[], draws: Draws, index: number): Lot {
  let left = draws.below(
    index,
    lots.reduce((sum, lot) => sum + lot.weight, 0),
  );
  return lots.find((lot) => {
    left -= lot.weight;
    return left < 0;
  })!;
}

/** Sorts as the stalls do: by region where the demand looks at regions, class, resource, evidence and lease ends outlasted. */
function stallKey(desk: Desk, demand: Demand, lot: Lot): string {
  const byRegion = looksAtRegions(demand);
  const ends = new Set(desk.demands.map(({ lease }) => desk.epoch + (lease?.epochs ?? 1)));
  const outlasts = [...ends].filter((end) => end <= lot.drainEpoch).length;
  const parts = [byRegion ? (lot.region ?? '') : '', lot.className, lot.resource, `${lot.evidence}`];
  return [...parts, `${outlasts}`.padStart(6, '0')].join('\0');
}

function looksAtRegions({ regions = [], gang }: Demand): boolean {
  return regions.length > 0 || (gang !== undefined && gang.seats > 1 && gang.apart === 'regions');
}

function smallestOfOctave(demands: readonly Demand[], size: number): number {
  const octave = (value: number) => (value === 0 ? -1 : Math.floor(Math.log2(value)));
  return Math.min(...demands.map((demand) => demand.ncuMsMax).filter((other) => octave(other) === octave(size)));
}

function roomIn(lot: Lot, taken: readonly Taken[], size = 0): number {
  const member = freest(lot, taken, size);
  return freeOf(member, taken, size);
}

function freest(lot: Lot, taken: readonly Taken[], size: number): Member {
  const most = Math.max(...lot.members.map((member) => freeOf(member, taken, size)));
  return lot.members.find((member) => freeOf(member, taken, size) === most)!;
}

function freeOf(member: Member, taken: readonly Taken[], size: number): number {
  return member.free - taken.filter((one) => one.member === member).length * size;
}

function idleMembers(desk: Desk, lot: Lot, asking: readonly Demand[]): readonly (readonly [string, IdleReason])[] {
  const sizes = asking
    .filter((demand) => {
      const lots = meeting(desk, demand);
      return typeof lots !== 'string' && lots.includes(lot);
    })
    .map((demand) => Math.max(1, demand.ncuMsMax));
  const least = Math.min(...sizes);
  const reason = (member: Member): IdleReason => {
    if (lot.weight === 0) return 'no-weight';
    if (sizes.length === 0) return 'no-demand';
    if (member.free < least) return 'smaller-than-demand';
    return lot.seller.allowance < least ? 'operator-cap' : 'not-drawn';
  };
  return lot.members.filter((member) => member.taken === 0).map((member) => [member.nodeId, reason(member)] as const);
}
