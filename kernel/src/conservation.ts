import type { EconomyState, EraAmounts } from './epoch.ts';
import { ExactSum } from './exact.ts';

/** Where an economy's grains are. Credits enter by charges and withdrawals and leave by refunds; tokens by emission. */
export interface Holdings {
  /** Holdback, held, take and held take. */
  readonly unvestedCredits: bigint;
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
  for (const node of state.nodes) {
    addEntries(node.holdback, credits, tokens);
    addEntries(node.held, credits, tokens);
  }
  for (const bucket of [...state.take, ...state.heldTake]) {
    credits.add(bucket.burnGrains);
    credits.add(bucket.insuranceGrains);
    credits.add(bucket.treasuryGrains);
  }
  return {
    unvestedCredits: credits.value,
    unvestedTokens: tokens.value,
    carriedTokens: BigInt(state.carriedTokensGrains),
  };
}

function addEntries(entries: readonly EraAmounts[], credits: ExactSum, tokens: ExactSum): void {
  for (let index = 0; index < entries.length; index += 1) {
    credits.add(entries[index]!.creditsGrains);
    tokens.add(entries[index]!.tokensGrains);
  }
}
