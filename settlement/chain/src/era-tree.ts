import { concatBytes, fromHex, RECORD_BYTES, SumLevels, toHex } from '@stannary/wire';
import { type Amounts, amountsOf } from './era-leaf.ts';
import { fastKeccak256 } from './keccak.ts';

// A sum tree over leaves as they are hashed. Unlike wire's it takes whatever a poster may have made of them: nothing is
// checked here, so that what is wrong can be shown.

/** What is posted of a tree; a tree without leaves is all zeros. */
export interface TreeRoot extends Amounts {
  /** 64 hex characters. */
  readonly root: string;
  readonly leafCount: number;
}

/** The leaves from `first` to `last` with their way to the root, hex without prefix: SumTree.Span of the contracts. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly firstLeaf: string;
  readonly lastLeaf: string;
  readonly path: string;
}

/** A subtree: its hash, 64 hex characters, and its sums. */
export interface TreeNode extends Amounts {
  readonly hash: string;
}

/** Of a place on the right without a leaf. */
export const EMPTY_RECORD: Uint8Array = concatBytes(fastKeccak256(Uint8Array.of(2)), new Uint8Array(32));
const NODE_TAG = 1;
const NO_ROOT: TreeRoot = { root: '0'.repeat(64), credits: 0n, tokens: 0n, leafCount: 0 };

export class EraTree {
  readonly leaves: readonly Uint8Array[];
  readonly #levels: SumLevels | null;

  constructor(leaves: readonly Uint8Array[]) {
    this.leaves = leaves;
    this.#levels = leaves.length === 0 ? null : levelsOf(leaves.map(leafRecord));
  }

  get leafCount(): number {
    return this.leaves.length;
  }

  /** Levels above the leaves. */
  get depth(): number {
    return this.#levels?.depth ?? 0;
  }

  get root(): TreeRoot {
    if (this.#levels === null) return NO_ROOT;
    const { credits, tokens } = this.node(this.depth, 0);
    return {
      root: treeRootHash(this.record(this.depth, 0), this.leafCount),
      credits,
      tokens,
      leafCount: this.leafCount,
    };
  }

  /** Hash and sums of the node at a height, 64 bytes, valid while the tree is. */
  record(height: number, index: number): Uint8Array {
    return this.#levels!.record(height, index);
  }

  node(height: number, index: number): TreeNode {
    return treeNodeOf(this.record(height, index));
  }

  /** One leaf, or the leaves of a range, with what shows them. */
  span(first: number, last = first): Span {
    const path: Uint8Array[] = [];
    let [left, right] = [first, last];
    for (let height = 0; height < this.depth; height += 1) {
      const meet = left !== right && left >>> 1 === right >>> 1;
      if (!meet) path.push(this.record(height, left ^ 1));
      if (!meet && left !== right) path.push(this.record(height, right ^ 1));
      left >>>= 1;
      right >>>= 1;
    }
    const lastLeaf = first === last ? '' : toHex(this.leaves[last]!);
    return { first, last, firstLeaf: toHex(this.leaves[first]!), lastLeaf, path: toHex(concatBytes(...path)) };
  }

  /** Siblings of a node up to the top, hex without prefix. */
  pathOf(height: number, index: number): string {
    const levels = Array.from({ length: this.depth - height }, (_, up) => this.record(height + up, (index >>> up) ^ 1));
    return toHex(concatBytes(...levels));
  }

  /** Where a leaf with at least this key is; `leafCount` after all of them. The tree has to be in order. */
  find(key: Uint8Array): number {
    let [from, to] = [0, this.leafCount];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compareKeys(this.leaves[middle]!, key) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** The leaf with this key, or the leaves around the place where there is none; null of an empty tree. */
  around(key: Uint8Array): Span | null {
    if (this.leafCount === 0) return null;
    const at = this.find(key);
    if (at < this.leafCount && compareKeys(this.leaves[at]!, key) === 0) return this.span(at);
    if (at === 0 || at === this.leafCount) return this.span(Math.min(at, this.leafCount - 1));
    return this.span(at - 1, at);
  }

  /** All leaves whose keys begin with these bytes, or the leaves around the place where there are none. */
  range(prefix: Uint8Array): Span | null {
    if (this.leafCount === 0) return null;
    const from = this.find(prefix);
    let to = from;
    while (to < this.leafCount && compareKeys(this.leaves[to]!, prefix) === 0) to += 1;
    return to > from ? this.span(from, to - 1) : this.around(prefix);
  }

  /** Sums over the leaves whose keys begin with these bytes. */
  sum(prefix: Uint8Array): Amounts {
    let [credits, tokens] = [0n, 0n];
    for (let at = this.find(prefix); at < this.leafCount; at += 1) {
      const leaf = this.leaves[at]!;
      if (compareKeys(leaf, prefix) !== 0) break;
      const amounts = amountsOf(leaf);
      credits += amounts.credits;
      tokens += amounts.tokens;
    }
    return { credits, tokens };
  }
}

/** A leaf as its parent hashes it. */
export function leafRecord(leaf: Uint8Array): Uint8Array {
  return concatBytes(leafHash(leaf), leaf.subarray(leaf.length - 32));
}

/** The record above two neighbours. */
export function parentRecord(left: Uint8Array, right: Uint8Array): Uint8Array {
  return levelsOf([left, right]).record(1, 0);
}

function levelsOf(records: readonly Uint8Array[]): SumLevels {
  return new SumLevels(concatBytes(...records), EMPTY_RECORD, NODE_TAG, fastKeccak256);
}

export function leafHash(leaf: Uint8Array): Uint8Array {
  return fastKeccak256(concatBytes(Uint8Array.of(0), leaf));
}

/** Hash of two records, in their parent's. */
export function nodeHash(children: Uint8Array): Uint8Array {
  return fastKeccak256(concatBytes(Uint8Array.of(NODE_TAG), children));
}

/** The root that commits to a top node and a number of leaves, 64 hex characters. */
export function treeRootHash(top: Uint8Array, leafCount: number): string {
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, leafCount);
  return toHex(fastKeccak256(concatBytes(Uint8Array.of(3), top, count)));
}

export function treeNodeOf(record: Uint8Array): TreeNode {
  return { hash: toHex(record.subarray(0, 32)), ...amountsOf(record.subarray(0, RECORD_BYTES)) };
}

export function isEmptyRecord(record: Uint8Array): boolean {
  return Buffer.compare(record, EMPTY_RECORD) === 0;
}

/** The leaf against the key that it should have, or its beginning. */
function compareKeys(leaf: Uint8Array, key: Uint8Array): number {
  return Buffer.compare(leaf.subarray(0, key.length), key);
}

/** Leaves of hex text. */
export function treeOfHex(leaves: readonly string[]): EraTree {
  return new EraTree(leaves.map((leaf) => fromHex(leaf)));
}
