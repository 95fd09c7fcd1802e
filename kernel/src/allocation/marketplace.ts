import { addExact } from '../numbers/exact.ts';
import { operatorCap } from '../rewards/curve.ts';
import {
  type AllocationRule,
  type Demand,
  EVIDENCE_LEVELS,
  type Gang,
  type IdleReason,
  type UnassignedReason,
} from './allocation.ts';
import type { Draws } from './draw.ts';
import { entryOf, type Lot, type Lots, type Member, type Seller } from './lots.ts';
import {
  type Aisle,
  always,
  type DrawCounter,
  isIn,
  Lottery,
  type Section,
  type Stall,
  type StallKind,
} from './lottery.ts';
import type { SellerSet } from './room-tree.ts';

/** A member of a lot that a seat takes. */
export interface Booked {
  readonly lot: Lot;
  readonly member: Member;
  /** Position in the member's queue. */
  readonly order: number;
}

/** A lottery and where demands looked in it. */
interface Wing {
  readonly lottery: Lottery;
  /** By class, resource and region. */
  readonly halls: Map<string | undefined, Map<string, HallMap>>;
  readonly aisles: SeenAisle[];
}

/** Stalls of one class and resource (or of any class) in one region (or anywhere). */
interface Hall {
  readonly section: Section;
  /** How many of `NEEDS` were met before none was left. */
  readonly met: number;
  /** By evidence and lease ends outlasted. */
  readonly aisles: Map<number, SeenAisle>;
}

type HallMap = Map<string | undefined, Hall>;

interface SeenAisle extends Aisle {
  /** How many of `NEEDS` were met before none was left: all of them if it has stalls. */
  readonly met: number;
  /** Rank of the smallest demand that looked here. */
  leastRank: number;
}

/** More lease ends than an epoch's demands can have: a lease has at most a million epochs. */
const ENDS_MAX = 2 ** 20;

/** Why nothing meets a demand, in the order in which its needs are looked at. */
const NEEDS = [
  'no-offer-at-price',
  'no-offer-in-class',
  'no-offer-of-resource',
  'no-offer-in-region',
  'evidence-below-need',
  'drains-before-end',
] as const satisfies readonly UnassignedReason[];

/** An epoch's free capacity at its price. Room only shrinks: what is booked stays booked. */
export class Marketplace {
  readonly #rule: AllocationRule;
  readonly #lots: Lots;
  readonly #epoch: number;
  /** Distinct sizes and lease ends of the epoch's demands, ascending: only they tell lots apart. */
  readonly #sizes: readonly number[];
  readonly #ends: readonly number[];
  readonly #anywhere: Wing;
  readonly #byRegion: Wing;
  readonly #sellersOf = new Map<string, Seller[]>();
  readonly #holdings = new Map<string, Holding>();
  /** What a consumer may hold, by class, and the least of a class that offers anything. */
  readonly #consumerCaps: ReadonlyMap<string, number>;
  readonly #leastCap: number;

  constructor(rule: AllocationRule, lots: Lots, epoch: number, demands: readonly Demand[]) {
    this.#rule = rule;
    this.#lots = lots;
    this.#epoch = epoch;
    this.#sizes = distinct(demands.map((demand) => demand.ncuMsMax));
    this.#ends = distinct(demands.map((demand) => this.#endOf(demand)));
    for (const seller of lots.sellers) entryOf(this.#sellersOf, seller.operator, () => []).push(seller);
    for (const seller of lots.sellers) seller.rank = countUpTo(this.#sizes, seller.allowance);
    for (const lot of lots.lots) lot.rank = lot.weight === 0 ? 0 : countUpTo(this.#sizes, lot.free);
    const kinds = this.#stallKinds();
    const byPrice = [...lots.lots].sort((x, y) => x.floor - y.floor || x.index - y.index);
    const floors = bandFloors(this.#sizes);
    const wing = (place: keyof StallKinds) => ({
      lottery: new Lottery(byPrice, ({ index }) => kinds[index]![place], floors),
      halls: new Map(),
      aisles: [],
    });
    this.#anywhere = wing('anywhere');
    this.#byRegion = demands.some(looksAtRegions) ? wing('inRegion') : this.#anywhere;
    this.#consumerCaps = new Map(
      rule.classes.map(({ className, consumerCapPpm }) => [
        className,
        operatorCap(consumerCapPpm, lots.offered.get(className) ?? 0),
      ]),
    );
    this.#leastCap = [...lots.offered.keys()].reduce(
      (least, className) => Math.min(least, this.#consumerCaps.get(className)!),
      Number.POSITIVE_INFINITY,
    );
  }

  /** The kinds of stall of each lot, by its index: the same object for lots of one kind. */
  #stallKinds(): readonly StallKinds[] {
    const kinds = new NestedMap<StallKinds>();
    const anywhere = new NestedMap<StallKind>();
    return this.#lots.lots.map(({ className, resource, region, evidence, drainEpoch }) => {
      const outlasts = countUpTo(this.#ends, drainEpoch);
      const level = outlasts * EVIDENCE_LEVELS.length + evidence;
      return kinds.entry([className, resource, level, region], () => {
        const kind = { className, resource, region: undefined, evidence, outlasts };
        return {
          anywhere: anywhere.entry([className, resource, level], () => kind),
          inRegion: { ...kind, region },
        };
      });
    });
  }

  #endOf(demand: Demand): number {
    return this.#epoch + (demand.lease?.epochs ?? 1);
  }

  /** A consumer's standing leases count towards its cap. */
  hold(consumer: string, className: string, ncuMs: number): void {
    addHolding(this.#holdingOf(consumer), className, ncuMs);
  }

  #holdingOf(consumer: string): Holding {
    return entryOf(this.#holdings, consumer, () => ({ total: 0, byClass: new Map() }));
  }

  /** Seats for all of a demand, booked, or why there are none. */
  place(demand: Demand, draws: Draws): readonly Booked[] | UnassignedReason {
    const wing = looksAtRegions(demand) ? this.#byRegion : this.#anywhere;
    const aisles = this.#aislesFor(demand, wing);
    const met = aisles.reduce((most, aisle) => Math.max(most, aisle.met), 0);
    if (met < NEEDS.length) return NEEDS[met]!;
    // A demand for nothing still wants a node with some room.
    const rank = Math.max(1, countUpTo(this.#sizes, demand.ncuMsMax));
    for (const aisle of aisles) aisle.leastRank = Math.min(aisle.leastRank, rank);
    const search = {
      demand,
      rank,
      lottery: wing.lottery,
      aisles,
      excluded: this.#sellersOfAll(demand.excludedOperators, demand.className),
      holding: this.#holdingOf(demand.consumer),
      counter: { draws, next: 1 },
    };
    const { seats, perReplica } = seatsOf(demand);
    return seats === 1 ? this.#placeOne(search) : this.#placeAll(search, seats, perReplica);
  }

  #placeOne(search: Search): readonly Booked[] | UnassignedReason {
    const { rank, lottery, aisles, excluded, counter } = search;
    const isOpen = this.#openFor(search, null);
    const lot = lottery.draw(aisles, { rank, excluded, isOpen, fits: always }, counter);
    if (lot !== null) return [this.#book(search, lot, mostFree(lot))];
    return this.#whyNone(lottery, aisles, isOpen, rank);
  }

  #placeAll(search: Search, seats: number, perReplica: number): readonly Booked[] | UnassignedReason {
    const { demand, rank, lottery, aisles, counter } = search;
    const plan = new Plan(demand);
    for (let seat = 0; seat < seats; seat += 1) {
      if (seat > 0 && seat % perReplica === 0) plan.beginReplica();
      const excluded = [
        ...search.excluded,
        ...this.#sellersOfAll([...plan.operatorsApart], demand.className),
        ...plan.sellersFull(),
      ];
      const isOpen = this.#openFor(search, plan);
      const lot = lottery.draw(aisles, { rank, excluded, isOpen, fits: (one) => plan.fits(one) }, counter);
      if (lot === null) return seat === 0 ? this.#whyNone(lottery, aisles, isOpen, rank) : 'gang-incomplete';
      plan.add(lot);
    }
    return plan.seats.map(({ lot, member }) => this.#book(search, lot, member));
  }

  /** Operators in the classes that a demand looks at. */
  #sellersOfAll(operators: readonly string[], className: string | undefined): readonly number[] {
    if (operators.length === 0) return NO_SELLERS;
    const sellers: number[] = [];
    for (const operator of operators) {
      this.#sellersOf.get(operator)?.forEach((seller) => {
        if (className === undefined || seller.className === className) sellers.push(seller.index);
      });
    }
    return sellers;
  }

  /** Whether the consumer may hold more of a stall's class, and whether its region is still free for the demand. */
  #openFor({ demand, holding }: Search, plan: Plan | null): (stall: Stall) => boolean {
    const { ncuMsMax } = demand;
    const apart = plan !== null && apartOf(demand) === 'regions' ? plan.regions : null;
    if (apart === null && holding.total + (plan?.takenInAll ?? 0) + ncuMsMax <= this.#leastCap) return always;
    return ({ className, region }) => {
      const held = (holding.byClass.get(className) ?? 0) + (plan?.takenIn(className) ?? 0);
      if (held + ncuMsMax > this.#consumerCaps.get(className)!) return false;
      return apart === null || (region !== undefined && !apart.has(region));
    };
  }

  #whyNone(
    lottery: Lottery,
    aisles: readonly Aisle[],
    isOpen: (stall: Stall) => boolean,
    rank: number,
  ): UnassignedReason {
    if (lottery.hasRoom(aisles, rank, isOpen, false)) return 'operators-excluded';
    if (lottery.hasRoom(aisles, rank, always, false)) return 'consumer-cap';
    return lottery.hasRoom(aisles, rank, always, true) ? 'operator-cap' : 'no-capacity';
  }

  #book({ demand: { ncuMsMax }, holding }: Search, lot: Lot, member: Member): Booked {
    const { seller } = lot;
    member.free -= ncuMsMax;
    lot.free = mostFree(lot).free;
    seller.allowance -= ncuMsMax;
    addHolding(holding, seller.className, ncuMsMax);
    const lotRank = countUpTo(this.#sizes, lot.free);
    const sellerRank = countUpTo(this.#sizes, seller.allowance);
    const lotShrank = lotRank < lot.rank;
    lot.rank = lotRank;
    if (sellerRank < seller.rank) {
      seller.rank = sellerRank;
      for (const own of seller.lots) if (own.rank > sellerRank) this.#update(own);
    }
    if (lotShrank) this.#update(lot);
    return { lot, member, order: member.taken++ };
  }

  #update(lot: Lot): void {
    this.#anywhere.lottery.update(lot);
    if (this.#byRegion !== this.#anywhere) this.#byRegion.lottery.update(lot);
  }

  #aislesFor(demand: Demand, wing: Wing): readonly SeenAisle[] {
    const { className, evidence, regions = [] } = demand;
    const resource = demand.resource ?? this.#rule.defaultResource;
    const level = evidence === undefined ? 0 : EVIDENCE_LEVELS.indexOf(evidence);
    const outlasts = countUpTo(this.#ends, this.#endOf(demand));
    const byResource = entryOf(wing.halls, className, newMap<string, HallMap>);
    const halls = entryOf(byResource, resource, newMap<string | undefined, Hall>);
    return placesOf(regions).map((region) => {
      const hall = entryOf(halls, region, () =>
        hallOf(wing.lottery, region, [
          () => true,
          (stall) => className === undefined || stall.className === className,
          (stall) => stall.resource === resource,
          (stall) =>
            region === undefined ? wing === this.#anywhere || stall.region !== undefined : stall.region === region,
        ]),
      );
      return entryOf(hall.aisles, level * ENDS_MAX + outlasts, () => {
        const aisle = aisleOf(hall, level, outlasts);
        wing.aisles.push(aisle);
        return aisle;
      });
    });
  }

  /** Why members without a seat have none; nodeId and reason. */
  *idle(): Iterable<readonly [string, IdleReason]> {
    const leastRanks = new Float64Array(this.#lots.lots.length).fill(Number.POSITIVE_INFINITY);
    for (const wing of new Set([this.#anywhere, this.#byRegion])) lowerRanks(leastRanks, wing);
    for (const lot of this.#lots.lots) {
      for (const member of lot.members) {
        if (member.taken === 0) yield [member.nodeId, this.#whyIdle(lot, member, leastRanks[lot.index]!)];
      }
    }
  }

  #whyIdle(lot: Lot, member: Member, leastRank: number): IdleReason {
    if (lot.weight === 0) return 'no-weight';
    if (leastRank === Number.POSITIVE_INFINITY) return 'no-demand';
    if (countUpTo(this.#sizes, member.free) < leastRank) return 'smaller-than-demand';
    return lot.seller.rank < leastRank ? 'operator-cap' : 'not-drawn';
  }
}

/** What a lot's stall is to demands that look anywhere, and to those that look at regions. */
interface StallKinds {
  readonly anywhere: StallKind;
  readonly inRegion: StallKind;
}

/** What a consumer holds. */
interface Holding {
  total: number;
  readonly byClass: Map<string, number>;
}

function addHolding(holding: Holding, className: string, ncuMs: number): void {
  holding.byClass.set(className, addExact(holding.byClass.get(className) ?? 0, ncuMs));
  holding.total += ncuMs;
}

interface Search {
  readonly demand: Demand;
  readonly rank: number;
  readonly lottery: Lottery;
  readonly aisles: readonly Aisle[];
  readonly excluded: SellerSet;
  /** Its consumer's. */
  readonly holding: Holding;
  readonly counter: DrawCounter;
}

/** @param needs predicates of the first `NEEDS` */
function hallOf(lottery: Lottery, region: string | undefined, needs: readonly ((stall: Stall) => boolean)[]): Hall {
  const meet = (stalls: readonly Stall[], count: number) =>
    stalls.filter((stall) => needs.slice(0, count).every((meets) => meets(stall)));
  const section = lottery.sectionOf(meet(lottery.stallsIn(region), needs.length));
  const missed = needs.findIndex((_, index) => meet(lottery.stalls, index + 1).length === 0);
  return { section, met: missed < 0 ? needs.length : missed, aisles: new Map() };
}

function aisleOf({ section, met }: Hall, evidence: number, outlasts: number): SeenAisle {
  const hasEvidence = section.stalls.some((stall) => stall.evidence >= evidence);
  const aisle = { section, evidence, outlasts, met: hasEvidence ? met + 1 : met, leastRank: Number.POSITIVE_INFINITY };
  return section.stalls.some((stall) => isIn(stall, aisle)) ? { ...aisle, met: NEEDS.length } : aisle;
}

/** Lowers each lot's rank to that of the smallest demand that looked at its stall. */
function lowerRanks(ranks: Float64Array, { lottery, aisles }: Wing): void {
  const byStall = new Float64Array(lottery.stalls.length).fill(Number.POSITIVE_INFINITY);
  for (const aisle of aisles) {
    for (const stall of aisle.section.stalls) {
      if (isIn(stall, aisle)) byStall[stall.index] = Math.min(byStall[stall.index]!, aisle.leastRank);
    }
  }
  for (const stall of lottery.stalls) {
    if (byStall[stall.index] === Number.POSITIVE_INFINITY) continue;
    for (const { index } of lottery.lotsOf(stall)) ranks[index] = Math.min(ranks[index]!, byStall[stall.index]!);
  }
}

/** Seats of one demand that are not booked yet: all or none are. */
class Plan {
  readonly seats: { readonly lot: Lot; readonly member: Member }[] = [];
  /** Operators that the next seat may not go to. */
  readonly operatorsApart = new Set<string>();
  readonly regions = new Set<string>();
  readonly #demand: Demand;
  readonly #taken = new Map<Member | Seller | string, number>();
  readonly #replicaOperators = new Set<string>();

  constructor(demand: Demand) {
    this.#demand = demand;
  }

  add(lot: Lot): void {
    const member = this.#mostFree(lot);
    this.seats.push({ lot, member });
    for (const taker of [member, lot.seller, lot.className]) this.#taken.set(taker, this.#takenBy(taker) + this.#size);
    const { operator } = lot.seller;
    if (apartOf(this.#demand) === 'operators') this.operatorsApart.add(operator);
    this.#replicaOperators.add(operator);
    if (lot.region !== undefined) this.regions.add(lot.region);
  }

  /** Operators of earlier replicas take no part in the next, whose regions are its own. */
  beginReplica(): void {
    for (const operator of this.#replicaOperators) this.operatorsApart.add(operator);
    this.regions.clear();
  }

  fits(lot: Lot): boolean {
    const member = this.#mostFree(lot);
    return member.free - this.#takenBy(member) >= this.#size && this.#isOpen(lot.seller);
  }

  get takenInAll(): number {
    return this.seats.length * this.#size;
  }

  takenIn(className: string): number {
    return this.#takenBy(className);
  }

  sellersFull(): readonly number[] {
    const sellers = new Set(this.seats.map(({ lot }) => lot.seller));
    return [...sellers].filter((seller) => !this.#isOpen(seller)).map((seller) => seller.index);
  }

  #isOpen(seller: Seller): boolean {
    return seller.allowance - this.#takenBy(seller) >= this.#size;
  }

  get #size(): number {
    return this.#demand.ncuMsMax;
  }

  #takenBy(taker: Member | Seller | string): number {
    return this.#taken.get(taker) ?? 0;
  }

  #mostFree(lot: Lot): Member {
    return mostFree(lot, (member) => member.free - this.#takenBy(member));
  }
}

/** The member with the most room, of equal ones the first. */
function mostFree(lot: Lot, freeOf: (member: Member) => number = (member) => member.free): Member {
  return lot.members.reduce((most, member) => (freeOf(member) > freeOf(most) ? member : most));
}

export function seatsOf({ gang, assurance }: Demand): { readonly seats: number; readonly perReplica: number } {
  const perReplica = gang?.seats ?? 1;
  const replicas = assurance?.kind === 'critical' ? assurance.replicas : 1;
  return { seats: perReplica * replicas, perReplica };
}

/** Seats are kept apart only where there are several. */
function apartOf({ gang }: Demand): Gang['apart'] {
  return gang === undefined || gang.seats === 1 ? 'none' : gang.apart;
}

function looksAtRegions(demand: Demand): boolean {
  return (demand.regions ?? []).length > 0 || apartOf(demand) === 'regions';
}

function newMap<Key, Value>(): Map<Key, Value> {
  return new Map();
}

type Word = string | number | undefined;

/** Values by several words, without putting a key together each time. */
class NestedMap<Value> {
  readonly #inner = new Map<Word, unknown>();

  entry(words: readonly Word[], make: () => Value): Value {
    let map = this.#inner;
    for (let at = 0; at + 1 < words.length; at += 1) {
      map = entryOf(map, words[at], newMap<Word, unknown>) as Map<Word, unknown>;
    }
    return entryOf(map, words.at(-1), make) as Value;
  }
}

const NO_SELLERS: SellerSet = [];
const ANYWHERE: readonly undefined[] = [undefined];

/** Each region once. */
function placesOf(regions: readonly string[]): readonly (string | undefined)[] {
  if (regions.length === 0) return ANYWHERE;
  return regions.length === 1 ? regions : [...new Set(regions)];
}

function distinct(values: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(values).sort();
  return [...sorted.filter((value, index) => value !== sorted[index - 1])];
}

/** Ranks of the smallest size of each octave, ascending. */
function bandFloors(sizes: readonly number[]): readonly number[] {
  const floors: number[] = [];
  let octaveEnd = 0;
  sizes.forEach((size, index) => {
    if (size < octaveEnd) return;
    floors.push(index + 1);
    for (octaveEnd = 1; octaveEnd <= size; ) octaveEnd *= 2;
  });
  return floors;
}

/** How many of ascending values are at most `bound`; none where there is no room at all. */
function countUpTo(values: readonly number[], bound: number): number {
  let low = 0;
  let high = bound === 0 ? 0 : values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
