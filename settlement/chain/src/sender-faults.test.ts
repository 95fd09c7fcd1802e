import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { type Hex, parseTransaction } from 'viem';
import { signerOf } from './account.ts';
import { type Fault, type FaultyRpc, type RpcRequest, startFaultyRpc } from './faulty-rpc.fixture.ts';
import { fundAccounts, type LocalChain, newAccount, openSender, startLocalChain } from './index.ts';
import { rawRpc, temporaryFolder, until } from './network.fixture.ts';
import { type QueueOptions, queueOf, SendQueue } from './queue.ts';
import { openRpc } from './rpc.ts';
import { fileJournal } from './send-journal.ts';

// What nodes do on bad days, and what a restart finds: in the end each transaction was carried out exactly once.

const QUICK: QueueOptions = { resendMs: 100, outageMsMax: 0 };

let chain: LocalChain;
let faulty: FaultyRpc;
let folder: string;
const cleanUps: (() => unknown)[] = [];

before(async () => {
  const context = { after: (cleanUp: unknown) => void cleanUps.push(cleanUp as () => unknown) };
  folder = await temporaryFolder(context);
  chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  cleanUps.push(() => chain.stop());
  faulty = await startFaultyRpc(context, chain.rpcUrl);
  await rawRpc(chain.rpcUrl, 'evm_setIntervalMining', [0]);
});
beforeEach(async () => {
  faulty.judge = () => null;
  faulty.seen.length = 0;
  await rawRpc(chain.rpcUrl, 'evm_setAutomine', [true]);
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

test('a fee spike: what was signed is replaced by a dearer one of the same nonce, and only one is carried out', async () => {
  const { queue, gift } = await somebody();
  await rawRpc(chain.rpcUrl, 'evm_setAutomine', [false]);
  const sent = gift(queue, 7n);
  await until(async () => (await pendingCount()) === 1);
  await rawRpc(chain.rpcUrl, 'anvil_setNextBlockBaseFeePerGas', ['0x4a817c8000']); // 320 gwei
  await rawRpc(chain.rpcUrl, 'evm_mine');
  await until(async () => attempts().length >= 2);
  await until(async () => {
    await rawRpc(chain.rpcUrl, 'anvil_setNextBlockBaseFeePerGas', ['0x4a817c8000']);
    await rawRpc(chain.rpcUrl, 'evm_mine');
    return (await pendingCount()) === 0;
  });
  const receipt = await sent;
  assert.equal(receipt.status, 'success');
  const signed = attempts().map((raw) => parseTransaction(raw));
  assert.equal(new Set(signed.map(({ nonce }) => nonce)).size, 1);
  const fees = [...new Set(signed.map(({ maxFeePerGas }) => maxFeePerGas!))];
  assert.ok(fees.length === 2 && fees[1]! * 100n >= fees[0]! * 110n, `a node takes ${fees}`);
  assert.equal(await balance(receipt.to!), 7n);
  await rawRpc(chain.rpcUrl, 'anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00']);
  await rawRpc(chain.rpcUrl, 'evm_mine');
});

test('a single transaction that the node dropped is handed in again, bit for bit', async () => {
  const { queue, gift } = await somebody();
  await rawRpc(chain.rpcUrl, 'evm_setAutomine', [false]);
  const sent = gift(queue, 3n);
  await until(async () => (await pendingCount()) === 1);
  const { pending } = (await rawRpc(chain.rpcUrl, 'txpool_content')) as { pending: Record<string, object> };
  const [{ hash }] = Object.values(Object.values(pending)[0]!) as [{ hash: string }];
  await rawRpc(chain.rpcUrl, 'anvil_dropTransaction', [hash]);
  await until(async () => (await pendingCount()) === 1);
  await rawRpc(chain.rpcUrl, 'evm_mine');
  assert.equal((await sent).transactionHash, hash);
  assert.equal(new Set(attempts()).size, 1);
});

test('a call that is asked for again after an outage is the one that was signed', async () => {
  const { queue, gift, receiver } = await somebody();
  faulty.judge = onSend({ kind: 'lose-answer' });
  await assert.rejects(gift(queue, 5n), { code: 'CHAIN-RPC-UNREACHABLE', refusalClass: 'retry' });
  faulty.judge = () => null;
  await gift(queue, 5n);
  assert.equal(await balance(receiver), 5n);
  await gift(queue, 5n);
  assert.equal(await balance(receiver), 10n, 'a new call once the end of the first was told');
});

test('a restart after any loss of any message: each gift arrives once', { timeout: 120_000 }, async () => {
  const faults: Fault[] = [
    { kind: 'refuse-connection' },
    { kind: 'lose-answer' },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429 },
  ];
  const plans = fc.array(fc.record({ at: fc.nat({ max: 8 }), fault: fc.constantFrom(...faults) }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(plans, async (crashes) => {
      const { restart, gift, receiver } = await somebody();
      for (const { at, fault } of crashes) {
        let left = at;
        faulty.judge = () => (left-- === 0 ? fault : null);
        // Whoever was told that it arrived does not ask again.
        if (await gift(restart(), 9n).then(() => true, isTransport)) return assert.equal(await balance(receiver), 9n);
      }
      faulty.judge = () => null;
      await gift(restart(), 9n);
      assert.equal(await balance(receiver), 9n);
    }),
    { numRuns: 25 },
  );
});

test('a restart brings home what was under way before it signs anything else', async () => {
  const { restart, gift, receiver } = await somebody();
  faulty.judge = onSend({ kind: 'refuse-connection' });
  await assert.rejects(gift(restart(), 1n), { code: 'CHAIN-RPC-UNREACHABLE' });
  faulty.judge = () => null;
  await gift(restart(), 2n);
  assert.equal(await balance(receiver), 3n);
  const nonces = attempts().map((raw) => parseTransaction(raw).nonce ?? 0);
  assert.deepEqual([...new Set(nonces)], [0, 1], 'one meaning for each nonce');
});

test('CHAIN-OUT-OF-GAS-MONEY says what is there, and the same call goes through after a refill', async () => {
  const poor = newAccount();
  const queue = new SendQueue(openRpc(faulty.rpcUrl), signerOf(poor.privateKey), QUICK);
  const receiver = newAccount().address as Hex;
  const gift = () => queue.run((send) => send({ to: receiver, value: 4n, what: 'a gift' }));
  const refusal = { code: 'CHAIN-OUT-OF-GAS-MONEY', refusalClass: 'retry', where: 'a gift', got: '0 wei' };
  await assert.rejects(gift(), refusal);
  await rawRpc(chain.rpcUrl, 'anvil_setBalance', [poor.address, '0x5']);
  await assert.rejects(gift(), { ...refusal, got: '5 wei' });
  assert.deepEqual(attempts(), [], 'nothing was sent that cannot be carried out');
  await fundAccounts(chain.rpcUrl, [poor.address]);
  await gift();
  assert.equal(await balance(receiver), 4n);
});

test('CHAIN-WRONG-CHAIN-ID: nothing is signed for another chain', async () => {
  const { account } = await somebody();
  const queue = new SendQueue(openRpc(faulty.rpcUrl), account, { ...QUICK, chainId: 1 });
  const sent = queue.run((send) => send({ to: account.address, what: 'a gift' }));
  await assert.rejects(sent, { code: 'CHAIN-WRONG-CHAIN-ID', expected: 'chain 1', got: '31337' });
  assert.deepEqual(attempts(), []);
});

test('CHAIN-RPC-LIMITED: what a node says to too many requests', async () => {
  const { queue, gift } = await somebody();
  faulty.judge = () => ({ kind: 'status', status: 429 });
  await assert.rejects(gift(queue, 1n), { code: 'CHAIN-RPC-LIMITED', refusalClass: 'retry' });
  faulty.judge = () => ({ kind: 'error', code: -32005, message: 'daily limit' });
  await assert.rejects(gift(queue, 1n), { code: 'CHAIN-RPC-LIMITED', refusalClass: 'retry' });
});

test('CHAIN-SEND-JOURNAL: half a journal, and the one of another key, stop the sender', async () => {
  const { restart, gift, journalFile } = await somebody();
  await writeFile(journalFile, '{"chainId":31337,"acc');
  const stopped = { code: 'CHAIN-SEND-JOURNAL', refusalClass: 'give-up', where: journalFile };
  await assert.rejects(gift(restart(), 1n), stopped);
  const entry = { chainId: 31337, account: '0x00', nonce: 0, what: 'a gift', callHash: '0x00', attempts: ['0x02'] };
  await writeFile(journalFile, JSON.stringify(entry));
  await assert.rejects(gift(restart(), 1n), stopped);
  assert.deepEqual(attempts(), []);
});

test('what was under way in memory moves into the file that a later opener brings, and stays in the first', async () => {
  const { account, gift, receiver } = await somebody();
  const open = (options = {}) => queueOf(openRpc(faulty.rpcUrl), faulty.rpcUrl, account, options);
  await rawRpc(chain.rpcUrl, 'evm_setAutomine', [false]);
  const [first, second] = [join(folder, 'a.json'), join(folder, 'b.json')];
  const sent = gift(open(), 2n);
  await until(async () => attempts().length > 0);
  for (const journalFile of [first, second]) assert.equal(open({ journalFile }), open());
  await rawRpc(chain.rpcUrl, 'evm_mine');
  await sent;
  const again = gift(open(), 3n);
  await until(async () => (await fileJournal(first).read())?.nonce === 1);
  assert.equal(await fileJournal(second).read(), null);
  await rawRpc(chain.rpcUrl, 'evm_mine');
  await again;
  assert.equal(await balance(receiver), 5n);
});

test('an opened sender takes its journal along and refuses another chain than its address book', async () => {
  const { privateKey } = newAccount();
  const contracts = Object.fromEntries(
    ['workToken', 'credit', 'nodeRegistry', 'bondVault', 'settlement'].map((name) => [name, `0x${'11'.repeat(20)}`]),
  ) as Parameters<typeof openSender>[0]['addressBook']['contracts'];
  const addressBook = { chain: 'eip155:5', deploymentBlock: 0, contracts };
  const sender = openSender({ rpcUrl: chain.rpcUrl, privateKey, addressBook, journalFile: join(folder, 'c.json') });
  await assert.rejects(sender.sendGasMoney(addressBook.contracts.credit, 1n), { code: 'CHAIN-WRONG-CHAIN-ID' });
});

/** A key with gas money and a journal of its own, and an account that nobody else gives anything. */
async function somebody() {
  const { privateKey, address } = newAccount();
  await rawRpc(chain.rpcUrl, 'anvil_setBalance', [address, '0xde0b6b3a7640000']);
  const account = signerOf(privateKey);
  const journalFile = join(folder, `${address}.json`);
  const restart = () => new SendQueue(openRpc(faulty.rpcUrl), account, { ...QUICK, journal: fileJournal(journalFile) });
  const receiver = newAccount().address as Hex;
  const gift = (queue: SendQueue, value: bigint) => queue.run((send) => send({ to: receiver, value, what: 'a gift' }));
  return { account, journalFile, restart, queue: restart(), receiver, gift };
}

function onSend(fault: Fault): (request: RpcRequest) => Fault | null {
  return ({ method }) => (method === 'eth_sendRawTransaction' ? fault : null);
}

function attempts(): Hex[] {
  return faulty.seen.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ params }) => params[0] as Hex);
}

function isTransport(error: { code?: string }): false {
  assert.match(error.code ?? String(error), /^CHAIN-RPC-(UNREACHABLE|LIMITED)$/);
  return false;
}

async function balance(address: string): Promise<bigint> {
  return BigInt((await rawRpc(chain.rpcUrl, 'eth_getBalance', [address, 'latest'])) as string);
}

async function pendingCount(): Promise<number> {
  const { pending } = (await rawRpc(chain.rpcUrl, 'txpool_status')) as { pending: string };
  return Number(pending);
}
