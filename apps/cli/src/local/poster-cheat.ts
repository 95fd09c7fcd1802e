import { decodeEntry, type EraLeafEntry, EraTree, type EraTrees } from '@stannary/chain';
import type { PosterPlugin } from '@stannary/gateway';

/** How the local network's poster lies when it is asked to. */
export const POSTER_CHEATS = ['payout', 'accrual'] as const;
export type PosterCheat = (typeof POSTER_CHEATS)[number];

/** The third era. */
const LIES_IN_ERA = 2;

/**
 * What the gateway's program loads for a dishonest poster: it moves money in the third era, posts and publishes that, and
 * after it was proven wrong says the truth.
 */
const cheat: PosterPlugin = (option) => {
  const lies: Readonly<Record<string, (trees: EraTrees) => EraTrees>> = { payout: overpay, accrual: misweigh };
  const lie = Object.hasOwn(lies, option) ? lies[option] : undefined;
  if (lie === undefined) throw new Error(`expected one of ${POSTER_CHEATS.join(', ')}, got ${option}`);
  return ({ bundle, trees, voided }) => (bundle.era === LIES_IN_ERA && voided === 0 ? lie(trees) : trees);
};

export default cheat;

/** One account gets a grain more than it is owed, at the cost of another: the totals are right. */
function overpay(trees: EraTrees): EraTrees {
  const leaves = trees.payout.leaves.map((leaf) => leaf.slice());
  if (leaves.length < 2) return trees; // nobody is paid yet: a machine too busy to sell work
  const from = richest(leaves, 'credits');
  move(leaves, { asset: 'credits', from, to: from === 0 ? 1 : 0, grains: 1n });
  return { ...trees, payout: new EraTree(leaves) };
}

/** In one epoch a node is weighed a tenth lower, and another gets what that brings. */
function misweigh(trees: EraTrees): EraTrees {
  const leaves = trees.accrual.leaves.map((leaf) => leaf.slice());
  if (leaves.length < 2) return trees;
  const entries = leaves.map(decodeEntry);
  const from = richest(leaves, 'tokens');
  const to = entries.findIndex((entry) => isRival(entry, entries[from]!));
  move(leaves, { asset: 'tokens', from, to: to === -1 ? from : to, grains: entries[from]!.tokens / 10n });
  return { ...trees, accrual: new EraTree(leaves) };
}

function isRival(entry: EraLeafEntry, { nodeId, epoch, classIndex }: EraLeafEntry): boolean {
  return entry.nodeId !== nodeId && entry.epoch === epoch && entry.classIndex === classIndex;
}

/** Amounts are the last 32 bytes of a leaf: credits, then tokens. */
const AMOUNT_PLACES = { credits: 32, tokens: 16 } as const;
type Asset = keyof typeof AMOUNT_PLACES;

function richest(leaves: readonly Uint8Array[], asset: Asset): number {
  return leaves.reduce((best, leaf, at) => (amount(leaf, asset) > amount(leaves[best]!, asset) ? at : best), 0);
}

function move(
  leaves: readonly Uint8Array[],
  { asset, from, to, grains }: { asset: Asset; from: number; to: number; grains: bigint },
): void {
  for (const [at, change] of [
    [from, -grains],
    [to, grains],
  ] as const) {
    const leaf = leaves[at]!;
    const place = placeOf(leaf, asset);
    // An amount is of 16 bytes, and none here is above 2^63.
    place.setBigUint64(8, amount(leaf, asset) + change);
  }
}

function amount(leaf: Uint8Array, asset: Asset): bigint {
  return placeOf(leaf, asset).getBigUint64(8);
}

function placeOf(leaf: Uint8Array, asset: Asset): DataView {
  return new DataView(leaf.buffer, leaf.byteOffset + leaf.length - AMOUNT_PLACES[asset], 16);
}
