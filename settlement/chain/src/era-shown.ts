import { fromHex, RECORD_BYTES } from '@stannary/wire';
import type { EraTreeName } from './era-leaf.ts';
import { EraTree, type Span, type TreeRoot } from './era-tree.ts';
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
const ASKS_MAX = 64;

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
  if (own.length >= Math.min(leafCount, ASKS_MAX)) return null;
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

/** Nodes beside the paths of shown leaves that differ from the tree's, the lowest first. */
function differingPlaces(tree: EraTree, shown: readonly ShownLeaf[]): { height: number; index: number }[] {
  const places = shown.flatMap(({ index, proof }) => {
    const path = fromHex(proof?.span.path ?? '');
    return Array.from({ length: path.length / RECORD_BYTES }, (_, height) => {
      const sibling = (index >>> height) ^ 1;
      const record = path.subarray(height * RECORD_BYTES, (height + 1) * RECORD_BYTES);
      return Buffer.compare(record, tree.record(height, sibling)) === 0 ? [] : [{ height, index: sibling }];
    }).flat();
  });
  return places.sort((a, b) => a.height - b.height);
}
