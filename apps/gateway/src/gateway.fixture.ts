import { generateKeyPairSync, type KeyObject, hash as nodeHash, sign as nodeSign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deployContracts,
  fundAccounts,
  type LocalChain,
  newAccount,
  openSender,
  registrationMessage,
  startLocalChain,
} from '@stannary/chain';
import { loadEconomy } from '@stannary/economies';
import {
  type BatchHeader,
  coseSign1,
  encodeBatch,
  encodeBatchHeader,
  encodeDeviceRequest,
  externalAad,
  fromHex,
  hashChain,
  nodeIdOf,
  normaliseLowS,
  recordsRoot,
  toHex,
  totalsOf,
  type UsageRecord,
} from '@stannary/wire';
import type { NetworkAnswer } from './client/api.ts';
import { GatewayClient } from './client/client.ts';
import type { GatewayConfig } from './config.ts';
import type { Log } from './context.ts';
import { type Gateway, startGateway } from './gateway.ts';

// A real gateway on a real chain with one registered provider and one funded consumer, for this package's own tests.

export interface Device {
  readonly nodeId: string;
  readonly spki: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export interface TestGateway {
  readonly chain: LocalChain;
  readonly config: GatewayConfig;
  gateway: Gateway;
  readonly client: GatewayClient;
  readonly consumer: GatewayClient;
  readonly network: NetworkAnswer;
  /** external_aad of what is signed for an epoch. */
  readonly aadAt: (epoch: number) => Uint8Array;
  readonly device: Device;
  stop(): Promise<void>;
}

export const quiet: Log = () => undefined;
const API_KEY = 'key-of-the-tests-consumer';

export function newDevice(): Device {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return { nodeId: nodeIdOf(spki), spki, sign: signer(privateKey) };
}

/** The registry takes any class: this node's is none of the economy's, and no settlement may mind. */
async function registerStranger(sender: ReturnType<typeof openSender>, message: Uint8Array): Promise<void> {
  const { spki, sign } = newDevice();
  const stranger = { spki: toHex(spki), className: 'nowhere', evidenceLevel: 1, milliNcu: 1_000 };
  await sender.registerNode({ ...stranger, proof: sign(message) });
}

function signer(key: KeyObject): Device['sign'] {
  return (message) => normaliseLowS(nodeSign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
}

export async function startTestGateway({ economyText = 'extends: local' } = {}): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'stannary-gateway-'));
  const chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  const [operator, poster, consumer, provider] = [newAccount(), newAccount(), newAccount(), newAccount()];
  const { rpcUrl } = chain;
  await fundAccounts(
    rpcUrl,
    [operator, poster, consumer, provider].map(({ address }) => address),
  );
  const economyFile = join(folder, 'economy.yaml');
  await writeFile(economyFile, economyText);
  const { economy } = await loadEconomy(economyFile);
  const receipt = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const seed = 'ab'.repeat(32);
  const addressBook = await deployContracts({
    rpcUrl,
    deployer: operator.privateKey,
    settings: {
      tokenCapGrains: 10n ** 15n,
      eraMintGrainsMax: 10n ** 12n,
      genesis: [
        { account: provider.address, grains: 2e9 },
        { account: poster.address, grains: economy.settlement.posterBondGrains },
      ],
      creditIssuer: operator.address,
      poster: poster.address,
      arbiter: poster.address,
      insurance: operator.address,
      treasury: operator.address,
      receiptKey: toHex(receipt.publicKey.export({ type: 'spki', format: 'der' })),
      beaconTip: hashChain(fromHex(seed), 1_000).tip,
      idFeeGrains: 0,
      posterBondGrains: economy.settlement.posterBondGrains,
      challengeWindowSeconds: 4,
      holdbackEras: economy.cadence.holdbackEras,
      epochsPerEra: economy.cadence.epochsPerEra,
      lateEpochs: economy.cadence.lateEpochs,
      answerSeconds: 2,
      askFeeGrains: 0,
      appealSeconds: 3,
      activationSeconds: 0,
      unbondingSeconds: 60,
      slashSplitPpm: { challenger: 500_000, insurance: 300_000, burn: 200_000 },
    },
  });
  const device = newDevice();
  const as = ({ privateKey }: { privateKey: string }) => openSender({ rpcUrl, privateKey, addressBook });
  await as(poster).depositPosterBond(economy.settlement.posterBondGrains);
  await as(operator).mintCredits(consumer.address, 1e9);
  await as(consumer).depositCredits(consumer.address, 1e9);
  const proof = device.sign(registrationMessage({ addressBook, operator: provider.address }));
  await as(provider).registerNode({
    spki: toHex(device.spki),
    className: 'grid',
    evidenceLevel: 1,
    milliNcu: 1_000,
    proof,
  });
  await as(provider).depositBond(device.nodeId, 1.5e9);
  await registerStranger(as(provider), registrationMessage({ addressBook, operator: provider.address }));

  await writeFile(join(folder, 'poster.key'), poster.privateKey);
  await writeFile(join(folder, 'beacon.seed'), seed);
  await writeFile(join(folder, 'receipt.pem'), receipt.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const config: GatewayConfig = {
    name: 'test',
    dataDirectory: folder,
    host: '127.0.0.1',
    port: 0,
    economy: economyFile,
    rpcUrl,
    addressBook,
    posterKeyFile: join(folder, 'poster.key'),
    receiptKeyFile: join(folder, 'receipt.pem'),
    beaconSeedFile: join(folder, 'beacon.seed'),
    beaconEpochs: 1_000,
    accounts: { insurance: operator.address, treasury: operator.address },
    consumers: [{ keyHash: nodeHash('sha256', API_KEY), account: consumer.address }],
    workEras: null,
    mayPause: false,
    beginInMs: 0,
    requestsPerSecondMax: 10_000,
  };
  // The gateway reads final blocks: wait until what was just mined is two blocks old.
  await new Promise((wake) => setTimeout(wake, 3_500));
  const gateway = await startGateway(config, quiet);
  const client = new GatewayClient({ baseUrl: gateway.url });
  const network = await client.network();
  const test: TestGateway = {
    chain,
    config,
    gateway,
    client,
    consumer: new GatewayClient({ baseUrl: gateway.url, apiKey: API_KEY }),
    network,
    aadAt: (epoch) => {
      const { economyHash } = network.policies.findLast(({ fromEpoch }) => fromEpoch <= epoch)!;
      return externalAad({ chain: network.chain, settlement: network.contracts.settlement, economyHash });
    },
    device,
    stop: async () => {
      await test.gateway.stop();
      await chain.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  return test;
}

export async function signedRequest(
  test: TestGateway,
  action: string,
  body: Uint8Array = new Uint8Array(0),
  changes: { device?: Device; sentAtMs?: number; key?: Device; epoch?: number } = {},
): Promise<Uint8Array> {
  const device = changes.device ?? test.device;
  const sentAtMs = changes.sentAtMs ?? Date.now();
  const request = { nodeId: device.nodeId, action, sentAtMs, body };
  const aad = test.aadAt(changes.epoch ?? epochOf(test, sentAtMs));
  return coseSign1(encodeDeviceRequest(request), aad, (changes.key ?? device).sign);
}

/** A batch of the device, in order in itself unless the changes say otherwise. */
export async function batchOf(
  test: TestGateway,
  header: Partial<BatchHeader> & { seq: number; previousBatchId: string },
  records: UsageRecord[] = [],
  key: Device = test.device,
): Promise<{ body: Uint8Array; headerBytes: Uint8Array }> {
  const epoch = header.epoch ?? epochOf(test, Date.now());
  const headerBytes = encodeBatchHeader({
    nodeId: test.device.nodeId,
    epoch,
    recordCount: records.length,
    totals: totalsOf(records),
    recordsRoot: recordsRoot(records),
    sealedAtMs: Date.now(),
    ...header,
  });
  const cose = await coseSign1(headerBytes, test.aadAt(epoch), key.sign);
  return { body: encodeBatch({ cose, records }), headerBytes };
}

function epochOf({ network: { clock } }: TestGateway, atMs: number): number {
  return Math.max(0, Math.floor((atMs - clock.genesisMs) / clock.epochMs));
}
