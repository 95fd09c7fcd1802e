import { DrawSequence } from '../numbers/draws.ts';
import { exp, ln } from '../numbers/elementary.ts';
import { countFrom, openShare, sameLength } from '../refusal.ts';
import { checkedEvaluations, type Evaluation, gatedOrder, passesGates } from './evaluation.ts';
import { eigenOf } from './matrix.ts';

/**
 * The whole search as plain data, so that it is saved as JSON and goes on bit for bit. The search is in the unit cube;
 * axes lead out of it.
 */
export interface CmaState {
  readonly seed: number;
  readonly dimensions: number;
  /** Candidates of a generation, λ. */
  readonly population: number;
  readonly restarts: number;
  /** Generations since the last restart, and in all. */
  readonly generation: number;
  readonly generations: number;
  readonly mean: readonly number[];
  readonly sigma: number;
  readonly covariance: readonly number[];
  readonly pathSigma: readonly number[];
  readonly pathCovariance: readonly number[];
  /** Best objectives of the last generations, the newest last; of those that pass all gates, else null. */
  readonly recent: readonly (number | null)[];
  readonly best: { readonly point: readonly number[]; readonly evaluation: Evaluation } | null;
}

export interface CmaOptions {
  readonly seed: number;
  readonly dimensions: number;
  /** The middle of the cube. */
  readonly start?: readonly number[];
  /** First step, as a share of each axis; .3. */
  readonly sigma?: number;
  /** λ; 4 + ⌊3·ln n⌋. */
  readonly population?: number;
}

/**
 * CMA-ES with active covariance update: N. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, figure 6
 * and table 1. Ask for candidates, run them anywhere in any order, tell what they gave.
 * Refuses EXPERIMENT-COUNT, EXPERIMENT-LENGTH, EXPERIMENT-RANGE.
 */
export function cmaStart(options: CmaOptions): CmaState {
  const n = countFrom(1, options.dimensions, 'dimensions');
  const start = options.start ?? Array.from({ length: n }, () => 0.5);
  sameLength(n, start.length, 'start');
  const population = countFrom(4, options.population ?? 4 + Math.floor(3 * ln(n)), 'population');
  const fresh = { seed: options.seed, dimensions: n, restarts: 0, generations: 0, best: null };
  return begun(fresh, population, start, openShare(options.sigma ?? 0.3, 'sigma'));
}

type Lasting = Pick<CmaState, 'seed' | 'dimensions' | 'restarts' | 'generations' | 'best'>;

function begun(lasting: Lasting, population: number, mean: readonly number[], sigma: number): CmaState {
  const n = lasting.dimensions;
  const none = mean.map(() => 0);
  const covariance = Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
  const { seed, dimensions, restarts, generations, best } = lasting;
  return {
    ...{ seed, dimensions, population, restarts, generation: 0, generations, mean, sigma, covariance },
    ...{ pathSigma: none, pathCovariance: none, recent: [], best },
  };
}

/** The candidates of this generation, in the unit cube. The same state always asks the same. */
export function cmaAsk(state: CmaState): Float64Array[] {
  return stepsOf(state).map((step) => Float64Array.from(step, (y, i) => folded(state.mean[i]! + state.sigma * y)));
}

/**
 * The state after a generation, `evaluations` in the order asked. Gates by `gatedOrder`.
 * Refuses EXPERIMENT-LENGTH, EXPERIMENT-VALUE.
 */
export function cmaTell(state: CmaState, evaluations: readonly Evaluation[]): CmaState {
  checkedEvaluations(evaluations, { count: state.population, objectives: 1 });
  const order = gatedOrder(evaluations);
  const told = withBest(state, evaluations, order[0]!);
  const steps = stepsOf(state);
  const next = adapted(
    told,
    order.map((at) => steps[at]!),
  );
  return isStuck(next) ? restarted(next) : next;
}

/** y = B·D·z for each candidate, N(0, C). */
function stepsOf({ seed, restarts, generation, population, dimensions: n, covariance }: CmaState): Float64Array[] {
  const { values, vectors } = eigenOf(covariance, n);
  return Array.from({ length: population }, (_, candidate) => {
    const draws = new DrawSequence(seed, restarts, generation, candidate);
    const scaled = Float64Array.from(values, (value) => Math.sqrt(Math.max(0, value)) * draws.normal());
    return Float64Array.from({ length: n }, (_, row) => {
      let sum = 0;
      for (let k = 0; k < n; k += 1) sum += vectors[row * n + k]! * scaled[k]!;
      return sum;
    });
  });
}

/** Back into [0, 1] by reflection at its walls: beyond a wall the search sees the room mirrored, so it needs no penalty. */
function folded(x: number): number {
  const turn = x - 2 * Math.floor(x / 2);
  return turn <= 1 ? turn : 2 - turn;
}

function withBest(state: CmaState, evaluations: readonly Evaluation[], first: number): CmaState {
  const evaluation = evaluations[first]!;
  const { objectives, violations = [] } = evaluation;
  // What is infinite does not survive JSON, and is no result.
  const counts = [...objectives, ...violations].every(Number.isFinite);
  const better = counts && (state.best === null || gatedOrder([evaluation, state.best.evaluation])[0] === 0);
  const candidate = better ? { point: Array.from(cmaAsk(state)[first]!), evaluation } : state.best;
  const recent = [...state.recent, counts && passesGates(evaluation) ? objectives[0]! : null];
  return { ...state, best: candidate, recent: recent.slice(-historyLength(state)) };
}

interface Strategy {
  readonly weights: readonly number[];
  readonly effective: number;
  readonly pathRate: number;
  readonly damping: number;
  readonly covariancePathRate: number;
  readonly rankOne: number;
  readonly rankMu: number;
}

/** Table 1 of the tutorial: weights (49)–(53), step size (55), covariance (56)–(58), with α_cov = 2. */
function strategyOf(n: number, population: number): Strategy {
  const raw = Array.from({ length: population }, (_, at) => ln((population + 1) / 2) - ln(at + 1));
  const chosen = raw.slice(0, Math.floor(population / 2));
  const others = raw.slice(chosen.length);
  const effective = massOf(chosen);
  const rankOne = 2 / ((n + 1.3) * (n + 1.3) + effective);
  const mu = (2 * (0.25 + effective + 1 / effective - 2)) / ((n + 2) * (n + 2) + effective);
  const rankMu = Math.min(1 - rankOne, mu);
  const negative = Math.min(
    1 + rankOne / rankMu,
    1 + (2 * massOf(others)) / (effective + 2),
    (1 - rankOne - rankMu) / (n * rankMu),
  );
  const above = sumOf(raw.filter((weight) => weight > 0));
  const below = -sumOf(raw.filter((weight) => weight < 0));
  const pathRate = (effective + 2) / (n + effective + 5);
  return {
    weights: raw.map((weight) => (weight >= 0 ? weight / above : (negative * weight) / below)),
    effective,
    pathRate,
    damping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + pathRate,
    covariancePathRate: (4 + effective / n) / (n + 4 + (2 * effective) / n),
    rankOne,
    rankMu,
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** (Σw)² / Σw². */
function massOf(weights: readonly number[]): number {
  return (sumOf(weights) * sumOf(weights)) / weights.reduce((sum, weight) => sum + weight * weight, 0);
}

/** One update from steps y, the best first: (42)–(47) of the tutorial. */
function adapted(state: CmaState, steps: readonly Float64Array[]): CmaState {
  const { dimensions: n, sigma, generation } = state;
  const strategy = strategyOf(n, state.population);
  const { weights, effective, pathRate, damping, covariancePathRate: cc } = strategy;
  const whiten = whitening(state);
  const parents = Math.floor(state.population / 2);
  const step = state.mean.map((_, i) => {
    let sum = 0;
    for (let at = 0; at < parents; at += 1) sum += weights[at]! * steps[at]![i]!;
    return sum;
  });
  const white = whiten(step);
  const kick = Math.sqrt(pathRate * (2 - pathRate) * effective);
  const pathSigma = state.pathSigma.map((p, i) => (1 - pathRate) * p + kick * white[i]!);
  const length = Math.sqrt(pathSigma.reduce((sum, p) => sum + p * p, 0));
  const usual = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  // 1 − (1 − c)^(2(g + 1)): a path that has only begun is shorter.
  const begunShare = 1 - exp(2 * (generation + 1) * ln(1 - pathRate));
  const goesOn = length / Math.sqrt(begunShare) < (1.4 + 2 / (n + 1)) * usual;
  const pull = goesOn ? Math.sqrt(cc * (2 - cc) * effective) : 0;
  const pathCovariance = state.pathCovariance.map((p, i) => (1 - cc) * p + pull * step[i]!);
  return {
    ...state,
    generation: generation + 1,
    generations: state.generations + 1,
    mean: state.mean.map((m, i) => m + sigma * step[i]!),
    sigma: sigma * exp(Math.min(1, (pathRate / damping) * (length / usual - 1))),
    covariance: covarianceAfter(state, strategy, steps, { pathCovariance, goesOn, whiten }),
    pathSigma,
    pathCovariance,
  };
}

interface Turn {
  readonly pathCovariance: readonly number[];
  readonly goesOn: boolean;
  readonly whiten: (step: ArrayLike<number>) => Float64Array;
}

function covarianceAfter(
  { dimensions: n, covariance }: CmaState,
  { weights, rankOne, rankMu, covariancePathRate: cc }: Strategy,
  steps: readonly Float64Array[],
  { pathCovariance, goesOn, whiten }: Turn,
): number[] {
  const lost = goesOn ? 0 : rankOne * cc * (2 - cc);
  const keep = 1 + lost - rankOne - rankMu * sumOf(weights);
  // A bad step is taken off at the length it has under C, so that C stays positive.
  const scaled = weights.map((weight, at) => {
    if (weight >= 0) return weight;
    const square = whiten(steps[at]!).reduce((sum, z) => sum + z * z, 0);
    return (weight * n) / Math.max(square, 1e-300);
  });
  const next = Array.from({ length: n * n }, () => 0);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0;
      for (const [at, step] of steps.entries()) sum += scaled[at]! * step[i]! * step[j]!;
      const entry = keep * covariance[i * n + j]! + rankOne * pathCovariance[i]! * pathCovariance[j]! + rankMu * sum;
      next[i * n + j] = entry;
      next[j * n + i] = entry;
    }
  }
  return next;
}

/** C^−½. */
function whitening({ dimensions: n, covariance }: CmaState): (step: ArrayLike<number>) => Float64Array {
  const { values, vectors } = eigenOf(covariance, n);
  return (step) => {
    const white = new Float64Array(n);
    for (let k = 0; k < n; k += 1) {
      let along = 0;
      for (let i = 0; i < n; i += 1) along += vectors[i * n + k]! * step[i]!;
      const scaled = along / Math.sqrt(Math.max(values[k]!, 1e-300));
      for (let i = 0; i < n; i += 1) white[i]! += vectors[i * n + k]! * scaled;
    }
    return white;
  };
}

/** Generations over which the best must improve: 10 + ⌈30n / λ⌉. */
function historyLength({ dimensions, population }: CmaState): number {
  return 10 + Math.ceil((30 * dimensions) / population);
}

/**
 * No way on from here (appendix B.3 of the tutorial): the best has long been the same, the step is nothing beside an axis,
 * or C is stretched beyond 10^14.
 */
function isStuck(state: CmaState): boolean {
  const { values } = eigenOf(state.covariance, state.dimensions);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(least > 0) || most > 1e14 * least) return true;
  if (state.sigma * Math.sqrt(most) < 1e-12) return true;
  const { recent } = state;
  if (recent.length < historyLength(state) || recent.includes(null)) return false;
  const seen = recent as readonly number[];
  return Math.max(...seen) - Math.min(...seen) <= 1e-12 * Math.max(1e-30, Math.abs(seen.at(-1)!));
}

/** IPOP (Auger and Hansen, CEC 2005): again from a random point, with twice as many candidates. */
function restarted(state: CmaState): CmaState {
  const restarts = state.restarts + 1;
  const draws = new DrawSequence(state.seed, restarts);
  const mean = state.mean.map(() => draws.uniform());
  return begun({ ...state, restarts }, 2 * state.population, mean, 0.3);
}
