import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';

// What the allocation reads and writes: plain data that survives JSON unchanged. Optional fields are absent, never
// undefined, so that a served allocation equals a replayed one.

/** Where a node's key lives, as far as it is proven; each level includes those before it. */
export const EVIDENCE_LEVELS = ['software-key', 'hardware-key', 'hardware-tee'] as const;
export type EvidenceLevel = (typeof EVIDENCE_LEVELS)[number];

/** What a node sells in an epoch. */
export interface Offer {
  readonly nodeId: string;
  readonly className: string;
  readonly capacityNcuMs: NcuMs;
  readonly floorMicrograinsPerNcuS: MicrograinsPerNcuS;
  /** A resource of the economy, or a workload by name. Default: the rule's. */
  readonly resource?: string;
  /** Absent: nowhere that a demand could name. */
  readonly region?: string;
  /** Default: the least of its class. */
  readonly evidence?: EvidenceLevel;
  /** First epoch in which the node takes no work: no lease may end after its beginning. Absent: none planned. */
  readonly drainEpoch?: Epoch;
  /** Nodes of one operator, class, resource and region with the same pool are sold as one. */
  readonly poolId?: string;
}

/** One task, or one lease of capacity, waiting for providers. */
export interface Demand {
  readonly taskId: string;
  readonly consumer: string;
  /** Work bound of one seat in one epoch: it takes this much of a node's capacity. */
  readonly ncuMsMax: NcuMs;
  /** Most that one seat may be charged in one epoch at the epoch's price. */
  readonly chargeGrainsMax: Grains;
  /** Operators that may not take it (a replica's accused and earlier replicas); lower-case addresses. */
  readonly excludedOperators: readonly string[];
  /** Absent: any class. */
  readonly className?: string;
  /** Default: the rule's. */
  readonly resource?: string;
  /** Absent or empty: anywhere. */
  readonly regions?: readonly string[];
  /** Least evidence level. Absent: any. */
  readonly evidence?: EvidenceLevel;
  /** Default: spot, one epoch. */
  readonly lease?: DemandLease;
  /** critical: that many replicas at once, no two by the same operator. Default: routine. */
  readonly assurance?: { readonly kind: 'routine' } | { readonly kind: 'critical'; readonly replicas: number };
  /** Several seats, all or none. Default: one. */
  readonly gang?: Gang;
}

export type DemandLease =
  | { readonly kind: 'spot'; readonly epochs: number }
  /** Capacity kept for a term at the price of its first epoch, against a bond that burns while it lies idle. */
  | { readonly kind: 'reserved'; readonly epochs: number; readonly bondGrainsMax: Grains };

export interface Gang {
  readonly seats: number;
  /**
   * Anti-affinity: no two seats by one operator, or in one region. There is none between nodes: what one operator calls
   * two nodes may be one machine, and a seat for each would pay for the split.
   */
  readonly apart: 'none' | 'operators' | 'regions';
}

/** A reserved lease that an earlier epoch opened and that holds capacity in this one. */
export interface StandingLease {
  readonly nodeId: string;
  readonly className: string;
  readonly consumer: string;
  readonly ncuMsMax: NcuMs;
}

export interface AllocationRule {
  readonly classes: readonly ClassAllocationRule[];
  /** Resource of offers and demands that name none. */
  readonly defaultResource: string;
  /** Members of a pool that stand by as hot spares: those with the most capacity, so that each can replace any other. */
  readonly poolSpares: number;
  /** A reserved lease locks this share of the price of its whole capacity-time. */
  readonly leaseBondPpm: Ppm;
}

export interface ClassAllocationRule {
  readonly className: string;
  /** Largest share of what the class offers at the price that one operator may take. */
  readonly operatorCapPpm: Ppm;
  /** Largest share of it that one consumer may hold; against hoarding, at most (1 + h) * eta / 2. */
  readonly consumerCapPpm: Ppm;
  /** What the lottery weighs besides reputation: the bond, or in a class that asks for none the capacity offered. */
  readonly weighBy: 'bond' | 'capacity';
  /** Offers with less are not taken; offers that name none have this much. */
  readonly evidenceMin: EvidenceLevel;
  /** Factor on the weight, by evidence level. */
  readonly evidenceWeightsPpm: Readonly<Record<EvidenceLevel, Ppm>>;
}

/**
 * Why a demand got nothing: the first need that no offer left over met, in this order. `gang-incomplete`: some of its
 * seats could have been taken.
 */
export type UnassignedReason =
  | 'price-above-limit'
  | 'lease-bond-above-limit'
  | 'no-offer-at-price'
  | 'no-offer-in-class'
  | 'no-offer-of-resource'
  | 'no-offer-in-region'
  | 'evidence-below-need'
  | 'drains-before-end'
  | 'operators-excluded'
  | 'consumer-cap'
  | 'operator-cap'
  | 'no-capacity'
  | 'gang-incomplete';

/**
 * Why an offer got nothing. `hot-spare` and `pool-too-small`: its pool keeps it back. `no-weight`: its bond weighs
 * nothing in the lottery. `no-demand`: none at the price asked for what it is. `smaller-than-demand`: none of those fits.
 */
export type IdleReason =
  | 'stopped'
  | 'price-above-market'
  | 'evidence-below-class'
  | 'no-weight'
  | 'hot-spare'
  | 'pool-too-small'
  | 'no-demand'
  | 'smaller-than-demand'
  | 'operator-cap'
  | 'not-drawn';

export interface Assignment {
  readonly taskId: string;
  readonly nodeId: string;
  /** Position in the node's queue for the epoch. */
  readonly order: number;
  /** Counts a demand's seats from zero: first those of its first replica, then of the next. */
  readonly seat: number;
  readonly poolId?: string;
}

/** A reserved lease that this allocation opens, one per demand. */
export interface ReservedLease {
  readonly taskId: string;
  readonly consumer: string;
  /** First epoch in which it holds nothing. */
  readonly endEpoch: Epoch;
  readonly priceMicrograinsPerNcuS: MicrograinsPerNcuS;
  /** What its consumer locks for all seats and epochs; burns while idle. */
  readonly bondGrains: Grains;
}

export interface AllocatedPool {
  readonly poolId: string;
  readonly operator: string;
  readonly members: readonly string[];
  /** In the order in which they step in. */
  readonly spares: readonly string[];
}

export interface Allocation {
  readonly epoch: Epoch;
  readonly assignments: readonly Assignment[];
  readonly unassigned: readonly { readonly taskId: string; readonly reason: UnassignedReason }[];
  /** Offers that got nothing, and why. */
  readonly idle: readonly { readonly nodeId: string; readonly reason: IdleReason }[];
  readonly reserved: readonly ReservedLease[];
  readonly pools: readonly AllocatedPool[];
}
