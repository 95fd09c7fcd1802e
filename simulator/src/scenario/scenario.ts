import type { EvidenceLevel } from '@stannary/kernel';
import type { JumpRule } from '../draws/draws.ts';

// The world around an economy: who takes part, what they want, and what happens to them. Plain data that survives JSON.
// Shares and factors are fractions here, not ppm: agents decide in floating point, and nothing of this is ever settled.

export interface Scenario {
  readonly name: string;
  readonly horizonEpochs: number;
  /** Run r of a seed is a world of its own; compared variants share seed and runs. */
  readonly seed: number;
  readonly runs: number;
  /** A class may have several; all nodes of one are alike but for cost and operator. */
  readonly providers: readonly ProviderPopulation[];
  readonly demand: DemandModel;
  readonly verification: VerifierModel;
  readonly token: TokenPriceModel;
  readonly network: NetworkModel;
  readonly reserve: ReserveModel;
  readonly shocks: readonly Shock[];
}

export interface ProviderPopulation {
  readonly className: string;
  /** At work from epoch 0, and the most there may ever have been. */
  readonly nodes: number;
  readonly nodesMax: number;
  readonly operators: number;
  /** Operator k of n runs a share of (k + 1)^-skew of the nodes; 0: all alike. */
  readonly operatorSkew: number;
  readonly milliNcu: number;
  readonly evidence: EvidenceLevel;
  /** Mean band that its nodes stand in, where their class has bands: geometric, 0 is the best. Default: 0, all of them. */
  readonly meanBand?: number;
  readonly cost: CostModel;
  /** Share of epochs in which a node is up. */
  readonly availability: number;
  /** The share of nodes that are up, by time, in place of `availability`; repeated from its start. Default: null. */
  readonly churn?: Series | null;
  readonly entry: EntryRule;
  readonly exit: ExitRule;
  /** What a node bonds, over its requirement. */
  readonly bondCushion: number;
  /** Share of vested tokens that is sold at once. */
  readonly soldShare: number;
}

export interface CostModel {
  /** Mean cost, over the revenue of a node at the initial price and the target utilisation. */
  readonly revenueShare: number;
  /** Of the logarithm, between nodes. */
  readonly deviation: number;
  /** Part that falls away while a node does not work: below it no work is taken. */
  readonly variableShare: number;
  /** What the cost is multiplied by, by time, repeated from its start. Default: null, always 1. */
  readonly trace?: Series | null;
}

/** New nodes in the era after: Poisson with a mean of share × nodes × (mean margin − marginMin), where that is positive. */
export interface EntryRule {
  readonly sharePerEra: number;
  readonly marginMin: number;
}

/** A node leaves once it has had a margin below the line for as many eras in a row as its own patience bears. */
export interface ExitRule {
  readonly marginMin: number;
  /** Mean of the patiences of its population, which are geometric and at least 1. */
  readonly patienceEras: number;
}

/** D(p, t) = utilisation × capacity at epoch 0 × trace(t) × (1 + growth)^years × (p / p0)^-elasticity × noise. */
export interface DemandModel {
  readonly utilisation: number;
  /** Absolute. */
  readonly elasticity: number;
  /** Above this price everybody buys elsewhere; null: nobody can. */
  readonly outsideMicrograinsPerNcuS: number | null;
  readonly growthPerYear: number;
  /** Of the logarithm, each epoch anew; its mean factor is 1. */
  readonly noise: number;
  /** Relative demand by time, repeated from its start; null: always 1. */
  readonly trace: Series | null;
}

/** A step function of time. */
export interface Series {
  readonly values: readonly number[];
  readonly epochsPerValue: number;
}

export interface VerifierModel {
  /** Share of a node's epochs that are audited, and of audits that see a cheat; null: as the economy has them. */
  readonly auditShare: number | null;
  readonly detection: number | null;
  /**
   * Share of jobs that are known-answer jobs; whoever cheats at all jobs meets one in each epoch with this probability.
   * Null: as the node's class has it, at least the economy's floor.
   */
  readonly canaryShare: number | null;
  /** Verifiers that agree to everything. */
  readonly lazyShare: number;
  /** What proving a fault costs its challenger, credit grains. */
  readonly challengeCostGrains: number;
}

export type TokenPriceModel = GeometricTokenPrice | SeriesTokenPrice | PoolTokenPrice;

/** Geometric Brownian motion with normal jumps of the logarithm (Merton 1976). */
export interface GeometricTokenPrice {
  readonly kind: 'geometric';
  readonly initialMicrograins: number;
  readonly driftPerYear: number;
  readonly volatilityPerYear: number;
  readonly jumps: (JumpRule & { readonly perYear: number }) | null;
}

export interface SeriesTokenPrice {
  readonly kind: 'series';
  /** Micrograins of credit for a token grain. After the last value it stays. */
  readonly micrograins: Series;
}

/** A constant-product pool that providers sell into, the burn buys from and speculators trade with. */
export interface PoolTokenPrice {
  readonly kind: 'pool';
  readonly creditsGrains: number;
  readonly tokensGrains: number;
  readonly feePpm: number;
  readonly speculators: SpeculatorModel;
  /** Share of the burned part of the take that buys tokens, which are burned. */
  readonly burnBuysShare: number;
}

/**
 * Each epoch they trade this share of the pool's credits: trend × last relative move + value × ln(fair / price) + noise × z;
 * positive buys.
 */
export interface SpeculatorModel {
  readonly trend: number;
  readonly value: number;
  readonly fairMicrograins: number;
  readonly noise: number;
}

export interface NetworkModel {
  /** Mean of an exponential time until a batch arrives. What comes after grace and lateness is lost. */
  readonly latencyMs: number;
  readonly lossShare: number;
  /** Standard deviation of what a meter reads, relative to the truth. */
  readonly meterNoise: number;
}

/** What stands behind the credits at epoch 0. */
export interface ReserveModel {
  readonly stableGrains: number;
  readonly tokenGrains: number;
  readonly outstandingGrains: number;
  /** Share of vested credits that is redeemed at each era's end; what was bought to pay charges comes in every epoch. */
  readonly redeemedShare: number;
}

/** economy.md's stress set; a wash ring is an attack. Each holds from its epoch on, for `epochs`. */
export type Shock =
  /** The price is multiplied by the factor, evenly in the logarithm, and stays there. */
  | { readonly kind: 'token-price'; readonly atEpoch: number; readonly epochs: number; readonly factor: number }
  | { readonly kind: 'demand'; readonly atEpoch: number; readonly epochs: number; readonly factor: number }
  /** The operator with most capacity of all is down. */
  | { readonly kind: 'operator-outage'; readonly atEpoch: number; readonly epochs: number }
  /** So many of all nodes are down, by lot. */
  | { readonly kind: 'node-loss'; readonly atEpoch: number; readonly epochs: number; readonly share: number }
  | { readonly kind: 'oracle-freeze'; readonly atEpoch: number; readonly epochs: number }
  | { readonly kind: 'lazy-verifiers'; readonly atEpoch: number; readonly epochs: number; readonly share: number }
  | { readonly kind: 'challenge-cost'; readonly atEpoch: number; readonly epochs: number; readonly factor: number }
  /** At once, of all credits outstanding. */
  | { readonly kind: 'redemption'; readonly atEpoch: number; readonly share: number };
