import type { Grains } from '@stannary/kernel';
import { BlockNotFoundError, zeroAddress } from 'viem';
import { type AddressBook, checkAddressBook, contractAddress } from './address-book.ts';
import { Books, type ChainBalances, type ClaimedAmounts, type EraEntry, type NodeEntry } from './books.ts';
import { readAsks, readShown } from './era-asks.ts';
import type { AskedLeaf, ShownLeaf } from './era-shown.ts';
import { type BlockRange, type ChainEvent, type EventPlace, readEvents, readTransfers } from './events.ts';
import { ChainRefusal } from './refusal.ts';
import { asking, openRpc, type Rpc } from './rpc.ts';
import { addressOf, hexOf } from './values.ts';

export interface Block {
  readonly number: number;
  /** 0x, lower case. */
  readonly hash: string;
  readonly timestampMs: number;
  /** 64 hex characters. */
  readonly prevrandao: string;
}

/** A registered node, with the bond that counts at the block it was asked for. */
export interface ChainNode {
  readonly nodeId: string;
  readonly operator: string;
  readonly className: string;
  /** What the operator claims: 1 software key, 2 hardware key, 3 trusted execution. */
  readonly evidenceLevel: number;
  readonly milliNcu: number;
  readonly bondGrains: Grains;
  /** SubjectPublicKeyInfo, DER, hex. */
  readonly spki: string;
  readonly suspended: boolean;
}

export interface ChainOptions {
  readonly rpcUrl: string;
  readonly addressBook: AddressBook;
}

/**
 * Connects to a network's chain.
 * Errors: CHAIN-RPC-UNREACHABLE, CHAIN-WRONG-CHAIN-ID, CHAIN-ADDRESS-BOOK, CHAIN-RANGE (in the address book).
 */
export async function openChain({ rpcUrl, addressBook }: ChainOptions): Promise<ChainReader> {
  const rpc = openRpc(rpcUrl);
  await checkAddressBook(rpc, addressBook);
  return new ChainReader(rpc, addressBook);
}

/** CAIP-2 id of the chain that a node is of. Errors: CHAIN-RPC-UNREACHABLE, CHAIN-RPC-LIMITED. */
export async function chainOf(rpcUrl: string): Promise<string> {
  return `eip155:${await asking('eth_chainId', () => openRpc(rpcUrl).getChainId())}`;
}

/**
 * Reads a network's state from blocks and logs only, so that any node will do and any past block can be asked for.
 * Methods that take a block number answer for the end of that block; without one, for the newest block, which may still
 * be replaced. Errors of every method: CHAIN-RPC-UNREACHABLE; with a block number: CHAIN-BLOCK-UNKNOWN.
 */
export class ChainReader {
  readonly #rpc: Rpc;
  readonly #addressBook: AddressBook;
  /** Everything up to some final block. */
  #books: Books;
  /** Folding is one at a time: two at once would take the same logs in twice. */
  #folding: Promise<unknown> = Promise.resolve();

  constructor(rpc: Rpc, addressBook: AddressBook) {
    this.#rpc = rpc;
    this.#addressBook = addressBook;
    this.#books = this.#emptyBooks();
  }

  /** The last block that can no longer be replaced. */
  finalBlock(): Promise<Block> {
    return this.#block('finalized');
  }

  latestBlock(): Promise<Block> {
    return this.#block('latest');
  }

  /** The earliest block at or after a time, from the deployment on; null while no final block is that late. */
  firstFinalBlockAtOrAfter(timestampMs: number): Promise<Block | null> {
    return this.firstFinalBlockAfter(this.#addressBook.deploymentBlock - 1, timestampMs);
  }

  /** The earliest block that comes after block `blockNumber` and is at or after a time; null while none is final. */
  async firstFinalBlockAfter(blockNumber: number, timestampMs: number): Promise<Block | null> {
    let found = await this.finalBlock();
    if (found.number <= blockNumber || found.timestampMs < timestampMs) return null;
    let low = Math.max(0, blockNumber + 1);
    while (low < found.number) {
      const middle = await this.#block(low + Math.floor((found.number - low) / 2));
      if (middle.timestampMs >= timestampMs) found = middle;
      else low = middle.number + 1;
    }
    return found;
  }

  /** Every registered node, sorted by nodeId. */
  async nodes(blockNumber?: number): Promise<ChainNode[]> {
    const books = await this.#booksAt(blockNumber);
    const { timestampMs } = await this.#block(books.blockNumber);
    return books.nodes().map((entry) => nodeAt(entry, timestampMs));
  }

  /** Everything that happened in a range of blocks, ends included, in order. */
  events(fromBlock: number, toBlock: number): Promise<ChainEvent[]> {
    return readEvents(this.#rpc, this.#addressBook, { fromBlock, toBlock });
  }

  async balances(blockNumber?: number): Promise<ChainBalances> {
    return (await this.#booksAt(blockNumber)).balances();
  }

  /** What an account was paid over its lifetime. Errors: CHAIN-RANGE. */
  async claimed(account: string, blockNumber?: number): Promise<ClaimedAmounts> {
    return (await this.#booksAt(blockNumber)).claimed(addressOf(account, 'account'));
  }

  /** Where an epoch's batches were committed; null if they were not. */
  async epochCommit(epoch: number, blockNumber?: number): Promise<EventPlace | null> {
    return (await this.#booksAt(blockNumber)).epochCommit(epoch);
  }

  /** An era that is posted and not void, with its header; null if there is none. */
  async era(era: number, blockNumber?: number): Promise<EraEntry | null> {
    return (await this.#booksAt(blockNumber)).era(era);
  }

  /** How often an era was posted and voided, by itself or by one before it. */
  async timesVoided(era: number, blockNumber?: number): Promise<number> {
    return (await this.#booksAt(blockNumber)).timesVoided(era);
  }

  /** Where an era was posted; null if it was not, or is void. */
  async postedEra(era: number, blockNumber?: number): Promise<EventPlace | null> {
    return (await this.era(era, blockNumber))?.posted ?? null;
  }

  /** Where an era was made final; null if it was not. */
  async finalisedEra(era: number, blockNumber?: number): Promise<EventPlace | null> {
    return (await this.era(era, blockNumber))?.finalised ?? null;
  }

  /** True when a transaction sent now would make the era final: it is the oldest open one and its window has passed. */
  async isFinalisable(era: number): Promise<boolean> {
    const books = await this.#booksAt();
    const entry = books.era(era);
    if (entry === null || entry.finalised !== null) return false;
    if (era > 0 && books.era(era - 1)?.finalised === null) return false;
    const { timestampMs } = await this.#block(books.blockNumber);
    return timestampMs >= entry.finalisableAtMs;
  }

  /** Leaves of a posted era that somebody asked for and nobody has shown, as of the newest block. */
  openAsks(era: number): Promise<readonly AskedLeaf[]> {
    return this.#sincePosting(era, (range) => readAsks(this.#rpc, this.#addressBook, era, range));
  }

  /** Leaves of a posted era that were asked for and shown, as of the newest block. */
  shownLeaves(era: number): Promise<readonly ShownLeaf[]> {
    return this.#sincePosting(era, (range) => readShown(this.#rpc, this.#addressBook, era, range));
  }

  async #sincePosting<Row>(era: number, read: (range: BlockRange) => Promise<readonly Row[]>): Promise<readonly Row[]> {
    const entry = await this.era(era);
    if (entry === null) return [];
    const { number: toBlock } = await this.latestBlock();
    return read({ fromBlock: entry.posted.blockNumber, toBlock });
  }

  #booksAt(blockNumber?: number): Promise<Books> {
    const answer = this.#folding.then(() => this.#fold(blockNumber));
    this.#folding = answer.catch(() => {});
    return answer;
  }

  async #fold(blockNumber?: number): Promise<Books> {
    const final = await this.finalBlock();
    const target = blockNumber ?? (await this.latestBlock()).number;
    await this.#forgetIfReplaced(final);
    if (target < this.#books.blockNumber) return this.#advance(this.#emptyBooks(), target);
    await this.#advance(this.#books, Math.min(target, final.number));
    return target > final.number ? this.#advance(this.#books.copy(), target) : this.#books;
  }

  /** Final blocks do not go away; but a local chain that was killed may have lost its last ones. */
  async #forgetIfReplaced(final: Block): Promise<void> {
    const { blockNumber, blockHash } = this.#books;
    if (blockHash === null) return;
    const isThere = blockNumber <= final.number && (await this.#block(blockNumber)).hash === blockHash;
    if (!isThere) this.#books = this.#emptyBooks();
  }

  async #advance(books: Books, toBlock: number): Promise<Books> {
    if (toBlock <= books.blockNumber) return books;
    const range = { fromBlock: books.blockNumber + 1, toBlock };
    const [rpc, addressBook] = [this.#rpc, this.#addressBook];
    const settlement = contractAddress(addressBook, 'settlement');
    const [{ hash }, events, credits, tokens] = await Promise.all([
      this.#block(toBlock),
      readEvents(rpc, addressBook, range),
      readTransfers(rpc, { addressBook, asset: 'credit' }, settlement, range),
      readTransfers(rpc, { addressBook, asset: 'workToken' }, zeroAddress, range),
    ]);
    books.advance(events, [...credits, ...tokens], toBlock, hash);
    return books;
  }

  #emptyBooks(): Books {
    return new Books(this.#addressBook.contracts.settlement, this.#addressBook.deploymentBlock - 1);
  }

  async #block(which: number | 'finalized' | 'latest'): Promise<Block> {
    const query = typeof which === 'number' ? { blockNumber: BigInt(which) } : { blockTag: which };
    const block = await asking('eth_getBlockByNumber', () => this.#rpc.getBlock(query)).catch((error) => {
      if (!(error instanceof BlockNotFoundError)) throw error;
      const expected = 'a block that is there';
      throw new ChainRefusal('CHAIN-BLOCK-UNKNOWN', { where: 'blockNumber', expected, got: `${which}` });
    });
    return {
      number: Number(block.number),
      hash: block.hash!,
      timestampMs: Number(block.timestamp) * 1000,
      prevrandao: hexOf(block.mixHash),
    };
  }
}

/** A deposit counts from its activation on, and no event tells when that moment passes. */
function nodeAt({ activeGrains, activating, ...entry }: NodeEntry, timestampMs: number): ChainNode {
  const due = activating.filter(({ atMs }) => atMs <= timestampMs);
  return { ...entry, bondGrains: due.reduce((sum, { grains }) => sum + grains, activeGrains) as Grains };
}
