import { changePolicy, failedChecks } from '@stannary/economies';
import {
  type CmaState,
  cmaAsk,
  cmaStart,
  cmaTell,
  type Evaluation,
  type NsgaState,
  nsgaAsk,
  nsgaFront,
  nsgaStart,
  nsgaTell,
  type PairedDifference,
  pairedDifference,
  shareOf,
} from '../../experiments/index.ts';
import { evaluate, jobsOf, type RunOptions } from './evaluate.ts';
import { changeAt, type ExploredField } from './fields.ts';
import type { Metric } from './metrics.ts';
import { evaluationOf, type Objective, refusedEvaluation, type TuneGate } from './objectives.ts';
import { ExploreRefusal } from './refusal.ts';
import { AS_IT_STANDS, type Change, type ExploreSetting, pointOf } from './setting.ts';

export interface TunePlan {
  readonly fields: readonly ExploredField[];
  readonly objectives: readonly Objective[];
  readonly gates: readonly TuneGate[];
  readonly generations: number;
  /** Candidates of a generation; the method's own where undefined. */
  readonly population?: number;
  /** Of the search, not of the runs. */
  readonly seed: number;
}

/** All that a search is between two generations; survives JSON, and goes on from it bit for bit. */
export type TuneState =
  | { readonly method: 'cma-es'; readonly search: CmaState }
  | { readonly method: 'nsga-ii'; readonly search: NsgaState };

export interface TuneOptions extends RunOptions {
  /** Where an earlier search stopped. */
  readonly from?: TuneState;
  readonly onGeneration?: (state: TuneState) => void | Promise<void>;
}

export interface MetricFound {
  readonly metric: Metric;
  readonly value: number;
  /** Against the economy as it stands, in the same runs; null with a single run. */
  readonly difference: PairedDifference | null;
}

export interface Candidate {
  readonly change: Change;
  readonly passes: boolean;
  /** Objectives, then gates, in runs that the search has not seen. */
  readonly found: readonly MetricFound[];
}

export interface Tuned {
  readonly method: TuneState['method'];
  readonly generations: number;
  readonly here: Candidate;
  /** One for one objective; a Pareto front, by the first objective, for more. Empty: nothing passed the gates. */
  readonly best: readonly Candidate[];
}

const NSGA_POPULATION = 40;
const CONFIDENCE = 0.95;

/** With one objective the search starts where the economy stands. */
export function tuneStart({ fields, objectives, population, seed }: TunePlan): TuneState {
  const dimensions = fields.length;
  if (objectives.length > 1) {
    const size = population ?? NSGA_POPULATION;
    return {
      method: 'nsga-ii',
      search: nsgaStart({ seed, dimensions, objectives: objectives.length, population: size }),
    };
  }
  const start = fields.map(({ axis, at }) => (at === null ? 0.5 : shareOf(axis, at)));
  return { method: 'cma-es', search: cmaStart({ seed, dimensions, start, ...(population && { population }) }) };
}

export function tuneMetrics({ objectives, gates }: TunePlan): readonly Metric[] {
  const all = [...objectives, ...gates].map(({ metric }) => metric);
  return all.filter((metric, at) => all.findIndex(({ name }) => name === metric.name) === at);
}

/** Jobs of a whole search and its last look. */
export function tuneBudget(plan: TunePlan, runs: number): number {
  const { search } = tuneStart(plan);
  const last = plan.objectives.length > 1 ? search.population : 1;
  return (search.population * plan.generations + 1 + last) * runs * jobsOf(tuneMetrics(plan)).length;
}

/**
 * Searches the box for the best that passes all gates: CMA-ES for one objective, NSGA-II for several. Candidates meet the
 * same runs, and what was found is looked at once more, against the economy as it stands, in as many runs that the search
 * has not seen: the best of many is partly luck. A search that stopped goes on from its state to the same result.
 * @throws ExploreRefusal EXPLORE-FIELD, EXPLORE-FIGURE, EXPLORE-STATE; AbortError
 */
export async function tune(setting: ExploreSetting, plan: TunePlan, options: TuneOptions = {}): Promise<Tuned> {
  for (const { path, of } of plan.fields) {
    if (of === 'economy' && !path.includes('[')) continue;
    const expected = 'a field of the economy outside lists, which a patch can change';
    throw new ExploreRefusal('EXPLORE-FIELD', path, expected, of === 'economy' ? 'one in a list' : 'one of the world');
  }
  let state = options.from ?? tuneStart(plan);
  const start = tuneStart(plan);
  const isOwn = state.method === start.method && state.search.dimensions === start.search.dimensions;
  if (!isOwn || state.search.seed !== plan.seed || state.search.population !== start.search.population) {
    throw new ExploreRefusal('EXPLORE-STATE', 'kept search', `${start.method} of this plan`, state.method);
  }
  const budget = tuneBudget(plan, setting.runs);
  const each = state.search.population * setting.runs * jobsOf(tuneMetrics(plan)).length;
  for (let done = generationsOf(state); done < plan.generations; done += 1) {
    const asked = (state.method === 'cma-es' ? cmaAsk(state.search) : nsgaAsk(state.search)).map((point) =>
      changeAt(plan.fields, point),
    );
    const part = { ...runOptions(options, `generation-${done}`), ...progress(options, done * each, budget) };
    state = told(state, await evaluations(setting, plan, asked, part));
    await options.onGeneration?.(state);
  }
  return lastLook(setting, plan, state, {
    ...runOptions(options, 'last-look'),
    ...progress(options, plan.generations * each, budget),
  });
}

function runOptions({ workers, folder, signal }: TuneOptions, part: string): RunOptions {
  return {
    ...(workers === undefined ? {} : { workers }),
    ...(folder === undefined ? {} : { folder: `${folder}/${part}` }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function progress({ onProgress }: TuneOptions, before: number, all: number): RunOptions {
  return onProgress === undefined ? {} : { onProgress: (done) => onProgress(before + done, all) };
}

export function generationsOf({ method, search }: TuneState): number {
  return method === 'cma-es' ? search.generations : search.generation;
}

function told(state: TuneState, evaluations: readonly Evaluation[]): TuneState {
  return state.method === 'cma-es'
    ? { method: state.method, search: cmaTell(state.search, evaluations) }
    : { method: state.method, search: nsgaTell(state.search, evaluations) };
}

/**
 * In the order asked. Candidates that file or world would refuse are not run, nor those that fail a check of the file
 * which the economy as it stands passes: a patch must not be refused by `stannary check`.
 */
async function evaluations(
  setting: ExploreSetting,
  plan: TunePlan,
  asked: readonly Change[],
  options: RunOptions,
): Promise<Evaluation[]> {
  const known = new Set(failedChecks(setting.policy));
  const tried = asked.map((change) => tryPoint(setting, change, known));
  const points = tried.flatMap(({ point }) => (point === null ? [] : [point]));
  const found = await evaluate(setting, points, tuneMetrics(plan), options);
  let next = 0;
  return tried.map(({ point, failed }) => {
    if (point === null) return refusedEvaluation(plan.objectives.length, plan.gates.length, failed);
    const { objectives, violations = [] } = evaluationOf(plan, found, next++);
    return { objectives, violations: [...violations, 0] };
  });
}

/** A candidate's point, or by how many checks it is refused. */
function tryPoint(setting: ExploreSetting, change: Change, known: ReadonlySet<string>) {
  try {
    const point = pointOf(setting, change);
    const failed = failedChecks(changePolicy(setting.policy, change.economy)).filter((id) => !known.has(id)).length;
    return failed === 0 ? { point, failed } : { point: null, failed };
  } catch (error) {
    if (error instanceof ExploreRefusal) return { point: null, failed: Number.POSITIVE_INFINITY };
    throw error;
  }
}

async function lastLook(
  setting: ExploreSetting,
  plan: TunePlan,
  state: TuneState,
  options: RunOptions,
): Promise<Tuned> {
  const members = state.method === 'nsga-ii' ? nsgaFront(state.search) : bestOf(state.search);
  const changes = [AS_IT_STANDS, ...distinct(members.map(({ point }) => changeAt(plan.fields, point)))];
  const fresh = { ...setting, firstRun: setting.firstRun + setting.runs };
  const metrics = tuneMetrics(plan);
  const found = await evaluate(
    fresh,
    changes.map((change) => pointOf(fresh, change)),
    metrics,
    options,
  );
  const candidates = changes.map((change, variant): Candidate => {
    const { violations = [] } = evaluationOf(plan, found, variant);
    return {
      change,
      passes: violations.every((violation) => violation <= 0),
      found: metrics.map((metric) => ({
        metric,
        value: found.ofMeans(metric, variant),
        difference:
          setting.runs < 2
            ? null
            : pairedDifference(found.ofRuns(metric, variant), found.ofRuns(metric, 0), CONFIDENCE),
      })),
    };
  });
  const [here, ...best] = candidates;
  return { method: state.method, generations: generationsOf(state), here: here!, best };
}

/** The best of the search, if it passed the gates there. */
function bestOf({ best }: CmaState): { readonly point: readonly number[] }[] {
  return best === null || (best.evaluation.violations ?? []).some((violation) => violation > 0) ? [] : [best];
}

/** Points of a cube may be the same in a file's units. */
function distinct(changes: readonly Change[]): Change[] {
  const seen = new Map(changes.map((change) => [JSON.stringify(change), change]));
  return [...seen.values()];
}
