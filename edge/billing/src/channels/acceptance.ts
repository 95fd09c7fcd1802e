import { type DigestSignature, voucherDigest } from '@stannary/wire';
import type { Channel } from './channel.ts';
import { type ReadVoucher, type RefusedVoucher, refused, saysTheSame } from './voucher.ts';

// The payee's side: what it may take for money. It works only after a voucher is accepted, and accepts only what it can
// collect whatever the payer does next: its own allotment, on chain and final, with time left to collect.

/** What a payee is willing to have outstanding. */
export interface AcceptancePolicy {
  /** Time that it keeps for collecting before a voucher's deadline. */
  readonly marginMs: number;
  /** Most that may be accepted and not collected yet. */
  readonly unredeemedGrainsMax: number;
}

/** What the payee has to know and cannot see in the voucher. */
export interface AcceptanceFacts {
  /** The voucher's channel as it stands in final blocks, or null: deposits that are not final do not count. */
  readonly channel: Channel | null;
  readonly payee: string;
  /** The last voucher accepted of this channel, or null. */
  readonly head: ReadVoucher | null;
  readonly nowMs: number;
  readonly policy: AcceptancePolicy;
}

export type Acceptance =
  | RefusedVoucher
  /** Says what the last one said: acknowledged, no effect. */
  | { readonly outcome: 'duplicate' }
  /** It takes the last one's place: to be kept before anything is done for it. */
  | { readonly outcome: 'accepted'; readonly head: ReadVoucher; readonly stepGrains: number };

/**
 * Judges a session key's voucher for its payee; never throws for what a payer may send. The signature, which costs most,
 * comes last.
 *
 * Refuses with VOUCHER-SIGNER (a wallet's: see `acceptWalletVoucher`), VOUCHER-CHANNEL, VOUCHER-PAYEE, VOUCHER-PHASE,
 * VOUCHER-CONDITIONAL, VOUCHER-STALE, VOUCHER-DEADLINE, VOUCHER-ALLOTMENT, VOUCHER-EXPOSURE, VOUCHER-SIGNATURE.
 */
export function acceptVoucher(read: ReadVoucher, facts: AcceptanceFacts): Acceptance {
  if (read.signature.signer !== 'p256')
    return refused('VOUCHER-SIGNER', { expected: "a session key's signature", got: read.signature.signer });
  const answer = judgeWords(read, facts);
  if (answer.outcome !== 'accepted') return answer;
  const { separator, verifyPayer } = facts.channel!;
  return verifyPayer(voucherDigest(separator, read.voucher), read.signature) ? answer : notSigned();
}

/** Whether the payer's wallet signed, by key or by asking its contract (ERC-1271): too slow for each step of work. */
export type VerifyWallet = (digest: Uint8Array, signature: DigestSignature) => Promise<boolean>;

/**
 * As `acceptVoucher`, for any signer, and off the hot path: what else may be wrong is looked at before the wallet is asked,
 * and again after it, against the facts of then. What it accepts must be kept before other facts are read.
 *
 * Refuses as `acceptVoucher` does, but for VOUCHER-SIGNER.
 */
export async function acceptWalletVoucher(
  read: ReadVoucher,
  factsNow: () => AcceptanceFacts,
  verify: VerifyWallet,
): Promise<Acceptance> {
  const facts = factsNow();
  const answer = judgeWords(read, facts);
  if (answer.outcome !== 'accepted') return answer;
  const isSigned = await verify(voucherDigest(facts.channel!.separator, read.voucher), read.signature);
  return isSigned ? judgeWords(read, factsNow()) : notSigned();
}

/** Everything but the signature. */
function judgeWords(read: ReadVoucher, facts: AcceptanceFacts): Acceptance {
  const { channel, head } = facts;
  if (channel === null || channel.id !== read.voucher.channelId)
    return refused('VOUCHER-CHANNEL', { expected: 'an open channel', got: read.voucher.channelId });
  if (head !== null && saysTheSame(read.voucher, head.voucher)) return { outcome: 'duplicate' };
  const refusal = placeRefusal(read, channel, facts) ?? orderRefusal(read, head) ?? coverRefusal(read, channel, facts);
  if (refusal !== null) return refusal;
  const stepGrains = read.voucher.cumulativeGrains - (head?.voucher.cumulativeGrains ?? 0);
  return { outcome: 'accepted', head: read, stepGrains };
}

function placeRefusal({ voucher }: ReadVoucher, channel: Channel, { payee }: AcceptanceFacts): RefusedVoucher | null {
  if (voucher.payee !== payee) return refused('VOUCHER-PAYEE', { expected: payee, got: voucher.payee });
  if (channel.phase !== 'open') return refused('VOUCHER-PHASE', { expected: 'an open channel', got: channel.phase });
  if (voucher.conditionHash === undefined) return null;
  return refused('VOUCHER-CONDITIONAL', { expected: 'no condition', got: voucher.conditionHash });
}

/** The higher ceiling counts whatever came when: what is not above the last one is behind it, and harmless. */
function orderRefusal({ voucher }: ReadVoucher, head: ReadVoucher | null): RefusedVoucher | null {
  const last = head?.voucher.cumulativeGrains ?? 0;
  if (voucher.cumulativeGrains > last) return null;
  return refused('VOUCHER-STALE', { expected: `more than ${last} grains`, got: `${voucher.cumulativeGrains}` });
}

function coverRefusal({ voucher }: ReadVoucher, channel: Channel, facts: AcceptanceFacts): RefusedVoucher | null {
  const { nowMs, head, payee, policy } = facts;
  const { cumulativeGrains, deadlineMs } = voucher;
  const earliestMs = Math.max(nowMs + policy.marginMs, head?.voucher.deadlineMs ?? 0);
  if (deadlineMs < earliestMs)
    return refused('VOUCHER-DEADLINE', { expected: `a deadline of ${earliestMs} at least`, got: `${deadlineMs}` });
  const { depositedGrains, claimedGrains } = channel.streams.get(payee) ?? { depositedGrains: 0, claimedGrains: 0 };
  if (cumulativeGrains > depositedGrains)
    return refused('VOUCHER-ALLOTMENT', { expected: `at most ${depositedGrains} grains`, got: `${cumulativeGrains}` });
  const most = claimedGrains + policy.unredeemedGrainsMax;
  if (cumulativeGrains <= most) return null;
  return refused('VOUCHER-EXPOSURE', {
    expected: `at most ${most} grains before more is collected`,
    got: `${cumulativeGrains}`,
  });
}

function notSigned(): RefusedVoucher {
  return refused('VOUCHER-SIGNATURE', { expected: "the payer's signature for this chain and contract" });
}
