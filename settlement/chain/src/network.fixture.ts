import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { sha256, toHex } from '@stannary/wire';
import {
  type AddressBook,
  type ChainAccount,
  type ChainReader,
  type ChainSender,
  type DeploySettings,
  deployContracts,
  fundAccounts,
  type LocalChain,
  newAccount,
  openChain,
  openSender,
  registrationMessage,
  startLocalChain,
} from './index.ts';

// A real chain with the real contracts for each test file, and the people around them.

export const UNIT = 1_000_000;
const GENESIS_UNITS = 10_000;
const ACTIVATION_SECONDS = 1;
export const APPEAL_SECONDS = 2;
const WINDOW_SECONDS = 1;

export interface TestNetwork {
  readonly chain: LocalChain;
  readonly rpcUrl: string;
  readonly addressBook: AddressBook;
  readonly reader: ChainReader;
  readonly operator: ChainAccount;
  readonly poster: ChainAccount;
  readonly consumer: ChainAccount;
  readonly insurance: ChainAccount;
  readonly sender: (account: ChainAccount) => ChainSender;
}

/** Starts a chain that ends with the test, and deploys a network whose windows last seconds. */
export async function startNetwork(context: TestContext | { after: TestContext['after'] }): Promise<TestNetwork> {
  const folder = await temporaryFolder(context);
  const chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  context.after(() => chain.stop());
  const { rpcUrl } = chain;
  const [operator, poster, consumer, insurance] = [newAccount(), newAccount(), newAccount(), newAccount()];
  const accounts = [operator, poster, consumer].map(({ address }) => address);
  await fundAccounts(rpcUrl, accounts);
  const settings = settingsFor(operator, poster, insurance);
  const addressBook = await deployContracts({ rpcUrl, deployer: operator.privateKey, settings });
  const reader = await openChain({ rpcUrl, addressBook });
  const sender = ({ privateKey }: ChainAccount) => openSender({ rpcUrl, privateKey, addressBook });
  return { chain, rpcUrl, addressBook, reader, operator, poster, consumer, insurance, sender };
}

function settingsFor(operator: ChainAccount, poster: ChainAccount, insurance: ChainAccount): DeploySettings {
  return {
    tokenCapGrains: 1_000_000n * BigInt(UNIT),
    eraMintGrainsMax: 1_000n * BigInt(UNIT),
    genesis: [operator, poster].map(({ address }) => ({ account: address, grains: GENESIS_UNITS * UNIT })),
    creditIssuer: operator.address,
    poster: poster.address,
    arbiter: poster.address,
    insurance: insurance.address,
    treasury: operator.address,
    receiptKey: newDevice().spki,
    beaconTip: toHex(sha256(new TextEncoder().encode('tip'))),
    idFeeGrains: UNIT,
    posterBondGrains: 100 * UNIT,
    challengeWindowSeconds: WINDOW_SECONDS,
    holdbackEras: 1,
    epochsPerEra: 2,
    lateEpochs: 1,
    answerSeconds: WINDOW_SECONDS,
    askFeeGrains: UNIT,
    appealSeconds: APPEAL_SECONDS,
    activationSeconds: ACTIVATION_SECONDS,
    unbondingSeconds: APPEAL_SECONDS,
    slashSplitPpm: { challenger: 500_000, insurance: 300_000, burn: 200_000 },
  };
}

export interface Device {
  readonly spki: string;
  readonly nodeId: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function newDevice(): Device {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = spkiOf(key);
  const signRaw = (message: Uint8Array) => new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
  return { spki: toHex(spki), nodeId: toHex(sha256(spki)), sign: signRaw };
}

/** Registers a new device for `owner` and bonds it. */
export async function joinNetwork(network: TestNetwork, owner: ChainAccount, bondGrains: number): Promise<Device> {
  const device = newDevice();
  const proof = device.sign(registrationMessage({ addressBook: network.addressBook, operator: owner.address }));
  const sender = network.sender(owner);
  await sender.registerNode({ spki: device.spki, className: 'grid', evidenceLevel: 1, milliNcu: 1_000, proof });
  if (bondGrains > 0) await sender.depositBond(device.nodeId, bondGrains);
  return device;
}

/** Waits until `probe` gives something; a test that waits in vain fails by its time limit. */
export async function until<Answer>(probe: () => Promise<Answer | null | false>): Promise<Answer> {
  for (;;) {
    const answer = await probe();
    if (answer !== null && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function temporaryFolder(context: { after: TestContext['after'] }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stannary-chain-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A bare JSON-RPC call, for what only a test asks of a node. */
export async function rawRpc(rpcUrl: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(error.message);
  return result;
}

function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
}
