import { BaseError, ContractFunctionZeroDataError, decodeEventLog, type Hex, recoverMessageAddress } from 'viem';
import { signerOf } from './account.ts';
import { type EventLog, placeOf, readLogs } from './events.ts';
import { reserve } from './generated/contracts.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import { addressOf, hexOf } from './values.ts';

/** A reserve of credits at one block. Amounts are decimal strings: grains of credit, or units of the asset. */
export interface ReserveAudit {
  readonly kind: 'reserve-audit';
  /** CAIP-2 id. */
  readonly chain: string;
  readonly reserve: string;
  readonly credit: string;
  readonly asset: string;
  readonly block: { readonly number: number; readonly hash: string; readonly timestampMs: number };
  readonly assetsGrains: string;
  readonly liabilitiesGrains: string;
  /** Null where nothing is outstanding. */
  readonly coveragePpm: string | null;
  /** Set aside for redemptions that were priced; in neither of the two above. */
  readonly owedUnits: string;
  readonly attestor: string;
  /** Null before the first. */
  readonly attestation: ReserveAttestation | null;
  /** Past this age nothing is issued. */
  readonly attestationSecondsMax: number;
  readonly isStale: boolean;
  /** From this block on. */
  readonly fromBlock: number;
  readonly history: readonly CoverageEntry[];
}

export interface ReserveAttestation {
  readonly assetsGrains: string;
  readonly liabilitiesGrains: string;
  readonly asOfMs: number;
  /** At the audit's block. */
  readonly ageSeconds: number;
  /** SHA-256 of the attestor's report, 64 hex characters. */
  readonly reportHash: string;
}

/** Assets and liabilities as the chain had them when credits were issued or redeemed, or as the attestor counted. */
export interface CoverageEntry {
  readonly blockNumber: number;
  readonly txHash: string;
  readonly what: 'issued' | 'redeemed' | 'attested';
  readonly assetsGrains: string;
  readonly liabilitiesGrains: string;
  readonly coveragePpm: string | null;
}

export interface ReserveAuditOptions {
  readonly rpcUrl: string;
  /** 0x, lower case. */
  readonly reserve: string;
  /** Without it the newest block, which may still be replaced: its hash says whether it was. */
  readonly blockNumber?: number;
  /** Where the history begins. */
  readonly fromBlock: number;
}

/**
 * Reads a reserve at one block, so that everything in the answer is of one state. Nodes that keep no old states answer for
 * the newest block only.
 * Errors: CHAIN-RPC-UNREACHABLE, CHAIN-RANGE (no address), CHAIN-ADDRESS-BOOK (no reserve there), CHAIN-BLOCK-UNKNOWN
 * (the node does not know the block, or its state).
 */
export async function auditReserve(options: ReserveAuditOptions): Promise<ReserveAudit> {
  const rpc = openRpc(options.rpcUrl);
  const address = addressOf(options.reserve, 'reserve');
  const chainId = await asking('eth_chainId', () => rpc.getChainId());
  const { block, state } = await (options.blockNumber === undefined
    ? newestState(rpc, address)
    : stateOf(rpc, address, options.blockNumber));
  const number = Number(block.number);
  const logs = await readLogs(rpc, { address }, { fromBlock: options.fromBlock, toBlock: number });
  const timestamp = Number(block.timestamp);
  const attestation = attestationOf(state.attestation, timestamp);
  const attestationSecondsMax = Number(state.attestationSecondsMax);
  return {
    kind: 'reserve-audit',
    chain: `eip155:${chainId}`,
    reserve: address,
    credit: state.credit.toLowerCase(),
    asset: state.asset.toLowerCase(),
    block: { number, hash: hexOf(block.hash!), timestampMs: timestamp * 1_000 },
    ...coverageOf(state.assetsGrains, state.outstandingGrains),
    owedUnits: `${state.owedUnits}`,
    attestor: state.attestor.toLowerCase(),
    attestation,
    attestationSecondsMax,
    isStale: attestation === null || attestation.ageSeconds > attestationSecondsMax,
    fromBlock: options.fromBlock,
    history: logs.flatMap(entryOf),
  };
}

/**
 * Signs a text with an account's key (EIP-191), as wallets do. Errors: CHAIN-RANGE.
 * @returns the signature, 0x and 130 hex characters
 */
export function signText(text: string, privateKey: string): Promise<string> {
  return signerOf(privateKey).signMessage({ message: text });
}

/** The account that signed a text, lower case; of a changed text: another. Errors: CHAIN-RANGE (no signature). */
export async function signerOfText(text: string, signature: string): Promise<string> {
  try {
    return (await recoverMessageAddress({ message: text, signature: signature as Hex })).toLowerCase();
  } catch (cause) {
    const expected = '0x and 130 hex characters of a signature';
    throw new ChainRefusal('CHAIN-RANGE', { where: 'signature', expected, got: signature.slice(0, 140), cause });
  }
}

const MILLION = 1_000_000n;

/** Nodes move on between two questions; when the block before them is the block after them, all answers are of it. */
const ATTEMPTS = 20;

async function newestState(rpc: Rpc, address: Hex) {
  for (let attempt = 1; ; attempt += 1) {
    const block = await asking('eth_getBlockByNumber', () => rpc.getBlock());
    const state = await stateAt(rpc, address, { blockTag: 'latest' });
    const after = await asking('eth_getBlockByNumber', () => rpc.getBlock());
    if (after.hash === block.hash) return { block, state };
    if (attempt === ATTEMPTS) throw noState('a block that lasts as long as eight questions', Number(after.number));
  }
}

async function stateOf(rpc: Rpc, address: Hex, blockNumber: number) {
  const at = { blockNumber: BigInt(blockNumber) };
  try {
    const block = await asking('eth_getBlockByNumber', () => rpc.getBlock(at));
    return { block, state: await stateAt(rpc, address, at) };
  } catch (error) {
    // Every node says in its own words that it does not keep a state.
    throw error instanceof BaseError ? noState('a node that keeps the state', blockNumber, error) : error;
  }
}

type At = { readonly blockTag: 'latest' } | { readonly blockNumber: bigint };

async function stateAt(rpc: Rpc, address: Hex, at: At) {
  const code = await asking('eth_getCode', () => rpc.getCode({ address, ...at }));
  if (code === undefined || code === '0x') throw noReserve(address, 'nothing');
  const read = <Name extends ReserveView>(functionName: Name) =>
    rpc.readContract({ abi: reserve.abi, address, functionName, ...at });
  try {
    const [attestor, attestation, attestationSecondsMax, credit, asset, assetsGrains, outstandingGrains, owedUnits] =
      await asking('auditReserve', () =>
        Promise.all([
          ...([read('attestor'), read('attestation'), read('attestationSecondsMax'), read('credit')] as const),
          ...([read('asset'), read('assetsGrains'), read('outstandingGrains'), read('owedUnits')] as const),
        ]),
      );
    return { attestor, attestation, attestationSecondsMax, credit, asset, assetsGrains, outstandingGrains, owedUnits };
  } catch (error) {
    throw isOtherContract(error) ? noReserve(address, 'another contract', error) : error;
  }
}

function isOtherContract(error: unknown): boolean {
  if (error instanceof ChainRefusal) return error.code === 'CHAIN-REVERTED';
  return error instanceof BaseError && error.walk((inner) => inner instanceof ContractFunctionZeroDataError) !== null;
}

type ReserveView =
  | ('attestor' | 'attestation' | 'attestationSecondsMax' | 'credit')
  | ('asset' | 'assetsGrains' | 'outstandingGrains' | 'owedUnits');

function noState(expected: string, blockNumber: number, cause?: unknown): ChainRefusal {
  return new ChainRefusal('CHAIN-BLOCK-UNKNOWN', { where: 'reserve', expected, got: `block ${blockNumber}`, cause });
}

function noReserve(address: Hex, what: string, cause?: unknown): ChainRefusal {
  const got = `${what} at ${address}`;
  return new ChainRefusal('CHAIN-ADDRESS-BOOK', { where: 'reserve', expected: 'a reserve', got, cause });
}

function attestationOf(
  given: {
    readonly assetsGrains: bigint;
    readonly liabilitiesGrains: bigint;
    readonly asOf: bigint;
    readonly reportHash: Hex;
  },
  timestamp: number,
): ReserveAttestation | null {
  if (given.asOf === 0n) return null;
  const asOf = Number(given.asOf);
  return {
    assetsGrains: `${given.assetsGrains}`,
    liabilitiesGrains: `${given.liabilitiesGrains}`,
    asOfMs: asOf * 1_000,
    ageSeconds: timestamp - asOf,
    reportHash: hexOf(given.reportHash),
  };
}

/** Ratio rounded down, as the contract has it. */
function coverageOf(assets: bigint, liabilities: bigint) {
  return {
    assetsGrains: `${assets}`,
    liabilitiesGrains: `${liabilities}`,
    coveragePpm: liabilities === 0n ? null : `${(assets * MILLION) / liabilities}`,
  };
}

function entryOf(log: EventLog): CoverageEntry[] {
  const { eventName, args } = decodeEventLog({ abi: reserve.abi, data: log.data, topics: log.topics });
  const { blockNumber, txHash } = placeOf(log);
  switch (eventName) {
    case 'Issued':
      return [{ blockNumber, txHash, what: 'issued', ...coverageOf(args.assetsGrains, args.outstandingGrains) }];
    case 'RedemptionPriced':
      return [{ blockNumber, txHash, what: 'redeemed', ...coverageOf(args.assetsGrains, args.outstandingGrains) }];
    case 'Attested':
      return [{ blockNumber, txHash, what: 'attested', ...coverageOf(args.assetsGrains, args.liabilitiesGrains) }];
    default:
      return [];
  }
}
