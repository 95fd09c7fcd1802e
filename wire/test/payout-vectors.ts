import { keccak256, type PayoutLeaf, sumTree, toHex } from '../src/index.ts';

/** One tree of test/vectors/payout-tree.json: hashes with 0x and amounts as decimal text, for Forge's JSON reader. */
export interface PayoutVector {
  readonly leafCount: number;
  readonly root: string;
  readonly totalCredits: string;
  readonly totalTokens: string;
  readonly leaves: readonly {
    readonly account: string;
    readonly credits: string;
    readonly tokens: string;
    /** The proof, from the leaf's own level upwards, as three lists of one length. */
    readonly siblingHashes: readonly string[];
    readonly siblingCredits: readonly string[];
    readonly siblingTokens: readonly string[];
  }[];
}

/**
 * Trees of 1, 2, 3, 5 and 17 leaves: a lone leaf, a full tree, one with a single empty leaf, with an empty subtree,
 * and with half of it empty. Amounts run from 0 over beyond 2^53 to all that uint128 holds.
 */
export function payoutVectors(): { readonly trees: readonly PayoutVector[] } {
  return { trees: [1, 2, 3, 5, 17].map((leafCount) => vectorOf(leavesOf(leafCount))) };
}

function leavesOf(leafCount: number): PayoutLeaf[] {
  const share = ((1n << 128n) - 1n) / BigInt(leafCount);
  const leaves = Array.from({ length: leafCount }, (_, index) => {
    const seed = toHex(keccak256(Uint8Array.of(leafCount, index)));
    const credits = index === 0 ? share : BigInt(`0x${seed.slice(0, 16)}`) * BigInt(index);
    const tokens = index % 4 === 1 ? 0n : BigInt(`0x${seed.slice(16, 28)}`);
    return { account: `0x${seed.slice(24)}`, credits, tokens };
  });
  return leaves.sort((left, right) => (left.account < right.account ? -1 : 1));
}

function vectorOf(leaves: readonly PayoutLeaf[]): PayoutVector {
  const tree = sumTree(leaves);
  return {
    leafCount: leaves.length,
    root: `0x${tree.root}`,
    totalCredits: String(tree.totals.credits),
    totalTokens: String(tree.totals.tokens),
    leaves: leaves.map(({ account, credits, tokens }, index) => {
      const { siblings } = tree.proof(index);
      return {
        account,
        credits: String(credits),
        tokens: String(tokens),
        siblingHashes: siblings.map(({ hash }) => `0x${hash}`),
        siblingCredits: siblings.map((sibling) => String(sibling.credits)),
        siblingTokens: siblings.map((sibling) => String(sibling.tokens)),
      };
    }),
  };
}
