import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Abi,
  BaseError,
  createPublicClient,
  decodeErrorResult,
  type Hex,
  HttpRequestError,
  http,
  LimitExceededRpcError,
  type PublicClient,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
} from 'viem';
import * as contracts from './generated/contracts.ts';
import { ChainRefusal, type ContractRevert } from './refusal.ts';
import { revertAdvice } from './revert-advice.ts';

const REQUEST_TIMEOUT_MS = 20_000;
/** An answer with 80,000 logs; what is larger is asked for in halves. */
const ANSWER_BYTES_MAX = 50 * 2 ** 20;
const TOO_MANY_REQUESTS = 429;
const ATTEMPTS_BETWEEN_BLOCKS = 10;
const BETWEEN_BLOCKS_MS = 5;
/** Errors cross contracts (a token's error ends a deposit), so every one is looked up in all. */
const ERRORS: Abi = Object.values(contracts).flatMap(({ abi }) => (abi as Abi).filter(({ type }) => type === 'error'));

export type Rpc = PublicClient;

/** A connection to a node. No retries in here: who sends a transaction must know what was sent. */
export function openRpc(rpcUrl: string, timeoutMs = REQUEST_TIMEOUT_MS): Rpc {
  const transport = http(rpcUrl, { retryCount: 0, timeout: timeoutMs, maxResponseBodySize: ANSWER_BYTES_MAX });
  return createPublicClient({ transport });
}

/**
 * Runs a request, turning what it throws into a refusal.
 * Errors: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED, CHAIN-REVERTED, CHAIN-OUT-OF-GAS-MONEY; anything else passes as it is.
 */
export async function asking<Answer>(where: string, request: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt === ATTEMPTS_BETWEEN_BLOCKS || !isBetweenBlocks(error)) throw refusalOf(error, where);
      await sleep(BETWEEN_BLOCKS_MS);
    }
  }
}

/**
 * A node that keeps no old states, while it takes in a block, may look for the state that it just replaced. Nothing was
 * executed then, so asking again is safe, for transactions too.
 */
function isBetweenBlocks(error: unknown): boolean {
  return error instanceof BaseError && /BlockOutOfRange/.test(error.message);
}

function refusalOf(error: unknown, where: string): unknown {
  if (!(error instanceof BaseError)) return error;
  const transport = transportRefusal(error, where);
  if (transport !== null) return transport;
  const data = revertData(error);
  if (data !== null) return revertedRefusal(data, where, error);
  if (/insufficient funds|gas required exceeds allowance/i.test(error.message)) {
    const expected = 'an account that can pay for gas';
    return new ChainRefusal('CHAIN-OUT-OF-GAS-MONEY', { where, expected, got: 'too little', cause: error });
  }
  return error;
}

/** True where a node said no, or more than is listened to; false where it did not get to it. */
export function isAnswered(error: unknown): boolean {
  const source = error instanceof ChainRefusal ? error.cause : error;
  const said = (inner: unknown) => inner instanceof RpcRequestError || inner instanceof ResponseBodyTooLargeError;
  return source instanceof BaseError && source.walk(said) !== null;
}

/** No answer at all, or one that asks for patience; null for an answer. */
function transportRefusal(error: BaseError, where: string): ChainRefusal | null {
  const lost = error.walk((inner) => inner instanceof HttpRequestError || inner instanceof TimeoutError);
  const limit = error.walk((inner) => inner instanceof LimitExceededRpcError);
  const isLimited = limit !== null || (lost instanceof HttpRequestError && lost.status === TOO_MANY_REQUESTS);
  if (lost === null && limit === null) return null;
  const got = lostText(lost ?? limit!);
  if (isLimited) return new ChainRefusal('CHAIN-RPC-LIMITED', { where, expected: 'fewer requests', got, cause: error });
  return new ChainRefusal('CHAIN-RPC-UNREACHABLE', { where, expected: 'an answer', got, cause: error });
}

/** CHAIN-REVERTED with the contract's own error in it. */
export function revertedRefusal(data: Hex, where: string, cause?: unknown): ChainRefusal {
  const revert = decodeRevert(data);
  const args = Object.entries(revert.args).map(([name, value]) => `${name} ${value}`);
  const got = `${revert.name}(${args.join(', ')})`;
  const advice = revertAdvice(revert.name);
  return new ChainRefusal('CHAIN-REVERTED', { where, expected: 'the contract to agree', got, revert, advice, cause });
}

/** The name of the error in a revert's bytes, e.g. of a skipped claim. */
export function revertNameOf(data: Hex): string {
  return decodeRevert(data).name;
}

function decodeRevert(data: Hex): ContractRevert {
  try {
    const { errorName, args = [], abiItem } = decodeErrorResult({ abi: ERRORS, data });
    const inputs = 'inputs' in abiItem ? abiItem.inputs : [];
    const named = args.map((value, index) => [inputs[index]?.name || String(index), plain(value)]);
    return { name: errorName, args: Object.fromEntries(named) };
  } catch {
    return { name: 'unknown', args: { data } };
  }
}

/** Addresses in the house's form; everything else as viem has it. */
function plain(value: unknown): unknown {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value) ? value.toLowerCase() : value;
}

/** The bytes that a reverted call gave back, wherever in the chain of causes they are. */
function revertData(error: BaseError): Hex | null {
  const holder = error.walk((inner) => typeof (inner as { data?: unknown }).data === 'string') as { data?: Hex } | null;
  if (holder?.data !== undefined) return holder.data;
  return /execution reverted/i.test(error.message) ? '0x' : null;
}

/** Of a request that got nowhere, why: fetch itself says only that it failed. */
function lostText(error: Error): string {
  const { message, code } = (error as BaseError).walk() as Error & { readonly code?: string };
  return code === undefined ? shortOf(error) : message || code;
}

function shortOf(error: unknown): string {
  const { details, shortMessage, message } = error as { details?: string; shortMessage?: string; message: string };
  return details ?? shortMessage ?? message;
}
