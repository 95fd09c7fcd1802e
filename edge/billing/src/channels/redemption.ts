import { voucherDigest } from '@stannary/wire';
import { type Channel, type Stream, withStream } from './channel.ts';
import { judgeCharge } from './charge.ts';
import { type ReadVoucher, type RefusedVoucher, readVoucher, refused } from './voucher.ts';

// Vouchers turned into money. A voucher is never used up: what it pays is what was charged under it less what was paid
// before, so the same one, an older one or one whose money was not all there can be brought any number of times and by
// anyone.

/** A voucher, and what its payee says it has charged; both as they came. */
export interface ChannelClaim {
  readonly voucher: Uint8Array;
  readonly charge: Uint8Array;
}

export interface RedemptionFacts {
  readonly atMs: number;
  /** Whether a condition has come true; none has by default. */
  readonly isMet?: (conditionHash: string) => boolean;
}

export type RedeemedRow =
  | RefusedVoucher
  /** `leftGrains`: charged and not there yet; it stays claimable. */
  | { readonly outcome: 'paid'; readonly payee: string; readonly paidGrains: number; readonly leftGrains: number };

export type CommittedRow =
  | RefusedVoucher
  | { readonly outcome: 'committed'; readonly payee: string; readonly committedGrains: number };

/**
 * Pays each charge in turn from its payee's own stream; a bad row is refused with its code and holds up no other. In a closed
 * channel, or after a voucher's deadline, only what was committed in time is paid.
 *
 * Rows refuse with VOUCHER-MALFORMED, VOUCHER-CHANNEL, VOUCHER-PAYEE, VOUCHER-CONDITIONAL, VOUCHER-SIGNATURE, as
 * `judgeCharge` does, with VOUCHER-PHASE and VOUCHER-EXPIRED (nothing committed is left), VOUCHER-NOTHING-DUE,
 * VOUCHER-UNFUNDED.
 */
export function redeemVouchers(
  channel: Channel,
  claims: readonly ChannelClaim[],
  facts: RedemptionFacts,
): { readonly channel: Channel; readonly rows: readonly RedeemedRow[] } {
  let next = channel;
  const rows = claims.map((claim): RedeemedRow => {
    const shown = shownVoucher(next, claim.voucher, facts);
    if (shown.outcome === 'refused') return shown;
    const { voucher, stream, closed } = shown;
    const judged = judgeCharge(next, voucher, claim.charge);
    if (judged.outcome === 'refused') return judged;
    const { chargedGrains } = judged.charge;
    const ceiling = closed === null ? chargedGrains : Math.min(chargedGrains, stream.committedGrains);
    const dueGrains = ceiling - stream.claimedGrains;
    if (dueGrains <= 0) return closed ?? nothingDue(stream.claimedGrains, chargedGrains);
    const paidGrains = Math.min(dueGrains, stream.depositedGrains - stream.claimedGrains - stream.refundedGrains);
    if (paidGrains === 0) return refused('VOUCHER-UNFUNDED', { expected: 'a deposit', got: `${dueGrains} grains due` });
    next = withStream(next, voucher.payee, { ...stream, claimedGrains: stream.claimedGrains + paidGrains });
    return { outcome: 'paid', payee: voucher.payee, paidGrains, leftGrains: dueGrains - paidGrains };
  });
  return { channel: next, rows };
}

/**
 * Raises the watermark that an exit leaves behind to the voucher's ceiling, without moving money: cheap, it needs nothing of
 * the payee, and anyone may do it for one that is away. In the last quarter of an exit it extends it, once, by a quarter.
 *
 * Rows refuse as `redeemVouchers` does, but for charges, and with VOUCHER-NOTHING-DUE what raises nothing.
 */
export function commitVouchers(
  channel: Channel,
  vouchers: readonly Uint8Array[],
  facts: RedemptionFacts,
): { readonly channel: Channel; readonly rows: readonly CommittedRow[] } {
  let next = channel;
  const rows = vouchers.map((bytes): CommittedRow => {
    const shown = shownVoucher(next, bytes, facts);
    if (shown.outcome === 'refused') return shown;
    const { voucher, stream, closed } = shown;
    if (closed !== null) return closed;
    const committedGrains = Math.min(voucher.cumulativeGrains, stream.depositedGrains);
    const highest = Math.max(stream.committedGrains, stream.claimedGrains);
    if (committedGrains <= highest) return nothingDue(highest, voucher.cumulativeGrains);
    next = extended(withStream(next, voucher.payee, { ...stream, committedGrains }), facts.atMs);
    return { outcome: 'committed', payee: voucher.payee, committedGrains };
  });
  return { channel: next, rows };
}

interface ShownVoucher {
  readonly outcome: 'shown';
  readonly voucher: ReadVoucher['voucher'];
  readonly stream: Stream;
  /** Why no more than what is committed counts; null where all of it does. */
  readonly closed: RefusedVoucher | null;
}

/** What both doors ask of a voucher. */
function shownVoucher(channel: Channel, bytes: Uint8Array, facts: RedemptionFacts): ShownVoucher | RefusedVoucher {
  const read = readVoucher(bytes);
  if (read.outcome === 'refused') return read;
  const { voucher, signature } = read;
  const { channelId, payee, conditionHash } = voucher;
  if (channelId !== channel.id) return refused('VOUCHER-CHANNEL', { expected: channel.id, got: channelId });
  const stream = channel.streams.get(payee);
  if (stream === undefined) return refused('VOUCHER-PAYEE', { expected: 'a payee of the channel', got: payee });
  if (conditionHash !== undefined && facts.isMet?.(conditionHash) !== true)
    return refused('VOUCHER-CONDITIONAL', { expected: 'a condition that is met', got: conditionHash });
  if (!channel.verifyPayer(voucherDigest(channel.separator, voucher), signature))
    return refused('VOUCHER-SIGNATURE', { expected: "the payer's signature for this chain and contract" });
  return { outcome: 'shown', voucher, stream, closed: closedTo(channel, voucher.deadlineMs, facts.atMs) };
}

function closedTo({ phase }: Channel, deadlineMs: number, atMs: number): RefusedVoucher | null {
  if (phase === 'closed')
    return refused('VOUCHER-PHASE', { expected: 'what was committed before the end', got: phase });
  if (atMs <= deadlineMs) return null;
  return refused('VOUCHER-EXPIRED', { expected: `${deadlineMs} ms at most`, got: `${atMs}` });
}

function nothingDue(had: number, got: number): RefusedVoucher {
  return refused('VOUCHER-NOTHING-DUE', { expected: `more than ${had} grains`, got: `${got}` });
}

function extended(channel: Channel, atMs: number): Channel {
  const { exit, exitDelayMs } = channel;
  const quarterMs = Math.ceil(exitDelayMs / 4);
  if (exit === null || exit.isExtended || atMs < exit.endsAtMs - quarterMs) return channel;
  return { ...channel, exit: { ...exit, endsAtMs: exit.endsAtMs + quarterMs, isExtended: true } };
}
