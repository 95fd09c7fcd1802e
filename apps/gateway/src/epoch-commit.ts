import type { Epoch } from '@stannary/kernel';
import type { GatewayContext } from './context.ts';

/**
 * Puts an epoch's root on the chain before anyone can know its beacon. Returns the block that holds it now: until that block
 * is final a reorganisation may move it, or drop it, and then it is sent again.
 */
export async function commitBatches(
  { db, chain, sender, count }: Pick<GatewayContext, 'db' | 'chain' | 'sender' | 'count'>,
  epoch: Epoch,
  batchesRoot: string,
): Promise<number> {
  const known = await chain.epochCommit(epoch);
  const { txHash, blockNumber } = known ?? (await sender.commitEpoch(epoch, batchesRoot));
  if (known === null) count('chainSends', 'commitEpoch');
  await db
    .updateTable('epoch_commit')
    .set({ tx_hash: txHash, block_number: blockNumber })
    .where('epoch', '=', epoch)
    .execute();
  return blockNumber;
}
