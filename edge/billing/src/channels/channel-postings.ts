import type { Epoch } from '@stannary/kernel';
import { type Account, channelAccount, dueAccount } from '../accounts.ts';
import { movePosting, type Posting } from '../postings.ts';
import type { Channel, Stream } from './channel.ts';

/**
 * What one step of a channel moves, from the channel before it (null: it was opened) and after it.
 *
 * deposits: outside → channel · charged and collected, or agreed to at the end: channel → due to the payee · refunded:
 * channel → paid. A commitment moves nothing. These counters only rise, so each posting is named by the counter's new
 * value: a step that is recorded again has no further effect, and no two steps have one name.
 *
 * Refuses with BILLING-AMOUNT where a counter fell: the two are not one channel's.
 */
export function channelPostings(before: Channel | null, after: Channel, epoch: Epoch): Posting[] {
  const { id } = after;
  const deposit = channelAccount(id);
  const flows: Flow[] = [];
  for (const [payee, stream] of after.streams) {
    const old: Stream = before?.streams.get(payee) ?? NOTHING;
    flows.push(
      ['fund', payee, old.depositedGrains, stream.depositedGrains, 'channels:deposited', deposit],
      ['collect', payee, old.claimedGrains, stream.claimedGrains, deposit, dueAccount(payee)],
      ['refund', payee, old.refundedGrains, stream.refundedGrains, deposit, 'channels:paid'],
    );
  }
  return flows
    .filter(([, , from, to]) => from !== to)
    .map(([kind, payee, fromGrains, toGrains, from, to]) => {
      const key = [id, payee, toGrains];
      const move = { asset: 'credit' as const, from, to, amountGrains: toGrains - fromGrains };
      return movePosting(`channel-${kind}`, key, `channel ${id}`, epoch, move);
    });
}

/** The contract has sent a payee what its channels had collected for it. */
export interface ChannelTransfer {
  readonly payee: string;
  readonly amountGrains: number;
  /** All that was ever sent to it, this included. */
  readonly transferredGrains: number;
  readonly epoch: Epoch;
}

/** Due → paid. Refuses as `checkPosting` does, and an amount below 1 with BILLING-AMOUNT. */
export function channelTransferPosting({ payee, amountGrains, transferredGrains, epoch }: ChannelTransfer): Posting {
  const move = { asset: 'credit' as const, from: dueAccount(payee), to: 'channels:paid' as const, amountGrains };
  return movePosting('channel-transfer', [payee, transferredGrains], `transfer to ${payee}`, epoch, move);
}

type Flow = readonly [kind: string, payee: string, fromGrains: number, toGrains: number, from: Account, to: Account];

const NOTHING = { depositedGrains: 0, claimedGrains: 0, committedGrains: 0, refundedGrains: 0 };
