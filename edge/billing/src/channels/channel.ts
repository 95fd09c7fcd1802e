import type { DigestSignature, VerifyDigest } from '@stannary/wire';
import { address, grainsOf } from '../accounts.ts';
import { BillingRefusal } from '../refusals.ts';

// A payment channel as the contract that holds its money has it. Pure: every step takes a channel and gives the next one.
// What was paid in, claimed and refunded only rises, so no order of steps and no repetition can undo one; what is still
// there is what a difference of two counters says.

/** What lies in a channel for one payee. No grain is promised to two. Grains; every field only rises until the close. */
export interface Stream {
  readonly depositedGrains: number;
  /** Charged under vouchers, and collected. */
  readonly claimedGrains: number;
  /** Shown by a voucher and not to be refunded, whether collected or not. */
  readonly committedGrains: number;
  readonly refundedGrains: number;
}

/** The payer takes out what nobody has shown a voucher for, once this is over. */
export interface ChannelExit {
  readonly startedAtMs: number;
  readonly endsAtMs: number;
  readonly isExtended: boolean;
}

export interface Channel {
  /** 64 hex characters: wire's `channelId`. */
  readonly id: string;
  /** wire's `channelSeparator`: the chain and the contract that everything is signed for. */
  readonly separator: Uint8Array;
  /** The payer's session key or wallet. */
  readonly verifyPayer: VerifyDigest;
  /** A payee, or its operator. */
  readonly verifyPayee: VerifyPayee;
  readonly exitDelayMs: number;
  readonly phase: 'open' | 'exiting' | 'closed';
  readonly exit: ChannelExit | null;
  /** By payee: one for a plain channel, one per provider for a task wallet. */
  readonly streams: ReadonlyMap<string, Stream>;
}

export type VerifyPayee = (payee: string, digest: Uint8Array, signature: DigestSignature) => boolean;

export interface ChannelOpening
  extends Pick<Channel, 'id' | 'separator' | 'verifyPayer' | 'verifyPayee' | 'exitDelayMs'> {
  /** Grains by payee: its allotment. */
  readonly deposits: Iterable<readonly [payee: string, grains: number]>;
}

/**
 * A channel with its first deposits. Refuses with BILLING-AMOUNT for a channel without payees or a deposit below 1, with
 * BILLING-RANGE where all of it passes 2^53 - 1, with BILLING-ACCOUNT for what is no address.
 */
export function openChannel(opening: ChannelOpening): Channel {
  const { id, separator, verifyPayer, verifyPayee, exitDelayMs, deposits } = opening;
  const streams = new Map<string, Stream>();
  for (const [payee, grains] of deposits) {
    const { depositedGrains } = streams.get(address(payee)) ?? NOTHING;
    streams.set(payee, { ...NOTHING, depositedGrains: depositedGrains + atLeastOne(grains, `deposit for ${payee}`) });
  }
  if (streams.size === 0) throw new BillingRefusal('BILLING-AMOUNT', { expected: 'a payee', got: 'none', where: id });
  const made = { id, separator, verifyPayer, verifyPayee, exitDelayMs, streams };
  return inRange({ ...made, phase: 'open', exit: null });
}

/**
 * More money for one of the channel's payees. Whoever sends it, and whenever: an exit that runs goes on as it was.
 * Refuses with CHANNEL-PHASE once closed, CHANNEL-PAYEE for anybody else, BILLING-AMOUNT below 1, BILLING-RANGE.
 */
export function topUpChannel(channel: Channel, payee: string, grains: number): Channel {
  if (channel.phase === 'closed') throw wrongPhase(channel, 'open or exiting');
  const stream = channel.streams.get(payee);
  if (stream === undefined)
    throw new BillingRefusal('CHANNEL-PAYEE', { expected: 'a payee of the channel', got: payee, where: channel.id });
  const depositedGrains = stream.depositedGrains + atLeastOne(grains, `top-up for ${payee}`);
  return inRange(withStream(channel, payee, { ...stream, depositedGrains }));
}

/** The payer wants out. Refuses with CHANNEL-PHASE unless it is open. */
export function startExit(channel: Channel, atMs: number): Channel {
  requirePhase(channel, 'open');
  const exit = { startedAtMs: atMs, endsAtMs: atMs + channel.exitDelayMs, isExtended: false };
  return { ...channel, phase: 'exiting', exit };
}

/**
 * The exit is over: the payer gets back what no payee has shown a voucher for. `pausedMs`: how long nobody could show
 * one. Refuses with CHANNEL-PHASE unless it is exiting, with CHANNEL-EXIT-EARLY before its end.
 */
export function finishExit(channel: Channel, atMs: number, pausedMs = 0): Channel {
  requirePhase(channel, 'exiting');
  const endsAtMs = channel.exit!.endsAtMs + pausedMs;
  if (atMs < endsAtMs)
    throw new BillingRefusal('CHANNEL-EXIT-EARLY', {
      expected: `${endsAtMs} ms at least`,
      got: `${atMs}`,
      where: channel.id,
    });
  const streams = [...channel.streams].map(([payee, stream]) => {
    const keptGrains = Math.max(stream.claimedGrains, stream.committedGrains);
    return [payee, { ...stream, refundedGrains: stream.depositedGrains - keptGrains }] as const;
  });
  return { ...channel, phase: 'closed', streams: new Map(streams) };
}

/** The channel with one payee's stream in another state. */
export function withStream(channel: Channel, payee: string, stream: Stream): Channel {
  return { ...channel, streams: new Map(channel.streams).set(payee, stream) };
}

const NOTHING: Stream = { depositedGrains: 0, claimedGrains: 0, committedGrains: 0, refundedGrains: 0 };

function requirePhase(channel: Channel, phase: Channel['phase']): void {
  if (channel.phase !== phase) throw wrongPhase(channel, phase);
}

function wrongPhase({ id, phase }: Channel, expected: string): BillingRefusal {
  return new BillingRefusal('CHANNEL-PHASE', { expected, got: phase, where: id });
}

/** Refuses with BILLING-AMOUNT below 1 grain, as `grainsOf` otherwise. */
export function atLeastOne(grains: number, where: string): number {
  if (grainsOf(grains, where) >= 1) return grains;
  throw new BillingRefusal('BILLING-AMOUNT', { expected: 'at least 1 grain', got: String(grains), where });
}

/** The whole of a channel is a safe integer, so no sum over its streams can lose a grain. */
function inRange(channel: Channel): Channel {
  let sum = 0n;
  for (const { depositedGrains } of channel.streams.values()) sum += BigInt(depositedGrains);
  grainsOf(sum, `channel ${channel.id}`);
  return channel;
}
