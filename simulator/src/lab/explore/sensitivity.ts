import {
  type Convergence,
  judgedMorris,
  type MorrisDesign,
  type MorrisJudged,
  momentsOf,
  morrisTrajectories,
  replicatesOf,
  SaltelliDesign,
  type SaltelliShape,
  type SobolIndices,
  sobolConvergence,
  sobolIndices,
} from '../../experiments/index.ts';
import { type Evaluated, evaluate, jobsOf, type RunOptions } from './evaluate.ts';
import { changeAt, type ExploredField } from './fields.ts';
import type { Metric } from './metrics.ts';
import { ExploreRefusal } from './refusal.ts';
import { AS_IT_STANDS, type ExploreSetting, pointOf } from './setting.ts';

export interface SensitivityPlan {
  readonly fields: readonly ExploredField[];
  readonly metrics: readonly Metric[];
  readonly method: 'morris' | 'sobol';
  /** Trajectories, or base points. */
  readonly n: number;
  /** Sobol' indices of pairs as well. */
  readonly secondOrder: boolean;
  /** Of the design, not of the runs. */
  readonly seed: number;
  readonly resamples: number;
}

export interface MetricSensitivity {
  readonly metric: Metric;
  /** Where it stands, in the mean over the runs, and over all points. */
  readonly here: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Part of the variance of single runs that is the draws', not the fields'; null with one run a point. */
  readonly noiseShare: number | null;
  /** In the order of the fields. */
  readonly morris: readonly MorrisJudged[] | null;
  readonly sobol: { readonly indices: SobolIndices; readonly convergence: Convergence } | null;
}

export interface Sensitivity {
  readonly plan: SensitivityPlan;
  readonly budget: Budget;
  /** Points of the design, in fields' texts. */
  readonly points: readonly (readonly string[])[];
  /** By metric, then by point: its runs. */
  readonly outputs: readonly (readonly Float64Array[])[];
  readonly metrics: readonly MetricSensitivity[];
}

export interface Budget {
  /** With the one as it stands. */
  readonly points: number;
  readonly runs: number;
  /** Jobs of each point and run. */
  readonly jobsEach: number;
  readonly jobs: number;
}

const CONFIDENCE = 0.95;
const TOLERANCE = 0.05;

interface Design {
  readonly cube: readonly Float64Array[];
  readonly morris: MorrisDesign | null;
  readonly shape: SaltelliShape;
}

function designOf({ fields, method, n, secondOrder, seed }: SensitivityPlan): Design {
  const shape = { parameters: fields.length, base: n, secondOrder };
  if (method === 'sobol') return { cube: new SaltelliDesign({ ...shape, seed }).points(), morris: null, shape };
  const morris = morrisTrajectories({ parameters: fields.length, trajectories: n, seed });
  return { cube: morris.points, morris, shape };
}

/** What an analysis will run. */
export function sensitivityBudget(plan: SensitivityPlan, runs: number): Budget {
  const { fields, method, n, secondOrder } = plan;
  const block = method === 'morris' || !secondOrder ? fields.length : 2 * fields.length;
  const points = 1 + n * (block + (method === 'morris' ? 1 : 2));
  const jobsEach = jobsOf(plan.metrics).length;
  return { points, runs, jobsEach, jobs: points * runs * jobsEach };
}

/**
 * Runs a design and says which fields move which metric. The first point is the economy as it stands. All points share
 * their runs, so draws cancel in the differences that effects are made of.
 * @throws ExploreRefusal EXPLORE-POINT, EXPLORE-FIGURE; AbortError
 */
export async function sensitivity(
  setting: ExploreSetting,
  plan: SensitivityPlan,
  options: RunOptions = {},
): Promise<Sensitivity> {
  const design = designOf(plan);
  const points = [AS_IT_STANDS, ...design.cube.map((point) => changeAt(plan.fields, point))].map((change) =>
    pointOf(setting, change),
  );
  const found = await evaluate(setting, points, plan.metrics, options);
  const outputs = plan.metrics.map((metric) => design.cube.map((_, at) => found.ofRuns(metric, at + 1)));
  return {
    plan,
    budget: sensitivityBudget(plan, setting.runs),
    points: design.cube.map((point) => plan.fields.map((field, at) => field.textAt(point[at]!))),
    outputs,
    metrics: plan.metrics.map((metric, at) => analysed(plan, design, metric, found, outputs[at]!)),
  };
}

function analysed(
  { method, seed, resamples }: SensitivityPlan,
  { morris, shape }: Design,
  metric: Metric,
  found: Evaluated,
  runsByPoint: readonly Float64Array[],
): MetricSensitivity {
  const replicates = runsByPoint[0]!.length;
  const flat = Float64Array.from(runsByPoint.flatMap((runs) => [...runs]));
  const { means, variances } = replicatesOf(flat, replicates);
  const { mean, min, max, squares } = momentsOf(means);
  const noise = variances.reduce((sum, value) => sum + value, 0) / variances.length;
  const variance = squares / Math.max(1, means.length - 1);
  const analysis = { seed, resamples, confidence: CONFIDENCE, replicates, sharedDraws: true };
  const sobol = () => ({
    indices: sobolIndices(shape, flat, analysis),
    convergence: sobolConvergence(shape, flat, { ...analysis, tolerance: TOLERANCE, from: Math.min(64, shape.base) }),
  });
  return {
    metric,
    here: found.ofMeans(metric, 0),
    mean,
    min,
    max,
    noiseShare: replicates === 1 ? null : noise === 0 ? 0 : noise / (noise + variance),
    morris: method === 'morris' ? judgedMorris(morris!, flat, analysis) : null,
    sobol: method === 'sobol' ? sobol() : null,
  };
}

/** Fields that stay within what file and world allow wherever the others are, and why each other one does not. */
export interface MovableFields {
  readonly fields: readonly ExploredField[];
  readonly fixed: readonly { readonly path: string; readonly because: string }[];
}

/**
 * Leaves out fields whose own ends would be refused, then those that are to blame for the refusal of a design's point,
 * until all of its points could be run. For sets that nobody chose by hand.
 * @throws ExploreRefusal EXPLORE-POINT where no single field is to blame
 */
export function movableFields(setting: ExploreSetting, plan: SensitivityPlan): MovableFields {
  const fixed: { path: string; because: string }[] = [];
  const refusalAt: RefusalAt = (fields, point) => {
    try {
      pointOf(setting, changeAt(fields, point));
      return null;
    } catch (error) {
      if (error instanceof ExploreRefusal) return error;
      throw error;
    }
  };
  let fields = plan.fields.filter((field) => {
    const refusal = [0, 1].map((end) => refusalAt([field], [end])).find((one) => one !== null);
    if (refusal !== undefined && refusal !== null) fixed.push({ path: field.path, because: refusal.got });
    return refusal === undefined;
  });
  for (let before = -1; before !== fields.length; ) {
    before = fields.length;
    const all = fields;
    for (const point of designOf({ ...plan, fields }).cube) {
      // Of a field that has been left out since, the point no longer speaks.
      const places = () => fields.map((field) => point[all.indexOf(field)]!);
      for (let refusal = refusalAt(fields, places()); refusal !== null; refusal = refusalAt(fields, places())) {
        const cause = causeOf(refusal, fields, places(), refusalAt);
        fixed.push({ path: cause.path, because: refusal.got });
        fields = fields.filter((field) => field !== cause);
      }
    }
  }
  return { fields, fixed };
}

type RefusalAt = (fields: readonly ExploredField[], point: ArrayLike<number>) => ExploreRefusal | null;

/** A field that the refusal names; where it names none of them, the first without which it is another or none. */
function causeOf(
  refusal: ExploreRefusal,
  fields: readonly ExploredField[],
  point: readonly number[],
  refusalAt: RefusalAt,
): ExploredField {
  const named = fields.find(({ path }) => refusal.got.includes(path));
  if (named !== undefined) return named;
  const cause = fields.find((_field, at) => {
    const without = <One>(all: readonly One[]): One[] => all.filter((_one, index) => index !== at);
    return refusalAt(without(fields), without(point))?.got !== refusal.got;
  });
  if (cause === undefined) throw refusal;
  return cause;
}
