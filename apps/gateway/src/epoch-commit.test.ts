import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Epoch } from '@stannary/kernel';
import { type OpenFollower, openFollower } from './chain-follower.fixture.ts';
import type { GatewayContext } from './context.ts';
import { commitBatches } from './epoch-commit.ts';
import { type PosterChain, startPosterChain } from './poster-chain.fixture.ts';

const EPOCH = 3 as Epoch;
const ROOT = 'cd'.repeat(32);

let chain: PosterChain;
let open: OpenFollower;
let context: GatewayContext;
let sends = 0;

before(async () => {
  chain = await startPosterChain();
  // A block for each transaction, and no other.
  await chain.rpc('evm_setIntervalMining', [0]);
  await chain.rpc('evm_setAutomine', [true]);
  open = await openFollower(chain.rpcUrl, join(chain.folder, 'database'), 0, chain.addressBook);
  context = { ...open.context, sender: chain.as(chain.poster), count: countSend };
  await open.context.db
    .insertInto('epoch_commit')
    .values({ epoch: EPOCH, batches_root: ROOT, sealed_ms: 0, tx_hash: null, block_number: null })
    .execute();
});
after(async () => {
  await open?.close();
  await chain?.stop();
});

test('a root is committed once, and again where a reorganisation dropped it: the block is the one that holds it', async () => {
  const fork = await chain.rpc('evm_snapshot');
  const first = await commitBatches(context, EPOCH, ROOT);
  assert.equal(await commitBatches(context, EPOCH, ROOT), first);
  assert.equal(sends, 1);
  await chain.rpc('evm_revert', [fork]);
  await chain.rpc('anvil_mine', ['0x1']);
  const second = await commitBatches(context, EPOCH, ROOT);
  assert.equal(second, first + 1);
  assert.equal(sends, 2);
  const { block_number, tx_hash } = await open.context.db
    .selectFrom('epoch_commit')
    .selectAll()
    .executeTakeFirstOrThrow();
  const place = await context.chain.epochCommit(EPOCH);
  assert.deepEqual([block_number, tx_hash], [second, place!.txHash]);
});

function countSend(): void {
  sends += 1;
}
