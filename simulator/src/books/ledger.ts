import { ExactSum } from '@stannary/kernel';
import { assertSum } from './node-books.ts';

/** Lifetime sums of a run's money, grains. */
export interface LedgerState {
  readonly chargedCredits: bigint;
  readonly refundedCredits: bigint;
  readonly toInsuranceCredits: bigint;
  readonly paidCredits: bigint;
  readonly paidTake: bigint;
  readonly emittedTokens: bigint;
  readonly paidTokens: bigint;
  readonly carriedTokens: bigint;
}

/** What waits in other books after an epoch, grains. */
export interface Unvested {
  readonly openCredits: number;
  readonly take: number;
  readonly heldTake: number;
  readonly openTokens: number;
  readonly vestingTokens: number;
}

/** What an epoch adds, grains. `carriedTokens` is emission that was not given out, and tokens that faults took back. */
export type LedgerEntry = { readonly [Entry in keyof LedgerState]: number };

const ENTRIES = [
  'chargedCredits',
  'refundedCredits',
  'toInsuranceCredits',
  'paidCredits',
  'paidTake',
  'emittedTokens',
  'paidTokens',
  'carriedTokens',
] as const satisfies readonly (keyof LedgerState)[];

/** Where all money of a run is, checked after every epoch: what came in is somewhere, to the grain. */
export class Ledger {
  #sums = freshSums();
  #waitingCredits = 0;
  #waitingTokens = 0;

  /** Adds an epoch's money, grains, and holds it against what waits to be paid. @throws as `assertSum` */
  enter(entry: LedgerEntry, unvested: Unvested): void {
    const credits = unvested.openCredits + unvested.take + unvested.heldTake;
    const tokens = unvested.openTokens + unvested.vestingTokens;
    const creditsOut = entry.refundedCredits + entry.toInsuranceCredits + entry.paidCredits + entry.paidTake;
    const tokensOut = entry.paidTokens + entry.carriedTokens;
    assertSum('credits', this.#waitingCredits + entry.chargedCredits, credits + creditsOut);
    assertSum('tokens', this.#waitingTokens + entry.emittedTokens, tokens + tokensOut);
    this.#waitingCredits = credits;
    this.#waitingTokens = tokens;
    for (const name of ENTRIES) this.#sums[name].add(entry[name]);
  }

  get state(): LedgerState {
    return Object.fromEntries(ENTRIES.map((name) => [name, this.#sums[name].value])) as unknown as LedgerState;
  }

  /** What waits follows from what came and went. */
  restore(state: LedgerState): void {
    this.#sums = freshSums();
    for (const name of ENTRIES) addWide(this.#sums[name], state[name]);
    const { chargedCredits, refundedCredits, toInsuranceCredits, paidCredits, paidTake } = state;
    this.#waitingCredits = Number(chargedCredits - refundedCredits - toInsuranceCredits - paidCredits - paidTake);
    this.#waitingTokens = Number(state.emittedTokens - state.paidTokens - state.carriedTokens);
  }
}

function freshSums(): Record<keyof LedgerState, ExactSum> {
  return Object.fromEntries(ENTRIES.map((name) => [name, new ExactSum()])) as Record<keyof LedgerState, ExactSum>;
}

function addWide(sum: ExactSum, value: bigint): void {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  let left = value;
  for (; left > most; left -= most) sum.add(Number.MAX_SAFE_INTEGER);
  sum.add(Number(left));
}
