import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type Hex, hexToBigInt, numberToHex } from 'viem';
import { type Fault, type FaultyRpc, startFaultyRpc } from './faulty-rpc.fixture.ts';
import type { FollowOptions } from './follower.ts';
import { type AddressBook, followChain, type LocalChain, startLocalChain } from './index.ts';
import { MemoryStore } from './model-chain.fixture.ts';
import { rawRpc, temporaryFolder, until } from './network.fixture.ts';

// A real node, and two ways to it on which things happen. In the place of the contracts stands a program that deposits as
// often as it is told, since only its logs matter here.

const EMITTER =
  '0x5f3560015f525b600a817f98e61a191a785bb80774a71a97c6f45cdba53aa992b229f7aee0658e19ea7e9a60205fa3600190038060065700';
const SENDER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const CONTRACTS = {
  workToken: `0x${'a1'.repeat(20)}`,
  credit: `0x${'a2'.repeat(20)}`,
  nodeRegistry: `0x${'a3'.repeat(20)}`,
  bondVault: `0x${'a4'.repeat(20)}`,
  settlement: `0x${'a5'.repeat(20)}`,
  eraChallenges: `0x${'a6'.repeat(20)}`,
};

let chain: LocalChain;
let ways: [FaultyRpc, FaultyRpc];
let addressBook: AddressBook;
const waits: number[] = [];
const cleanUps: (() => unknown)[] = [];

before(async () => {
  const context = { after: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) };
  const folder = await temporaryFolder(context);
  chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  cleanUps.push(() => chain.stop());
  ways = [await startFaultyRpc(context, chain.rpcUrl), await startFaultyRpc(context, chain.rpcUrl)];
  await rawRpc(chain.rpcUrl, 'evm_setIntervalMining', [0]);
  await rawRpc(chain.rpcUrl, 'evm_setAutomine', [true]);
  await rawRpc(chain.rpcUrl, 'anvil_setCode', [CONTRACTS.settlement, EMITTER]);
});
beforeEach(async () => {
  for (const way of ways) way.judge = () => null;
  waits.length = 0;
  await rawRpc(chain.rpcUrl, 'evm_mine');
  addressBook = { chain: 'eip155:31337', deploymentBlock: (await height()) + 1, contracts: CONTRACTS };
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

test('a real node that goes another way: what it replaced is taken back, what replaced it is taken', async () => {
  const { store, catchUp } = following({ finality: { depth: 0 } });
  await deposits(1);
  const snapshot = await rawRpc(chain.rpcUrl, 'evm_snapshot');
  await deposits(2);
  await deposits(3);
  await catchUp();
  await rawRpc(chain.rpcUrl, 'evm_revert', [snapshot]);
  await catchUp();
  assert.equal(store.events.length, 6, 'the node may only be behind');
  await rawRpc(chain.rpcUrl, 'evm_increaseTime', [99]);
  await deposits(5);
  await rawRpc(chain.rpcUrl, 'anvil_mine', ['0x2']);
  await catchUp();
  assert.equal(store.rewinds, 1);
  assert.equal(store.events.length, 6, 'the first, and five in the place of two and three');
  assert.equal(store.blocks.at(-1)!.hash, await hashOf(await height()));
});

test('only final blocks: two behind, and nothing before there is one', async () => {
  const { store, follower, catchUp } = following({ finality: 'finalized' });
  await deposits(1);
  assert.deepEqual(await follower.step(), { kind: 'idle', block: null, isBehind: false });
  await rawRpc(chain.rpcUrl, 'anvil_mine', ['0x2']);
  await catchUp();
  assert.equal(store.events.length, 1);
});

const PASSING: readonly (readonly [string, Fault])[] = [
  ['is down', { kind: 'refuse-connection' }],
  ['limits requests (429)', { kind: 'status', status: 429 }],
  ['is overloaded (503)', { kind: 'status', status: 503 }],
  ['is slow', { kind: 'delay', ms: 10_000 }],
];

for (const [what, fault] of PASSING) {
  test(`a node that ${what} for a while is asked again, with longer and longer waits`, async () => {
    const { store, catchUp } = following({ finality: { depth: 0 }, timeoutMs: 2_500 });
    await deposits(3);
    let left = 2;
    ways[0].judge = ({ method }) => (method === 'eth_getLogs' && left-- > 0 ? fault : null);
    await catchUp();
    assert.equal(store.events.length, 3);
    assert.deepEqual(waits.slice(0, 2), [50, 100]);
  });
}

test('CHAIN-RPC-LIMITED, CHAIN-RPC-UNREACHABLE: a node that stays so is given up for this step, with nothing lost', async () => {
  const { store, follower, catchUp } = following({ finality: { depth: 0 } });
  await deposits(3);
  ways[0].judge = ({ method }) => (method === 'eth_getLogs' ? { kind: 'status', status: 429 } : null);
  await assert.rejects(follower.step(), { code: 'CHAIN-RPC-LIMITED', refusalClass: 'retry' });
  assert.equal(waits.length, 3);
  ways[0].judge = () => ({ kind: 'refuse-connection' });
  await assert.rejects(follower.step(), { code: 'CHAIN-RPC-UNREACHABLE', refusalClass: 'retry' });
  ways[0].judge = () => null;
  await catchUp();
  assert.equal(store.events.length, 3);
});

test('a range that a node finds too large is read in halves', async () => {
  const { store, catchUp } = following({ finality: { depth: 0 } });
  for (const count of [1, 2, 3]) await deposits(count);
  ways[0].judge = ({ method, params }) => {
    const { fromBlock, toBlock } = (params[0] ?? {}) as { fromBlock?: Hex; toBlock?: Hex };
    if (method !== 'eth_getLogs' || fromBlock === undefined || fromBlock === toBlock) return null;
    return { kind: 'error', code: -32602, message: 'one block at a time' };
  };
  await catchUp();
  assert.equal(store.events.length, 6);
});

test('CHAIN-LOGS-MISSING: a node that leaves out the logs of a range', async () => {
  const { store, follower, catchUp } = following({ finality: { depth: 0 } });
  await deposits(2);
  ways[0].judge = ({ method, params }) =>
    method === 'eth_getLogs' && 'fromBlock' in (params[0] as object) ? { kind: 'lie', result: () => [] } : null;
  await assert.rejects(follower.step(), { code: 'CHAIN-LOGS-MISSING', refusalClass: 'retry' });
  ways[0].judge = () => null;
  await catchUp();
  assert.equal(store.events.length, 2);
});

test('CHAIN-RPC-DISAGREEMENT: of two nodes one lies about an amount; both are named, and nothing is taken', async () => {
  const [one, other] = ways;
  const { store, follower, catchUp } = following({ finality: { depth: 0 }, rpcUrls: [one.rpcUrl, other.rpcUrl] });
  await deposits(2);
  const doubled = (logs: unknown) => (logs as { data: Hex }[]).map((log) => ({ ...log, data: twice(log.data) }));
  other.judge = ({ method }) => (method === 'eth_getLogs' ? { kind: 'lie', result: doubled } : null);
  const [here, there] = [new URL(one.rpcUrl).host, new URL(other.rpcUrl).host];
  await assert.rejects(follower.step(), (error: { code: string; got: string }) => {
    assert.equal(error.code, 'CHAIN-RPC-DISAGREEMENT');
    assert.match(error.got, new RegExp(`^${here}: .*0{63}1".*; ${there}: .*0{63}2"`));
    return true;
  });
  assert.equal(store.blocks.length, 0);
  other.judge = () => null;
  await catchUp();
  assert.equal(store.events.length, 2);
});

function following(options: Partial<FollowOptions> & Pick<FollowOptions, 'finality'>) {
  const store = new MemoryStore(100);
  const wait = async (ms: number) => void waits.push(ms);
  const patience = { attemptsMax: 4, firstWaitMsMax: 100, waitMsMax: 1_000, random: () => 0.5, wait };
  const follower = followChain({ rpcUrls: [ways[0].rpcUrl], addressBook, store, patience, ...options });
  const catchUp = async () => {
    while ((await follower.step()).isBehind);
  };
  return { store, follower, catchUp };
}

/** A block with so many deposits. It comes after the transaction's hash does, so it is waited for. */
async function deposits(count: number): Promise<void> {
  const data = numberToHex(count, { size: 32 });
  const transaction = { from: SENDER, to: CONTRACTS.settlement, gas: '0x100000', data };
  const hash = await rawRpc(chain.rpcUrl, 'eth_sendTransaction', [transaction]);
  await until(async () => (await rawRpc(chain.rpcUrl, 'eth_getTransactionReceipt', [hash])) !== null);
}

function twice(data: Hex): Hex {
  return numberToHex(hexToBigInt(data) * 2n, { size: 32 });
}

async function height(): Promise<number> {
  return Number(await rawRpc(chain.rpcUrl, 'eth_blockNumber'));
}

async function hashOf(blockNumber: number): Promise<string> {
  const block = await rawRpc(chain.rpcUrl, 'eth_getBlockByNumber', [numberToHex(blockNumber), false]);
  return (block as { hash: string }).hash;
}
