import type { Grains, MicrograinsPerNcuS, NcuMs, Ppm } from './quantities.ts';

/**
 * One network's economy, as the kernel reads it: plain data, integers only, made by the `economies` loader from a
 * YAML file. Its deterministic CBOR is what `economyHash` names.
 */
export interface Economy {
  readonly name: string;
  readonly version: number;
  /** Grains in one credit and in one work token. */
  readonly grainsPerUnit: number;
  readonly cadence: Cadence;
  readonly resources: readonly Resource[];
  readonly classes: readonly NodeClass[];
  readonly price: PriceRule;
  readonly take: TakeRule;
  readonly emission: EmissionRule;
  readonly verification: VerificationRule;
  readonly offences: readonly OffenceRule[];
  readonly slash: SlashRule;
  readonly reputation: ReputationRule;
  readonly settlement: SettlementRule;
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

export interface Resource {
  /** Code on the wire (`RESOURCE_CODES` in wire). */
  readonly code: number;
  readonly name: string;
  /** Normalisation: ncuMs = floor(quantity * coefficient / divisor), once per line. */
  readonly coefficient: number;
  readonly divisor: number;
  /** False: shown and bounded, never billed (CPU time of fuel-billed tasks). */
  readonly billed: boolean;
  /** Plausibility: most units one NCU of attested capacity can make in a millisecond. */
  readonly quantityPerNcuMsMax: number;
}

export interface NodeClass {
  readonly name: string;
  /** Share of an epoch's emission that this class divides. */
  readonly emissionSharePpm: Ppm;
  /** Reward weight: min(w, kappa * b), kappa = numerator / denominator in NCU·ms per bonded grain. */
  readonly curve: {
    readonly kind: 'linear-capped';
    readonly kappaNumerator: number;
    readonly kappaDenominator: number;
  };
  /** One operator's largest share of the class's weight before caps. */
  readonly operatorCapPpm: Ppm;
  readonly bondGrainsMin: Grains;
  /** Below this share of the required bond a node gets a warning. */
  readonly marginCallPpm: Ppm;
  /** Below this share of the required bond a node gets no work and its usage counts zero. */
  readonly stopLinePpm: Ppm;
}

export interface PriceRule {
  readonly initialMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly floorMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly capMicrograinsPerNcuS: MicrograinsPerNcuS;
  readonly targetUtilisationPpm: Ppm;
  /** d in p' = p(1 + d(U - U*)/U*), clamped to [floor, cap]. */
  readonly gainPpm: Ppm;
}

/** Shares of each charge; their sum is the take. */
export interface TakeRule {
  readonly burnPpm: Ppm;
  readonly insurancePpm: Ppm;
  readonly treasuryPpm: Ppm;
}

export interface EmissionRule {
  readonly kind: 'fixed-per-epoch';
  readonly grainsPerEpoch: Grains;
  /** Immutable: lifetime emission never passes it. Decimal string, because it may pass 2^53. */
  readonly capGrains: string;
}

export interface VerificationRule {
  /** q_floor of q_i = max(q_floor, (g+E)/(d(R+B_i+E)), 1/CV_i, 1 while CV_i < consecutiveValidMin). */
  readonly auditFloorPpm: Ppm;
  /** d: probability that an audit exposes a cheat. */
  readonly detectionPpm: Ppm;
  readonly consecutiveValidMin: number;
  /** Blind replicas that must agree with each other against the accused. */
  readonly replicasToConvict: number;
}

/** `work` counts verdicts on results, `liveness` counts assignments kept or abandoned. */
export type OffenceName = 'equivocation' | 'wrong-result' | 'abandoned-work' | 'low-reputation';

export interface OffenceRule {
  readonly offence: OffenceName;
  /** shadow: evaluated and published, nothing moves. */
  readonly mode: 'shadow' | 'live';
  readonly slashPpm: Ppm;
  /** The statistic at or past which the offence is proven: a count of proofs, or a score's bar in ppm. */
  readonly threshold: number;
  readonly statistic: 'proof-count' | 'score-ppm' | 'share-ppm';
}

/** Where a final slash goes; the three sum to 1_000_000. */
export interface SlashRule {
  readonly challengerPpm: Ppm;
  readonly insurancePpm: Ppm;
  readonly burnPpm: Ppm;
}

export interface ReputationRule {
  /** Forgetting factor of the Beta reputation: a' = lambda*a + v, b' = lambda*b + (1 - v). */
  readonly lambdaPpm: Ppm;
  readonly multiplierMinPpm: Ppm;
  readonly multiplierMaxPpm: Ppm;
}

export interface SettlementRule {
  readonly challengeWindowSeconds: number;
  readonly appealSeconds: number;
  readonly activationSeconds: number;
  readonly unbondingSeconds: number;
  readonly posterBondGrains: Grains;
}

/** Most NCU·ms that any node may report in one epoch; with the node count it bounds every sum. */
export const NODE_NCU_MS_MAX = 1_000_000_000 as NcuMs;
