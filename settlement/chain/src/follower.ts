import type { Hex } from 'viem';
import type { AddressBook } from './address-book.ts';
import { type BlockRange, type ChainEvent, decodeEvents, type EventLog, eventSources } from './events.ts';
import { type BloomBits, bloomBits, mayHaveLogs } from './log-bloom.ts';
import { agreeingSource, type BlockHead, type Finality, type LogSource, nodeSource } from './log-source.ts';
import type { Patience } from './patience.ts';
import { ChainRefusal } from './refusal.ts';
import { type TimelineEvent, timelineOf, timelineSources } from './timeline.ts';

export interface BlockRef {
  readonly number: number;
  /** 0x and 64 hex characters. */
  readonly hash: string;
}

/** Some blocks in a row, and everything that happened in them, in order. */
export interface FollowedStep {
  /** At least one, oldest first. */
  readonly blocks: readonly BlockRef[];
  readonly events: readonly ChainEvent[];
  /** What of it everybody may want to know, of all the network's contracts. */
  readonly timeline: readonly TimelineEvent[];
}

/** What has been read, kept by whoever follows: cursor and consequences together, so that no end can tear them apart. */
export interface FollowerStore {
  /**
   * The blocks that were taken last, newest first, without a hole; empty before the first. As many as a reorganisation
   * may undo.
   */
  readonly tail: () => Promise<readonly BlockRef[]>;
  /** Takes a step as a whole or not at all. */
  readonly take: (step: FollowedStep) => Promise<void>;
  /** Forgets everything after a block, as a whole or not at all; null: everything. */
  readonly rewind: (to: BlockRef | null) => Promise<void>;
}

export interface FollowerOptions {
  readonly addressBook: AddressBook;
  readonly source: LogSource;
  readonly store: FollowerStore;
  /** Most blocks of one step. */
  readonly blocksMax?: number;
}

/** What a step came to; `isBehind`: there is more to read at once. */
export interface StepResult {
  readonly kind: 'idle' | 'taken' | 'rewound';
  readonly block: BlockRef | null;
  readonly isBehind: boolean;
}

export interface FollowOptions extends Omit<FollowerOptions, 'source'> {
  /** At least one. Several have to say the same, as many of them as `agreeMin`; the others may be out of reach. */
  readonly rpcUrls: readonly string[];
  /** 2, or 1 where there is one node, by default. */
  readonly agreeMin?: number;
  readonly finality: Finality;
  readonly patience?: Patience;
  /** A node that takes longer has not answered. */
  readonly timeoutMs?: number;
}

const BLOCKS_MAX = 500;

/** Follows a network's chain through one node or several. Reads nothing before the first step. */
export function followChain(options: FollowOptions): ChainLogFollower {
  const { rpcUrls, finality, agreeMin = Math.min(2, rpcUrls.length), patience, timeoutMs, ...rest } = options;
  const asking = { ...(patience && { patience }), ...(timeoutMs !== undefined && { timeoutMs }) };
  const nodes = rpcUrls.map((rpcUrl) => nodeSource(rpcUrl, finality, asking));
  const source = nodes.length === 1 ? nodes[0]!.source : agreeingSource(nodes, agreeMin);
  return new ChainLogFollower({ ...rest, source });
}

/**
 * Reads a network's events block by block into a store: each block once, in order, none left out, and none kept that the
 * chain no longer has.
 *
 * A block counts when its parent is the one taken before it. Every log must lie in one of the blocks read, and a block whose
 * filter says that a contract logged in it, while nothing of it came, is asked again on its own.
 */
export class ChainLogFollower {
  readonly #options: FollowerOptions;
  readonly #sources: readonly (readonly [Hex, BloomBits])[];

  constructor(options: FollowerOptions) {
    this.#options = options;
    const addresses = [...eventSources(options.addressBook), ...timelineSources(options.addressBook)];
    this.#sources = addresses.map((address) => [address, bloomBits(address)]);
  }

  /**
   * Takes the next blocks, or takes back what the chain replaced. Not to be called again before it has ended.
   *
   * Errors: those of the source; CHAIN-RPC-INCONSISTENT (answers that do not belong together: a node lies, or the chain was
   * reorganised in between), CHAIN-LOGS-MISSING, CHAIN-REORG-TOO-DEEP (deeper than the store's tail); whatever the store
   * throws. Nothing is taken then, and the next step begins where this one did.
   */
  async step(): Promise<StepResult> {
    const { source, store, addressBook, blocksMax = BLOCKS_MAX } = this.#options;
    const [tail, target] = await Promise.all([store.tail(), source.target()]);
    const cursor = tail[0] ?? null;
    const first = cursor === null ? addressBook.deploymentBlock : cursor.number + 1;
    if (cursor !== null && !(await this.#isThere(cursor, target))) return this.#rewind(tail, target);
    if (target < first) return { kind: 'idle', block: cursor, isBehind: false };
    const range = { fromBlock: first, toBlock: Math.min(target, first + blocksMax - 1) };
    const heads = await source.heads(range);
    checkHeads(heads, range, cursor);
    const step = stepOf(addressBook, heads, await this.#logs(heads, range));
    await store.take(step);
    return { kind: 'taken', block: step.blocks.at(-1)!, isBehind: range.toBlock < target };
  }

  /** A node that is behind says nothing against a block. */
  async #isThere({ number, hash }: BlockRef, target: number): Promise<boolean> {
    if (number > target) return true;
    const [head] = await this.#options.source.heads({ fromBlock: number, toBlock: number });
    return head === undefined || head.hash === hash;
  }

  /** Back to the last block that the chain still has. */
  async #rewind(tail: readonly BlockRef[], target: number): Promise<StepResult> {
    const { source, store, addressBook } = this.#options;
    for (const block of tail.slice(1)) {
      const [head] = await source.heads({ fromBlock: block.number, toBlock: block.number });
      if (head?.hash !== block.hash) continue;
      await store.rewind(block);
      return { kind: 'rewound', block, isBehind: block.number < target };
    }
    const oldest = tail.at(-1)!;
    if (oldest.number > addressBook.deploymentBlock) {
      const expected = `block ${oldest.number} to be ${oldest.hash}: it was final`;
      throw new ChainRefusal('CHAIN-REORG-TOO-DEEP', { where: 'the chain', expected, got: 'another block' });
    }
    await store.rewind(null);
    return { kind: 'rewound', block: null, isBehind: true };
  }

  async #logs(heads: readonly BlockHead[], range: BlockRange): Promise<readonly EventLog[]> {
    const logs = await this.#options.source.logs({ address: this.#sources.map(([address]) => address) }, range);
    checkLogs(logs, heads, new Map(this.#sources));
    const seen = new Set(logs.map(({ blockHash, address }) => `${blockHash} ${address.toLowerCase()}`));
    for (const [address, bits] of this.#sources) {
      const doubtful = heads.filter(
        ({ hash, logsBloom }) => !seen.has(`${hash} ${address}`) && mayHaveLogs(logsBloom, bits),
      );
      for (const head of doubtful) await this.#lookAgain(head, address);
    }
    return logs;
  }

  /** Bloom filters err on one side only, so nothing the second time means that there is nothing. */
  async #lookAgain({ number, hash }: BlockHead, address: Hex): Promise<void> {
    const logs = await this.#options.source.logsOfBlock({ address }, hash);
    if (logs.length === 0) return;
    const expected = `${logs.length} logs of ${address}`;
    throw new ChainRefusal('CHAIN-LOGS-MISSING', { where: `block ${number}`, expected, got: 'none in the range' });
  }
}

function stepOf(addressBook: AddressBook, heads: readonly BlockHead[], logs: readonly EventLog[]): FollowedStep {
  const ledgers = new Set(eventSources(addressBook));
  const isOfLedger = ({ address }: EventLog) => ledgers.has(address.toLowerCase() as Hex);
  const events = decodeEvents(addressBook, logs.filter(isOfLedger));
  const others = logs.filter((log) => !isOfLedger(log));
  const timestampMsOf = (blockNumber: number) => heads[blockNumber - heads[0]!.number]!.timestampMs;
  const timeline = timelineOf(addressBook, others, events, timestampMsOf);
  return { blocks: heads.map(({ number, hash }) => ({ number, hash })), events, timeline };
}

/** Each block of the range once, each the child of the one before. */
function checkHeads(heads: readonly BlockHead[], { fromBlock, toBlock }: BlockRange, cursor: BlockRef | null): void {
  const count = toBlock - fromBlock + 1;
  if (heads.length !== count) throw inconsistent('eth_getBlockByNumber', `${count} blocks`, `${heads.length}`);
  let parentHash = cursor?.hash ?? heads[0]!.parentHash;
  for (const [offset, head] of heads.entries()) {
    const number = fromBlock + offset;
    if (head.number !== number || head.parentHash !== parentHash) {
      const got = `block ${head.number}, child of ${head.parentHash}`;
      throw inconsistent('eth_getBlockByNumber', `block ${number}, child of ${parentHash}`, got);
    }
    parentHash = head.hash;
  }
}

/** Each log of a contract that was asked for, in one of the blocks, in order, and announced by its block's filter. */
function checkLogs(
  logs: readonly EventLog[],
  heads: readonly BlockHead[],
  sources: ReadonlyMap<string, BloomBits>,
): void {
  const headOf = new Map(heads.map((head) => [head.number, head]));
  let last: readonly [block: number, index: number] = [-1, -1];
  for (const { address, blockNumber, blockHash, logIndex } of logs) {
    const place = [Number(blockNumber), Number(logIndex)] as const;
    const head = headOf.get(place[0]);
    const bits = sources.get(address.toLowerCase());
    const where = `log ${place[1]} of block ${place[0]}`;
    if (head?.hash !== blockHash) throw inconsistent(where, `a log of ${head?.hash ?? 'the range'}`, blockHash);
    if (bits === undefined) throw inconsistent(where, 'a log of a contract that was asked for', address);
    if (!mayHaveLogs(head.logsBloom, bits)) throw inconsistent(where, 'a log that its block announces', address);
    const isAfter = place[0] > last[0] || (place[0] === last[0] && place[1] > last[1]);
    if (!isAfter) throw inconsistent(where, `a log after log ${last[1]} of block ${last[0]}`, 'one before it');
    last = place;
  }
}

function inconsistent(where: string, expected: string, got: string): ChainRefusal {
  return new ChainRefusal('CHAIN-RPC-INCONSISTENT', { where, expected, got });
}
