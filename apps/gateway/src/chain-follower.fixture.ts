import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEDGER_MIGRATIONS, migrate, openDatabase } from '@stannary/billing/postgres';
import { type AddressBook, devAccount, openChain, startLocalChain } from '@stannary/chain';
import { ChainFollower } from './chain-follower.ts';
import type { GatewayContext, Tables } from './context.ts';
import { Devices } from './devices.ts';
import { gatewayMigrations } from './tables.ts';

// A chain on which a program stands in the place of the contracts that says `Deposited` as often as it is told: thousands
// of events in a transaction, which no account could pay for one by one.

const TX_GAS = `0x${(16_000_000).toString(16)}`;
/** Logs Deposited(n, payer, 1) for n = calldata … 1. */
const EMITTER =
  '0x5f3560015f525b600a817f98e61a191a785bb80774a71a97c6f45cdba53aa992b229f7aee0658e19ea7e9a60205fa3600190038060065700';
const CONTRACTS = {
  workToken: `0x${'a1'.repeat(20)}`,
  credit: `0x${'a2'.repeat(20)}`,
  nodeRegistry: `0x${'a3'.repeat(20)}`,
  bondVault: `0x${'a4'.repeat(20)}`,
  settlement: `0x${'a5'.repeat(20)}`,
  eraChallenges: `0x${'a6'.repeat(20)}`,
};

const EMITTERS: AddressBook = { chain: 'eip155:31337', deploymentBlock: 0, contracts: CONTRACTS };

export interface DepositChain {
  readonly rpc: (method: string, params?: readonly unknown[]) => Promise<unknown>;
  /** A block with so many deposits of one grain. */
  readonly deposits: (count: number) => Promise<void>;
  /** Makes everything final that there is. */
  readonly finalise: () => Promise<void>;
  /** A follower on the database in the folder, as a gateway has it; closed before the next is opened. */
  readonly open: (witnessCount?: number) => Promise<OpenFollower>;
  readonly stop: () => Promise<void>;
}

export interface OpenFollower {
  readonly follower: ChainFollower;
  readonly context: GatewayContext;
  readonly close: () => Promise<void>;
}

export async function startDepositChain(): Promise<DepositChain> {
  const folder = await mkdtemp(join(tmpdir(), 'stannary-follower-'));
  const chain = await startLocalChain({ stateFile: join(folder, 'chain.json') });
  const rpc = (method: string, params: readonly unknown[] = []) => call(chain.rpcUrl, method, params);
  for (const address of Object.values(CONTRACTS)) await rpc('anvil_setCode', [address, EMITTER]);
  await rpc('evm_setIntervalMining', [0]);
  await rpc('evm_setAutomine', [true]);
  return {
    rpc,
    deposits: async (count) => {
      const data = `0x${count.toString(16).padStart(64, '0')}`;
      const transaction = { from: devAccount(0).address, to: CONTRACTS.settlement, gas: TX_GAS, data };
      const hash = await rpc('eth_sendTransaction', [transaction]);
      // The block comes after the hash.
      while ((await rpc('eth_getTransactionReceipt', [hash])) === null) await sleep(5);
    },
    finalise: async () => void (await rpc('anvil_mine', ['0x3'])),
    open: (witnessCount = 0) => openFollower(chain.rpcUrl, join(folder, 'database'), witnessCount),
    stop: async () => {
      await chain.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** A follower on a database in a folder, as a gateway has it. */
export async function openFollower(
  rpcUrl: string,
  dataDirectory: string,
  witnessCount: number,
  addressBook: AddressBook = EMITTERS,
): Promise<OpenFollower> {
  const { db, close } = await openDatabase<Tables>({ dataDirectory });
  await migrate(db, { ...LEDGER_MIGRATIONS, ...gatewayMigrations });
  // What the follower uses of a gateway.
  const context = {
    db,
    chain: await openChain({ rpcUrl, addressBook }),
    chainId: addressBook.chain,
    clock: () => ({ genesisMs: 0, epochMs: 3_600_000, epochsPerEra: 24, pauses: [] }),
    nowMs: Date.now,
    log: () => {},
    count: () => {},
  } as unknown as GatewayContext;
  const witnessRpcUrls = Array.from({ length: witnessCount }, () => rpcUrl);
  const follower = new ChainFollower(context, new Devices(context), { rpcUrl, witnessRpcUrls, addressBook });
  return { follower, context, close };
}

async function call(rpcUrl: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

/** A fault as a statement leaves it, proposed in epoch 1 for a wrong result. */
export function proposedFault(own: {
  readonly fault_id: string;
  readonly node_id: string;
  readonly evidence_hash: string;
  readonly challenger: string;
  readonly final_epoch: number;
  readonly slash_grains: number;
}) {
  const since = { stage: 'proposed', proposed_epoch: 1, refunded_grains: 0, case_closed: false, case_seen: false };
  return { offence: 'wrong-result', ...since, ...own };
}
