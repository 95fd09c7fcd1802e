import { type PairedDifference, pairedDifference } from '../../experiments/index.ts';
import { evaluate, type RunOptions } from './evaluate.ts';
import type { Metric } from './metrics.ts';
import { AS_IT_STANDS, type ExploreSetting, pointOf } from './setting.ts';

export interface ComparedField {
  readonly path: string;
  /** Null: only the other has it. */
  readonly a: string | null;
  readonly b: string | null;
}

export interface ComparedMetric {
  readonly metric: Metric;
  readonly a: number;
  readonly b: number;
  /** b - a, run by run. */
  readonly difference: PairedDifference;
  readonly words: string;
}

export interface Comparison {
  readonly runs: number;
  readonly economyFields: readonly ComparedField[];
  readonly scenarioFields: readonly ComparedField[];
  readonly metrics: readonly ComparedMetric[];
}

const CONFIDENCE = 0.95;

/**
 * Two economies, or one in two worlds, in the same runs of the same seed: what is left of a difference is not the draws'.
 * What nodes cost and what is wanted at which price is told in A's revenue and prices for both, so that B's rules do not
 * change it. Intervals are of 95 %, each for itself. @throws ExploreRefusal EXPLORE-FIGURE; AbortError
 */
export async function compare(
  a: ExploreSetting,
  b: ExploreSetting,
  metrics: readonly Metric[],
  options: RunOptions = {},
): Promise<Comparison> {
  const { runs } = a;
  const beside: ExploreSetting = { ...b, anchor: a.policy.economy, firstRun: a.firstRun, runs };
  const [foundA, foundB] = [
    await evaluate(a, [pointOf(a, AS_IT_STANDS)], metrics, sideOptions(options, 'a', 0)),
    await evaluate(beside, [pointOf(beside, AS_IT_STANDS)], metrics, sideOptions(options, 'b', 1)),
  ];
  return {
    runs,
    economyFields: changedFields(economyTexts(a), economyTexts(b)),
    scenarioFields: changedFields(scenarioTexts(a), scenarioTexts(b)),
    metrics: metrics.map((metric) => {
      const [first, second] = [foundA.ofRuns(metric, 0), foundB.ofRuns(metric, 0)];
      const difference = pairedDifference(second, first, CONFIDENCE);
      const [meanA, meanB] = [foundA.ofMeans(metric, 0), foundB.ofMeans(metric, 0)];
      return { metric, a: meanA, b: meanB, difference, words: wordsOf(metric, difference, runs) };
    }),
  };
}

/** Both sides are as long, so the whole is twice one. */
function sideOptions({ folder, onProgress, ...rest }: RunOptions, side: string, place: number): RunOptions {
  return {
    ...rest,
    ...(folder === undefined ? {} : { folder: `${folder}/${side}` }),
    ...(onProgress === undefined ? {} : { onProgress: (done, of) => onProgress(place * of + done, 2 * of) }),
  };
}

/** In words: which is more, whether that is better, or that these runs do not show it. */
function wordsOf({ better }: Metric, { mean, interval }: PairedDifference, runs: number): string {
  if (interval.low === 0 && interval.high === 0) return 'the same in every run';
  if (interval.low <= 0 && interval.high >= 0) return `no difference that ${runs} runs show`;
  const way = mean > 0 ? 'more' : 'less';
  return better === 'neither' ? `B has ${way}` : `B has ${way}, which is ${better === way ? 'better' : 'worse'}`;
}

function economyTexts({ policy }: ExploreSetting): Map<string, string> {
  const own = ['name', 'version'];
  return new Map(
    [...policy.reading.seen].filter(([path]) => !own.includes(path)).map(([path, { text }]) => [path, text]),
  );
}

function scenarioTexts({ policy, scenarioOf }: ExploreSetting): Map<string, string> {
  return new Map(leaves(scenarioOf(policy.economy), ''));
}

function leaves(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((one, at) => leaves(one, `${path}[${at}]`));
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`));
}

function changedFields(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): ComparedField[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((path) => {
    const field = { path, a: a.get(path) ?? null, b: b.get(path) ?? null };
    return field.a === field.b ? [] : [field];
  });
}
