import type { Address, Hex } from 'viem';
import { devAccount, LOCAL_CHAIN_ID, signerOf } from '../account.ts';
import { type AddressBook, chainIdOf } from '../address-book.ts';
import { accessManager } from '../generated/contracts.ts';
import { queueOf } from '../queue.ts';
import { ChainRefusal } from '../refusal.ts';
import { asking, openRpc, type Rpc } from '../rpc.ts';
import { addressOf } from '../values.ts';
import {
  ADMINISTRATOR,
  CREATE2_PROXY,
  type Creation,
  creationCall,
  type DeploymentPlan,
  deployerCall,
  deploymentPlan,
  wiringCall,
} from './plan.ts';
import { type P256, p256Of } from './precompile.ts';
import type { DeploySettings, NetworkSettings } from './settings.ts';

/** A network's entry in its book of addresses: where everything is, and of which plan. */
export interface DeploymentBook extends AddressBook {
  readonly contracts: AddressBook['contracts'] & Readonly<Record<string, string>>;
  /** 64 hex characters. */
  readonly planHash: string;
  /** Who paid for it; of no right any more. */
  readonly owner: string;
  /** The contract that created the others; nobody has a power through it. */
  readonly deployer: string;
}

export interface NetworkDeployment {
  readonly rpcUrl: string;
  /** Private key that pays for the gas, is the first administrator, and keeps no rights. */
  readonly deployer: string;
  readonly settings: NetworkSettings;
  /** Longest that whoever orders the chain's transactions can keep one out; 0 where a block's maker cannot. */
  readonly forcedInclusionSeconds: number;
  /** What an earlier run came to, whole or not. */
  readonly book?: DeploymentBook | null;
  readonly onStep?: (step: DeployedStep) => void;
  /** Before the first step that needs it, so that an interrupted run can go on. */
  readonly onBook?: (book: DeploymentBook) => Promise<void> | void;
}

export interface DeployStep {
  readonly what: string;
  readonly to: Address;
  readonly data: Hex;
}

export interface DeployedStep {
  readonly what: string;
  readonly gas: number;
}

export interface DryRun {
  readonly planHash: string;
  readonly contracts: Readonly<Record<string, string>>;
  readonly p256: P256;
  /** Steps that the chain lacks, in order. */
  readonly steps: readonly DeployedStep[];
  readonly totalGas: number;
}

/** Gas money for an account of a local network: enough for some ten thousand transactions. */
const GAS_MONEY_WEI = 10n ** 19n;
const WINDOW_SECONDS_MIN = 24 * 3_600;
/** A challenge must still fit when whoever orders transactions keeps it out as long as it can, and again, and once more. */
const WINDOW_PER_FORCED_INCLUSION = 3;
/** Well below EIP-7825's 2^24 for one transaction. */
const BATCH_GAS = 11_000_000;
/** Per byte: code deposit 200, calldata 16, memory and hashing the rest; measured on this code, rounded up. */
const GAS_PER_CODE_BYTE = 222;
const GAS_PER_CREATION = 150_000;

/**
 * Deploys a network: what is there already is left alone, so a second run sends nothing, and one that was interrupted
 * goes on. Whether it came out as planned is `verifyDeployment`'s to say.
 * Errors: CHAIN-WRONG-CHAIN-ID, CHAIN-WINDOW-SHORT, CHAIN-ADDRESS-BOOK (of another deployment), CHAIN-NO-CREATE2,
 * CHAIN-RANGE, CHAIN-REVERTED (a constructor refused its settings), CHAIN-OUT-OF-GAS-MONEY, CHAIN-RPC-UNREACHABLE,
 * CHAIN-NOT-MINED.
 */
export async function deployNetwork(options: NetworkDeployment): Promise<DeploymentBook> {
  const rpc = openRpc(options.rpcUrl);
  const account = signerOf(options.deployer);
  const plan = deploymentPlan(options.settings, account.address.toLowerCase() as Address);
  await checkDeployable(rpc, plan, options);
  const steps = await stepsLeft(rpc, plan);
  const book = options.book ?? bookOf(plan, await firstBlock(rpc, steps));
  await options.onBook?.(book);
  await queueOf(rpc, options.rpcUrl, account).run(async (send) => {
    for (const { what, to, data } of steps) {
      const { gasUsed } = await send({ to, data, what });
      options.onStep?.({ what, gas: Number(gasUsed) });
    }
  });
  return book;
}

/**
 * What `deployNetwork` would do, executed by the node against its newest state and thrown away.
 * Errors: those of `deployNetwork` but for CHAIN-NOT-MINED; CHAIN-NO-SIMULATION where the node has no eth_simulateV1.
 */
export async function dryRun(
  options: Omit<NetworkDeployment, 'deployer'> & { readonly owner: string },
): Promise<DryRun> {
  const rpc = openRpc(options.rpcUrl);
  const plan = deploymentPlan(options.settings, addressOf(options.owner, 'owner'));
  await checkDeployable(rpc, plan, options);
  const steps = await stepsLeft(rpc, plan);
  const gas = steps.length === 0 ? [] : await simulatedGas(rpc, plan.owner, steps);
  const { planHash } = plan;
  return {
    ...{ planHash, contracts: contractsOf(plan), p256: await p256Of(rpc) },
    steps: steps.map(({ what }, index) => ({ what, gas: gas[index]! })),
    totalGas: gas.reduce((sum, one) => sum + one, 0),
  };
}

/**
 * Deploys the five contracts that hold money and work, without institutions: their issuer and arbiter are accounts.
 * Errors: those of `deployNetwork`.
 */
export async function deployContracts(options: {
  readonly rpcUrl: string;
  readonly deployer: string;
  readonly settings: DeploySettings;
}): Promise<AddressBook> {
  const { rpcUrl, deployer, settings: core } = options;
  const chainId = await asking('eth_chainId', () => openRpc(rpcUrl).getChainId());
  const settings = { chain: `eip155:${chainId}`, core, institutions: null };
  const { chain, deploymentBlock, contracts } = await deployNetwork({
    ...{ rpcUrl, deployer, settings, forcedInclusionSeconds: 0 },
  });
  return { chain, deploymentBlock, contracts };
}

/**
 * Gives accounts of a local chain gas money, from an account that every local chain starts with.
 * Errors: CHAIN-WRONG-CHAIN-ID (not a local chain), CHAIN-RANGE, CHAIN-RPC-UNREACHABLE, CHAIN-NOT-MINED.
 */
export async function fundAccounts(rpcUrl: string, accounts: readonly string[]): Promise<void> {
  const rpc = openRpc(rpcUrl);
  const chainId = await asking('eth_chainId', () => rpc.getChainId());
  if (chainId !== LOCAL_CHAIN_ID) {
    const expected = `a local chain, ${LOCAL_CHAIN_ID}`;
    throw new ChainRefusal('CHAIN-WRONG-CHAIN-ID', { where: 'rpcUrl', expected, got: `${chainId}` });
  }
  const addresses = accounts.map((account) => addressOf(account, 'account'));
  await queueOf(rpc, rpcUrl, signerOf(devAccount(0).privateKey)).run(async (send) => {
    for (const to of addresses) await send({ to, value: GAS_MONEY_WEI, what: 'fundAccounts' });
  });
}

/** What there is left to do; nothing where all is done. */
async function stepsLeft(rpc: Rpc, plan: DeploymentPlan): Promise<DeployStep[]> {
  const isThere = await hasCode(rpc, plan.deployer.at);
  const nonce = isThere
    ? await asking('eth_getTransactionCount', () => rpc.getTransactionCount({ address: plan.deployer.at }))
    : 1;
  const toCreate = plan.creations.filter(({ data }) => data !== null).slice(nonce - 1);
  return [
    ...(isThere ? [] : [{ what: 'deployer', ...deployerCall(plan) }]),
    ...batchesOf(toCreate).map((batch) => ({
      what: batch.map(({ name }) => name).join(', '),
      ...creationCall(plan, batch),
    })),
    ...((await isWired(rpc, plan))
      ? []
      : [{ what: 'roles and triggers; the deployer renounces', ...wiringCall(plan) }]),
  ];
}

/** The wiring is one transaction, whose last call takes the owner's role away. */
async function isWired(rpc: Rpc, plan: DeploymentPlan): Promise<boolean> {
  if (plan.wiring.length === 0) return true;
  const { at } = plan.creations.find(({ name }) => name === 'accessManager')!;
  if (!(await hasCode(rpc, at))) return false;
  const args = [ADMINISTRATOR, plan.owner] as const;
  const [isMember] = await asking('accessManager.hasRole', () =>
    rpc.readContract({ abi: accessManager.abi, address: at, functionName: 'hasRole', args }),
  );
  return !isMember;
}

/** In order, as many to a transaction as fit. */
function batchesOf(creations: readonly Creation[]): Creation[][] {
  const batches: Creation[][] = [];
  let room = 0;
  for (const creation of creations) {
    const gas = GAS_PER_CREATION + GAS_PER_CODE_BYTE * (creation.data!.length / 2 - 1);
    if (gas > room) {
      batches.push([]);
      room = BATCH_GAS;
    }
    batches.at(-1)!.push(creation);
    room -= gas;
  }
  return batches;
}

async function checkDeployable(
  rpc: Rpc,
  plan: DeploymentPlan,
  { forcedInclusionSeconds, book }: Pick<NetworkDeployment, 'forcedInclusionSeconds' | 'book'>,
): Promise<void> {
  const { settings, planHash } = plan;
  const expectedId = chainIdOf(settings.chain);
  const chainId = await asking('eth_chainId', () => rpc.getChainId());
  if (chainId !== expectedId) {
    const expected = `chain ${expectedId}`;
    throw new ChainRefusal('CHAIN-WRONG-CHAIN-ID', { where: 'rpcUrl', expected, got: `${chainId}` });
  }
  const windowSeconds = settings.core.challengeWindowSeconds;
  const windowMin = Math.max(WINDOW_SECONDS_MIN, WINDOW_PER_FORCED_INCLUSION * forcedInclusionSeconds);
  if (chainId !== LOCAL_CHAIN_ID && windowSeconds < windowMin) {
    const where = 'settlement.challengeWindow';
    throw new ChainRefusal('CHAIN-WINDOW-SHORT', {
      where,
      expected: `at least ${windowMin} s`,
      got: `${windowSeconds} s`,
    });
  }
  if (book !== undefined && book !== null && (book.planHash !== planHash || book.deployer !== plan.deployer.at)) {
    const expected = `the deployment ${planHash.slice(0, 12)}…`;
    const got = `another one, ${book.planHash.slice(0, 12)}…`;
    throw new ChainRefusal('CHAIN-ADDRESS-BOOK', { where: 'book', expected, got });
  }
  if (await hasCode(rpc, CREATE2_PROXY)) return;
  const expected = `the deterministic deployment proxy at ${CREATE2_PROXY}`;
  throw new ChainRefusal('CHAIN-NO-CREATE2', { where: settings.chain, expected, got: 'nothing' });
}

async function hasCode(rpc: Rpc, address: Address): Promise<boolean> {
  const code = await asking('eth_getCode', () => rpc.getCode({ address }));
  return code !== undefined && code !== '0x';
}

/** Nothing of a deployment is before the block that comes next; of one whose book was lost, nobody knows. */
async function firstBlock(rpc: Rpc, steps: readonly DeployStep[]): Promise<number> {
  if (steps[0]?.what !== 'deployer') return 0;
  return Number(await asking('eth_blockNumber', () => rpc.getBlockNumber({ cacheTime: 0 }))) + 1;
}

function bookOf(plan: DeploymentPlan, deploymentBlock: number): DeploymentBook {
  const { planHash, owner, deployer, settings } = plan;
  const { chain } = settings;
  return { chain, deploymentBlock, planHash, owner, deployer: deployer.at, contracts: contractsOf(plan) };
}

function contractsOf({ creations }: DeploymentPlan): DeploymentBook['contracts'] {
  return Object.fromEntries(creations.map(({ name, at }) => [name, at])) as DeploymentBook['contracts'];
}

/** One block per step, each on the one before; the owner has all the money that it needs. */
async function simulatedGas(rpc: Rpc, owner: Address, steps: readonly DeployStep[]): Promise<number[]> {
  const stateOverrides = [{ address: owner, balance: 10n ** 24n }];
  const blocks = steps.map(({ to, data }) => ({ calls: [{ account: owner, to, data }], stateOverrides }));
  const simulated = await asking('eth_simulateV1', () => rpc.simulateBlocks({ blocks })).catch((cause: Error) => {
    if (cause instanceof ChainRefusal) throw cause;
    const expected = 'a node with eth_simulateV1';
    throw new ChainRefusal('CHAIN-NO-SIMULATION', { where: 'rpcUrl', expected, got: 'one without', cause });
  });
  return simulated.map(({ calls: [call] }, index) => {
    if (call!.status === 'success') return Number(call!.gasUsed);
    const got = (call!.error as Error | undefined)?.message ?? 'a revert';
    throw new ChainRefusal('CHAIN-REVERTED', { where: steps[index]!.what, expected: 'the contract to agree', got });
  });
}
