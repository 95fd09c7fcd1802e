import { compareText } from '../order.ts';
import type { Draws } from './draw.ts';
import { entryOf, type Lot } from './lots.ts';
import { RoomTree, type SellerSet } from './room-tree.ts';
import { WeightTree } from './weight-tree.ts';

/** Draws among lots that fit the octave's smallest size, before those that fit the seat are listed one by one. */
const ATTEMPTS_MAX = 64;

/** Lots that every demand sees alike, but for price and room: positions from..to - 1 of their lottery. */
export interface Stall {
  readonly className: string;
  readonly resource: string;
  readonly region: string | undefined;
  readonly evidence: number;
  /** How many of the epoch's lease ends its lots outlast. */
  readonly outlasts: number;
  /** Of its lottery's stalls. */
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

export type StallKind = Omit<Stall, 'index' | 'from' | 'to'>;

/** One seat's need, as the lottery sees it. */
export interface SeatNeed {
  /** Of its size among the epoch's sizes, from one: room of this rank or more fits. */
  readonly rank: number;
  readonly excluded: SellerSet;
  /** Whether a stall takes part. */
  readonly isOpen: (stall: Stall) => boolean;
  /** Whether a lot has room beside what the same demand's other seats take. */
  readonly fits: (lot: Lot) => boolean;
}

/** Lots with room for an octave's smallest size. */
interface Band {
  readonly index: number;
  /** That size's rank. */
  readonly floor: number;
  readonly weights: WeightTree;
  /** First position that may be in the band, by stall. */
  readonly open: Int32Array;
}

/** Stalls with room for an octave's sizes, those with the lowest price left first; kept in that order as they close. */
class StallQueue {
  readonly stalls: Stall[];
  /** No price left in a stall is lower. */
  readonly floors: Float64Array;

  /** @param floors lowest prices of the stalls, ascending */
  constructor(stalls: readonly Stall[], floors: readonly number[]) {
    this.stalls = [...stalls];
    this.floors = Float64Array.from(floors);
  }

  /** Moves a stall back behind those with a lower price. */
  raise(place: number, floor: number): void {
    const stall = this.stalls[place]!;
    let at = place;
    for (; at + 1 < this.stalls.length && this.floors[at + 1]! < floor; at += 1) {
      this.stalls[at] = this.stalls[at + 1]!;
      this.floors[at] = this.floors[at + 1]!;
    }
    this.stalls[at] = stall;
    this.floors[at] = floor;
  }
}

/** Stalls that demands look at together. */
export interface Section {
  readonly stalls: readonly Stall[];
  /** By band. */
  readonly queues: readonly StallQueue[];
}

/** What demands may take of a section. */
export interface Aisle {
  readonly section: Section;
  readonly evidence: number;
  readonly outlasts: number;
}

export function isIn(stall: Stall, { evidence, outlasts }: Aisle): boolean {
  return stall.evidence >= evidence && stall.outlasts >= outlasts;
}

/** The beacon's draws for one demand, counted. */
export interface DrawCounter {
  readonly draws: Draws;
  next: number;
}

/**
 * Lots in stalls; in a stall by floor price, then by index. Rooms only shrink. A seat goes to the cheapest price at which
 * any of its stalls has a lot that fits; among those of that price, stall by stall, a lottery is drawn by weight. Finding
 * and drawing take O(stalls * log lots).
 */
export class Lottery {
  readonly stalls: readonly Stall[];
  readonly #lots: readonly Lot[];
  readonly #positions: Int32Array;
  readonly #bands: readonly Band[];
  readonly #byRegion = new Map<string | undefined, Stall[]>();
  readonly #rooms: RoomTree;
  readonly #floors: Float64Array;
  /** Lowest price of each stall. */
  readonly #lowest: Float64Array;
  /** No lot of a stall has room for a higher rank; nor would it have, were no operator capped. */
  readonly #roomMost: Float64Array;
  readonly #uncappedMost: Float64Array;
  /** First position of the lot's price in its stall, and one past the last. */
  readonly #tierFrom: Int32Array;
  readonly #tierTo: Int32Array;

  /**
   * @param lots by floor price, then by index
   * @param kindOf what a lot's stall is; the same object for all lots of a stall
   * @param bandFloors ranks of the smallest size of each octave, ascending: seats draw among lots with room for it
   */
  constructor(lots: readonly Lot[], kindOf: (lot: Lot) => StallKind, bandFloors: readonly number[]) {
    const { length } = lots;
    const sorted = sortIntoStalls(lots, kindOf);
    this.#lots = sorted.lots;
    this.stalls = sorted.stalls;
    for (const stall of this.stalls) entryOf(this.#byRegion, stall.region, () => []).push(stall);
    this.#roomMost = new Float64Array(this.stalls.length).fill(Number.POSITIVE_INFINITY);
    this.#uncappedMost = new Float64Array(this.stalls.length).fill(Number.POSITIVE_INFINITY);
    this.#positions = new Int32Array(length);
    this.#floors = new Float64Array(length);
    this.#rooms = new RoomTree(length);
    const weights = new Float64Array(length);
    this.#lots.forEach((lot, position) => {
      this.#positions[lot.index] = position;
      this.#floors[position] = lot.floor;
      this.#rooms.preset(position, roomOf(lot), lot.rank, lot.seller.index);
      weights[position] = lot.weight;
    });
    this.#rooms.settle();
    this.#lowest = Float64Array.from(this.stalls, (stall) => this.#floors[stall.from]!);
    this.#bands = bandFloors.map((floor, index) => ({
      index,
      floor,
      weights: new WeightTree(length, (position) => (this.#rooms.roomAt(position) >= floor ? weights[position]! : 0)),
      open: Int32Array.from(this.stalls, (stall) => stall.from),
    }));
    this.#tierFrom = new Int32Array(length);
    this.#tierTo = new Int32Array(length);
    for (const stall of this.stalls) this.#findTiers(stall);
  }

  #findTiers({ from, to }: Stall): void {
    for (let start = from; start < to; ) {
      let end = start + 1;
      while (end < to && this.#floors[end] === this.#floors[start]) end += 1;
      this.#tierFrom.fill(start, start, end);
      this.#tierTo.fill(end, start, end);
      start = end;
    }
  }

  lotsOf({ from, to }: Stall): readonly Lot[] {
    return this.#lots.slice(from, to);
  }

  /** Stalls of a region; undefined: all. */
  stallsIn(region: string | undefined): readonly Stall[] {
    return region === undefined ? this.stalls : (this.#byRegion.get(region) ?? []);
  }

  /** Some of its stalls, to look at together. */
  sectionOf(stalls: readonly Stall[]): Section {
    const sorted = [...stalls].sort((x, y) => this.#lowest[x.index]! - this.#lowest[y.index]!);
    const floors = sorted.map((stall) => this.#lowest[stall.index]!);
    return { stalls, queues: this.#bands.map(() => new StallQueue(sorted, floors)) };
  }

  /** After a lot's rank or its seller's has fallen. */
  update(lot: Lot): void {
    const position = this.#positions[lot.index]!;
    const before = this.#rooms.roomAt(position);
    const room = roomOf(lot);
    this.#rooms.set(position, room, lot.rank);
    for (const { floor, weights } of this.#bands)
      if (room < floor && floor <= before) weights.add(position, -lot.weight);
  }

  /** A lot for a seat; null: no stall has one. */
  draw(aisles: readonly Aisle[], need: SeatNeed, counter: DrawCounter): Lot | null {
    const band = this.#bands.findLast(({ floor }) => floor <= need.rank)!;
    const tiers = this.#cheapest(aisles, band, need);
    if (tiers.length === 0) return null;
    const { weights } = band;
    const starts: number[] = [];
    const sums: number[] = [];
    let total = 0;
    for (const tier of tiers) {
      const start = weights.sumBelow(this.#tierFrom[tier]!);
      const sum = weights.sumBelow(this.#tierTo[tier]!) - start;
      starts.push(start);
      sums.push(sum);
      total += sum;
    }
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      let left = counter.draws.below(counter.next++, total);
      let tier = 0;
      while (left >= sums[tier]!) left -= sums[tier++]!;
      const position = weights.find(starts[tier]! + left);
      if (this.#isFit(position, need)) return this.#lots[position]!;
    }
    return this.#drawAmongFit(tiers, need, counter);
  }

  /** Whether a lot of an open stall has the rank's room at any price; `uncapped`: or would have, were no operator capped. */
  hasRoom(aisles: readonly Aisle[], rank: number, isOpen: (stall: Stall) => boolean, uncapped: boolean): boolean {
    return aisles.some((aisle) =>
      aisle.section.stalls.some(
        (stall) =>
          isIn(stall, aisle) &&
          isOpen(stall) &&
          (uncapped ? this.#hasUncapped(stall, rank) : this.#hasRoom(stall, rank)),
      ),
    );
  }

  // A rank for which a stall had no room is remembered: rooms only shrink, so it has none for that rank or more.

  #hasRoom({ index, from, to }: Stall, rank: number): boolean {
    if (rank > this.#roomMost[index]!) return false;
    if (this.#rooms.first(from, to, rank, []) >= 0) return true;
    this.#roomMost[index] = rank - 1;
    return false;
  }

  #hasUncapped({ index, from, to }: Stall, rank: number): boolean {
    if (rank > this.#uncappedMost[index]!) return false;
    if (this.#rooms.hasUncapped(from, to, rank)) return true;
    this.#uncappedMost[index] = rank - 1;
    return false;
  }

  /** The first fitting lot of each stall that has one at the cheapest price of all, in the stalls' order. */
  #cheapest(aisles: readonly Aisle[], band: Band, need: SeatNeed): readonly number[] {
    let cheapest = Number.POSITIVE_INFINITY;
    let tiers: number[] = [];
    for (const aisle of aisles) {
      const queue = aisle.section.queues[band.index]!;
      for (let place = 0; place < queue.stalls.length; ) {
        if (queue.floors[place]! > cheapest) break;
        const stall = queue.stalls[place]!;
        const open = this.#firstOpen(stall, band);
        const floor = open === stall.to ? Number.POSITIVE_INFINITY : this.#floors[open]!;
        if (floor > queue.floors[place]!) {
          queue.raise(place, floor);
          continue;
        }
        if (floor === Number.POSITIVE_INFINITY) break;
        place += 1;
        if (!isIn(stall, aisle) || need.rank > this.#roomMost[stall.index]! || !need.isOpen(stall)) continue;
        const first = this.#firstFit(open, stall.to, need);
        if (first < 0 && need.excluded.length === 0 && need.fits === always)
          this.#roomMost[stall.index] = need.rank - 1;
        if (first < 0 || this.#floors[first]! > cheapest) continue;
        if (this.#floors[first]! < cheapest) tiers = [];
        cheapest = this.#floors[first]!;
        tiers.push(first);
      }
    }
    return tiers.length > 1 ? tiers.sort((x, y) => x - y) : tiers;
  }

  /** First lot of a stall in a band, or its end; it only ever moves on, because rooms only shrink. */
  #firstOpen({ index, to }: Stall, { floor, open }: Band): number {
    let first = open[index]!;
    while (first < to && this.#rooms.roomAt(first) < floor) first += 1;
    open[index] = first;
    return first;
  }

  #firstFit(from: number, to: number, need: SeatNeed): number {
    let first = this.#rooms.first(from, to, need.rank, need.excluded);
    while (first >= 0 && !need.fits(this.#lots[first]!)) {
      first = this.#rooms.first(first + 1, to, need.rank, need.excluded);
    }
    return first;
  }

  #isFit(position: number, need: SeatNeed): boolean {
    const lot = this.#lots[position]!;
    return this.#rooms.roomAt(position) >= need.rank && !need.excluded.includes(lot.seller.index) && need.fits(lot);
  }

  #drawAmongFit(tiers: readonly number[], need: SeatNeed, counter: DrawCounter): Lot {
    const fit: number[] = [];
    for (const tier of tiers) {
      const to = this.#tierTo[tier]!;
      for (let at = tier; at >= 0; at = at + 1 < to ? this.#firstFit(at + 1, to, need) : -1) fit.push(at);
    }
    const total = fit.reduce((sum, at) => sum + this.#lots[at]!.weight, 0);
    let left = counter.draws.below(counter.next++, total);
    let drawn = 0;
    while (left >= this.#lots[fit[drawn]!]!.weight) left -= this.#lots[fit[drawn++]!]!.weight;
    return this.#lots[fit[drawn]!]!;
  }
}

export function always(): boolean {
  return true;
}

/** How many of the epoch's sizes a lot can take, its operator's cap included. */
function roomOf(lot: Lot): number {
  return Math.min(lot.rank, lot.seller.rank);
}

function sortIntoStalls(
  lots: readonly Lot[],
  kindOf: (lot: Lot) => StallKind,
): { readonly lots: readonly Lot[]; readonly stalls: readonly Stall[] } {
  const groups = new Map<StallKind, Lot[]>();
  for (const lot of lots) entryOf(groups, kindOf(lot), () => []).push(lot);
  const sorted = [...groups].sort(([x], [y]) => compareStalls(x, y));
  let from = 0;
  const stalls = sorted.map(([kind, own], index) => {
    from += own.length;
    return { ...kind, index, from: from - own.length, to: from };
  });
  return { lots: sorted.flatMap(([, own]) => own), stalls };
}

function compareStalls(x: StallKind, y: StallKind): number {
  return (
    compareText(x.region ?? '', y.region ?? '') ||
    compareText(x.className, y.className) ||
    compareText(x.resource, y.resource) ||
    x.evidence - y.evidence ||
    x.outlasts - y.outlasts
  );
}
