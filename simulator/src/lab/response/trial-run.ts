import { attemptRun } from '../campaign/attempt-run.ts';
import type { JobWorld } from '../campaign/job.ts';
import type { JobResult } from '../campaign/plan.ts';
import { worldInBox } from './uncertain-box.ts';

/**
 * An attempt in a world that is uncertain: run r is at point r of the box of uncertain inputs. Options as of an attempt.
 * @throws SimulationRefusal those of `attemptRun`
 */
export function trialRun(world: JobWorld, run: number): Promise<JobResult> {
  return attemptRun({ ...world, ...worldInBox(world, world.scenario.seed, run) }, run);
}
