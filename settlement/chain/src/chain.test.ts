import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Abi } from 'viem';
import { accountOf, amountsOf, encodeAccount } from './era-leaf.ts';
import { bondVault, credit, workToken } from './generated/contracts.ts';
import {
  type AddressBook,
  type ChainEvent,
  type ChainRefusal,
  type EraChallenge,
  type EraHeader,
  EraTree,
  eraHeaderHash,
  eraHeaderOf,
  newAccount,
  openChain,
  openSender,
  type PayoutProof,
  registrationMessage,
} from './index.ts';
import {
  APPEAL_SECONDS,
  joinNetwork,
  newDevice,
  startNetwork,
  type TestNetwork,
  UNIT,
  until,
} from './network.fixture.ts';
import { openRpc } from './rpc.ts';

// One network for the whole file: each test goes on from where the one before left it, as a network does.

const PAYEES = ['0x1000000000000000000000000000000000000001', '0x2000000000000000000000000000000000000002'];
const BURN_ACCOUNT = '0x000000000000000000000000000000000000dead';
const NO_ROOT = '0'.repeat(64);
const ROOT = 'ab'.repeat(32);
const EVIDENCE = 'e1'.repeat(32);

let network: TestNetwork;
const cleanUps: (() => unknown)[] = [];

before(async () => {
  network = await startNetwork({ after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) });
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

test('a registered and bonded node is read with the bond that counts at each block', async () => {
  const { reader, operator, sender } = network;
  const device = await joinNetwork(network, operator, 50 * UNIT);
  const deposited = await reader.latestBlock();
  const [young] = await reader.nodes(deposited.number);
  assert.equal(young!.bondGrains, 0, 'not active yet');
  await until(async () => (await reader.latestBlock()).timestampMs > deposited.timestampMs + 1_000);
  const [grown] = await reader.nodes();
  const { nodeId, spki } = device;
  const expected = { nodeId, operator: operator.address, className: 'grid', evidenceLevel: 1, milliNcu: 1_000, spki };
  assert.deepEqual(grown, { ...expected, suspended: false, bondGrains: 50 * UNIT });
  assert.equal((await reader.nodes(deposited.number))[0]!.bondGrains, 0, 'the past does not change');
  await sender(operator).requestUnbond(nodeId, 20 * UNIT);
  await sender(operator).suspendNode(nodeId);
  const [after] = await reader.nodes();
  assert.equal(after!.bondGrains, 30 * UNIT);
  assert.equal(after!.suspended, true);
  await sender(operator).resumeNode(nodeId);
  assert.equal((await reader.nodes())[0]!.suspended, false);
});

test('a high-s proof is brought down before it goes on chain', async () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const device = newDevice();
  const parties = { addressBook: network.addressBook, operator: network.poster.address };
  const proof = device.sign(registrationMessage(parties));
  const s = BigInt(`0x${Buffer.from(proof.subarray(32)).toString('hex')}`);
  const high = s > order / 2n ? s : order - s;
  proof.set(Buffer.from(high.toString(16).padStart(64, '0'), 'hex'), 32);
  const node = { spki: device.spki, className: 'grid', evidenceLevel: 1, milliNcu: 1, proof };
  await network.sender(network.poster).registerNode(node);
});

test('nodes come sorted by id', async () => {
  const ids = (await network.reader.nodes()).map(({ nodeId }) => nodeId);
  assert.equal(ids.length, 2);
  assert.deepEqual(ids, ids.toSorted());
});

test('a slash is proposed, reversed or made final, and every step is an event', async () => {
  const { reader, operator, poster, insurance, sender } = network;
  const { nodeId } = (await reader.nodes()).find((node) => node.bondGrains > 0)!;
  const arbiter = sender(poster);
  const proposal = { nodeId, grains: 10 * UNIT, offence: 'wrong-result', challenger: operator.address };
  const first = await arbiter.proposeSlash({ ...proposal, evidenceHash: EVIDENCE });
  const reversed = await arbiter.reverseSlash(first.slashId);
  const second = await arbiter.proposeSlash({ ...proposal, evidenceHash: 'e2'.repeat(32) });
  assert.equal((await reader.balances()).bondHeld, BigInt(10 * UNIT));
  const final = await until(() => arbiter.finaliseSlash(second.slashId).catch(unless('AppealStillOpen')));
  const events = await reader.events(first.blockNumber, final.blockNumber);
  const slashes = events.filter(({ kind }) => kind.startsWith('slash-'));
  assert.deepEqual(
    slashes.map(({ kind, txHash }) => [kind, txHash]),
    [
      ['slash-proposed', first.txHash],
      ['slash-reversed', reversed.txHash],
      ['slash-proposed', second.txHash],
      ['slash-final', final.txHash],
    ],
  );
  const { logIndex: _, finalisableAtMs, ...event } = slashes[0] as Extract<ChainEvent, { kind: 'slash-proposed' }>;
  const { slashId, txHash, blockNumber } = first;
  const place = { txHash, blockNumber, slashId };
  assert.deepEqual(event, { kind: 'slash-proposed', ...proposal, evidenceHash: EVIDENCE, ...place });
  assert.equal(finalisableAtMs, (await timestampOf(blockNumber)) + APPEAL_SECONDS * 1000);
  assert.equal(await tokenBalance(insurance.address), BigInt(3 * UNIT));
  const { bondHeld, bondSlashed, bonded, bondWithdrawn, bondDeposited } = await reader.balances();
  assert.deepEqual([bondHeld, bondSlashed, bonded], [0n, BigInt(10 * UNIT), BigInt(40 * UNIT)]);
  assert.equal(bonded + bondHeld + bondSlashed + bondWithdrawn, bondDeposited);
});

test('a deposit reaches the settlement, and the books say so', async () => {
  const { reader, operator, consumer, poster, sender } = network;
  await sender(operator).mintCredits(consumer.address, 500 * UNIT);
  const sent = await sender(consumer).depositCredits(consumer.address, 400 * UNIT);
  await sender(poster).depositPosterBond(100 * UNIT);
  const { deposited, creditsInSettlement, posterBond } = await reader.balances();
  assert.deepEqual(
    [deposited, creditsInSettlement, posterBond],
    [400n, 400n, 100n].map((units) => units * BigInt(UNIT)),
  );
  const events = await reader.events(sent.blockNumber, sent.blockNumber);
  const { logIndex: _, ...event } = events.find(({ kind }) => kind === 'deposit')!;
  const account = consumer.address;
  assert.deepEqual(event, { kind: 'deposit', account, payer: account, grains: 400 * UNIT, ...sent });
});

test('epochs are committed once and found again', async () => {
  const { reader, poster, sender } = network;
  assert.equal(await reader.epochCommit(0), null);
  const { txHash, blockNumber } = await sender(poster).commitEpoch(0, ROOT);
  const commit = (await reader.epochCommit(0))!;
  assert.deepEqual({ txHash: commit.txHash, blockNumber: commit.blockNumber }, { txHash, blockNumber });
  await assert.rejects(sender(poster).commitEpoch(0, ROOT), { code: 'CHAIN-REVERTED' });
});

test('the first final block after a commitment and at or after a time', async () => {
  const { reader } = network;
  const { blockNumber } = (await reader.epochCommit(0))!;
  const cutOffMs = (await timestampOf(blockNumber)) + 2_000;
  const found = await until(() => reader.firstFinalBlockAfter(blockNumber, cutOffMs));
  assert.ok(found.number > blockNumber && found.timestampMs >= cutOffMs);
  assert.ok((await timestampOf(found.number - 1)) < cutOffMs, 'none before it');
  assert.match(found.prevrandao, /^[0-9a-f]{64}$/);
  assert.deepEqual(await reader.firstFinalBlockAfter(blockNumber, cutOffMs), found, 'the same for ever');
  assert.deepEqual(
    await reader.firstFinalBlockAtOrAfter(found.timestampMs),
    await reader.firstFinalBlockAfter(0, found.timestampMs),
  );
  assert.equal(await reader.firstFinalBlockAtOrAfter(Date.now() + 60_000), null);
});

let era0: TestEra;

test('an era is posted, made final after its window, and claimed', async () => {
  const { reader, consumer, poster, sender } = network;
  era0 = eraOf(0, NO_ROOT, [5n, 7n]);
  const posted = await sender(poster).postEra(era0.header);
  assert.equal((await reader.postedEra(0))!.txHash, posted.txHash);
  assert.equal(await reader.finalisedEra(0), null);
  assert.equal((await reader.era(0))!.headerHash, eraHeaderHash(era0.header), 'the contract hashes it alike');
  await until(() => reader.isFinalisable(0));
  const final = await sender(consumer).finaliseEra(era0.header);
  assert.equal((await reader.finalisedEra(0))!.txHash, final.txHash);
  assert.equal(await reader.isFinalisable(0), false);
  await sender(consumer).claim({ era: 0, ...proofOf(era0, PAYEES[0]!) });
  assert.deepEqual(await reader.claimed(PAYEES[0]!), { credits: 5n, tokens: 50n });
  assert.deepEqual(await reader.claimed(PAYEES[1]!), { credits: 0n, tokens: 0n });
  assert.equal(await tokenBalance(PAYEES[0]!), 50n);
});

test('many claims at once: the paid one is skipped, what the burn account is owed is destroyed', async () => {
  const { reader, consumer, sender } = network;
  const before = await reader.balances();
  const proofs = [BURN_ACCOUNT, ...PAYEES].map((account) => proofOf(era0, account));
  const sent = await sender(consumer).claimMany(0, proofs);
  const events = (await reader.events(sent.blockNumber, sent.blockNumber)).filter(
    ({ txHash }) => txHash === sent.txHash,
  );
  assert.deepEqual(
    events.map((event) => (event.kind === 'claim-skipped' ? event.reason : event.kind)),
    ['claim', 'NothingToClaim', 'claim'],
  );
  const balances = await reader.balances();
  assert.equal(balances.tokenSupply, before.tokenSupply - 10n, 'burnt');
  assert.equal(balances.claimedCredits, 1n + 5n + 7n);
  assert.equal(balances.deposited - balances.claimedCredits, balances.creditsInSettlement);
});

test('the books folded from logs are what the contracts say', async () => {
  const { reader, addressBook } = network;
  const books = await reader.balances();
  const { settlement, bondVault } = addressBook.contracts;
  assert.equal(books.creditsInSettlement, await ask('credit', 'balanceOf', [settlement]));
  assert.equal(books.tokenSupply, await ask('workToken', 'totalSupply'));
  assert.equal(books.tokensMinted, 130n);
  assert.equal(books.bonded + books.bondHeld, await ask('workToken', 'balanceOf', [bondVault]));
  for (const { nodeId, bondGrains } of await reader.nodes()) {
    assert.equal(BigInt(bondGrains), await ask('bondVault', 'bondOf', [`0x${nodeId}`]));
  }
});

test('a proven challenge voids the era and those after it', async () => {
  const { reader, consumer, poster, sender } = network;
  const [first, ...others] = era0.payout.leaves as readonly [Uint8Array, ...Uint8Array[]];
  const twice = [first, first, ...others];
  const bad = testEra(1, eraHeaderHash(era0.header), twice, twice);
  const header = { ...bad.header, direct: { ...bad.header.direct, ...excess(bad, era0) } };
  const badHash = eraHeaderHash(header);
  const posted = await sender(poster).postEra(header);
  await sender(poster).postEra(testEra(2, badHash, twice, []).header);
  const before = await tokenBalance(consumer.address);
  const duplicate: EraChallenge = { kind: 'order', tree: 'payout', span: bad.payout.span(0, 1) };
  const voided = await sender(consumer).challengeEra([header], duplicate);
  assert.deepEqual([await reader.era(1), await reader.era(2)], [null, null]);
  assert.equal((await reader.era(1, posted.blockNumber))!.headerHash, badHash, 'the past does not change');
  assert.deepEqual(await Promise.all([0, 1, 2].map((era) => reader.timesVoided(era))), [0, 1, 1]);
  assert.equal(await reader.timesVoided(1, posted.blockNumber), 0);
  const events = await reader.events(voided.blockNumber, voided.blockNumber);
  const { logIndex: _, ...event } = events.find(({ kind }) => kind === 'era-voided')!;
  const proven = { headerHash: badHash, challenger: consumer.address, ground: 'leaves-out-of-order' };
  assert.deepEqual(event, { kind: 'era-voided', era: 1, lastEra: 2, ...proven, ...voided });
  assert.equal((await reader.balances()).posterBond, 0n);
  assert.equal(await tokenBalance(consumer.address), before + BigInt(50 * UNIT), 'half of the bond');
});

test('sends of one key go out one at a time, whoever asks', async () => {
  const { operator, consumer, addressBook, rpcUrl } = network;
  const before = await tokenBalance(consumer.address);
  const senders = [1, 2, 3].map(() => openSender({ rpcUrl, privateKey: operator.privateKey, addressBook }));
  const sent = await Promise.all(
    Array.from({ length: 12 }, (_, index) => senders[index % 3]!.transferTokens(consumer.address, 1)),
  );
  assert.equal(new Set(sent.map(({ txHash }) => txHash)).size, 12);
  assert.equal(await tokenBalance(consumer.address), before + 12n);
});

test('two readers, one of them asked by many at once, agree', async () => {
  const other = await openChain(network);
  const answers = await Promise.all(Array.from({ length: 8 }, () => other.balances()));
  const { blockNumber } = answers[0]!;
  assert.deepEqual(answers[0], await network.reader.balances(blockNumber));
  assert.deepEqual((await other.claimed(PAYEES[0]!)).credits, 5n);
});

// ---- refusals

test('CHAIN-REVERTED: the contract’s own error, by name and arguments', async () => {
  const { consumer, poster, sender } = network;
  await assert.rejects(sender(consumer).commitEpoch(9, ROOT), (error: ChainRefusal) => {
    assert.equal(error.code, 'CHAIN-REVERTED');
    assert.deepEqual(error.revert, { name: 'NotPoster', args: { caller: consumer.address, poster: poster.address } });
    assert.match(error.message, /settlement\.commitEpoch.*NotPoster\(caller 0x/);
    return true;
  });
});

test('CHAIN-REVERTED: a token’s error passes through another contract', async () => {
  const { consumer, sender } = network;
  await assert.rejects(sender(consumer).depositCredits(consumer.address, 900 * UNIT), (error: ChainRefusal) => {
    assert.equal(error.revert!.name, 'ERC20InsufficientBalance');
    assert.equal(error.revert!.args.needed, BigInt(900 * UNIT));
    return true;
  });
});

test('CHAIN-OUT-OF-GAS-MONEY', async () => {
  const poor = network.sender(newAccount());
  const refusal = { code: 'CHAIN-OUT-OF-GAS-MONEY', refusalClass: 'retry' };
  await assert.rejects(poor.setRecipient(network.consumer.address), refusal);
});

test('CHAIN-RPC-UNREACHABLE', async () => {
  const { addressBook, operator } = network;
  const rpcUrl = 'http://127.0.0.1:9';
  const refusal = { code: 'CHAIN-RPC-UNREACHABLE', refusalClass: 'retry' };
  await assert.rejects(openChain({ rpcUrl, addressBook }), refusal);
  const sender = openSender({ rpcUrl, privateKey: operator.privateKey, addressBook });
  await assert.rejects(sender.commitEpoch(9, ROOT), refusal);
});

test('CHAIN-WRONG-CHAIN-ID', async () => {
  const addressBook: AddressBook = { ...network.addressBook, chain: 'eip155:1' };
  await assert.rejects(openChain({ ...network, addressBook }), { code: 'CHAIN-WRONG-CHAIN-ID', got: '31337' });
});

test('CHAIN-ADDRESS-BOOK: no contract at an address', async () => {
  const contracts = { ...network.addressBook.contracts, bondVault: PAYEES[0]! };
  const opened = openChain({ ...network, addressBook: { ...network.addressBook, contracts } });
  await assert.rejects(opened, { code: 'CHAIN-ADDRESS-BOOK', where: 'addressBook.contracts.bondVault' });
});

test('CHAIN-BLOCK-UNKNOWN: a block that is not there yet', async () => {
  await assert.rejects(network.reader.nodes(10_000_000), { code: 'CHAIN-BLOCK-UNKNOWN', refusalClass: 'retry' });
});

test('CHAIN-RANGE: a value that the chain or this house cannot hold', async () => {
  const { consumer, sender, reader, addressBook } = network;
  const refusal = { code: 'CHAIN-RANGE', refusalClass: 'input' };
  await assert.rejects(async () => sender(consumer).transferTokens(consumer.address, -1), refusal);
  await assert.rejects(async () => sender(consumer).transferTokens('0xAB', 1), refusal);
  await assert.rejects(async () => sender(consumer).commitEpoch(1.5, ROOT), refusal);
  await assert.rejects(async () => sender(consumer).commitEpoch(1, 'root'), refusal);
  await assert.rejects(async () => sender(consumer).claim({ era: 77, ...proofOf(era0, PAYEES[0]!) }), {
    ...refusal,
    where: 'era',
  });
  await assert.rejects(reader.claimed('nobody'), refusal);
  assert.throws(
    () => eraHeaderHash({ ...era0.header, payout: { ...era0.header.payout, credits: 1n << 128n } }),
    refusal,
  );
  assert.throws(
    () => openSender({ rpcUrl: network.rpcUrl, privateKey: '0x12', addressBook }),
    (error: ChainRefusal) => {
      assert.ok(!error.message.includes('0x12'), 'a key stays out of messages');
      return error.code === 'CHAIN-RANGE';
    },
  );
});

// ---- what the tests are made of

interface TestEra {
  readonly header: EraHeader;
  readonly payout: EraTree;
}

/** An era that owes the burn account 1 credit grain and the two payees the given ones; ten times that in tokens. */
function eraOf(era: number, parentHash: string, credits: readonly [bigint, bigint]): TestEra {
  const owed = [1n, ...credits];
  const leaves = [BURN_ACCOUNT, ...PAYEES].map((account, index) =>
    encodeAccount({ account, credits: owed[index]!, tokens: owed[index]! * 10n }),
  );
  return testEra(era, parentHash, leaves, leaves);
}

/** An era that pays everything directly, whatever its leaves are. */
function testEra(
  era: number,
  parentHash: string,
  payouts: readonly Uint8Array[],
  paid: readonly Uint8Array[],
): TestEra {
  const none = new EraTree([]);
  const payout = new EraTree(payouts);
  const trees = { accrual: none, voids: none, direct: new EraTree(paid), payout, params: none };
  return { header: eraHeaderOf(era, parentHash, trees), payout };
}

/** What an era's payouts have beyond its parent's. */
function excess(era: TestEra, parent: TestEra) {
  const [now, before] = [era.header.payout, parent.header.payout];
  return { credits: now.credits - before.credits, tokens: now.tokens - before.tokens };
}

function proofOf({ payout }: TestEra, account: string): PayoutProof {
  const index = payout.leaves.findIndex((leaf) => accountOf(leaf) === account);
  const { credits, tokens } = amountsOf(payout.leaves[index]!);
  const proof = Array.from({ length: payout.depth }, (_, height) => payout.node(height, (index >> height) ^ 1));
  return { account, cumulativeCredits: credits, cumulativeTokens: tokens, index, proof };
}

/** Asks a contract itself, at the newest block. */
async function ask(contract: 'credit' | 'workToken' | 'bondVault', functionName: string, args: unknown[] = []) {
  const abi = { credit, workToken, bondVault }[contract].abi as Abi;
  const address = network.addressBook.contracts[contract] as `0x${string}`;
  return (await openRpc(network.rpcUrl).readContract({ address, abi, functionName, args })) as bigint;
}

function tokenBalance(account: string): Promise<bigint> {
  return ask('workToken', 'balanceOf', [account]);
}

/** Passes over one contract error, for a test that waits until it goes away. */
function unless(name: string): (error: ChainRefusal) => null {
  return (error) => {
    if (error.revert?.name === name) return null;
    throw error;
  };
}

async function timestampOf(blockNumber: number): Promise<number> {
  const { timestamp } = await openRpc(network.rpcUrl).getBlock({ blockNumber: BigInt(blockNumber) });
  return Number(timestamp) * 1000;
}
