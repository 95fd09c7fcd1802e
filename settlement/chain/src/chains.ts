import { chainIdOf } from './address-book.ts';
import { type ChainOptions, type ChainReader, openChain } from './reader.ts';
import { ChainRefusal } from './refusal.ts';
import { addressOf, uint128Of } from './values.ts';

// A network on several chains at once. Every account is paid on the chain that it chose, out of the credits deposited
// there, so value gets from one chain to another without a bridge: it is earned here and paid out there.

/** Something of each chain, by CAIP-2 id, e.g. `eip155:1`. */
export type Chains<Value> = ReadonlyMap<string, Value>;

/** What an account is owed over its lifetime, grains. */
export interface LifetimePayout {
  /** 0x, lower case. */
  readonly account: string;
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** Address books by their chain. Errors: CHAIN-RANGE for an id that is no CAIP-2 id of the EVM, or comes twice. */
export function byChain<Book extends { readonly chain: string }>(books: readonly Book[]): Chains<Book> {
  const chains = new Map<string, Book>();
  for (const book of books) {
    chainIdOf(book.chain);
    if (chains.has(book.chain)) throw range('addressBook.chain', 'each chain once', book.chain);
    chains.set(book.chain, book);
  }
  return chains;
}

/** Connects to each chain. Errors: as `openChain`; CHAIN-RANGE for an address book under another chain's id. */
export async function openChains(options: Chains<ChainOptions>): Promise<Chains<ChainReader>> {
  const opened = [...options].map(async ([chain, one]) => {
    if (one.addressBook.chain !== chain) throw range('addressBook.chain', chain, one.addressBook.chain);
    return [chain, await openChain(one)] as const;
  });
  return new Map(await Promise.all(opened));
}

export interface PayoutSplit {
  /** Lifetime sums of the era before, by the chain they were assigned to; all chains of the network are named. */
  readonly before: Chains<readonly LifetimePayout[]>;
  /** Lifetime sums over all chains. Nobody falls out, and no sum falls. */
  readonly payouts: readonly LifetimePayout[];
  /** The chain that an account wants to be paid on from now on. */
  readonly chosen: (account: string) => string;
}

/**
 * Splits lifetime sums by chain: what came on top since the era before goes to the chain that the account has chosen, what
 * was assigned before stays where it is, so no chain's sum ever falls and a change of mind costs nothing. Accounts are in
 * ascending order; those with nothing on a chain are not in its list.
 *
 * Errors: CHAIN-RANGE for an account or a sum out of form, an account that comes twice, a chain that is none of the
 * network's; CHAIN-SPLIT-TOTAL where the chains together would owe anybody another sum than the statement does.
 */
export function splitPayouts({ before, payouts, chosen }: PayoutSplit): Chains<readonly LifetimePayout[]> {
  const assigned = sumOverChains(before);
  const chains = new Map([...before].map(([chain, rows]) => [chain, byAccount(rows, chain)]));
  for (const total of byAccount(payouts, 'payouts').values()) {
    const had = assigned.get(total.account) ?? nothingFor(total.account);
    const more = { credits: total.credits - had.credits, tokens: total.tokens - had.tokens };
    if (more.credits < 0n || more.tokens < 0n) throw differs(total.account, `at least ${sums(had)}`, sums(total));
    if (more.credits === 0n && more.tokens === 0n) continue;
    const chain = chosen(total.account);
    const rows = chains.get(chain);
    if (rows === undefined) throw range(`chain of ${total.account}`, `one of ${[...chains.keys()].join(', ')}`, chain);
    rows.set(total.account, plus(rows.get(total.account) ?? nothingFor(total.account), more));
  }
  const split = new Map([...chains].map(([chain, rows]) => [chain, sorted(rows)]));
  checkSplit(split, payouts);
  return split;
}

/**
 * Adds up what all chains owe and compares it with the statement, account by account: what whoever funds the chains, and
 * whoever watches them, asks of a split. Errors: CHAIN-SPLIT-TOTAL, CHAIN-RANGE.
 */
export function checkSplit(split: Chains<readonly LifetimePayout[]>, payouts: readonly LifetimePayout[]): void {
  const owed = sumOverChains(split);
  for (const total of byAccount(payouts, 'payouts').values()) {
    const got = owed.get(total.account) ?? nothingFor(total.account);
    owed.delete(total.account);
    if (got.credits !== total.credits || got.tokens !== total.tokens)
      throw differs(total.account, sums(total), sums(got));
  }
  for (const left of owed.values()) throw differs(left.account, 'nothing', sums(left));
}

function sumOverChains(chains: Chains<readonly LifetimePayout[]>): Map<string, LifetimePayout> {
  const total = new Map<string, LifetimePayout>();
  for (const [chain, rows] of chains) {
    for (const row of byAccount(rows, chain).values())
      total.set(row.account, plus(total.get(row.account) ?? nothingFor(row.account), row));
  }
  return total;
}

function byAccount(rows: readonly LifetimePayout[], where: string): Map<string, LifetimePayout> {
  const found = new Map<string, LifetimePayout>();
  for (const { account, credits, tokens } of rows) {
    if (found.has(addressOf(account, where))) throw range(where, 'each account once', account);
    const place = `${where}, ${account}`;
    found.set(account, { account, credits: uint128Of(credits, place), tokens: uint128Of(tokens, place) });
  }
  return found;
}

function sorted(rows: ReadonlyMap<string, LifetimePayout>): LifetimePayout[] {
  return [...rows.values()].sort((one, other) => (one.account < other.account ? -1 : 1));
}

function plus(row: LifetimePayout, more: Omit<LifetimePayout, 'account'>): LifetimePayout {
  return { account: row.account, credits: row.credits + more.credits, tokens: row.tokens + more.tokens };
}

function nothingFor(account: string): LifetimePayout {
  return { account, credits: 0n, tokens: 0n };
}

function sums({ credits, tokens }: Omit<LifetimePayout, 'account'>): string {
  return `${credits} credits and ${tokens} tokens`;
}

function differs(where: string, expected: string, got: string): ChainRefusal {
  return new ChainRefusal('CHAIN-SPLIT-TOTAL', { where, expected, got });
}

function range(where: string, expected: string, got: string): ChainRefusal {
  return new ChainRefusal('CHAIN-RANGE', { where, expected, got });
}
