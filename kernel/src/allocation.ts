import type { Epoch, Grains, MicrograinsPerNcuS, NcuMs } from './quantities.ts';

/** What a node sells in an epoch. */
export interface Offer {
  readonly nodeId: string;
  readonly className: string;
  readonly capacityNcuMs: NcuMs;
  readonly floorMicrograinsPerNcuS: MicrograinsPerNcuS;
}

/** One task waiting for a provider. */
export interface Demand {
  readonly taskId: string;
  readonly consumer: string;
  /** Work bound: the lease may be charged at most this much at the epoch's price. */
  readonly ncuMsMax: NcuMs;
  readonly chargeGrainsMax: Grains;
  /** Operators that may not take it (a replica's accused and earlier replicas); lower-case addresses. */
  readonly excludedOperators: readonly string[];
}

export type UnassignedReason =
  | 'price-above-limit'
  | 'no-offer-at-price'
  | 'no-capacity'
  | 'operators-excluded'
  | 'operator-cap';

export interface Assignment {
  readonly taskId: string;
  readonly nodeId: string;
  /** Position in the node's queue for the epoch. */
  readonly order: number;
}

export interface Allocation {
  readonly epoch: Epoch;
  readonly assignments: readonly Assignment[];
  readonly unassigned: readonly { readonly taskId: string; readonly reason: UnassignedReason }[];
  /** Offers that got nothing, and why. */
  readonly idle: readonly {
    readonly nodeId: string;
    readonly reason: 'stopped' | 'price-above-market' | 'no-demand' | 'not-drawn';
  }[];
}
