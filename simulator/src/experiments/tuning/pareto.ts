import { sameLength } from '../refusal.ts';
import { compared, type Evaluation, passesGates } from './evaluation.ts';

/** a is nowhere worse than b and somewhere better; smaller is better. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (const [at, value] of a.entries()) {
    if (value > b[at]!) return false;
    if (value < b[at]!) better = true;
  }
  return better;
}

/** Gates first: who passes dominates who does not; of two that do not, by what they miss, gate by gate, without weights. */
function dominatesGated(a: Evaluation, b: Evaluation): boolean {
  const [passes, otherPasses] = [passesGates(a), passesGates(b)];
  if (passes !== otherPasses) return passes;
  if (passes) return dominates(a.objectives, b.objectives);
  const missed = ({ violations = [] }: Evaluation): number[] => violations.map((violation) => Math.max(0, violation));
  return dominates(missed(a), missed(b));
}

/** Indices by front: the first is dominated by none, the next only by the first (Deb et al. 2002, fast sorting). */
export function paretoFronts(evaluations: readonly Evaluation[]): number[][] {
  const below = evaluations.map((): number[] => []);
  const above = evaluations.map(() => 0);
  for (let a = 0; a < evaluations.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const [winner, loser] = dominatesGated(evaluations[a]!, evaluations[b]!) ? [a, b] : [b, a];
      if (winner === b && !dominatesGated(evaluations[b]!, evaluations[a]!)) continue;
      below[winner]!.push(loser);
      above[loser]! += 1;
    }
  }
  const fronts: number[][] = [];
  let front = [...evaluations.keys()].filter((at) => above[at] === 0);
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const winner of front) {
      for (const loser of below[winner]!) {
        above[loser]! -= 1;
        if (above[loser] === 0) next.push(loser);
      }
    }
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}

/** For each member of a front, the side lengths of the box its neighbours leave it (Deb et al. 2002); infinite at the ends. */
export function crowdingDistances(objectives: readonly (readonly number[])[]): number[] {
  const distances = objectives.map(() => 0);
  for (let axis = 0; axis < (objectives[0]?.length ?? 0); axis += 1) {
    const order = [...objectives.keys()].sort(
      (a, b) => compared(objectives[a]![axis]!, objectives[b]![axis]!) || a - b,
    );
    const value = (rank: number): number => objectives[order[rank]!]![axis]!;
    const range = value(order.length - 1) - value(0);
    distances[order[0]!] = Number.POSITIVE_INFINITY;
    distances[order.at(-1)!] = Number.POSITIVE_INFINITY;
    if (!(range > 0 && range < Number.POSITIVE_INFINITY)) continue;
    for (let rank = 1; rank < order.length - 1; rank += 1) {
      distances[order[rank]!]! += (value(rank + 1) - value(rank - 1)) / range;
    }
  }
  return distances;
}

/**
 * Volume that a set dominates up to a reference point, by slices along the last objective: exact, for a few objectives and
 * some hundreds of points. What lies beyond the reference counts nothing. Refuses EXPERIMENT-LENGTH.
 */
export function hypervolume(objectives: readonly (readonly number[])[], reference: readonly number[]): number {
  for (const [at, point] of objectives.entries()) sameLength(reference.length, point.length, `objectives[${at}]`);
  const inside = objectives.filter((point) => point.every((value, axis) => value < reference[axis]!));
  if (inside.length === 0) return 0;
  const last = reference.length - 1;
  if (last === 0) return reference[0]! - Math.min(...inside.map(([value]) => value!));
  const sorted = inside.toSorted((a, b) => a[last]! - b[last]!);
  let volume = 0;
  for (let rank = 0; rank < sorted.length; rank += 1) {
    const depth = (sorted[rank + 1]?.[last] ?? reference[last]!) - sorted[rank]![last]!;
    if (depth <= 0) continue;
    const slice = sorted.slice(0, rank + 1).map((point) => point.slice(0, last));
    volume += depth * hypervolume(slice, reference.slice(0, last));
  }
  return volume;
}
