import { DrawSequence } from '../numbers/draws.ts';
import { countFrom } from '../refusal.ts';

export interface LatinHypercube {
  readonly points: number;
  readonly dimensions: number;
  readonly seed: number;
  /** Designs to draw, of which the one whose nearest two points are farthest apart is kept; 1 takes the first (default). */
  readonly maximinOf?: number;
  /** Points in the middle of their parts instead of anywhere in them. */
  readonly centred?: boolean;
}

/**
 * Latin hypercube (McKay, Beckman and Conover, Technometrics 21(2), 1979): in every dimension each of n equal parts has
 * one point. Maximin after Johnson, Moore and Ylvisaker (J. Stat. Plan. Inference 26, 1990), among the drawn designs.
 * Refuses EXPERIMENT-COUNT, EXPERIMENT-SEED.
 */
export function latinHypercube(design: LatinHypercube): Float64Array[] {
  countFrom(1, design.points, 'points');
  countFrom(1, design.dimensions, 'dimensions');
  const tries = countFrom(1, design.maximinOf ?? 1, 'maximinOf');
  let best = drawn(design, 0);
  let bestSquare = tries > 1 ? nearestSquare(best) : 0;
  for (let attempt = 1; attempt < tries; attempt += 1) {
    const points = drawn(design, attempt);
    const square = nearestSquare(points);
    if (square > bestSquare) [best, bestSquare] = [points, square];
  }
  return best;
}

function drawn({ points: n, dimensions, seed, centred }: LatinHypercube, attempt: number): Float64Array[] {
  const points = Array.from({ length: n }, () => new Float64Array(dimensions));
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    const draws = new DrawSequence(seed, attempt, dimension);
    const parts = draws.permutation(n);
    for (let at = 0; at < n; at += 1) {
      points[at]![dimension] = (parts[at]! + (centred === true ? 0.5 : draws.uniform())) / n;
    }
  }
  return points;
}

/** The squared distance of the nearest two points; infinite for one point. */
export function nearestSquare(points: readonly ArrayLike<number>[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let a = 1; a < points.length; a += 1) {
    for (let b = 0; b < a; b += 1) nearest = Math.min(nearest, squareBetween(points[a]!, points[b]!));
  }
  return nearest;
}

export function squareBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let square = 0;
  for (let at = 0; at < a.length; at += 1) square += (a[at]! - b[at]!) * (a[at]! - b[at]!);
  return square;
}
