import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ledgerTotals } from '@stannary/billing/postgres';
import { type DepositChain, type OpenFollower, startDepositChain } from './chain-follower.fixture.ts';

// The cursor is in the transaction that takes the events in, so no end of the gateway can tear them apart. One chain for
// the whole file; each test goes on from where the one before left it.

let chain: DepositChain;

before(async () => {
  chain = await startDepositChain();
});
after(() => chain.stop());

test('a gateway that is opened again goes on at the cursor: each deposit is in the ledger once', async () => {
  await chain.deposits(3);
  await chain.finalise();
  assert.equal(await readThrough(), '3');
  assert.equal(await readThrough(), '3', 'nothing twice');
  await chain.deposits(4);
  await chain.finalise();
  assert.equal(await readThrough(), '7');
});

test('a step that the ledger refuses takes nothing and moves nothing', async () => {
  await chain.deposits(2);
  await chain.finalise();
  const { follower, context, close } = await chain.open();
  const { nowMs } = context;
  Object.assign(context, { nowMs: () => Number.NaN });
  await assert.rejects(follower.run());
  assert.equal((await ledgerTotals(context.db)).credit.inGrains, '7');
  Object.assign(context, { nowMs });
  await catchUp(follower);
  assert.equal((await ledgerTotals(context.db)).credit.inGrains, '9');
  await close();
});

test('with witnesses the same gets into the ledger, once', async () => {
  const { follower, context, close } = await chain.open(2);
  await chain.deposits(1);
  await chain.finalise();
  await catchUp(follower);
  assert.equal((await ledgerTotals(context.db)).credit.inGrains, '10');
  await close();
});

test('CHAIN-REORG-TOO-DEEP: final blocks that change stop the follower; the ledger takes nothing back', async () => {
  const snapshot = await chain.rpc('evm_snapshot');
  await chain.deposits(5);
  await chain.finalise();
  assert.equal(await readThrough(), '15');
  await chain.rpc('evm_revert', [snapshot]);
  await chain.rpc('evm_increaseTime', [99]);
  await chain.deposits(1);
  for (let times = 0; times < 3; times += 1) await chain.finalise();
  const { follower, context, close } = await chain.open();
  await assert.rejects(catchUp(follower), { code: 'CHAIN-REORG-TOO-DEEP', refusalClass: 'give-up' });
  assert.equal((await ledgerTotals(context.db)).credit.inGrains, '15');
  await close();
});

/** Grains in the ledger after one gateway has read what there is. */
async function readThrough(): Promise<string> {
  const { follower, context, close } = await chain.open();
  await catchUp(follower);
  const { inGrains } = (await ledgerTotals(context.db)).credit;
  await close();
  return inGrains;
}

async function catchUp(follower: OpenFollower['follower']): Promise<void> {
  while (await follower.run());
}
