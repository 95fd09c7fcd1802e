import { type Hash, merkleRoot } from '@stannary/wire';
import { WASM_PAGE_BYTES } from './engine.ts';

/** Bytes under one leaf of the page tree. Smaller pages make scattered writes cheap and proofs short. */
export const STATE_PAGE_BYTES = 4_096;

const PAGE_WORDS = STATE_PAGE_BYTES / 4;
const HASH_BYTES = 32;

/**
 * Merkle tree over memory in pages of 4 KiB, kept up to date between checkpoints: leaf = H(0x00 ‖ page),
 * node = H(0x01 ‖ left ‖ right), padded on the right with zero pages to a power of two. Engines tell nobody what was
 * written, so pages are compared with a copy of the last state; a page of zeros is never hashed.
 */
export class PageTree {
  /** Pages hashed by the last update. */
  pagesHashed = 0;
  readonly #hash: Hash;
  readonly #page = new Uint8Array(1 + STATE_PAGE_BYTES);
  readonly #node = new Uint8Array(1 + 2 * HASH_BYTES);
  /** Root of 2^level zero pages. */
  readonly #zeros: Uint8Array[];
  /** Hashes one after another: level 0 the pages, the last level the root. */
  #levels: Uint8Array[] = [];
  #shadow = new Int32Array(0);

  constructor(hash: Hash) {
    this.#hash = hash;
    this.#node[0] = 1;
    this.#zeros = [hash(this.#page)];
  }

  /** The root over the memory as it is now. Its length is a multiple of the page's and never shrinks. */
  update(memory: Uint8Array): Uint8Array {
    const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    if (words.length === 0) return this.#hash(new Uint8Array(0));
    const hasGrown = words.length !== this.#shadow.length;
    if (hasGrown) this.#grow(words.length);
    let changed = this.#hashChangedPages(memory, words, hasGrown);
    for (let level = 0; level + 1 < this.#levels.length; level++) changed = this.#hashParents(level, changed);
    return this.#levels.at(-1)!.slice();
  }

  // New pages are zero, and so is everything above them: only the leftmost path can gain levels.
  #grow(wordCount: number): void {
    const shadow = new Int32Array(wordCount);
    shadow.set(this.#shadow);
    this.#shadow = shadow;
    const levels: Uint8Array[] = [];
    for (let width = wordCount / PAGE_WORDS; ; width = Math.ceil(width / 2)) {
      levels.push(this.#grownLevel(levels.length, width));
      if (width === 1) break;
    }
    this.#levels = levels;
  }

  #grownLevel(level: number, width: number): Uint8Array {
    const grown = new Uint8Array(width * HASH_BYTES);
    const zero = this.#zeroRoot(level);
    for (let offset = 0; offset < grown.length; offset += HASH_BYTES) grown.set(zero, offset);
    grown.set(this.#levels[level] ?? new Uint8Array(0));
    return grown;
  }

  #zeroRoot(level: number): Uint8Array {
    while (this.#zeros.length <= level) {
      const below = this.#zeros.at(-1)!;
      this.#zeros.push(this.#nodeHash(below, below));
    }
    return this.#zeros[level]!;
  }

  #hashChangedPages(memory: Uint8Array, words: Int32Array, hasGrown: boolean): number[] {
    const changed: number[] = [];
    const pages = words.length / PAGE_WORDS;
    for (let page = 0; page < pages; page++) {
      const isForced = hasGrown && page === 0;
      if (!isForced && !differs(words, this.#shadow, page * PAGE_WORDS, (page + 1) * PAGE_WORDS)) continue;
      const bytes = memory.subarray(page * STATE_PAGE_BYTES, (page + 1) * STATE_PAGE_BYTES);
      this.#page.set(bytes, 1);
      this.#levels[0]!.set(this.#hash(this.#page), page * HASH_BYTES);
      this.#shadow.set(words.subarray(page * PAGE_WORDS, (page + 1) * PAGE_WORDS), page * PAGE_WORDS);
      changed.push(page);
    }
    this.pagesHashed = changed.length;
    return changed;
  }

  #hashParents(level: number, changed: readonly number[]): number[] {
    const children = this.#levels[level]!;
    const parents: number[] = [];
    for (const child of changed) {
      const parent = child >> 1;
      if (parent === parents.at(-1)) continue;
      const left = children.subarray(parent * 64, parent * 64 + 32);
      const right = children.subarray(parent * 64 + 32, parent * 64 + 64);
      const hash = this.#nodeHash(left, right.length === 0 ? this.#zeroRoot(level) : right);
      this.#levels[level + 1]!.set(hash, parent * HASH_BYTES);
      parents.push(parent);
    }
    return parents;
  }

  #nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#node.set(left, 1);
    this.#node.set(right, 1 + HASH_BYTES);
    return this.#hash(this.#node);
  }
}

function differs(left: Int32Array, right: Int32Array, from: number, to: number): boolean {
  for (let word = from; word < to; word++) if (left[word] !== right[word]) return true;
  return false;
}

/** The complete state of a task between two steps, before hashing. */
export interface TaskState {
  /** Number of the checkpoint, from 0. */
  readonly index: number;
  /** Fuel used from the task's start. */
  readonly fuel: number;
  readonly memoryBytes: number;
  readonly memoryRoot: Uint8Array;
  /** The mutable globals in order, i32 in 4 bytes and i64 in 8, little-endian. */
  readonly globals: Uint8Array;
}

const TAG = new TextEncoder().encode('wm1');

/**
 * Commits to one state: SHA-256("wm1" ‖ index u32 ‖ fuel u64 ‖ pages of 64 KiB u32 ‖ memory root ‖ SHA-256(globals)),
 * integers little-endian. Fuel is inside, so charging one unit too much is the same fault as a wrong result.
 */
export function stateLeaf(state: TaskState, hash: Hash): Uint8Array {
  const message = new Uint8Array(TAG.length + 16 + 2 * HASH_BYTES);
  const view = new DataView(message.buffer, TAG.length);
  message.set(TAG);
  view.setUint32(0, state.index, true);
  view.setBigUint64(4, BigInt(state.fuel), true);
  view.setUint32(12, state.memoryBytes / WASM_PAGE_BYTES, true);
  message.set(state.memoryRoot, TAG.length + 16);
  message.set(hash(state.globals), TAG.length + 16 + HASH_BYTES);
  return hash(message);
}

/** Commits to a whole run: RFC 6962 Merkle root over its state leaves, field 6 of a task receipt. */
export function taskRoot(leaves: readonly Uint8Array[], hash: Hash): Uint8Array {
  return merkleRoot(leaves, hash);
}
