/** Sellers that a query may not draw from; few. */
export type SellerSet = readonly number[];

/** Fields of a part: its best seller and that one's most room, the next best, and the most room without caps. */
const ROOM = 0;
const SELLER = 1;
const NEXT_ROOM = 2;
const NEXT_SELLER = 3;
const UNCAPPED = 4;
const FIELDS = 5;

/**
 * Room of lots in their order, as a tree of maxima, to find the first lot with enough of it in O(log n). Room is a rank
 * (how many of the epoch's demand sizes fit), twice: what the lot itself has, and what its seller's cap leaves of it.
 *
 * Each part of the tree knows its two best sellers and the best room of each, so a part that only an excluded seller
 * could serve is passed over whole. Exact for one excluded seller; for several, parts of no use may be entered.
 */
export class RoomTree {
  readonly #leaves: number;
  /** Parts one after the other, with all that is known of each: the search then touches little memory. */
  readonly #parts: Int32Array;

  constructor(lots: number) {
    this.#leaves = 1;
    while (this.#leaves < lots) this.#leaves *= 2;
    this.#parts = new Int32Array(2 * this.#leaves * FIELDS);
  }

  roomAt(lot: number): number {
    return this.#parts[(this.#leaves + lot) * FIELDS + ROOM]!;
  }

  /** Sets a lot's seller and rooms; `settle` then sums up all lots. */
  preset(lot: number, room: number, uncapped: number, seller: number): void {
    this.#parts[(this.#leaves + lot) * FIELDS + SELLER] = seller;
    this.#setLeaf(lot, room, uncapped);
  }

  settle(): void {
    for (let node = this.#leaves - 1; node > 0; node -= 1) this.#merge(node);
  }

  set(lot: number, room: number, uncapped: number): void {
    this.#setLeaf(lot, room, uncapped);
    for (let node = (this.#leaves + lot) >> 1; node > 0; node >>= 1) {
      if (!this.#merge(node)) return;
    }
  }

  #setLeaf(lot: number, room: number, uncapped: number): void {
    const part = (this.#leaves + lot) * FIELDS;
    this.#parts[part + ROOM] = room;
    this.#parts[part + UNCAPPED] = uncapped;
  }

  /** First lot of from..to - 1 with room that no excluded seller owns; -1: none. */
  first(from: number, to: number, room: number, excluded: SellerSet): number {
    for (let node = this.#leaves + from; node > 0; ) {
      const isLeaf = node >= this.#leaves;
      if (isLeaf && node - this.#leaves >= to) return -1;
      if (!this.#admits(node * FIELDS, room, excluded)) node = nextAfter(node);
      else if (isLeaf) return node - this.#leaves;
      else node *= 2;
    }
    return -1;
  }

  /** Whether any lot of from..to - 1 would have room if no seller were capped. */
  hasUncapped(from: number, to: number, room: number): boolean {
    for (let node = this.#leaves + from; node > 0; ) {
      const isLeaf = node >= this.#leaves;
      if (isLeaf && node - this.#leaves >= to) return false;
      if (this.#parts[node * FIELDS + UNCAPPED]! < room) node = nextAfter(node);
      else if (isLeaf) return true;
      else node *= 2;
    }
    return false;
  }

  #admits(part: number, room: number, excluded: SellerSet): boolean {
    if (this.#parts[part + ROOM]! < room) return false;
    if (excluded.length === 0 || !excluded.includes(this.#parts[part + SELLER]!)) return true;
    // Should the next seller be excluded too, there may be a third with as much.
    return this.#parts[part + NEXT_ROOM]! >= room;
  }

  /** Takes a part's maxima from its halves; false: nothing changed. */
  #merge(node: number): boolean {
    const parts = this.#parts;
    const left = 2 * node * FIELDS;
    const right = left + FIELDS;
    const lead = parts[right + ROOM]! > parts[left + ROOM]! ? right : left;
    const other = left + right - lead;
    const seller = parts[lead + SELLER]!;
    let nextSeller = parts[lead + NEXT_SELLER]!;
    let nextRoom = parts[lead + NEXT_ROOM]!;
    const isOwn = parts[other + SELLER] === seller;
    const otherRoom = parts[other + (isOwn ? NEXT_ROOM : ROOM)]!;
    if (otherRoom > nextRoom) {
      nextRoom = otherRoom;
      nextSeller = parts[other + (isOwn ? NEXT_SELLER : SELLER)]!;
    }
    const uncapped = Math.max(parts[left + UNCAPPED]!, parts[right + UNCAPPED]!);
    const part = node * FIELDS;
    const changed =
      parts[part + ROOM] !== parts[lead + ROOM] ||
      parts[part + SELLER] !== seller ||
      parts[part + NEXT_ROOM] !== nextRoom ||
      parts[part + NEXT_SELLER] !== nextSeller ||
      parts[part + UNCAPPED] !== uncapped;
    if (!changed) return false;
    parts[part + ROOM] = parts[lead + ROOM]!;
    parts[part + SELLER] = seller;
    parts[part + NEXT_ROOM] = nextRoom;
    parts[part + NEXT_SELLER] = nextSeller;
    parts[part + UNCAPPED] = uncapped;
    return true;
  }
}

/** The part to the right of one and all that is in it; 0: none. */
function nextAfter(node: number): number {
  let part = node;
  while (part % 2 === 1) part >>= 1;
  return part === 0 ? 0 : part + 1;
}
