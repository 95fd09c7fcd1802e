import type { Ppm } from '../numbers/quantities.ts';

/** One meter: what is counted, how it becomes normalised work, and how well it is known. */
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
  readonly fidelity: Fidelity;
}

/** Where a resource's numbers come from, and how far they may be off. A billed resource must say. */
export interface Fidelity {
  readonly source: MeterSource;
  /** Smallest step that the meter can tell, in the resource's unit. */
  readonly resolution: number;
  readonly samplePeriodMs: number;
  /** Largest difference between the meter's clock and the network's. */
  readonly clockErrorMs: number;
  /** Largest relative error of one window against the truth. */
  readonly errorPpmMax: Ppm;
}

export type MeterSource = 'cgroup' | 'procfs' | 'fuel' | 'device' | 'consumer' | 'probe';
