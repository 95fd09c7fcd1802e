import type { CampaignPlan, Point } from '../campaign/plan.ts';
import { type CampaignOptions, runCampaign } from '../campaign/run-campaign.ts';
import type { Metric, Probe } from './metrics.ts';
import { ExploreRefusal } from './refusal.ts';
import { AS_IT_STANDS, type ExploreSetting, pointOf } from './setting.ts';

/** How to run, and where what was run is kept; as a campaign is told. */
export type RunOptions = Omit<CampaignOptions, 'onResult'>;

/** Figures of variants of an economy, each in the same runs. */
export interface Evaluated {
  /** A metric of each run of a variant. @throws ExploreRefusal EXPLORE-FIGURE */
  ofRuns(metric: Metric, variant: number): Float64Array;
  /** A metric of a variant's mean figures: a ratio of sums, not a mean of ratios. @throws ExploreRefusal EXPLORE-FIGURE */
  ofMeans(metric: Metric, variant: number): number;
}

interface ProbedJob {
  readonly kind: string;
  readonly options: Point['options'];
  readonly figures: readonly string[];
}

/** Jobs that metrics need of a variant and a run: one for each kind of job and what it is told, however many figures. */
export function jobsOf(metrics: readonly Metric[]): readonly ProbedJob[] {
  const byJob = Map.groupBy(
    metrics.flatMap(({ probes }) => probes),
    jobKey,
  );
  return [...byJob.values()].map((probes) => {
    const { kind, options } = probes[0]!;
    return { kind, options, figures: [...new Set(probes.map(({ figure }) => figure))] };
  });
}

function jobKey({ kind, options }: Pick<Probe, 'kind' | 'options'>): string {
  return JSON.stringify([kind, options]);
}

/**
 * Runs every variant in the same runs and keeps only the figures that the metrics ask for, a number each: variants are
 * told apart by what they change, not by their draws.
 * @throws AbortError, and whatever a job refuses
 */
export async function evaluate(
  setting: ExploreSetting,
  points: readonly Point[],
  metrics: readonly Metric[],
  options: RunOptions = {},
): Promise<Evaluated> {
  const jobs = jobsOf(metrics);
  const { runs } = setting;
  const columns = new Map<string, Float64Array>();
  for (const { figures, ...job } of jobs) {
    for (const figure of figures) columns.set(columnKey({ ...job, figure }), new Float64Array(points.length * runs));
  }
  const all = points.length * runs * jobs.length;
  let before = 0;
  for (const [kind, ofKind] of Map.groupBy(jobs, (job) => job.kind)) {
    const done = before;
    await runKind(setting, points, kind, ofKind, columns, {
      ...options,
      ...(options.folder === undefined ? {} : { folder: `${options.folder}/${kind}` }),
      onProgress: (count) => options.onProgress?.(done + count, all),
    });
    before += points.length * runs * ofKind.length;
  }
  return evaluated(columns, runs);
}

/** Jobs from which on starting threads takes less than it saves. */
const THREADS_FROM = 32;

async function runKind(
  { source, policy, scenarioOf, firstRun, runs }: ExploreSetting,
  points: readonly Point[],
  kind: string,
  jobs: readonly ProbedJob[],
  columns: ReadonlyMap<string, Float64Array>,
  options: RunOptions,
): Promise<void> {
  const plan: CampaignPlan = {
    name: `explore ${kind}`,
    kind,
    economy: source,
    scenario: scenarioOf(policy.economy),
    points: points.flatMap((point) => jobs.map((job) => ({ ...point, options: job.options }))),
    firstRun,
    runs,
  };
  const isShort = plan.points.length * runs < THREADS_FROM;
  await runCampaign(plan, {
    ...(isShort ? { workers: 0 } : {}),
    ...options,
    onResult: ({ point, run }, { figures }) => {
      const job = jobs[point % jobs.length]!;
      const at = Math.floor(point / jobs.length) * runs + (run - firstRun);
      // A figure that a run does not have is a NaN until somebody asks for it: then it is refused.
      for (const figure of job.figures) columns.get(columnKey({ ...job, figure }))![at] = figures[figure] ?? Number.NaN;
    },
  });
}

function columnKey(probe: Probe): string {
  return `${jobKey(probe)} ${probe.figure}`;
}

function evaluated(columns: ReadonlyMap<string, Float64Array>, runs: number): Evaluated {
  const figuresOf = ({ probes, name }: Metric, variant: number): Float64Array[] =>
    probes.map((probe) => {
      const figures = columns.get(columnKey(probe))!.subarray(variant * runs, (variant + 1) * runs);
      const missing = figures.findIndex(Number.isNaN);
      if (missing === -1) return figures;
      const where = `${name} (variant ${variant}, run ${missing})`;
      throw new ExploreRefusal('EXPLORE-FIGURE', where, `${probe.figure} in every run`, 'a run without it');
    });
  return {
    ofRuns: (metric, variant) => {
      const figures = figuresOf(metric, variant);
      return Float64Array.from({ length: runs }, (_, run) => metric.of(figures.map((one) => one[run]!)));
    },
    ofMeans: (metric, variant) => metric.of(figuresOf(metric, variant).map((one) => meanOf(one))),
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One run of every job that the metrics need, as it stands, in this thread: to see how long it takes. Returns how many. */
export async function evaluateOnce(setting: ExploreSetting, metrics: readonly Metric[]): Promise<number> {
  await evaluate({ ...setting, runs: 1 }, [pointOf(setting, AS_IT_STANDS)], metrics, { workers: 0 });
  return jobsOf(metrics).length;
}
