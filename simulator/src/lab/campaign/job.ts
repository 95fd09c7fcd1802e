import type { Policy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import type { Scenario } from '../../scenario/scenario.ts';
import type { JobResult, Point } from './plan.ts';

/** The world of a point. */
export interface JobWorld {
  readonly economy: Economy;
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly options: Point['options'];
}

/** Pure: the same world and run give the same result, on any machine with the same version of Node. */
export type JobKind = (world: JobWorld, run: number) => JobResult | Promise<JobResult>;
