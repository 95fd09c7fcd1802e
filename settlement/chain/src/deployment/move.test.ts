import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sha256, toHex } from '@stannary/wire';
import { type Abi, encodeFunctionData, type Hex, zeroAddress } from 'viem';
import { type ChainAccount, devAccount, signerOf } from '../account.ts';
import type { EconomyField } from '../economy-parameters.ts';
import { registryRows } from '../economy-parameters.ts';
import type { EraHeader } from '../era-header.ts';
import { channels, credit, localAsset, reserve } from '../generated/contracts.ts';
import { type LocalChain, startLocalChain } from '../local-chain.ts';
import { newDevice, rawRpc, UNIT } from '../network.fixture.ts';
import { type PaidEra, paidEra } from '../paid-era.fixture.ts';
import { queueOf } from '../queue.ts';
import { attestReserve, buyCredits } from '../reserve-desk.ts';
import { openRpc } from '../rpc.ts';
import { openSender } from '../sender.ts';
import { type DeploymentBook, deployNetwork } from './deploy.ts';
import type { NetworkSettings } from './settings.ts';
import { verifyDeployment } from './verify.ts';

// The rehearsal of an upgrade: contracts that hold money are never changed, so a new version is a new address, and the old
// one is left by everybody at their own pace. Nobody's claim, channel or credit is lost, and nothing is left behind.

const [OWNER, POSTER, CONSUMER, PROVIDER] = [0, 1, 2, 3].map(devAccount) as [
  ChainAccount,
  ChainAccount,
  ChainAccount,
  ChainAccount,
];
const EXIT_SECONDS = 3_600;
const WINDOW_SECONDS = 60;
const ERA_SECONDS = 60;
const [DEPOSIT, CHANNEL, VOUCHER, EARNED] = [60 * UNIT, 30 * UNIT, 12 * UNIT, 5 * UNIT];
const ROOT = '1'.repeat(64);
const NO_ROOT = '0'.repeat(64);

let folder: string;
let chain: LocalChain;
let old: DeploymentBook;
let next: DeploymentBook;
let channel: { readonly config: Config; readonly row: unknown };
let openEra: PaidEra;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stannary-chain-'));
  chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  old = await deploy('1');
});
after(async () => {
  await chain?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the old network has a deposit, a channel with a voucher outstanding, and a claim that nobody has made', async () => {
  await enter(old, 100 * UNIT);
  channel = await openChannel(old);
  await senderOf(POSTER, old).depositPosterBond(UNIT);
  openEra = eraOf(0, [[PROVIDER, EARNED]], null);
  await settle(openEra.header);
  assert.deepEqual(await held(old), { settlement: DEPOSIT, channels: CHANNEL });
});

test('a new version is deployed beside it, and shares no address with it', async () => {
  next = await deploy('2');
  const both = new Set([...Object.values(old.contracts), ...Object.values(next.contracts)]);
  assert.equal(both.size, Object.keys(old.contracts).length + Object.keys(next.contracts).length);
  await enter(next, 100 * UNIT);
  assert.deepEqual(await held(next), { settlement: DEPOSIT, channels: 0 });
  assert.deepEqual(await held(old), { settlement: DEPOSIT, channels: CHANNEL }, 'the old one is as it was');
});

test('the open claim is paid by the old contract', async () => {
  await senderOf(PROVIDER, old).claim({ era: 0, ...proofOf(openEra, PROVIDER) });
  assert.equal(await creditsOf(old, PROVIDER), EARNED);
});

test('the payer leaves its channel; the payee still gets its best voucher, the payer the rest', async () => {
  await call(CONSUMER, old, 'channels', 'startExit', [channel.config]);
  const batch = [{ service: channel.config.service, rows: [channel.row] }];
  await call(PROVIDER, old, 'channels', 'claim', [batch]);
  await call(PROVIDER, old, 'channels', 'settle', [PROVIDER.address, old.contracts.credit]);
  await passTime(EXIT_SECONDS + 1);
  const before = await creditsOf(old, CONSUMER);
  await call(CONSUMER, old, 'channels', 'finishExit', [channel.config]);
  assert.equal(await creditsOf(old, PROVIDER), EARNED + VOUCHER);
  assert.equal((await creditsOf(old, CONSUMER)) - before, CHANNEL - VOUCHER);
});

test('the last era gives every unspent credit back, and the poster its bond', async () => {
  const owed = [
    [PROVIDER, EARNED],
    [CONSUMER, DEPOSIT - EARNED],
  ] as const;
  const last = eraOf(1, owed, openEra);
  await settle(last.header);
  await senderOf(CONSUMER, old).claim({ era: 1, ...proofOf(last, CONSUMER) });
  await senderOf(POSTER, old).withdrawPosterBond(UNIT);
  assert.deepEqual(await held(old), { settlement: 0, channels: 0 });
});

test('credits of the old reserve are redeemed whole, and what they bring buys credits of the new one', async () => {
  for (const party of [CONSUMER, PROVIDER]) {
    const credits = await creditsOf(old, party);
    await call(party, old, 'credit', 'approve', [old.contracts.reserve, credits]);
    await call(party, old, 'reserve', 'requestRedemption', [credits]);
  }
  const era = await view(old, 'reserve', 'currentEra', []);
  await passTime(ERA_SECONDS);
  for (const party of [CONSUMER, PROVIDER]) {
    await call(party, old, 'reserve', 'claimRedemption', [era, party.address]);
  }
  assert.equal(await view(old, 'credit', 'totalSupply', []), 0n, 'nobody holds an old credit');
  assert.equal(await assetOf(old, PROVIDER), EARNED + VOUCHER, 'one for one');
  const before = await creditsOf(next, CONSUMER);
  await buyCredits({ rpcUrl: chain.rpcUrl, privateKey: CONSUMER.privateKey, reserve: next.contracts.reserve! }, UNIT);
  assert.ok((await creditsOf(next, CONSUMER)) - before >= UNIT);
});

test('both are still what was planned', async () => {
  for (const [book, name] of [
    [old, '1'],
    [next, '2'],
  ] as const) {
    const { findings } = await verifyDeployment({ rpcUrl: chain.rpcUrl, settings: settings(name), book });
    assert.deepEqual(findings, []);
  }
});

// ---- what the tests are made of

interface Config {
  readonly service: Readonly<Record<string, unknown>>;
  readonly payer: string;
  readonly payerSigner: Hex;
  readonly salt: Hex;
}

const CONTRACTS = { channels, credit, reserve, localAsset };
type Name = keyof typeof CONTRACTS;

function deploy(version: string): Promise<DeploymentBook> {
  const { rpcUrl } = chain;
  return deployNetwork({ rpcUrl, deployer: OWNER.privateKey, settings: settings(version), forcedInclusionSeconds: 0 });
}

/** Buys credits and deposits some for use. */
async function enter(book: DeploymentBook, grains: number): Promise<void> {
  const access = { rpcUrl: chain.rpcUrl, reserve: book.contracts.reserve! };
  await attestReserve({ ...access, privateKey: OWNER.privateKey }, ROOT);
  await buyCredits({ ...access, privateKey: CONSUMER.privateKey }, grains);
  await senderOf(CONSUMER, book).depositCredits(CONSUMER.address, DEPOSIT);
}

async function openChannel(book: DeploymentBook) {
  const service = {
    ...{ payee: PROVIDER.address, payeeOperator: zeroAddress, token: book.contracts.credit },
    ...{ exitDelaySeconds: BigInt(EXIT_SECONDS), minConfirmations: 1, policyHash: `0x${NO_ROOT}` },
  };
  const config: Config = { service, payer: CONSUMER.address, payerSigner: '0x', salt: `0x${NO_ROOT}` };
  await call(CONSUMER, book, 'credit', 'approve', [book.contracts.channels, CHANNEL]);
  await call(CONSUMER, book, 'channels', 'open', [config, CHANNEL]);
  const id = await view(book, 'channels', 'channelIdOf', [config]);
  const { payer, payerSigner, salt } = config;
  const voucher = {
    ...{ payee: PROVIDER.address, cumulativeGrains: BigInt(VOUCHER) },
    ...{ deadlineMs: 2n ** 63n, conditionHash: `0x${NO_ROOT}` },
  };
  const digest = (await view(book, 'channels', 'voucherDigestOf', [id, voucher])) as unknown as Hex;
  const signature = await signerOf(CONSUMER.privateKey).sign({ hash: digest });
  const row = { payer, payerSigner, salt, voucher, chargedGrains: BigInt(VOUCHER), signature, extras: [] };
  return { config, row };
}

function eraOf(era: number, owed: readonly (readonly [ChainAccount, number])[], parent: PaidEra | null): PaidEra {
  const rows = owed
    .map(([{ address: account }, grains]) => ({ account, credits: BigInt(grains), tokens: 0n }))
    .sort((x, y) => (x.account < y.account ? -1 : 1));
  return paidEra(era, rows, parent);
}

function proofOf({ proofs }: PaidEra, { address }: ChainAccount) {
  return proofs.find(({ account }) => account === address)!;
}

async function settle(header: EraHeader): Promise<void> {
  await senderOf(POSTER, old).postEra(header);
  await passTime(WINDOW_SECONDS + 1);
  await senderOf(POSTER, old).finaliseEra(header);
}

function senderOf({ privateKey }: ChainAccount, addressBook: DeploymentBook) {
  return openSender({ rpcUrl: chain.rpcUrl, privateKey, addressBook });
}

/** Credits that a network's contracts hold for others. */
async function held(book: DeploymentBook) {
  const balance = async (holder: string) => Number(await view(book, 'credit', 'balanceOf', [holder]));
  const { contracts } = book;
  return { settlement: await balance(contracts.settlement), channels: await balance(contracts.channels!) };
}

async function creditsOf(book: DeploymentBook, { address }: ChainAccount): Promise<number> {
  return Number(await view(book, 'credit', 'balanceOf', [address]));
}

async function assetOf(book: DeploymentBook, { address }: ChainAccount): Promise<number> {
  return Number(await view(book, 'localAsset', 'balanceOf', [address]));
}

function view(book: DeploymentBook, name: Name, functionName: string, args: readonly unknown[]): Promise<bigint> {
  const query = { abi: CONTRACTS[name].abi as Abi, address: book.contracts[name] as Hex, functionName, args };
  return openRpc(chain.rpcUrl).readContract(query) as Promise<bigint>;
}

async function call(
  party: ChainAccount,
  book: DeploymentBook,
  name: Name,
  functionName: string,
  args: readonly unknown[],
): Promise<void> {
  const data = encodeFunctionData({ abi: CONTRACTS[name].abi as Abi, functionName, args });
  const rpc = openRpc(chain.rpcUrl);
  const to = book.contracts[name] as Hex;
  await queueOf(rpc, chain.rpcUrl, signerOf(party.privateKey)).run((send) => send({ to, data, what: functionName }));
}

async function passTime(seconds: number): Promise<void> {
  await rawRpc(chain.rpcUrl, 'evm_increaseTime', [seconds]);
  await rawRpc(chain.rpcUrl, 'evm_mine');
}

const DEVICE = newDevice().spki;

function settings(version: string): NetworkSettings {
  const seat = { name: 'seat', holder: OWNER.address, endsAt: null };
  const council = { seats: [seat], quorum: 1, motionSeconds: 60 };
  return {
    chain: 'eip155:31337',
    core: {
      ...{ tokenCapGrains: BigInt(1_000 * UNIT), eraMintGrainsMax: BigInt(UNIT), creditIssuer: null, arbiter: null },
      genesis: [{ account: POSTER.address, grains: 100 * UNIT }],
      ...{ poster: POSTER.address, insurance: OWNER.address, treasury: null, receiptKey: DEVICE },
      ...{ holdbackEras: 1, epochsPerEra: 2, lateEpochs: 1, answerSeconds: WINDOW_SECONDS, askFeeGrains: 0 },
      beaconTip: toHex(sha256(new TextEncoder().encode(version))),
      ...{ idFeeGrains: 0, posterBondGrains: UNIT, challengeWindowSeconds: WINDOW_SECONDS, appealSeconds: 40 },
      ...{ activationSeconds: 1, unbondingSeconds: 60 },
      slashSplitPpm: { challenger: 500_000, insurance: 300_000, burn: 200_000 },
    },
    institutions: {
      reserve: {
        ...{ asset: null, attestor: OWNER.address, attestationSecondsMax: 86_400, redemptionEraSeconds: ERA_SECONDS },
        ...{ spreadPpm: 3_000, tokenHaircutPpm: 500_000, slowWaitSeconds: [60] },
        throttle: { warnPpm: 1e6, haltPpm: 999_999, stepPpm: 5_000, slowIssuePpm: 10_000, waitSecondsMin: 0 },
      },
      curve: null,
      arbitration: {
        ...{ canaryKeeper: OWNER.address, arbiterBondGrains: 100n, seatFeeGrains: 1n, depositGrains: 1n },
        ...{ absencePenaltyGrains: 1n, canaryPenaltyGrains: 1n, highValueGrains: 1_000n },
        sizes: [3, 5, 7].map((seats) => ({ seats, threshold: (seats + 1) / 2 })),
        ...{ activationSeconds: 1, entropyDelayBlocks: 2, drawSeconds: 5, commitSeconds: 10, revealSeconds: 10 },
        ...{ appealSeconds: 10, unbondingSeconds: 3_600 },
      },
      registry: {
        ...{ genesisAt: 0, epochSeconds: 60, probationSeconds: 600, version: 1, economyHash: ROOT },
        gateReportHash: ROOT,
        rows: registryRows(FIELDS),
      },
      council,
      governor: { lateQuorumSeconds: 60, proposalThresholdGrains: 1n },
      guardian: council,
      figures: { attestors: [OWNER.address], quorum: 1, ageSecondsMax: 3_600 },
    },
  };
}

const FIELDS: readonly EconomyField[] = [
  { path: 'governance.guardian.pauseMax', value: 3_600n, min: 60n, max: 86_400n, step: 'free' },
  { path: 'governance.timelock', value: 60n, min: 60n, max: 86_400n, step: 'free' },
  { path: 'governance.treasuryPerDay', value: 50_000n, min: 0n, max: 1_000_000n, step: 'free' },
];
