import type { Hash } from './hash.ts';

/** A subtree as its parent hashes it: hash ‖ credits ‖ tokens, amounts as uint128 big-endian. */
export const RECORD_BYTES = 64;
const HASH_BYTES = 32;
const AMOUNT_BYTES = 16;

/**
 * All levels of a sum tree, each one array of records: two neighbours are the whole preimage of their parent but for its
 * tag. The padding on the right is not stored: of a height, all empty subtrees are alike.
 */
export class SumLevels {
  readonly #levels: Uint8Array[];
  /** By height. */
  readonly #empties: Uint8Array[];
  readonly #hash: Hash;
  /** Tag ‖ left record ‖ right record. */
  readonly #preimage = new Uint8Array(1 + 2 * RECORD_BYTES);

  /** Totals must fit in uint128; that is the caller's to check. */
  constructor(leafRecords: Uint8Array, emptyRecord: Uint8Array, nodeTag: number, hash: Hash) {
    this.#hash = hash;
    this.#preimage[0] = nodeTag;
    this.#levels = [leafRecords];
    this.#empties = [emptyRecord];
    while (this.#levels.at(-1)!.length > RECORD_BYTES) this.#rise();
  }

  /** The record at a height above the leaves; valid while the tree is. */
  record(height: number, index: number): Uint8Array {
    const level = this.#levels[height]!;
    const at = index * RECORD_BYTES;
    return at < level.length ? level.subarray(at, at + RECORD_BYTES) : this.#empties[height]!;
  }

  /** Levels above the leaves. */
  get depth(): number {
    return this.#levels.length - 1;
  }

  #rise(): void {
    const level = this.#levels.at(-1)!;
    const empty = this.#empties.at(-1)!;
    const above = new Uint8Array(RECORD_BYTES * Math.ceil(level.length / (2 * RECORD_BYTES)));
    const view = new DataView(above.buffer);
    const children = this.#preimage.subarray(1);
    for (let at = 0; at < above.length; at += RECORD_BYTES) {
      children.set(empty, RECORD_BYTES);
      children.set(level.subarray(2 * at, 2 * at + 2 * RECORD_BYTES));
      this.#write(above, view, at);
    }
    const aboveEmpty = new Uint8Array(RECORD_BYTES);
    children.set(empty);
    children.set(empty, RECORD_BYTES);
    this.#write(aboveEmpty, new DataView(aboveEmpty.buffer), 0);
    this.#levels.push(above);
    this.#empties.push(aboveEmpty);
  }

  /** The parent of the two records in the preimage. */
  #write(above: Uint8Array, view: DataView, at: number): void {
    above.set(this.#hash(this.#preimage), at);
    const children = new DataView(this.#preimage.buffer, 1);
    addAmounts(children, HASH_BYTES, view, at + HASH_BYTES);
    addAmounts(children, HASH_BYTES + AMOUNT_BYTES, view, at + HASH_BYTES + AMOUNT_BYTES);
  }
}

/** Adds the amounts at `from` of both children, word by word from the right. */
function addAmounts(children: DataView, from: number, out: DataView, to: number): void {
  let carry = 0;
  for (let word = AMOUNT_BYTES - 4; word >= 0; word -= 4) {
    const sum = children.getUint32(from + word) + children.getUint32(RECORD_BYTES + from + word) + carry;
    out.setUint32(to + word, sum % 2 ** 32);
    carry = sum < 2 ** 32 ? 0 : 1;
  }
}

/** Writes an amount of at most uint128, big-endian. */
export function writeAmount(out: DataView, at: number, amount: bigint): void {
  if (amount <= Number.MAX_SAFE_INTEGER) {
    const plain = Number(amount);
    out.setUint32(at + 8, Math.floor(plain / 2 ** 32));
    out.setUint32(at + 12, plain % 2 ** 32);
    return;
  }
  out.setBigUint64(at, amount >> 64n);
  out.setBigUint64(at + 8, amount & 0xffff_ffff_ffff_ffffn);
}
