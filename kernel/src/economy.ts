import type { AugmentedCurveRule } from './assets/augmented-curve.ts';
import type { BondingCurveRule } from './assets/bonding-curve.ts';
import type { ReserveRule } from './assets/credit-reserve.ts';
import type { NodeClass } from './economy/classes.ts';
import type { Genesis } from './economy/genesis.ts';
import type {
  ChallengeRule,
  CommitteeRule,
  ComplianceRule,
  GovernanceRule,
  SettlementRule,
} from './economy/governance.ts';
import type { Assumptions, LaunchGate } from './economy/launch.ts';
import type { OraclePolicy, PricingModels } from './economy/markets.ts';
import type { Resource } from './economy/resources.ts';
import type { BenchmarkClampRule, BenchmarkCoefficient } from './market/benchmark.ts';
import type { LeaseRule } from './market/leases.ts';
import type { PriceRule } from './market/price.ts';
import type { TakeRule } from './market/rating.ts';
import type { ReservedRule } from './market/reserved.ts';
import type { ResourceMarketRule } from './market/resource-prices.ts';
import type { Grains, NcuMs, Ppm } from './numbers/quantities.ts';
import type { ReplayLayout } from './programme/layout.ts';
import type { ProgrammeTerms } from './programme/rules.ts';
import type { VerificationRule } from './security/audit.ts';
import type { CommonCauseRule, ProbeWindowRule } from './security/liveness.ts';
import type { MeteringRule } from './security/metering.ts';
import type { NewcomerRule, ReputationRule } from './security/reputation.ts';
import type { CorrelationRule, SlashDestinationRule, SlashLimit } from './security/slash.ts';
import type { GraduatedVesting, LinearVesting, ThawLockRule } from './security/vesting.ts';
import type { SupplyRules } from './supply/supply.ts';

/**
 * One network's economy, as the kernel reads it: plain data, integers only, made by the `economies` loader from a
 * YAML file. Its deterministic CBOR is what `economyHash` names. Every rule's interface stands beside the functions that
 * carry it out; what only the chain, the gate or people read is under `economy/`.
 */
export interface Economy {
  readonly name: string;
  readonly version: number;
  /** waived: neither hard bounds nor checks bind; such an economy can never be deployed. */
  readonly bounds: 'enforced' | 'waived';
  /** Grains in one credit and in one work token. */
  readonly grainsPerUnit: number;
  readonly limits: Limits;
  readonly cadence: Cadence;
  readonly genesis: Genesis;
  /** Sorted by code. */
  readonly resources: readonly Resource[];
  readonly benchmarks: Benchmarks;
  /** Sorted by name. */
  readonly classes: readonly NodeClass[];
  readonly price: PriceRule;
  /** Resources with a price of their own, sorted by class, then code; every other has the price of normalised work. */
  readonly resourceMarkets: readonly ResourceMarketRule[];
  readonly models: PricingModels;
  readonly reserved: ReservedRule;
  /** The share of a class that one consumer may hold is the class's. */
  readonly leases: Omit<LeaseRule, 'consumerSharePpm'>;
  readonly take: TakeRule;
  readonly supply: SupplyPolicy;
  readonly bonds: BondPolicy;
  readonly vesting: VestingPolicy;
  readonly newcomer: NewcomerRule;
  /** Sorted by offence. */
  readonly offences: readonly OffenceRule[];
  readonly slash: SlashDestinationRule;
  /** Per class. */
  readonly slashLimit: SlashLimit;
  readonly correlation: CorrelationRule;
  readonly liveness: LivenessRule;
  readonly metering: MeteringRule;
  readonly reputation: ReputationRule;
  readonly verification: VerificationRule;
  readonly oracle: OraclePolicy;
  readonly reserve: ReserveRule;
  /** Bootstrap market for the work token; null: none. */
  readonly bondingCurve: BondingCurveRule | AugmentedCurveRule | null;
  readonly committee: CommitteeRule;
  readonly challenges: ChallengeRule;
  readonly settlement: SettlementRule;
  readonly governance: GovernanceRule;
  readonly compliance: ComplianceRule;
  readonly assumptions: Assumptions;
  readonly gate: LaunchGate;
  /** Rewards by period from reported columns, on the BigInt twin; null where work is settled by epochs alone. */
  readonly programme: ProgrammeTerms | null;
  /** Where the columns of a folder of real payouts are. */
  readonly replay: ReplayLayout | null;
}

/** Sizes for which the sums are proven to stay exact. */
export interface Limits {
  readonly nodesMax: number;
  readonly nodeNcuMax: number;
}

export interface Cadence {
  readonly epochMs: number;
  readonly epochsPerEra: number;
  /** Batches of an epoch are taken until its end plus this; at most one epoch. */
  readonly graceMs: number;
  /** A signed batch this many epochs late is rated at its own epoch's price, as a correction. */
  readonly lateEpochs: number;
  /** K: what was earned in era N - K and not voided vests when era N is settled. */
  readonly holdbackEras: number;
  /** A proposed fault becomes final after this many epochs unless it is reversed. */
  readonly appealEpochs: number;
  /** Largest accepted difference between a node's clock and the gateway's. */
  readonly clockSkewMs: number;
}

/** Coefficients by device class and workload profile, and how fast they may move. */
export interface Benchmarks {
  /** Sorted by device class, profile and resource. */
  readonly coefficients: readonly BenchmarkCoefficient[];
  readonly clamp: BenchmarkClampRule;
}

/**
 * What is minted. Rules may count in a finer unit than a grain (a curve that is stated in parts of 10^18); what is minted
 * is then their sum rounded down to grains, the rest is kept for the next epoch.
 */
export interface SupplyPolicy extends SupplyRules {
  /** Units of the rules' amounts in one grain; 1, or a power of ten. */
  readonly unitsPerGrain: number;
  /** One class's largest share of the emission. */
  readonly classSharePpmMax: Ppm;
}

export interface BondPolicy {
  /** Burned when a node registers, in credits: against spam, not against many identities. */
  readonly idFeeGrains: Grains;
  /** Bond locked by each fee that a node collects; null: none. */
  readonly thaw: ThawLockRule | null;
}

/** How tokens vest once their era's holdback has passed. */
export interface VestingPolicy {
  /** null: at once. */
  readonly schedule: LinearVesting | GraduatedVesting | null;
  /** Earnings of so many epochs share an entry, so that a node's entries stay few; what is merged vests with the last. */
  readonly mergeEpochs: number;
}

export const OFFENCES = [
  'abandoned-work',
  'class-spoofing',
  'equivocation',
  'incomplete-work',
  'late-work',
  'lazy-verification',
  'low-reputation',
  'metering-inflation',
  'offline',
  'unanswered-challenge',
  'wrong-result',
] as const;
export type OffenceName = (typeof OFFENCES)[number];

export interface OffenceRule {
  readonly offence: OffenceName;
  /** shadow: evaluated and published, nothing moves. */
  readonly mode: 'shadow' | 'live';
  readonly slashPpm: Ppm;
  /** Most of a bond that the offence can cost with all that multiplies it. */
  readonly ceilingPpm: Ppm;
  /** The statistic at or past which the offence is proven: a count of proofs, or a score's bar or a share in ppm. */
  readonly threshold: number;
  readonly statistic: 'proof-count' | 'score-ppm' | 'share-ppm';
  /** Clean eras in shadow before the offence may go live. */
  readonly shadowErasMin: number;
}

export interface LivenessRule {
  readonly window: ProbeWindowRule & { readonly lengthMs: number };
  readonly commonCause: CommonCauseRule;
}

/** Most NCU·ms that any node may report in one epoch; with the node count it bounds every sum. */
export const NODE_NCU_MS_MAX = 1_000_000_000 as NcuMs;
