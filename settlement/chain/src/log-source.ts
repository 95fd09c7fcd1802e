import { type Hex, numberToHex } from 'viem';
import { type BlockRange, type EventLog, type LogFilter, readLogs } from './events.ts';
import { isPassing, type Patience, patiently, USUAL_PATIENCE } from './patience.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';

// Where a follower reads: one node, or several that have to say the same.

export interface BlockHead {
  readonly number: number;
  /** 0x and 64 hex characters. */
  readonly hash: string;
  readonly parentHash: string;
  /** 0x and 512 hex characters: whose logs may be in the block. */
  readonly logsBloom: string;
  readonly timestampMs: number;
}

/** `finalized` as the chain says it, or so many blocks behind its newest. */
export type Finality = 'finalized' | { readonly depth: number };

/** Errors of every method: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED; of several nodes CHAIN-RPC-DISAGREEMENT. */
export interface LogSource {
  /** The newest block to read; below 0 where the chain is younger than the finality asked for. */
  readonly target: () => Promise<number>;
  /** Those of the range that are there, in order. */
  readonly heads: (range: BlockRange) => Promise<readonly BlockHead[]>;
  /** In the order of the chain. */
  readonly logs: (filter: LogFilter, range: BlockRange) => Promise<readonly EventLog[]>;
  readonly logsOfBlock: (filter: LogFilter, blockHash: string) => Promise<readonly EventLog[]>;
}

/** A node, and how it is called in messages: by its host, since the rest of an address may hold a key. */
export interface NamedSource {
  readonly node: string;
  readonly source: LogSource;
}

const HEADS_AT_ONCE = 16;

/** One node. An answer that takes longer than `timeoutMs` is none. */
export function nodeSource(
  rpcUrl: string,
  finality: Finality,
  { patience = USUAL_PATIENCE, timeoutMs }: { readonly patience?: Patience; readonly timeoutMs?: number } = {},
): NamedSource {
  const rpc = openRpc(rpcUrl, timeoutMs);
  const asked = <Answer>(request: () => Promise<Answer>) => patiently(request, patience);
  const source: LogSource = {
    target: () => asked(() => targetOf(rpc, finality)),
    heads: (range) => headsIn(range, (number) => asked(() => headOf(rpc, numberToHex(number)))),
    logs: (filter, range) => asked(() => readLogs(rpc, filter, range)),
    logsOfBlock: (filter, blockHash) => asked(() => logsOfBlock(rpc, filter, blockHash as Hex)),
  };
  return { node: new URL(rpcUrl).host, source };
}

async function targetOf(rpc: Rpc, finality: Finality): Promise<number> {
  if (finality === 'finalized') return (await headOf(rpc, 'finalized'))?.number ?? -1;
  return ((await headOf(rpc, 'latest'))?.number ?? -1) - finality.depth;
}

async function headsIn(
  { fromBlock, toBlock }: BlockRange,
  headAt: (number: number) => Promise<BlockHead | null>,
): Promise<BlockHead[]> {
  const heads: BlockHead[] = [];
  for (let from = fromBlock; from <= toBlock; from += HEADS_AT_ONCE) {
    const count = Math.min(HEADS_AT_ONCE, toBlock - from + 1);
    const found = await Promise.all(Array.from({ length: count }, (_, offset) => headAt(from + offset)));
    heads.push(...found.filter((head) => head !== null));
  }
  return heads;
}

async function headOf(rpc: Rpc, which: Hex | 'latest' | 'finalized'): Promise<BlockHead | null> {
  const params: [Hex | 'latest' | 'finalized', false] = [which, false];
  const block = await asking('eth_getBlockByNumber', () => rpc.request({ method: 'eth_getBlockByNumber', params }));
  if (block === null) return null;
  const { number, hash, parentHash, logsBloom, timestamp } = block;
  const timestampMs = Number(timestamp) * 1000;
  return { number: Number(number), hash: hash!, parentHash, logsBloom: logsBloom!, timestampMs };
}

async function logsOfBlock(rpc: Rpc, filter: LogFilter, blockHash: Hex): Promise<readonly EventLog[]> {
  const params: [{ blockHash: Hex } & LogFilter] = [{ ...filter, blockHash }];
  const logs = await asking('eth_getLogs', () => rpc.request({ method: 'eth_getLogs', params }));
  return logs as readonly unknown[] as readonly EventLog[];
}

/**
 * Several nodes as one. All are asked; one that cannot be reached is left out as long as `agreeMin` answer, and those
 * that answer must say the same. The newest block is what all of them have.
 * Errors: CHAIN-RPC-DISAGREEMENT, which names both nodes and what they said; those of one node when too few answer.
 */
export function agreeingSource(nodes: readonly NamedSource[], agreeMin: number): LogSource {
  const agreed = async <Row>(where: string, request: (source: LogSource) => Promise<readonly Row[]>) => {
    const [first, ...others] = await answersOf(nodes, agreeMin, request);
    for (const other of others) compare(where, first!, other);
    return first!.answer;
  };
  return {
    target: async () => {
      const targets = await answersOf(nodes, agreeMin, (source) => source.target());
      return Math.min(...targets.map(({ answer }) => answer));
    },
    heads: (range) => agreed('blocks', async (source) => source.heads(range)),
    logs: (filter, range) => agreed('logs', async (source) => (await source.logs(filter, range)).map(comparable)),
    logsOfBlock: (filter, hash) =>
      agreed('logs', async (source) => (await source.logsOfBlock(filter, hash)).map(comparable)),
  };
}

interface NodeAnswer<Answer> {
  readonly node: string;
  readonly answer: Answer;
}

async function answersOf<Answer>(
  nodes: readonly NamedSource[],
  agreeMin: number,
  request: (source: LogSource) => Promise<Answer>,
): Promise<NodeAnswer<Answer>[]> {
  const asked = nodes.map(async ({ node, source }) => ({ node, answer: await request(source) }));
  const settled = await Promise.allSettled(asked);
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const failure = failures.find((one) => !isPassing(one)) ?? (answers.length < agreeMin ? failures[0] : undefined);
  if (failure !== undefined) throw failure;
  return answers;
}

function compare<Row>(where: string, one: NodeAnswer<readonly Row[]>, other: NodeAnswer<readonly Row[]>): void {
  const length = Math.max(one.answer.length, other.answer.length);
  for (let at = 0; at < length; at++) {
    const [here, there] = [one.answer[at], other.answer[at]].map((row) => JSON.stringify(row) ?? 'nothing more');
    if (here === there) continue;
    const expected = 'the same answer from every node';
    const got = `${one.node}: ${here}; ${other.node}: ${there}`;
    throw new ChainRefusal('CHAIN-RPC-DISAGREEMENT', { where: `${where}, row ${at}`, expected, got });
  }
}

/** What nodes have to say alike of a log; some add fields of their own. */
function comparable({ address, data, topics, transactionHash, blockNumber, blockHash, logIndex }: EventLog): EventLog {
  const place = { transactionHash, blockNumber, blockHash, logIndex };
  return { address: address.toLowerCase() as Hex, data, topics, ...place };
}
