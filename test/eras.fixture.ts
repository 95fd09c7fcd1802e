import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  type AddressBook,
  type ChainReader,
  type ChainSender,
  deployContracts,
  type EraBundle,
  type EraSource,
  EraTree,
  eraTreesOf,
  fundAccounts,
  newAccount,
  openChain,
  openSender,
  publishTrees,
  type ReceiptedBatch,
  registrationMessage,
  type SettledBatch,
  startLocalChain,
  type Witness,
} from '@stannary/chain';
import { isSignedBy } from '@stannary/cli/watch';
import { loadEconomy } from '@stannary/economies';
import type { EraBundleAnswer } from '@stannary/gateway/client';
import {
  type Economy,
  type EconomyState,
  type Epoch,
  type EpochInputs,
  type Grains,
  genesisState,
  type NcuMs,
  settleEpoch,
  type UsageLine,
  type Verdict,
} from '@stannary/kernel';
import {
  ACCEPTED,
  batchId,
  encodeBatchHeader,
  encodeReceipt,
  externalAad,
  FIRST_PREVIOUS_BATCH_ID,
  NOBODY,
  normaliseLowS,
  sha256,
  signStructure,
  toHex,
} from '@stannary/wire';
import { temporaryFolder } from './local-network.ts';

// A network on a real chain whose eras the kernel settles, and everything that its poster would publish of them.

const EPOCHS_PER_ERA = 4;
const FUEL = 7;
const UNIT = 1_000_000;
const NO_ROOT = '0'.repeat(64);
const CONSUMER = `0x${'c0'.repeat(20)}`;

interface Device {
  readonly key: KeyObject;
  readonly spki: string;
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
}

export interface EraWorld {
  readonly rpcUrl: string;
  readonly receiptKey: KeyObject;
  readonly reader: ChainReader;
  readonly poster: ChainSender;
  readonly challenger: ChainSender;
  readonly economy: Economy;
  readonly economyHash: string;
  readonly devices: readonly Device[];
  readonly addressBook: AddressBook;
  readonly accounts: EraBundle['accounts'];
  readonly witness: Witness;
}

/** What happens in an epoch: work by node, and verdicts. */
export interface EpochPlan {
  /** Fuel by node, in millions; 0: no work. */
  readonly work: readonly number[];
  readonly verdicts: readonly Verdict[];
  readonly withdrawnGrains: number;
}

/** A chain that ends with the test, with three nodes of two operators in two classes. */
export async function startEraWorld(
  context: { after: (cleanUp: () => unknown) => void },
  { answerSeconds = 0 } = {},
): Promise<EraWorld> {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const chain = await startLocalChain({ stateFile: `${folder.path}/chain.json` });
  context.after(() => chain.stop());
  const { rpcUrl } = chain;
  const { economy, economyHash } = await loadEconomy('local');
  const [owner, other, poster] = [newAccount(), newAccount(), newAccount()];
  await fundAccounts(rpcUrl, [owner.address, other.address, poster.address]);
  const receipt = newKey();
  const accounts = { insurance: `0x${'1a'.repeat(20)}`, treasury: `0x${'7a'.repeat(20)}` };
  const addressBook = await deployContracts({
    rpcUrl,
    deployer: owner.privateKey,
    settings: {
      tokenCapGrains: 10n ** 18n,
      eraMintGrainsMax: 10n ** 16n,
      genesis: [owner, other, poster].map(({ address }) => ({ account: address, grains: 1_000_000 * UNIT })),
      creditIssuer: owner.address,
      poster: poster.address,
      arbiter: owner.address,
      insurance: accounts.insurance,
      treasury: accounts.treasury,
      receiptKey: receipt.spki,
      beaconTip: toHex(sha256(new Uint8Array(1))),
      idFeeGrains: 0,
      posterBondGrains: 2,
      challengeWindowSeconds: 3_600,
      holdbackEras: 1,
      epochsPerEra: EPOCHS_PER_ERA,
      lateEpochs: 1,
      answerSeconds,
      askFeeGrains: 1,
      appealSeconds: 1,
      activationSeconds: 0,
      unbondingSeconds: 60,
      slashSplitPpm: { challenger: 500_000, insurance: 300_000, burn: 200_000 },
    },
  });
  const reader = await openChain({ rpcUrl, addressBook });
  const as = ({ privateKey }: { privateKey: string }) => openSender({ rpcUrl, privateKey, addressBook });
  await as(owner).mintCredits(owner.address, 1_000_000_000 * UNIT);
  await as(owner).depositCredits(owner.address, 1_000_000_000 * UNIT);
  const devices: Device[] = [];
  for (const [account, className] of [
    [owner, 'grid'],
    [owner, 'grid'],
    [other, 'cloud'],
  ] as const) {
    const { key, spki } = newKey();
    const proof = signed(key, registrationMessage({ addressBook, operator: account.address }));
    await as(account).registerNode({ spki, className, evidenceLevel: 1, milliNcu: 1_000, proof });
    devices.push({ key, spki, nodeId: toHex(sha256(Buffer.from(spki, 'hex'))), operator: account.address, className });
  }
  devices.sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  const witness: Witness = {
    keys: new Map(devices.map(({ nodeId, spki }) => [nodeId, spki])),
    epochsPerEra: EPOCHS_PER_ERA,
    verify: isSignedBy,
  };
  const roles = { poster: as(poster), challenger: as(other) };
  return {
    rpcUrl,
    reader,
    receiptKey: receipt.key,
    ...roles,
    economy,
    economyHash,
    devices,
    addressBook,
    accounts,
    witness,
  };
}

/** The bundles of the eras that the plans make, from era 0 on. Whole eras only. */
export function bundlesOf(world: EraWorld, plans: readonly EpochPlan[]): EraBundle[] {
  const { economy, economyHash, accounts } = world;
  const statements = settledBy(world, plans).map(({ statement }) => statement);
  const batches = world.devices.flatMap((device) => batchesOf(world, device, plans));
  const sources = Array.from({ length: Math.floor(plans.length / EPOCHS_PER_ERA) }, (_, era): EraSource => {
    const [first, end] = [era * EPOCHS_PER_ERA, (era + 1) * EPOCHS_PER_ERA];
    return { statements: statements.slice(first, end), batches: batches.filter((one) => one.settledEpoch < end) };
  });
  return sources.map((source, era) => ({
    era,
    ...source,
    accounts,
    economies: { [economyHash]: economy },
    heldBack: sources[era - 1] ?? null,
    parentPayouts: sources[era - 1]?.statements.at(-1)?.eraResult?.payouts ?? [],
  }));
}

/** The same as a gateway serves them, as whoever asks reads them. */
export function servedBundles(world: EraWorld, plans: readonly EpochPlan[]): EraBundleAnswer[] {
  const settled = settledBy(world, plans);
  return bundlesOf(world, plans).map((bundle) => {
    const trees = eraTreesOf(bundle);
    const inputs = settled.slice(bundle.era * EPOCHS_PER_ERA, (bundle.era + 1) * EPOCHS_PER_ERA);
    return JSON.parse(JSON.stringify({ ...bundle, trees: publishTrees(trees), inputs })) as EraBundleAnswer;
  });
}

function settledBy(world: EraWorld, plans: readonly EpochPlan[]) {
  const { economy, economyHash, accounts } = world;
  let state: EconomyState = genesisState(economy, accounts);
  return plans.map((plan, epoch) => {
    const stateBefore = state;
    const inputs = inputsOf(world, epoch, plan);
    const settled = settleEpoch(economy, economyHash, stateBefore, inputs);
    state = settled.state;
    return { statement: settled.statement, inputs, stateBefore };
  });
}

function inputsOf({ devices, economy }: EraWorld, epoch: number, plan: EpochPlan): EpochInputs {
  const nodes = devices.map(({ nodeId, operator, className }) => ({
    nodeId,
    operator,
    className,
    milliNcu: 1_000,
    bondGrains: 5_000 * UNIT,
  }));
  const usage = plan.work.flatMap((millions, node) =>
    millions === 0 ? [] : [usageOf(devices[node]!, epoch, millions)],
  );
  return {
    epoch: epoch as Epoch,
    // The nodes are known from the first settlement on.
    usage: epoch === 0 ? [] : usage,
    verdicts: epoch === 0 ? [] : plan.verdicts,
    withdrawals:
      plan.withdrawnGrains === 0 ? [] : [{ account: CONSUMER, creditsGrains: plan.withdrawnGrains as Grains }],
    offeredNcuMs: (3 * economy.cadence.epochMs) as NcuMs,
    offeredByMarket: [],
    tokenPrice: { spotMicrograins: UNIT, lowMicrograins: UNIT },
    burnedTokensGrains: 0 as Grains,
    chain: { blockNumber: epoch, blockHash: `0x${'b'.repeat(64)}`, nodes },
    beacon: 'ab'.repeat(32),
    roots: { usage: NO_ROOT, verdicts: NO_ROOT, chain: NO_ROOT },
  } as unknown as EpochInputs;
}

function usageOf({ nodeId }: Device, epoch: number, millions: number): UsageLine {
  const leaseId = toHex(sha256(Buffer.from(`${epoch} ${nodeId}`)));
  const work = { resource: FUEL, epoch: epoch as Epoch, quantity: millions * 1_000_000, purpose: 'task' } as const;
  return { leaseId, nodeId, consumer: CONSUMER, ...work };
}

/** One batch for each epoch in which a node worked. */
function batchesOf(world: EraWorld, device: Device, plans: readonly EpochPlan[]): SettledBatch[] {
  const node = world.devices.indexOf(device);
  const aad = aadOf(world);
  let previousBatchId = FIRST_PREVIOUS_BATCH_ID;
  const batches: SettledBatch[] = [];
  for (const [epoch, { work }] of plans.entries()) {
    if (epoch === 0 || (work[node] ?? 0) === 0) continue;
    const seq = batches.length + 1;
    const totals = new Map([[FUEL, work[node]! * 1_000_000]]);
    const place = { nodeId: device.nodeId, epoch, seq, previousBatchId, recordCount: 1, totals };
    const payload = encodeBatchHeader({ ...place, recordsRoot: NO_ROOT, sealedAtMs: 1_800_000_000_000 });
    previousBatchId = batchId(payload, aad);
    const signature = toHex(normaliseLowS(signed(device.key, signStructure(payload, aad))));
    const message = { aad: toHex(aad), payload: toHex(payload) };
    batches.push({ nodeId: device.nodeId, settledEpoch: epoch, seq, batchId: previousBatchId, signature, message });
  }
  return batches;
}

function aadOf({ addressBook, economyHash }: EraWorld): Uint8Array {
  return externalAad({ chain: addressBook.chain, settlement: addressBook.contracts.settlement, economyHash });
}

/** What the poster answered to a batch, and what the node keeps of both. */
export function receipted(world: EraWorld, { batchId: id, seq, message }: SettledBatch): ReceiptedBatch {
  const payload = encodeReceipt({ batchId: id, acceptedSeq: seq, chainCode: ACCEPTED });
  const signature = toHex(normaliseLowS(signed(world.receiptKey, signStructure(payload, aadOf(world)))));
  return { message, receipt: { message: { aad: message.aad, payload: toHex(payload) }, signature } };
}

/** A fault of a node, proposed in one epoch; what it earned is held until it is final or reversed. */
export function proposedFault({ devices }: EraWorld, node: number, faultId: string): Verdict {
  const { nodeId } = devices[node]!;
  const evidence = { evidence: 'ee'.repeat(32), challenger: NOBODY, windows: [] };
  return { kind: 'fault-proposed', faultId, nodeId, offence: 'wrong-result', ...evidence };
}

/** Adds to a leaf's credits; false where it has none. */
export function addCredits(leaf: Uint8Array, by: bigint): boolean {
  const view = new DataView(leaf.buffer, leaf.byteOffset + leaf.length - 24);
  const credits = view.getBigUint64(0);
  if (credits + by < 0n) return false;
  view.setBigUint64(0, credits + by);
  return true;
}

function newKey(): { readonly key: KeyObject; readonly spki: string } {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key, spki: toHex(new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))) };
}

function signed(key: KeyObject, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
}

/** A payout tree in which the first account has a grain of the second's. */
export function movedGrain(tree: EraTree): EraTree {
  const leaves = tree.leaves.map((leaf) => leaf.slice());
  const payer = leaves.findIndex((leaf) => addCredits(leaf, -1n));
  addCredits(leaves[payer === 0 ? 1 : 0]!, 1n);
  return new EraTree(leaves);
}
