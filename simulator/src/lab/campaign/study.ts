import type { CampaignJob, CampaignPlan, JobResult } from './plan.ts';
import { isPrecise, type Precision, RUNS_LEAST } from './precision.ts';
import { type CampaignOptions, runCampaign } from './run-campaign.ts';
import { PointTally } from './tally.ts';

export interface StudyOptions extends Omit<CampaignOptions, 'onResult'> {
  /** Runs are added until every point is known so well, and at most `runsMax`. Default: the plan's runs. */
  readonly until?: Precision | null;
  readonly runsMax?: number;
  readonly onResult?: (job: CampaignJob, result: JobResult) => void | Promise<void>;
}

/** What the runs of every point come to. */
export interface Study {
  readonly tallies: readonly PointTally[];
  /** Of each point. */
  readonly runs: number;
  /** Whether `until` was reached; null without it. */
  readonly isPrecise: boolean | null;
}

/** Each round has half as many runs again as there were before. */
const GROWTH = 1.5;

/**
 * A campaign as Monte Carlo: all points in the same runs, summed in their order. With `until` in rounds whose sizes depend
 * on nothing but their number, so that a resumed study looks at the same times.
 * @throws as `runCampaign`; CAMPAIGN-PRECISION
 */
export async function runStudy(plan: CampaignPlan, options: StudyOptions): Promise<Study> {
  const { until = null, runsMax = plan.runs, onResult, ...rest } = options;
  const tallies = plan.points.map(() => new PointTally());
  const add = async (job: CampaignJob, result: JobResult) => {
    tallies[job.point]!.add(result);
    await onResult?.(job, result);
  };
  let runs = 0;
  for (;;) {
    const next =
      until === null
        ? plan.runs
        : Math.min(runsMax, runs === 0 ? Math.max(RUNS_LEAST, plan.runs) : Math.ceil(runs * GROWTH));
    await runCampaign({ ...plan, firstRun: plan.firstRun + runs, runs: next - runs }, { ...rest, onResult: add });
    runs = next;
    if (until === null) return { tallies, runs, isPrecise: null };
    const enough = tallies.every((tally) => isPrecise(tally, until));
    if (enough || runs >= runsMax) return { tallies, runs, isPrecise: enough };
  }
}
