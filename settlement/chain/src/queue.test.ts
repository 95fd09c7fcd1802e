import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signerOf } from './account.ts';
import { encodeAccount } from './era-leaf.ts';
import { type ChainRefusal, type EraHeader, EraTree, eraHeaderOf, newAccount } from './index.ts';
import { rawRpc, startNetwork, type TestNetwork, UNIT, until } from './network.fixture.ts';
import { SendQueue } from './queue.ts';
import { openRpc } from './rpc.ts';

// What can happen to a transaction between its sending and its block.

const ROOT = 'cd'.repeat(32);
const RECEIVER = `0x${'22'.repeat(20)}` as const;

let network: TestNetwork;
const cleanUps: (() => unknown)[] = [];

before(async () => {
  network = await startNetwork({ after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) });
});
beforeEach(() => mining(true));
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

test('a transaction that the node dropped is handed in again', async () => {
  const { rpcUrl, consumer, sender } = network;
  await mining(false);
  const sent = sender(consumer).sendGasMoney(RECEIVER, 5n);
  await until(async () => (await pendingCount()) === 1);
  await rawRpc(rpcUrl, 'anvil_dropAllTransactions');
  await until(async () => (await pendingCount()) === 1);
  await mining(true);
  await rawRpc(rpcUrl, 'evm_mine');
  await sent;
  assert.equal(BigInt((await rawRpc(rpcUrl, 'eth_getBalance', [RECEIVER, 'latest'])) as string), 5n);
});

test('CHAIN-NOT-MINED: no block takes it in time', async () => {
  const { rpcUrl, consumer } = network;
  const queue = new SendQueue(openRpc(rpcUrl), signerOf(consumer.privateKey), { minedWithinMs: 300 });
  await mining(false);
  const sent = queue.run((send) => send({ to: RECEIVER, value: 1n, what: 'a gift' }));
  await assert.rejects(sent, { code: 'CHAIN-NOT-MINED', refusalClass: 'retry', where: 'a gift' });
  await rawRpc(rpcUrl, 'anvil_dropAllTransactions');
});

test('a refused transaction does not hold up the next', async () => {
  const { consumer, sender } = network;
  const refused = sender(consumer).commitEpoch(1, ROOT);
  const sent = sender(consumer).sendGasMoney(RECEIVER, 1n);
  await assert.rejects(refused, { code: 'CHAIN-REVERTED' });
  assert.match((await sent).txHash, /^0x[0-9a-f]{64}$/);
});

test('another program with the same key takes a nonce: both get their transactions through', async () => {
  const { rpcUrl, operator } = network;
  const receivers = [newAccount().address, newAccount().address] as `0x${string}`[];
  const queues = receivers.map(() => new SendQueue(openRpc(rpcUrl), signerOf(operator.privateKey)));
  const gifts = receivers.flatMap((to, program) =>
    [1n, 2n, 3n].map((value) => queues[program]!.run((send) => send({ to, value, what: 'a gift' }))),
  );
  await Promise.all(gifts);
  for (const receiver of receivers) {
    assert.equal(BigInt((await rawRpc(rpcUrl, 'eth_getBalance', [receiver, 'latest'])) as string), 6n);
  }
});

test('CHAIN-REVERTED: what was right when it was sent and wrong in its block', async () => {
  const { rpcUrl, reader, consumer, operator, poster, sender } = network;
  await sender(poster).depositPosterBond(100 * UNIT);
  const header = emptyEra();
  await sender(poster).postEra(header);
  await until(async () => {
    await rawRpc(rpcUrl, 'evm_mine');
    return reader.isFinalisable(0);
  });
  await mining(false);
  const both = [consumer, operator].map((account) => sender(account).finaliseEra(header));
  await until(async () => (await pendingCount()) === 2);
  await mining(true);
  await rawRpc(rpcUrl, 'evm_mine');
  const [first, second] = await Promise.allSettled(both);
  const refused = first!.status === 'rejected' ? first! : second!;
  assert.deepEqual([first!.status, second!.status].toSorted(), ['fulfilled', 'rejected']);
  const { code, revert } = (refused as PromiseRejectedResult).reason as ChainRefusal;
  assert.deepEqual({ code, revert }, { code: 'CHAIN-REVERTED', revert: { name: 'EraIsFinal', args: { era: 0n } } });
});

/** An era that owes nobody anything. */
function emptyEra(): EraHeader {
  const none = new EraTree([]);
  const payout = new EraTree([encodeAccount({ account: RECEIVER, credits: 0n, tokens: 0n })]);
  return eraHeaderOf(0, '0'.repeat(64), { accrual: none, voids: none, direct: none, payout, params: none });
}

/** Stops blocks, or has each transaction make its own; none comes by the clock any more. */
async function mining(on: boolean): Promise<void> {
  await rawRpc(network.rpcUrl, 'evm_setIntervalMining', [0]);
  if (on) await rawRpc(network.rpcUrl, 'evm_setAutomine', [true]);
  else await sleep(50); // a block that was under way
}

async function pendingCount(): Promise<number> {
  const { pending } = (await rawRpc(network.rpcUrl, 'txpool_status')) as { pending: string };
  return Number(pending);
}
