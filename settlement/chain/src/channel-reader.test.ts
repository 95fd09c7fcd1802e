import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type ChannelConfig, channelId, channelSeparator, fromHex, publicPointOf, toHex } from '@stannary/wire';
import { type Abi, encodeDeployData, encodeFunctionData, type Hex, numberToHex, zeroAddress } from 'viem';
import { signerOf } from './account.ts';
import { channels, credit, p256Sha256Verifier } from './generated/contracts.ts';
import { ChannelReader } from './index.ts';
import { rawRpc, startNetwork, type TestNetwork } from './network.fixture.ts';
import { queueOf } from './queue.ts';
import { openRpc } from './rpc.ts';

// The contract of channels on a real chain, and a payer that opens, tops up, revokes and leaves. No block comes by the clock.

/** A wallet of ERC-1271 that takes a signature which begins with the digest itself. */
const WALLET_CODE = '0x60043560643514631626ba7e60e01b025f5260205ff3';
/** Reverts whatever it is asked. */
const BROKEN_CODE = '0x5f5ffd';
/** Never ends. */
const LOOP_CODE = '0x5b5f56';
const CONFIRMATIONS = 3;
const DIGEST = new Uint8Array(createHash('sha256').update('a voucher').digest());

let network: TestNetwork;
let reader: ChannelReader;
let contract: Hex;
let config: ChannelConfig;
let id: string;
const cleanUps: (() => unknown)[] = [];

before(async () => {
  network = await startNetwork({ after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) });
  const { rpcUrl, operator, consumer, addressBook } = network;
  await rawRpc(rpcUrl, 'evm_setIntervalMining', [0]);
  await rawRpc(rpcUrl, 'evm_setAutomine', [true]);
  const verifier = await deploy(p256Sha256Verifier, []);
  contract = await deploy(channels, [verifier, zeroAddress]);
  await network.sender(operator).mintCredits(consumer.address, 10_000);
  await call(addressBook.contracts.credit as Hex, credit.abi as Abi, 'approve', [contract, 10_000n]);
  config = {
    payer: consumer.address,
    payerSigner: consumer.address.slice(2),
    payee: operator.address,
    payeeOperator: zeroAddress,
    token: addressBook.contracts.credit,
    exitDelaySeconds: 86_400,
    minConfirmations: CONFIRMATIONS,
    policyHash: '0'.repeat(64),
    salt: '0'.repeat(64),
  };
  id = channelId(channelSeparator({ chain: addressBook.chain, contract }), config);
  reader = new ChannelReader({ rpcUrl, contract, deploymentBlock: addressBook.deploymentBlock });
});
after(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

test('no channel, then one whose deposit counts once it is deep enough, and so does each top-up', async () => {
  assert.equal(await reader.channel(id, CONFIRMATIONS), null);
  await onChannels('open', [chainConfig(), 1_000n]);
  assert.deepEqual(await confirmed(), ['open', 0]);
  await mine(CONFIRMATIONS - 1);
  assert.deepEqual(await confirmed(), ['open', 0]);
  await mine(1);
  assert.deepEqual(await confirmed(), ['open', 1_000]);
  await onChannels('topUp', [chainConfig(), 500n]);
  assert.deepEqual(await confirmed(), ['open', 1_000]);
  await mine(CONFIRMATIONS);
  assert.deepEqual(await confirmed(), ['open', 1_500]);
});

test('session keys: those of now, whatever was authorised before', async () => {
  const { consumer } = network;
  const nowMs = Number((await blockTimestamp()) * 1_000n);
  const [kept, revoked, short] = [newKey(), newKey(), newKey()];
  for (const [key, seconds] of [
    [kept, 9_000n],
    [revoked, 9_000n],
    [short, 50n],
  ] as const)
    await onChannels('authoriseSession', [`0x${key}`, BigInt(nowMs) / 1_000n + seconds]);
  await onChannels('revokeSession', [`0x${revoked}`]);
  const keys = (await reader.sessionKeys(consumer.address, nowMs)).map(({ key }) => key);
  assert.deepEqual(keys, [kept, short]);
  assert.deepEqual(
    (await reader.sessionKeys(consumer.address, nowMs + 60_000)).map(({ key }) => key),
    [kept],
  );
  assert.deepEqual(await reader.sessionKeys(network.poster.address, nowMs), []);
  assert.equal((await reader.session(consumer.address, kept)).isRevoked, false);
  assert.equal((await reader.session(consumer.address, revoked)).isRevoked, true);
  assert.deepEqual(await reader.session(consumer.address, newKey()), { endsAtMs: 0, isRevoked: false });
  assert.deepEqual((await reader.alarms(null)).payers, [consumer.address]);
});

test('an account signs by its key', async () => {
  const { consumer, poster } = network;
  const bytes = fromHex((await signerOf(consumer.privateKey).sign({ hash: `0x${toHex(DIGEST)}` })).slice(2));
  const signature = { signer: 'ecdsa', bytes } as const;
  assert.equal(await reader.isSignedBy(consumer.address, DIGEST, signature), true);
  assert.equal(await reader.isSignedBy(poster.address, DIGEST, signature), false);
  assert.equal(await reader.isSignedBy(consumer.address, new Uint8Array(32), signature), false);
  assert.equal(await reader.isSignedBy(consumer.address, DIGEST, { ...signature, signer: 'p256' }), false);
});

test('a wallet signs by its code (ERC-1271); one that fails, hangs or is none has not signed', async () => {
  const signature = { signer: 'contract', bytes: DIGEST } as const;
  const wallet = `0x${'77'.repeat(20)}`;
  const answers: [string, boolean][] = [
    ['0x', false],
    [BROKEN_CODE, false],
    [LOOP_CODE, false],
    [WALLET_CODE, true],
  ];
  for (const [code, expected] of answers) {
    await rawRpc(network.rpcUrl, 'anvil_setCode', [wallet, code]);
    assert.equal(await reader.isSignedBy(wallet, DIGEST, signature), expected, code);
  }
  assert.equal(await reader.isSignedBy(wallet, DIGEST, { ...signature, bytes: new Uint8Array(32) }), false);
});

test('an exit and a revoked signer are seen in the block that has them, the end too', async () => {
  assert.equal(await reader.payeeOf('f'.repeat(64)), null);
  assert.equal(await reader.payeeOf(id), network.operator.address);
  assert.deepEqual((await reader.alarms(null)).channelIds, []);
  await onChannels('revokeSigner', [chainConfig()]);
  assert.deepEqual((await reader.alarms(null)).channelIds, [id]);
  assert.equal((await reader.channel(id, CONFIRMATIONS))!.isSignerRevoked, true);
  await onChannels('startExit', [chainConfig()]);
  const exiting = (await reader.channel(id, CONFIRMATIONS))!;
  assert.equal(exiting.phase, 'exiting');
  assert.equal(exiting.exitEndsAtMs, Number((await blockTimestamp()) + 86_400n) * 1_000);
  assert.equal(exiting.isExitExtended, false);
  const { channelIds, nextBlock, atMs } = await reader.alarms(null);
  assert.deepEqual(channelIds, [id]);
  assert.equal(atMs, Number(await blockTimestamp()) * 1_000);
  assert.deepEqual((await reader.alarms(nextBlock)).channelIds, [id], 'its block may still be replaced');
  await rawRpc(network.rpcUrl, 'evm_increaseTime', [86_401]);
  await onChannels('finishExit', [chainConfig()]);
  const closed = (await reader.channel(id, CONFIRMATIONS))!;
  assert.deepEqual([closed.phase, closed.confirmedGrains, closed.exitEndsAtMs], ['closed', 0, null]);
  assert.deepEqual((await reader.alarms(null)).channelIds, []);
});

async function confirmed(): Promise<[string, number]> {
  const { phase, confirmedGrains } = (await reader.channel(id, CONFIRMATIONS))!;
  return [phase, confirmedGrains];
}

function chainConfig() {
  const { payer, payerSigner, payee, payeeOperator, token, exitDelaySeconds, minConfirmations } = config;
  const service = { payee, payeeOperator, token, exitDelaySeconds: BigInt(exitDelaySeconds), minConfirmations };
  const nothing = numberToHex(0, { size: 32 });
  return { service: { ...service, policyHash: nothing }, payer, payerSigner: `0x${payerSigner}`, salt: nothing };
}

function onChannels(method: string, args: readonly unknown[]): Promise<void> {
  return call(contract, channels.abi as Abi, method, args);
}

async function call(to: Hex, abi: Abi, method: string, args: readonly unknown[]): Promise<void> {
  const data = encodeFunctionData({ abi, functionName: method, args });
  await queueOf(openRpc(network.rpcUrl), network.rpcUrl, signerOf(network.consumer.privateKey)).run((send) =>
    send({ to, data, what: method }),
  );
}

async function deploy({ abi, bytecode }: { abi: unknown; bytecode: string }, args: readonly unknown[]): Promise<Hex> {
  const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode as Hex, args });
  const { rpcUrl, consumer } = network;
  const receipt = await queueOf(openRpc(rpcUrl), rpcUrl, signerOf(consumer.privateKey)).run((send) =>
    send({ data, what: 'deploy' }),
  );
  return receipt.contractAddress!.toLowerCase() as Hex;
}

function newKey(): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicPointOf(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  return toHex(x) + toHex(y);
}

async function mine(blocks: number): Promise<void> {
  await rawRpc(network.rpcUrl, 'anvil_mine', [numberToHex(blocks)]);
}

async function blockTimestamp(): Promise<bigint> {
  const block = (await rawRpc(network.rpcUrl, 'eth_getBlockByNumber', ['latest', false])) as { timestamp: Hex };
  return BigInt(block.timestamp);
}
