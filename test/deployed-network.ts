import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DeployedStep,
  type DeploymentBook,
  type DeploymentParties,
  deployNetwork,
  devAccount,
  type EconomyToDeploy,
  type LocalChainOptions,
  localParties,
  type NetworkSettings,
  networkSettings,
  startLocalChain,
} from '@stannary/chain';
import { fieldLimits, loadEconomy, type Override } from '@stannary/economies';
import { askNode, temporaryFolder } from './local-network.ts';

// Whole deployments on real chains, by the accounts that every local chain starts with.

export const OWNER = devAccount(0);
const GENESIS_AT = 1_767_225_600;

export async function economyOf(name: string, set: readonly Override[] = []): Promise<EconomyToDeploy> {
  const { economyHash, policies } = await loadEconomy(name, { set });
  const fields = fieldLimits(policies[0]);
  return { policies: policies.map(({ economy }) => economy), fields, economyHash, gateReportHash: null };
}

export function partiesOf({ policies: [economy] }: EconomyToDeploy): DeploymentParties {
  return localParties(economy!, GENESIS_AT);
}

export async function settingsOf(mode: string, change: Partial<DeploymentParties> = {}): Promise<NetworkSettings> {
  const economy = await economyOf('reference', [['governance.mode', mode]]);
  return networkSettings(economy, { ...partiesOf(economy), ...change });
}

/** Deploys, and says which steps it took. */
export async function deployed(rpcUrl: string, settings: NetworkSettings, book: DeploymentBook | null = null) {
  const steps: DeployedStep[] = [];
  const onStep = (step: DeployedStep) => void steps.push(step);
  const given = { rpcUrl, deployer: OWNER.privateKey, settings, forcedInclusionSeconds: 0, book, onStep };
  return { book: await deployNetwork(given), steps };
}

export async function startChain(options: Omit<LocalChainOptions, 'stateFile'> = {}) {
  const folder = await temporaryFolder();
  const chain = await startLocalChain({ stateFile: join(folder.path, 'chain.json'), ...options });
  const end = async () => {
    await chain.stop();
    await folder.remove();
  };
  return { chain, end };
}

/** So many seconds go by on the chain at once. */
export async function passTime(rpcUrl: string, seconds: number): Promise<void> {
  await askNode(rpcUrl, 'evm_increaseTime', [seconds]);
  await askNode(rpcUrl, 'evm_mine');
}

/** The newest block's second is this one. */
export async function passTimeTo(rpcUrl: string, second: number): Promise<void> {
  await askNode(rpcUrl, 'evm_setNextBlockTimestamp', [second]);
  await askNode(rpcUrl, 'evm_mine');
}

/** Sends a call as an account whose key nobody has, and waits until it is mined. */
export async function sendAs(rpcUrl: string, from: string, to: string, data: string): Promise<void> {
  await askNode(rpcUrl, 'anvil_setBalance', [from, '0xde0b6b3a7640000']);
  await askNode(rpcUrl, 'anvil_impersonateAccount', [from]);
  const hash = await askNode(rpcUrl, 'eth_sendTransaction', [{ from, to, data }]);
  while ((await askNode(rpcUrl, 'eth_getTransactionReceipt', [hash])) === null) await sleep(20);
}
