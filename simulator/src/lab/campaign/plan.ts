import type { Override } from '@stannary/economies';
import type { Scenario } from '../../scenario/scenario.ts';

// What a campaign is to do, as plain data that survives JSON: another process or machine makes the same numbers of it.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** An economy file with the text of all that it extends: no machine's own files matter. */
export interface EconomySource {
  /** Bundled name or path, as it was given. */
  readonly entry: string;
  readonly texts: Readonly<Record<string, string>>;
  /** Fields changed from outside the file. */
  readonly set: readonly Override[];
}

/** One variant: fields changed in economy and scenario, and what its kind of job is told. */
export interface Point {
  readonly economy: readonly Override[];
  /** By path, as `demand.elasticity` or `providers[0].nodes`. */
  readonly scenario: Readonly<Record<string, Json>>;
  readonly options: Readonly<Record<string, Json>>;
}

/**
 * Runs `firstRun … firstRun + runs - 1` of every point. Job number `point × runs + (run - firstRun)`; all points share runs,
 * so that what is compared is compared in the same worlds.
 */
export interface CampaignPlan {
  readonly name: string;
  /** What a job does, by its name in the registry of kinds. */
  readonly kind: string;
  readonly economy: EconomySource;
  readonly scenario: Scenario;
  readonly points: readonly Point[];
  readonly firstRun: number;
  readonly runs: number;
}

export interface CampaignJob {
  readonly number: number;
  readonly point: number;
  readonly run: number;
}

/** What a job brings. Null is a figure that this run does not have, for a reason its kind documents; never NaN. */
export interface JobResult {
  readonly figures: Readonly<Record<string, number | null>>;
  /** Equally long for all jobs of a plan: by share of the horizon. */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

export const NO_CHANGE: Point = { economy: [], scenario: {}, options: {} };
