// A programme pays participants per period from reported columns. Its rules are plain data: amounts that may pass 2^53
// are decimal strings in the smallest unit of their column, shares are ppm, times are seconds since 1970 (UTC).

/** An amount read from a participant's columns, in their smallest unit. */
export type AmountRule =
  | { readonly kind: 'column'; readonly column: string }
  /** Σ plus − Σ minus, at least zero. */
  | { readonly kind: 'sum'; readonly plus: readonly string[]; readonly minus: readonly string[] }
  | { readonly kind: 'least'; readonly columns: readonly string[] };

/** x below the threshold t, above it 2·√(t·x) − t: continuous, with a continuous slope. */
export interface SoftCapStep {
  readonly kind: 'soft-cap';
  readonly thresholdAmount: string;
}

/** min(x, cap). */
export interface HardCapStep {
  readonly kind: 'hard-cap';
  readonly capAmount: string;
}

/** min(x, κ·stake), κ = numerator / denominator: split-proof, because it is homogeneous of degree one. */
export interface StakeCapStep {
  readonly kind: 'stake-cap';
  readonly stake: AmountRule;
  readonly kappaNumerator: number;
  readonly kappaDenominator: number;
}

/**
 * x · (1 + min(K / minimum, √(K / (leverage·E)))), with K the stake and E the weight's own measure before any step.
 * Without a measure the boost is 1.
 */
export interface StakeBoostStep {
  readonly kind: 'stake-boost';
  readonly stake: AmountRule;
  readonly minimumAmount: string;
  readonly leverage: number;
}

/** x · share, where the share is a column in ppm: measured availability, part of the period in service. */
export interface MeasuredShareStep {
  readonly kind: 'measured-share';
  readonly shareColumn: string;
}

export type WeightStep = SoftCapStep | HardCapStep | StakeCapStep | StakeBoostStep | MeasuredShareStep;

/** What a participant counts for: a measure, changed by the steps in their order. */
export interface WeightRule {
  readonly measure: AmountRule;
  readonly steps: readonly WeightStep[];
}

/** The period's pool · weight / Σ of all weights; the share of whoever is barred stays unpaid. */
export interface PoolPayout {
  readonly kind: 'pool';
}

/** weight · rate · period / year: the weight is a principal. */
export interface YieldPayout {
  readonly kind: 'yield';
  readonly ratePpm: number;
  readonly yearSeconds: number;
}

export type PayoutRule = PoolPayout | YieldPayout;

interface Named {
  /** What a barred payout names. */
  readonly name: string;
  /** A flag column that lifts the requirement (a participant who is leaving), or null. */
  readonly unless: string | null;
}

export interface FlagRequirement extends Named {
  readonly kind: 'flag';
  readonly flag: string;
  readonly mustBe: boolean;
}

export interface MinimumAmountRequirement extends Named {
  readonly kind: 'minimum-amount';
  readonly amount: AmountRule;
  readonly minimumAmount: string;
}

/**
 * A service level by counts: of fewer than `smallSampleCount` at most `smallSampleFailures` may fail; from there on the
 * successes must be at least `successSharePpm` of the count.
 */
export interface SuccessShareRequirement extends Named {
  readonly kind: 'success-share';
  readonly countColumn: string;
  readonly failureColumn: string;
  readonly smallSampleCount: number;
  readonly smallSampleFailures: number;
  readonly successSharePpm: number;
}

/** A measured share in ppm must be at least `minimumPpm`. */
export interface MeasuredShareRequirement extends Named {
  readonly kind: 'measured-share';
  readonly shareColumn: string;
  readonly minimumPpm: number;
}

export type Requirement =
  | FlagRequirement
  | MinimumAmountRequirement
  | SuccessShareRequirement
  | MeasuredShareRequirement;

/** What one version of an economy says of its programme. */
export interface ProgrammeTerms {
  readonly weight: WeightRule;
  /** Sorted by name. */
  readonly requirements: readonly Requirement[];
  readonly payout: PayoutRule;
}

/** The rules for periods that start at `fromSeconds` or later, until the next version. */
export interface ProgrammeVersion extends ProgrammeTerms {
  readonly version: number;
  readonly fromSeconds: number;
}

export interface ProgrammeRule {
  readonly kind: 'programme';
  /** In the order of `fromSeconds`. */
  readonly versions: readonly ProgrammeVersion[];
}
