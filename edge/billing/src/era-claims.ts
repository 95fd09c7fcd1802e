import { type PayoutLeaf, payoutLeaf, type SumProof, verifySum } from '@stannary/wire';
import { BillingRefusal } from './refusals.ts';

// The settlement contract's claim, as a function: a leaf says what an account was ever owed, so a claim pays the
// difference to what it had, and an old leaf, a repeated one or two at once never pay a grain twice.

/** The last final era's header, of which claims are paid; no older one is looked at. */
export interface FinalEra {
  readonly era: number;
  /** Root of the payout tree, 64 hex characters; it holds the totals and the number of leaves. */
  readonly payoutRoot: string;
}

export interface EraClaim {
  readonly era: number;
  readonly leaf: PayoutLeaf;
  readonly proof: SumProof;
}

/** Cumulative grains paid to one account. */
export interface Claimed {
  readonly credits: bigint;
  readonly tokens: bigint;
}

/**
 * What a claim pays, and what the account has then been paid. An amount below what was paid before pays nothing of its
 * asset and takes nothing back.
 *
 * Refuses with CLAIM-ERA (not of the last final era), CLAIM-PROOF (the leaf is not under its root), CLAIM-NOTHING.
 */
export function eraClaimDue(
  final: FinalEra | null,
  had: Claimed,
  { era, leaf, proof }: EraClaim,
): { readonly due: Claimed; readonly claimed: Claimed } {
  const where = `claim of ${leaf.account}`;
  if (final === null || final.era !== era)
    throw new BillingRefusal('CLAIM-ERA', { expected: `era ${final?.era ?? 'none'}`, got: `era ${era}`, where });
  if (!verifySum(final.payoutRoot, payoutLeaf(leaf), proof))
    throw new BillingRefusal('CLAIM-PROOF', { expected: `a leaf of the payout tree of era ${era}`, where });
  const credits = leaf.credits > had.credits ? leaf.credits - had.credits : 0n;
  const tokens = leaf.tokens > had.tokens ? leaf.tokens - had.tokens : 0n;
  if (credits === 0n && tokens === 0n)
    throw new BillingRefusal('CLAIM-NOTHING', { expected: 'more than was paid', got: 'no more', where });
  return { due: { credits, tokens }, claimed: { credits: had.credits + credits, tokens: had.tokens + tokens } };
}
