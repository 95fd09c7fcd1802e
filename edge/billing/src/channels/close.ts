import { type Close, closeDigest, decodeClose, type SignedClose, WireRefusal } from '@stannary/wire';
import { BillingRefusal, type RefusalDetail } from '../refusals.ts';
import { type Channel, type Stream, withStream } from './channel.ts';

/**
 * Ends a channel at once at what both sides signed: the payee has `paidGrains` of it in all, the payer the rest. A committed
 * ceiling that was not charged goes back by it as well, before and after an exit. A task wallet ends by exit, since its
 * payees cannot all sign.
 *
 * Refuses with CLOSE-MALFORMED, CHANNEL-PHASE (closed, with nothing committed and open), CLOSE-CHANNEL (another channel, or
 * a task wallet), CLOSE-EXPIRED, CLOSE-BOUNDS (below what was claimed, above what is there), CLOSE-SIGNATURE.
 */
export function closeChannel(channel: Channel, bytes: Uint8Array, atMs: number): Channel {
  const signed = readClose(bytes, channel.id);
  const { channelId, paidGrains, deadlineMs } = signed.close;
  const [only, ...others] = channel.streams;
  if (channelId !== channel.id) throw closeRefusal('CLOSE-CHANNEL', channel, channel.id, channelId);
  if (only === undefined || others.length > 0)
    throw closeRefusal('CLOSE-CHANNEL', channel, 'a channel of one payee', `${channel.streams.size} payees`);
  const [payee, stream] = only;
  if (channel.phase === 'closed' && stream.committedGrains <= stream.claimedGrains)
    throw closeRefusal('CHANNEL-PHASE', channel, 'something left to share', channel.phase);
  if (atMs > deadlineMs) throw closeRefusal('CLOSE-EXPIRED', channel, `${deadlineMs} ms at most`, `${atMs}`);
  requireBounds(channel, stream, paidGrains);
  requireBoth(channel, payee, signed);
  const refundedGrains = stream.depositedGrains - paidGrains;
  const ended = { ...stream, claimedGrains: paidGrains, committedGrains: paidGrains, refundedGrains };
  return { ...withStream(channel, payee, ended), phase: 'closed' };
}

function readClose(bytes: Uint8Array, where: string): SignedClose {
  try {
    return decodeClose(bytes);
  } catch (error) {
    if (!(error instanceof WireRefusal)) throw error;
    const { expected, got } = error;
    const said: RefusalDetail = { ...(expected && { expected }), ...(got && { got }), where };
    throw new BillingRefusal('CLOSE-MALFORMED', said, { cause: error });
  }
}

function requireBounds(channel: Channel, stream: Stream, paidGrains: Close['paidGrains']): void {
  const [least, most] = [stream.claimedGrains, stream.depositedGrains - stream.refundedGrains];
  if (paidGrains >= least && paidGrains <= most) return;
  throw closeRefusal('CLOSE-BOUNDS', channel, `${least} to ${most} grains`, `${paidGrains}`);
}

function requireBoth(channel: Channel, payee: string, { close, payerSignature, payeeSignature }: SignedClose): void {
  const digest = closeDigest(channel.separator, close);
  if (!channel.verifyPayer(digest, payerSignature))
    throw closeRefusal('CLOSE-SIGNATURE', channel, "the payer's signature", 'another');
  if (!channel.verifyPayee(payee, digest, payeeSignature))
    throw closeRefusal('CLOSE-SIGNATURE', channel, "the payee's signature", 'another');
}

function closeRefusal(code: CloseCode, { id }: Channel, expected: string, got: string): BillingRefusal {
  return new BillingRefusal(code, { expected, got, where: id });
}

type CloseCode = 'CHANNEL-PHASE' | 'CLOSE-CHANNEL' | 'CLOSE-EXPIRED' | 'CLOSE-BOUNDS' | 'CLOSE-SIGNATURE';
