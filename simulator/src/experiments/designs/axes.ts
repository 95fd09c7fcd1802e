import { exp, ln } from '../numbers/elementary.ts';
import { countFrom, ExperimentRefusal, finite, openShare, sameLength } from '../refusal.ts';

/** A parameter's range. Designs live in the unit cube; an axis leads out of it. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  /** 'integer' gives every whole number from low to high the same share; 'logarithmic' every factor. */
  readonly scale: 'linear' | 'logarithmic' | 'integer';
}

/** The value at a share in [0, 1] of an axis. Refuses EXPERIMENT-RANGE, EXPERIMENT-VALUE. */
export function valueAt(axis: Axis, share: number): number {
  const { low, high, scale } = checked(axis);
  if (scale === 'integer') return Math.min(high, low + Math.floor(share * (high - low + 1)));
  // The ends exactly, whatever the roundings between.
  if (share <= 0) return low;
  if (share >= 1) return high;
  return scale === 'linear' ? low + share * (high - low) : low * exp(share * ln(high / low));
}

/** The share of an axis at which a value lies, in [0, 1]: where a search starts. Of a whole number, the middle of its part. */
export function shareOf(axis: Axis, value: number): number {
  const { low, high, scale } = checked(axis);
  if (!(value >= low && value <= high)) {
    throw new ExperimentRefusal('EXPERIMENT-RANGE', 'axis', `a value from ${low} to ${high}`, value);
  }
  if (scale === 'integer') return (value - low + 0.5) / (high - low + 1);
  if (low === high) return 0;
  return scale === 'linear' ? (value - low) / (high - low) : ln(value / low) / ln(high / low);
}

/** A point of the unit cube as parameters. Refuses EXPERIMENT-LENGTH, EXPERIMENT-RANGE, EXPERIMENT-VALUE. */
export function parametersAt(axes: readonly Axis[], point: ArrayLike<number>): number[] {
  sameLength(axes.length, point.length, 'point');
  return axes.map((axis, index) => valueAt(axis, point[index]!));
}

function checked(axis: Axis): Axis {
  const { low, high, scale } = axis;
  finite(low, 'axis.low');
  finite(high, 'axis.high');
  if (low > high) throw new ExperimentRefusal('EXPERIMENT-RANGE', 'axis', `high of at least ${low}`, high);
  if (scale === 'logarithmic' && low <= 0) {
    throw new ExperimentRefusal('EXPERIMENT-RANGE', 'axis.low', 'above 0 on a logarithmic axis', low);
  }
  if (scale === 'integer' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high))) {
    throw new ExperimentRefusal('EXPERIMENT-RANGE', 'axis', 'whole ends on an integer axis', `${low} to ${high}`);
  }
  return axis;
}

/** Number of combinations of a grid. Refuses EXPERIMENT-COUNT beyond 2^53 − 1. */
export function gridSize(lists: readonly (readonly unknown[])[]): number {
  return countFrom(
    0,
    lists.reduce((size, list) => size * list.length, 1),
    'grid',
  );
}

/** Combination `index` of a grid, the last list fastest: any part of a grid without the parts before it. */
export function gridPoint<Value>(lists: readonly (readonly Value[])[], index: number): Value[] {
  const size = gridSize(lists);
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) {
    throw new ExperimentRefusal('EXPERIMENT-COUNT', 'grid', `an index from 0 to ${size - 1}`, index);
  }
  let rest = index;
  const reversed = lists.toReversed().map((list) => {
    const value = list[rest % list.length]!;
    rest = Math.floor(rest / list.length);
    return value;
  });
  return reversed.reverse();
}

/** Row by row through lists of the same length. Refuses EXPERIMENT-LENGTH. */
export function zipPoints<Value>(lists: readonly (readonly Value[])[]): Value[][] {
  const rows = lists[0]?.length ?? 0;
  for (const [at, list] of lists.entries()) sameLength(rows, list.length, `zip[${at}]`);
  return Array.from({ length: rows }, (_, row) => lists.map((list) => list[row]!));
}

/** `count` values evenly over an axis, both ends among them; one value is the middle. */
export function levelsOf(axis: Axis, count: number): number[] {
  countFrom(1, count, 'levels');
  if (count === 1) return [valueAt(axis, 0.5)];
  return Array.from({ length: count }, (_, level) => valueAt(axis, level / (count - 1)));
}

/** One value at a time: the base, then each axis a share of itself down and up (as a step of governance would). */
export function stepPoints(base: readonly number[], stepShare: number): number[][] {
  openShare(stepShare, 'stepShare');
  const moved = (at: number, factor: number): number[] => base.map((value, i) => (i === at ? value * factor : value));
  return [[...base], ...base.flatMap((_, at) => [moved(at, 1 - stepShare), moved(at, 1 + stepShare)])];
}
