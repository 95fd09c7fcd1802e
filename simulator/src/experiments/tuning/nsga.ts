import { latinHypercube } from '../designs/latin-hypercube.ts';
import { DrawSequence } from '../numbers/draws.ts';
import { power } from '../numbers/elementary.ts';
import { countFrom, ExperimentRefusal } from '../refusal.ts';
import { checkedEvaluations, compared, type Evaluation, passesGates } from './evaluation.ts';
import { crowdingDistances, paretoFronts } from './pareto.ts';

export interface Member {
  /** In the unit cube. */
  readonly point: readonly number[];
  readonly evaluation: Evaluation;
}

/** The whole search as plain data. */
export interface NsgaState {
  readonly seed: number;
  readonly dimensions: number;
  readonly objectives: number;
  readonly population: number;
  readonly generation: number;
  /** The best so far, front by front, the least crowded of a front first; empty before the first generation is told. */
  readonly members: readonly Member[];
}

export interface NsgaOptions {
  readonly seed: number;
  readonly dimensions: number;
  readonly objectives: number;
  /** Even; 100. */
  readonly population?: number;
}

/** Distribution indices of crossover and mutation; the larger, the nearer to the parents. */
const CROSSOVER_INDEX = 15;
const MUTATION_INDEX = 20;
const CROSSOVER_SHARE = 0.9;

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan, IEEE Trans. Evol. Comput. 6(2), 2002) with gates: many objectives at once,
 * to a Pareto front. Begins with a Latin hypercube. Refuses EXPERIMENT-COUNT, EXPERIMENT-RANGE.
 */
export function nsgaStart({ seed, dimensions, objectives, population = 100 }: NsgaOptions): NsgaState {
  countFrom(1, dimensions, 'dimensions');
  countFrom(1, objectives, 'objectives');
  if (countFrom(4, population, 'population') % 2 !== 0) {
    throw new ExperimentRefusal('EXPERIMENT-RANGE', 'population', 'an even number', population);
  }
  return { seed, dimensions, objectives, population, generation: 0, members: [] };
}

/** The candidates of this generation, in the unit cube. The same state always asks the same. */
export function nsgaAsk(state: NsgaState): Float64Array[] {
  const { seed, dimensions, population, generation, members } = state;
  if (members.length === 0) return latinHypercube({ points: population, dimensions, seed });
  return Array.from({ length: population / 2 }, (_, pair) => {
    const draws = new DrawSequence(seed, generation, pair);
    const [a, b] = crossed(winner(members, draws), winner(members, draws), draws);
    return [mutated(a, draws), mutated(b, draws)];
  }).flat();
}

/**
 * The state after a generation, `evaluations` in the order asked: parents and children compete for the places.
 * Refuses EXPERIMENT-LENGTH, EXPERIMENT-VALUE.
 */
export function nsgaTell(state: NsgaState, evaluations: readonly Evaluation[]): NsgaState {
  const { population, objectives } = state;
  checkedEvaluations(evaluations, { count: population, objectives });
  const asked = nsgaAsk(state).map((point, at) => ({ point: Array.from(point), evaluation: evaluations[at]! }));
  const members = ranked([...state.members, ...asked]).slice(0, population);
  return { ...state, generation: state.generation + 1, members };
}

/** The first front: every member that passes the gates and that no other dominates, by its first objective. */
export function nsgaFront(state: NsgaState): Member[] {
  const passing = state.members.filter(({ evaluation }) => passesGates(evaluation));
  const [front = []] = paretoFronts(passing.map(({ evaluation }) => evaluation));
  const best = front.map((at) => passing[at]!);
  return best.sort((a, b) => compared(a.evaluation.objectives[0]!, b.evaluation.objectives[0]!));
}

/** By front, then by crowding: so a smaller index is a better member. */
function ranked(all: readonly Member[]): Member[] {
  return paretoFronts(all.map(({ evaluation }) => evaluation)).flatMap((front) => {
    const crowding = crowdingDistances(front.map((at) => all[at]!.evaluation.objectives));
    const order = [...front.keys()].sort((a, b) => compared(crowding[b]!, crowding[a]!) || a - b);
    return order.map((place) => all[front[place]!]!);
  });
}

/** Binary tournament; members stand in order. */
function winner(members: readonly Member[], draws: DrawSequence): readonly number[] {
  return members[Math.min(draws.below(members.length), draws.below(members.length))]!.point;
}

/** Simulated binary crossover within bounds 0 and 1 (Deb and Agrawal 1995; bounded as in Deb's own code). */
function crossed(a: readonly number[], b: readonly number[], draws: DrawSequence): [number[], number[]] {
  const [first, second] = [[...a], [...b]];
  if (draws.uniform() > CROSSOVER_SHARE) return [first, second];
  for (const [at, one] of a.entries()) {
    const [low, high] = one < b[at]! ? [one, b[at]!] : [b[at]!, one];
    const [take, spread, swap] = [draws.uniform(), draws.uniform(), draws.uniform()];
    if (take > 0.5 || high - low < 1e-14) continue;
    const down = (low + high - spreadFactor(low / (high - low), spread) * (high - low)) / 2;
    const up = (low + high + spreadFactor((1 - high) / (high - low), spread) * (high - low)) / 2;
    [first[at], second[at]] = swap < 0.5 ? [inside(down), inside(up)] : [inside(up), inside(down)];
  }
  return [first, second];
}

/** How far children lie apart in their parents' distance, such that none passes a wall `room` distances away. */
function spreadFactor(room: number, u: number): number {
  const most = 2 - power(1 + 2 * room, -(CROSSOVER_INDEX + 1));
  const scaled = u * most;
  return power(scaled <= 1 ? scaled : 1 / (2 - scaled), 1 / (CROSSOVER_INDEX + 1));
}

/** Polynomial mutation, one coordinate on average. */
function mutated(point: readonly number[], draws: DrawSequence): Float64Array {
  return Float64Array.from(point, (x) => {
    const [take, u] = [draws.uniform(), draws.uniform()];
    if (take > 1 / point.length) return x;
    const down = u < 0.5;
    const wall = power(down ? 1 - x : x, MUTATION_INDEX + 1);
    const mass = down ? 2 * u + (1 - 2 * u) * wall : 2 - 2 * u + (2 * u - 1) * wall;
    const reach = 1 - power(mass, 1 / (MUTATION_INDEX + 1));
    return inside(down ? x - reach : x + reach);
  });
}

function inside(x: number): number {
  return Math.min(1, Math.max(0, x));
}
