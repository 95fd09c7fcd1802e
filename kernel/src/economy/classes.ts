import type { EvidenceLevel } from '../allocation/allocation.ts';
import type { Ppm } from '../numbers/quantities.ts';
import type { BandsRule } from '../rewards/bands.ts';
import type { ClassPoolRule } from '../rewards/class-pool.ts';
import type { CurveRule } from '../rewards/curve.ts';
import type { BondRule } from '../security/bond.ts';

/** A kind of node, with its own curve, caps, bond and evidence demands. */
export interface NodeClass {
  readonly name: string;
  /** Share of an epoch's emission that this class divides. */
  readonly emissionSharePpm: Ppm;
  /** Reward weight of work and bond. */
  readonly curve: CurveRule;
  /** How work counts by the band that a node is attested to stand in; null: everywhere alike. */
  readonly bands: BandsRule | null;
  /** What the class may divide by its whole work; null: its share of the emission. */
  readonly pool: ClassPoolRule | null;
  /** One operator's largest share of the class's weight before caps. */
  readonly operatorCapPpm: Ppm;
  /** One consumer's largest share of the class's capacity: the hoarding bound. */
  readonly consumerCapPpm: Ppm;
  /** Bond of a full node; credits. */
  readonly bond: BondRule;
  readonly slo: ServiceLevel;
  readonly pricing: readonly PricingModel[];
  readonly payment: { readonly path: 'escrow' | 'channel'; readonly cadence: 'task' | 'epoch' | 'era' };
  readonly evidence: EvidenceDemand;
  readonly verification: ClassVerification;
  readonly disputes: {
    readonly windowSeconds: number;
    readonly verdictSeconds: number;
    readonly answerSeconds: number;
  };
}

/** What the class promises. */
export interface ServiceLevel {
  readonly latency: 'low' | 'low-moderate' | 'moderate' | 'variable';
  readonly variability: 'low' | 'medium' | 'high';
  /** 95 % of starts happen within this. */
  readonly startMsP95: number;
  readonly availabilityPpm: Ppm;
  /** Share of the offered capacity that must be deliverable at any time. */
  readonly throughputPpm: Ppm;
}

export type PricingModel = 'project' | 'subscription' | 'spot' | 'reserved' | 'micropayment' | 'pool';

export interface EvidenceDemand {
  readonly least: EvidenceLevel;
  /** Factor on a node's weight in allocation, by the level that it shows. */
  readonly weightsPpm: Readonly<Record<EvidenceLevel, Ppm>>;
}

export interface ClassVerification {
  readonly method: 'replicas' | 'sampling' | 'challenges';
  /** Share of jobs that are canaries, and of epochs with a surprise benchmark. */
  readonly canaryPpm: Ppm;
  readonly benchmarkPpm: Ppm;
  /** k of `assurance: critical(k)`. */
  readonly criticalReplicas: number;
}
