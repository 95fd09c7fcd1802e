import { encodeAbiParameters, type Hex, keccak256, numberToHex, pad, toEventSelector, toHex } from 'viem';
import type { AddressBook } from './address-book.ts';
import type { EventLog } from './events.ts';
import type { BlockRef, FollowedStep, FollowerStore } from './follower.ts';
import { bloomBits } from './log-bloom.ts';
import type { BlockHead, LogSource } from './log-source.ts';

// A chain that is nothing but an array of blocks, so that what a follower should have read can be written down at once.

const DEPOSITED = toEventSelector('Deposited(address,address,uint128)');
const EMPTY_BLOOM = `0x${'0'.repeat(512)}`;

export const MODEL_BOOK: AddressBook = {
  chain: 'eip155:31337',
  deploymentBlock: 3,
  contracts: {
    workToken: `0x${'01'.repeat(20)}`,
    credit: `0x${'02'.repeat(20)}`,
    nodeRegistry: `0x${'03'.repeat(20)}`,
    bondVault: `0x${'04'.repeat(20)}`,
    settlement: `0x${'05'.repeat(20)}`,
    eraChallenges: `0x${'06'.repeat(20)}`,
  },
};

interface ModelBlock {
  readonly head: BlockHead;
  readonly logs: readonly EventLog[];
}

/** Grows and forks as it is told; each block's hash depends on all before it and on the fork it is in. */
export class ModelChain implements LogSource {
  readonly #depth: number;
  #blocks: ModelBlock[] = [];
  #fork = 0;
  /** Runs before each answer: what may happen to a chain between two questions. */
  beforeAnswer: () => void = () => {};

  constructor(depth: number) {
    this.#depth = depth;
    this.grow(Array.from({ length: MODEL_BOOK.deploymentBlock }, () => 0));
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  /** One block for each entry, with so many deposits. */
  grow(depositCounts: readonly number[]): void {
    for (const count of depositCounts) this.#blocks.push(this.#block(count));
  }

  /** Replaces the newest blocks, as far as the deployment, by others. */
  fork(depth: number, depositCounts: readonly number[]): void {
    this.#fork += 1;
    this.#blocks = this.#blocks.slice(0, Math.max(MODEL_BOOK.deploymentBlock, this.#blocks.length - depth));
    this.grow(depositCounts);
  }

  refs(): BlockRef[] {
    return this.#blocks.map(({ head: { number, hash } }) => ({ number, hash }));
  }

  /** Names of the deposits from the deployment up to a block, in order. */
  depositsUpTo(blockNumber: number): string[] {
    return this.#blocks
      .slice(0, blockNumber + 1)
      .flatMap(({ logs }) => logs.map(({ transactionHash }) => transactionHash));
  }

  readonly target = async () => {
    this.beforeAnswer();
    return this.height - this.#depth;
  };

  readonly heads: LogSource['heads'] = async ({ fromBlock, toBlock }) => {
    this.beforeAnswer();
    return this.#blocks.slice(fromBlock, toBlock + 1).map(({ head }) => head);
  };

  readonly logs: LogSource['logs'] = async (_, { fromBlock, toBlock }) => {
    this.beforeAnswer();
    return this.#blocks.slice(fromBlock, toBlock + 1).flatMap(({ logs }) => logs);
  };

  readonly logsOfBlock: LogSource['logsOfBlock'] = async (filter, blockHash) => {
    const block = this.#blocks.find(({ head }) => head.hash === blockHash);
    return (block?.logs ?? []).filter(({ address }) => address === filter.address);
  };

  #block(depositCount: number): ModelBlock {
    const number = this.#blocks.length;
    const parentHash = this.#blocks.at(-1)?.head.hash ?? pad('0x00');
    const hash = keccak256(toHex(`${this.#fork} ${number} ${parentHash}`));
    const logs = Array.from({ length: depositCount }, (_, index) => deposit(number, hash, index));
    const logsBloom = depositCount === 0 ? EMPTY_BLOOM : bloomOf(MODEL_BOOK.contracts.settlement as Hex);
    return { head: { number, hash, parentHash, logsBloom, timestampMs: number * 1000 }, logs };
  }
}

/** Keeps everything in memory, and as many blocks in its tail as it is told. */
export class MemoryStore implements FollowerStore {
  readonly #tailMax: number;
  blocks: BlockRef[] = [];
  events: FollowedStep['events'][number][] = [];
  rewinds = 0;

  constructor(tailMax: number) {
    this.#tailMax = tailMax;
  }

  readonly tail = async () => this.blocks.slice(-this.#tailMax).toReversed();

  readonly take = async ({ blocks, events }: FollowedStep) => {
    this.blocks.push(...blocks);
    this.events.push(...events);
  };

  readonly rewind = async (to: BlockRef | null) => {
    this.rewinds += 1;
    this.blocks = this.blocks.filter(({ number }) => number <= (to?.number ?? -1));
    this.events = this.events.filter(({ blockNumber }) => blockNumber <= (to?.number ?? -1));
  };
}

function deposit(blockNumber: number, blockHash: Hex, index: number): EventLog {
  const party = pad('0x0a', { size: 32 });
  return {
    address: MODEL_BOOK.contracts.settlement as Hex,
    topics: [DEPOSITED, party, party],
    data: encodeAbiParameters([{ type: 'uint256' }], [BigInt(index + 1)]),
    transactionHash: keccak256(toHex(`${blockHash} ${index}`)),
    blockNumber: numberToHex(blockNumber),
    blockHash,
    logIndex: numberToHex(index),
  };
}

function bloomOf(address: Hex): Hex {
  const filter = bloomBits(address).reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n);
  return numberToHex(filter, { size: 256 });
}
