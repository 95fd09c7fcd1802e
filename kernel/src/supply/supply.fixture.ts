import type { MintLimits } from './limits.ts';
import type { SupplyFacts, SupplyRule, SupplyRules } from './supply.ts';

export const HOUR_MS = 3_600_000;
export const YEAR = 31_536_000;
export const TOKEN = 10n ** 18n;

export const NO_LIMITS: MintLimits = { capGrains: (10n ** 60n).toString(), capCounts: 'minted', ceiling: null };

/** An hour of an idle network with a price of one credit. */
export function factsOf(changed: Partial<SupplyFacts> = {}): SupplyFacts {
  return {
    era: 0,
    epochMs: HOUR_MS,
    bondedGrains: 0n,
    networkPower: 0n,
    burnedGrains: 0n,
    workPaidGrains: 0n,
    feesGrains: 0n,
    nonRecoverableTakeGrains: 0n,
    tokenPriceMicrograins: 1_000_000n,
    ...changed,
  };
}

/** One stream of the whole rule. */
export function soleStream(rule: SupplyRule, limits: MintLimits = NO_LIMITS): SupplyRules {
  return { streams: [{ name: 'only', sharePpm: 1_000_000, rule }], limits };
}
