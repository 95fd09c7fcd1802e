import { standingGrains } from '../market/leases.ts';
import { ExactSum } from '../numbers/exact.ts';
import { unvestedGrains } from '../security/vesting.ts';
import type { EconomyState, EraAmounts } from './epoch.ts';
import { type Column, cellAt } from './table.ts';

/** Where an economy's grains are. Credits enter by charges and withdrawals and leave by refunds; tokens by emission. */
export interface Holdings {
  /** Holdback, held, vesting, take and held take. */
  readonly unvestedCredits: bigint;
  /** Bonds of open reservations, until they burn or return. */
  readonly leaseBondCredits: bigint;
  readonly unvestedTokens: bigint;
  readonly carriedTokens: bigint;
}

export interface Conservation extends Holdings {
  readonly payoutCredits: bigint;
  readonly payoutTokens: bigint;
  readonly emittedTokens: bigint;
  /** emitted = unvested + carried + paid out; holds after every settlement. */
  readonly tokensBalanced: boolean;
}

/** All of a state's grains by place, exact. */
export function conservationOf(state: EconomyState): Conservation {
  const holdings = holdingsOf(state);
  let payoutCredits = 0n;
  let payoutTokens = 0n;
  for (const payout of state.payouts) {
    payoutCredits += BigInt(payout.cumulativeCredits);
    payoutTokens += BigInt(payout.cumulativeTokens);
  }
  const emittedTokens = BigInt(state.emittedTokens);
  const tokensBalanced = emittedTokens === holdings.unvestedTokens + holdings.carriedTokens + payoutTokens;
  return { ...holdings, payoutCredits, payoutTokens, emittedTokens, tokensBalanced };
}

/** The part of `conservationOf` that an epoch's check needs; does not walk the payouts. */
export function holdingsOf(state: EconomyState): Holdings {
  const credits = new ExactSum();
  const tokens = new ExactSum();
  const { length, columns, holdback } = state.nodes;
  for (const column of holdback.creditsGrains) addColumn(column, length, credits);
  for (const column of holdback.tokensGrains) addColumn(column, length, tokens);
  for (const entries of columns.held.values) addEntries(entries, credits, tokens);
  for (const entries of columns.vesting.values) tokens.add(unvestedGrains(entries));
  const bonds = new ExactSum();
  for (const { bond } of state.reservations) bonds.add(standingGrains(bond));
  for (const bucket of [...state.take, ...state.heldTake]) {
    credits.add(bucket.burnGrains);
    credits.add(bucket.insuranceGrains);
    credits.add(bucket.treasuryGrains);
  }
  return {
    unvestedCredits: credits.value,
    leaseBondCredits: bonds.value,
    unvestedTokens: tokens.value,
    carriedTokens: BigInt(state.carriedTokensGrains),
  };
}

function addColumn(column: Column<number>, length: number, sum: ExactSum): void {
  for (let index = 0; index < length; index += 1) sum.add(cellAt(column, index));
}

function addEntries(entries: readonly EraAmounts[], credits: ExactSum, tokens: ExactSum): void {
  for (let index = 0; index < entries.length; index += 1) {
    credits.add(entries[index]!.creditsGrains);
    tokens.add(entries[index]!.tokensGrains);
  }
}
