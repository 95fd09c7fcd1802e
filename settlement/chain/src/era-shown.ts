import { concatBytes, fromHex, RECORD_BYTES, toHex } from '@stannary/wire';
import type { EraTreeName } from './era-leaf.ts';
import {
  EMPTY_RECORD,
  EraTree,
  leafRecord,
  parentRecord,
  type Span,
  type TreeNode,
  type TreeRoot,
  treeNodeOf,
} from './era-tree.ts';
import type { BatchMessage } from './era-trees.ts';

// A tree of which the poster publishes other leaves than it posted, found out leaf by leaf. Where few leaves are other than
// the statements make them, the path of a shown leaf to the root says which subtree such a leaf is in: as many questions as
// the tree has levels find it.

export interface AskedLeaf {
  readonly tree: EraTreeName;
  readonly index: number;
}

/** A leaf that was asked for and shown. */
export interface ShownLeaf extends AskedLeaf {
  /** Null where the chain keeps no trace that can be read: it was shown by way of another contract. */
  readonly proof: {
    readonly span: Span;
    /** What the leaf is a hash of, hex; null: nothing. */
    readonly content: string | null;
    readonly batch: BatchMessage | null;
  } | null;
}

/** Most leaves of a tree that are asked for: each costs a fee, which a poster that answers earns. */
const ASKS_PER_TREE_MAX = 64;

/** The tree that the statements make, with the leaves that were shown in their places. */
export function treeWithShown(rebuilt: EraTree, name: EraTreeName, shown: readonly ShownLeaf[]): EraTree {
  const leaves = [...rebuilt.leaves];
  for (const { tree, index, proof } of shown)
    if (tree === name && proof !== null && index <= leaves.length) leaves[index] = fromHex(proof.span.firstLeaf);
  return new EraTree(leaves);
}

/** The leaf to ask for next; null where asking leads nowhere. `tree` is what is thought to be posted, and is not. */
export function nextToAsk(
  tree: EraTree,
  { leafCount }: TreeRoot,
  name: EraTreeName,
  shown: readonly ShownLeaf[],
): number | null {
  const own = shown.filter((leaf) => leaf.tree === name);
  if (own.length >= Math.min(leafCount, ASKS_PER_TREE_MAX)) return null;
  const known = new Set(own.map(({ index }) => index));
  const differing = tree.leafCount === leafCount ? differingPlaces(tree, own) : [];
  for (const { height, index } of differing) {
    const first = index * 2 ** height;
    const end = Math.min(first + 2 ** height, leafCount);
    for (let at = first; at < end; at += 1) if (!known.has(at)) return at;
  }
  for (let at = 0; at < leafCount; at += 1) if (!known.has(at)) return at;
  return null;
}

/** A node beside the path of a shown leaf, and its own way to the top. */
interface NodeShown {
  readonly node: TreeNode;
  readonly level: number;
  readonly index: number;
  /** Siblings up to the top, hex. */
  readonly path: string;
}

/** Padding that is not empty, where a shown leaf's path has it: nobody can ask for what lies behind it. */
export function falsePadding(
  { leafCount }: TreeRoot,
  name: EraTreeName,
  shown: readonly ShownLeaf[],
): NodeShown | null {
  for (const { tree, index, proof } of shown) {
    if (tree !== name || proof === null) continue;
    const path = pathRecords(proof.span);
    let [own, empty] = [leafRecord(fromHex(proof.span.firstLeaf)), EMPTY_RECORD];
    for (const [level, beside] of path.entries()) {
      const at = (index >>> level) ^ 1;
      if (at * 2 ** level >= leafCount && Buffer.compare(beside, empty) !== 0)
        return { node: treeNodeOf(beside), level, index: at, path: toHex(concatBytes(own, ...path.slice(level + 1))) };
      own = at % 2 === 0 ? parentRecord(beside, own) : parentRecord(own, beside);
      empty = parentRecord(empty, empty);
    }
  }
  return null;
}

/** Siblings of one shown leaf, from the lowest up. */
function pathRecords({ path }: Span): readonly Uint8Array[] {
  const bytes = fromHex(path);
  const at = (level: number) => bytes.subarray(level * RECORD_BYTES, (level + 1) * RECORD_BYTES);
  return Array.from({ length: bytes.length / RECORD_BYTES }, (_, level) => at(level));
}

/** Nodes beside the paths of shown leaves that differ from the tree's, the lowest first. */
function differingPlaces(tree: EraTree, shown: readonly ShownLeaf[]): { height: number; index: number }[] {
  const places = shown.flatMap(({ index, proof }) => {
    const path = proof === null ? [] : pathRecords(proof.span);
    return path.flatMap((record, height) => {
      const sibling = (index >>> height) ^ 1;
      return Buffer.compare(record, tree.record(height, sibling)) === 0 ? [] : [{ height, index: sibling }];
    });
  });
  return places.sort((a, b) => a.height - b.height);
}
