import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type ChannelConfig,
  channelId,
  channelSeparator,
  p256Signature,
  toHex,
  type Voucher,
  voucherDigest,
} from '@stannary/wire';
import { type Abi, createWalletClient, defineChain, getAddress, type Hex, http, numberToHex } from 'viem';
import { signerOf } from './account.ts';
import { readLogs } from './events.ts';
import { channels, p256Sha256Verifier, workToken } from './generated/contracts.ts';
import { type ChainAccount, devAccount, LOCAL_CHAIN_ID, type LocalChain, startLocalChain } from './index.ts';
import { MODEL_BOOK } from './model-chain.fixture.ts';
import { temporaryFolder } from './network.fixture.ts';
import { openRpc, type Rpc } from './rpc.ts';
import { timelineOf } from './timeline.ts';

// A channel from its opening to its end, with a device's key and the digests of the wire package, on chains with and without
// the precompile for P-256 (EIP-7951): the same bytecode, the same outcome.

const DEPOSIT = 1_000;
const DELAY_SECONDS = 3_600;
const NO_REASON = 0;
const NOT_SIGNED = 11;

for (const hardfork of ['osaka', 'prague'] as const) {
  test(`a channel's whole life on ${hardfork}`, { timeout: 120_000 }, async (context) => {
    const people = await startPeople(context, hardfork);
    const { rpc, read, write, payer, payee, contract } = people;
    assert.equal(await read('verifier', 'usesPrecompile'), hardfork === 'osaka');

    const device = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const config = configOf(people, device.publicKey);
    const separator = channelSeparator({ chain: `eip155:${LOCAL_CHAIN_ID}`, contract });
    const id = channelId(separator, config);
    await write(payer, 'token', 'approve', [contract, DEPOSIT]);
    await write(payer, 'channels', 'open', [configWords(config), DEPOSIT]);
    assert.equal(await read('channels', 'phaseOf', [`0x${id}`]), 1, 'the id is the wire package’s');

    const show = async (door: 'claim' | 'commit', grains: number, key: KeyObject) => {
      const voucher: Voucher = { channelId: id, payee, cumulativeGrains: grains, deadlineMs: 2 ** 52 };
      const batches = [batchOf(config, voucher, signed(voucherDigest(separator, voucher), key))];
      const [skip] = (await read('channels', door, [batches], people.byAddress(payee))) as number[];
      await write(people.byAddress(payee), 'channels', door, [batches]);
      return skip;
    };
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.equal(await show('claim', 300, stranger.privateKey), NOT_SIGNED);
    assert.equal(await show('claim', 300, device.privateKey), NO_REASON);
    await write(payer, 'channels', 'settle', [payee, people.places.token]);
    assert.equal(await read('token', 'balanceOf', [payee]), 300n);

    await write(payer, 'channels', 'startExit', [configWords(config)]);
    assert.equal(await show('commit', 400, device.privateKey), NO_REASON);
    await rpc.request({ method: 'evm_increaseTime' as never, params: [numberToHex(2 * DELAY_SECONDS)] as never });
    const before = (await read('token', 'balanceOf', [payer.address])) as bigint;
    await write(payer, 'channels', 'finishExit', [configWords(config)]);
    const refunded = ((await read('token', 'balanceOf', [payer.address])) as bigint) - before;
    assert.equal(refunded, 600n, 'what was committed stays');
    assert.equal(await show('claim', 400, device.privateKey), NO_REASON);
    await write(payer, 'channels', 'settle', [payee, people.places.token]);
    assert.equal(await read('token', 'balanceOf', [payee]), 400n);
    assert.equal(await read('token', 'balanceOf', [contract]), 0n);
    assert.deepEqual(await toldOf(rpc, contract), [
      'channel-claimed',
      'exit-started',
      'channel-committed',
      'channel-closed',
      'channel-claimed',
    ]);
  });
}

/** What the timeline says of the contract, block by block. */
async function toldOf(rpc: Rpc, contract: string): Promise<readonly string[]> {
  const addressBook = { ...MODEL_BOOK, contracts: { ...MODEL_BOOK.contracts, channels: contract } };
  const toBlock = Number((await rpc.getBlock()).number);
  const logs = await readLogs(rpc, { address: contract as Hex }, { fromBlock: 0, toBlock });
  return timelineOf(addressBook, logs, [], () => 0).map(({ kind }) => kind);
}

const ABIS: Readonly<Record<'token' | 'verifier' | 'channels', Abi>> = {
  token: workToken.abi,
  verifier: p256Sha256Verifier.abi,
  channels: channels.abi,
};
type Name = keyof typeof ABIS;

interface People {
  readonly rpc: Rpc;
  readonly payer: ChainAccount;
  readonly payee: string;
  readonly contract: string;
  readonly places: Readonly<Record<Name, Hex>>;
  readonly byAddress: (address: string) => ChainAccount;
  readonly read: (name: Name, functionName: string, args?: readonly unknown[], as?: ChainAccount) => Promise<unknown>;
  readonly write: (as: ChainAccount, name: Name, functionName: string, args: readonly unknown[]) => Promise<void>;
}

/** A chain that ends with the test, the contracts on it, and two accounts that have gas money. */
async function startPeople(context: TestContext, hardfork: 'prague' | 'osaka'): Promise<People> {
  const folder = await temporaryFolder(context);
  const chain = await startLocalChain({ stateFile: join(folder, 'chain.json'), blockSeconds: DELAY_SECONDS, hardfork });
  context.after(() => chain.stop());
  const rpc = openRpc(chain.rpcUrl);
  const [payer, payeeAccount] = [devAccount(0), devAccount(1)];
  const wallet = walletOf(chain);
  const deploy = async (contract: { readonly abi: Abi; readonly bytecode: string }, args: readonly unknown[]) => {
    const bytecode = contract.bytecode as Hex;
    const hash = await wallet(payer).deployContract({ abi: contract.abi, bytecode, args } as never);
    return (await rpc.waitForTransactionReceipt({ hash, pollingInterval: 20 })).contractAddress!;
  };
  const genesis = [{ account: payer.address, grains: DEPOSIT * 10 }];
  const verifier = await deploy(p256Sha256Verifier, []);
  const places = {
    verifier,
    token: await deploy(workToken, [payer.address, 1_000_000, 1_000, genesis]),
    channels: await deploy(channels, [verifier, payer.address]),
  };
  const target = (name: Name) => ({ address: places[name], abi: ABIS[name] });
  return {
    rpc,
    payer,
    payee: payeeAccount.address,
    contract: places.channels.toLowerCase(),
    places,
    byAddress: (address) => (address === payer.address ? payer : payeeAccount),
    read: (name, functionName, args = [], as = payer) =>
      rpc
        .simulateContract({ ...target(name), functionName, args, account: as.address as Hex })
        .then(({ result }) => result),
    write: async (as, name, functionName, args) => {
      const hash = await wallet(as).writeContract({ ...target(name), functionName, args } as never);
      const { status } = await rpc.waitForTransactionReceipt({ hash, pollingInterval: 20 });
      assert.equal(status, 'success', functionName);
    },
  };
}

function walletOf({ rpcUrl }: LocalChain) {
  const chain = defineChain({
    id: LOCAL_CHAIN_ID,
    name: 'local',
    nativeCurrency: { name: 'gas', symbol: 'GAS', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  return ({ privateKey }: ChainAccount) =>
    createWalletClient({ chain, transport: http(rpcUrl), account: signerOf(privateKey) });
}

function configOf({ payer, payee, places }: People, key: KeyObject): ChannelConfig {
  const { x, y } = key.export({ format: 'jwk' });
  const point = Buffer.concat([x!, y!].map((coordinate) => Buffer.from(coordinate, 'base64url')));
  return {
    payer: payer.address,
    payerSigner: places.verifier.slice(2).toLowerCase() + point.toString('hex'),
    payee,
    payeeOperator: `0x${'00'.repeat(20)}`,
    token: places.token.toLowerCase(),
    exitDelaySeconds: DELAY_SECONDS,
    minConfirmations: 2,
    policyHash: '07'.repeat(32),
    salt: '01'.repeat(32),
  };
}

/** As the contract takes it. */
function configWords(config: ChannelConfig) {
  return {
    service: serviceWords(config),
    payer: getAddress(config.payer),
    payerSigner: `0x${config.payerSigner}`,
    salt: `0x${config.salt}`,
  };
}

function serviceWords({ payee, payeeOperator, token, exitDelaySeconds, minConfirmations, policyHash }: ChannelConfig) {
  return { payee, payeeOperator, token, exitDelaySeconds, minConfirmations, policyHash: `0x${policyHash}` };
}

function batchOf(config: ChannelConfig, voucher: Voucher, signature: string) {
  const { payee, cumulativeGrains, deadlineMs } = voucher;
  const { payer, payerSigner, salt } = configWords(config);
  const words = { payee, cumulativeGrains, deadlineMs, conditionHash: `0x${'00'.repeat(32)}` };
  const row = { payer, payerSigner, salt, voucher: words, chargedGrains: cumulativeGrains, signature, extras: [] };
  return { service: serviceWords(config), rows: [row] };
}

function signed(digest: Uint8Array, key: KeyObject): string {
  return `0x${toHex(p256Signature(sign('sha256', digest, { key, dsaEncoding: 'ieee-p1363' })).bytes)}`;
}
