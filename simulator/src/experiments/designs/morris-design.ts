import { DrawSequence } from '../numbers/draws.ts';
import { countFrom, ExperimentRefusal } from '../refusal.ts';
import { gridPoint, gridSize } from './axes.ts';
import { squareBetween } from './latin-hypercube.ts';

/** Two points that differ in one parameter. */
export interface MorrisStep {
  readonly parameter: number;
  readonly from: number;
  readonly to: number;
}

export interface MorrisDesign {
  readonly parameters: number;
  readonly points: readonly Float64Array[];
  /** For each parameter equally many, in the same order of trajectories. */
  readonly steps: readonly MorrisStep[];
}

export interface MorrisOptions {
  readonly parameters: number;
  readonly trajectories: number;
  /** Levels of each parameter, even; 4 is usual. */
  readonly levels?: number;
  readonly seed: number;
  /** Draw this many and keep those that lie farthest apart (Campolongo, Cariboni and Saltelli 2007). */
  readonly chosenOf?: number;
}

/**
 * Trajectories of Morris (Technometrics 33(2), 1991): from a random point of the grid, each parameter once moved by
 * Δ = p / (2(p − 1)), in random order; r·(d + 1) points. With `chosenOf`, the greedy choice of Ruano et al. (2012): first
 * the farthest two, then always the one farthest from those chosen.
 * Refuses EXPERIMENT-COUNT, EXPERIMENT-RANGE, EXPERIMENT-SEED.
 */
export function morrisTrajectories(options: MorrisOptions): MorrisDesign {
  const { parameters, trajectories, seed } = options;
  const levels = evenLevels(options.levels ?? 4);
  countFrom(1, parameters, 'parameters');
  const drawn = countFrom(countFrom(1, trajectories, 'trajectories'), options.chosenOf ?? trajectories, 'chosenOf');
  const all = Array.from({ length: drawn }, (_, index) =>
    trajectory(parameters, levels, new DrawSequence(seed, index)),
  );
  const kept = drawn === trajectories ? all : farthest(all, trajectories);
  const steps = kept.flatMap(({ order }, index) => {
    const start = index * (parameters + 1);
    return Array.from(order, (parameter, step) => ({ parameter, from: start + step, to: start + step + 1 }));
  });
  return { parameters, points: kept.flatMap(({ points }) => points), steps };
}

/**
 * Every elementary effect of the grid: all p^d points, each parameter stepped up by Δ wherever it can be. No draw, so no
 * sampling error: for few parameters, and for known answers.
 */
export function morrisGrid(parameters: number, levelCount: number): MorrisDesign {
  const levels = evenLevels(levelCount);
  countFrom(1, parameters, 'parameters');
  const axis = Array.from({ length: levels }, (_, level) => level);
  const axes = Array.from({ length: parameters }, () => axis);
  const places = Array.from({ length: gridSize(axes) }, (_, index) => gridPoint(axes, index));
  const steps = places.flatMap((place, from) =>
    place.flatMap((level, parameter) => {
      if (level >= levels / 2) return [];
      return [{ parameter, from, to: from + (levels / 2) * levels ** (parameters - 1 - parameter) }];
    }),
  );
  return { parameters, points: places.map((place) => Float64Array.from(place, (at) => at / (levels - 1))), steps };
}

interface Trajectory {
  readonly points: readonly Float64Array[];
  readonly order: Uint32Array;
}

function trajectory(parameters: number, levels: number, draws: DrawSequence): Trajectory {
  const half = levels / 2;
  // Level and direction: below half it can only go up by half of all levels, above only down.
  const place = Array.from({ length: parameters }, () => draws.below(levels));
  const order = draws.permutation(parameters);
  const shares = (): Float64Array => Float64Array.from(place, (level) => level / (levels - 1));
  const points = [shares()];
  for (const parameter of order) {
    place[parameter]! += place[parameter]! < half ? half : -half;
    points.push(shares());
  }
  return { points, order };
}

function farthest(all: readonly Trajectory[], count: number): Trajectory[] {
  const between = all.map((a) => all.map((b) => distance(a, b)));
  const squares = all.map(() => 0);
  const chosen: number[] = [];
  const choose = (next: number): void => {
    chosen.push(next);
    for (const index of all.keys()) squares[index]! += between[next]![index]! * between[next]![index]!;
  };
  // The first of the farthest pair; its partner is then the farthest from it.
  choose(
    indexOfMost(
      between.map((row) => Math.max(...row)),
      chosen,
    ),
  );
  while (chosen.length < count) choose(indexOfMost(squares, chosen));
  return chosen.sort((a, b) => a - b).map((index) => all[index]!);
}

/** Sum of the distances of all pairs of their points. */
function distance(a: Trajectory, b: Trajectory): number {
  if (a === b) return 0;
  let sum = 0;
  for (const p of a.points) for (const q of b.points) sum += Math.sqrt(squareBetween(p, q));
  return sum;
}

function indexOfMost(values: readonly number[], taken: readonly number[]): number {
  let best = -1;
  for (const [index, value] of values.entries()) {
    if (!taken.includes(index) && (best === -1 || value > values[best]!)) best = index;
  }
  return best;
}

function evenLevels(levels: number): number {
  if (countFrom(2, levels, 'levels') % 2 === 0) return levels;
  throw new ExperimentRefusal('EXPERIMENT-RANGE', 'levels', 'an even number', levels);
}
