import { closedFormRun } from '../gate/closed-form-run.ts';
import { sceneRun } from '../gate/scenes/scene-run.ts';
import { trialRun } from '../response/trial-run.ts';
import { attemptRun } from './attempt-run.ts';
import type { JobKind } from './job.ts';
import { simulateRun } from './simulate-run.ts';

/** Every kind of job, by the name that a plan calls it. */
export const JOB_KINDS: Readonly<Record<string, JobKind>> = {
  'gate-scene': sceneRun,
  attempt: attemptRun,
  'closed-form': closedFormRun,
  simulate: simulateRun,
  trial: trialRun,
};
