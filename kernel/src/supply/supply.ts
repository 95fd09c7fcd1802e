import type { Grains } from '../numbers/quantities.ts';
import type { BaselineMemory, BaselineSupplyRule } from './baseline.ts';
import type { IntervalMemory, IntervalRule } from './intervals.ts';
import type { CeilingMemory, MintLimits } from './limits.ts';
import type { PricedMemory, PricedRule } from './priced.ts';
import type { ScheduleRule } from './schedule.ts';

/** A rule that says by itself how much to mint. */
export type PoolRule = ScheduleRule | BaselineSupplyRule | IntervalRule | PricedRule;

/**
 * Work takes of a pool at most what paid work is worth, so minting cannot outrun demand (Helium's HIP-10 and HIP-147).
 * A ceiling at or below half of the take that nobody gets back also stops wash usage; 100 % alone does not.
 */
export interface WorkCappedSupplyRule {
  readonly kind: 'work-capped';
  readonly of: PoolRule;
  /** Work's largest share of the pool; the first claim on it. */
  readonly poolSharePpm: number;
  /** Token value over the value of the work paid. */
  readonly perWorkPaidPpm: number;
  /** What work may not take: given to coverage, kept for the next epoch's pool, or never minted. */
  readonly rest: 'coverage' | 'carried' | 'forgone';
}

export type SupplyRule = PoolRule | WorkCappedSupplyRule;

/** One of the sources that are added together. */
export interface SupplyStream {
  readonly name: string;
  /** Of what the rule says. */
  readonly sharePpm: number;
  readonly rule: SupplyRule;
}

/** A network's supply: streams added together, limits last. */
export interface SupplyRules {
  /** Names in ascending order, each once. */
  readonly streams: readonly SupplyStream[];
  readonly limits: MintLimits;
}

/** What an epoch knows. Amounts are totals of the network: grains, except `networkPower` in the baseline's unit. */
export interface SupplyFacts {
  readonly era: number;
  readonly epochMs: number;
  readonly bondedGrains: bigint;
  readonly networkPower: bigint;
  /** Tokens burned in the epoch. */
  readonly burnedGrains: bigint;
  /** Credits of the epoch: paid for work, all fees, and that part of the take which no payer can get back. */
  readonly workPaidGrains: bigint;
  readonly feesGrains: bigint;
  readonly nonRecoverableTakeGrains: bigint;
  /** Millionths of a credit grain for one token grain; null while the oracle is halted. */
  readonly tokenPriceMicrograins: bigint | null;
}

export type StreamMemory = { readonly kind: 'schedule' } | BaselineMemory | IntervalMemory | PricedMemory;

export interface StreamState {
  readonly name: string;
  /** When it began: its rule counts time from here. 0: at genesis. */
  readonly sinceMs: number;
  /** What the rule has come to since it began, before share and limits. Decimal string. */
  readonly scheduledGrains: string;
  /** Kept for the next epoch's pool. Decimal string. */
  readonly carriedGrains: string;
  readonly memory: StreamMemory;
}

/** Plain data; lifetime sums as decimal strings. */
export interface SupplyState {
  readonly elapsedMs: number;
  /** Ever minted, genesis included, and ever burned. */
  readonly mintedGrains: string;
  readonly burnedGrains: string;
  readonly ceiling: CeilingMemory;
  readonly streams: readonly StreamState[];
}

export type EmissionReason =
  | 'scheduled'
  | 'take-bound'
  | 'price-halted'
  | 'work-bound'
  | 'mint-ceiling'
  | 'lifetime-cap';

/** due = emitted + carried + forgone. `Amount` is a bigint, or a safe integer once settled. */
export interface EmissionPart<Amount> {
  readonly stream: string;
  /** For work, or for being there. */
  readonly purpose: 'work' | 'coverage';
  readonly dueGrains: Amount;
  readonly grains: Amount;
  readonly carriedGrains: Amount;
  readonly forgoneGrains: Amount;
  /** What bound the part last. */
  readonly reason: EmissionReason;
}

export interface Emission<Amount = Grains> {
  readonly grains: Amount;
  readonly parts: readonly EmissionPart<Amount>[];
  readonly state: SupplyState;
}
