import { gridPoint, gridSize, SobolSequence } from '../../experiments/index.ts';

/** A search asks for values at points of the unit cube and is told them in the same order. */
export type Search<Value> = Generator<readonly Point[], Found<Value> | null, readonly Value[]>;

export type Point = readonly number[];

export interface Found<Value> {
  readonly point: Point;
  readonly value: Value;
  readonly tried: readonly { readonly point: Point; readonly value: Value }[];
}

export interface SearchRules<Value> {
  readonly isBetter: (a: Value, b: Value) => boolean;
  /** Points at most, not counting those that were asked before; at least 1. */
  readonly attempts: number;
  /** What makes two points the same, as whole numbers do. */
  readonly keyOf: (point: Point) => string;
}

/** Steps of the local search, as shares of a range; it ends below the last. */
const STEP = { first: 0.25, last: 0.01 } as const;

/**
 * Grid, then compass search with pattern moves (Hooke and Jeeves, J. ACM 8(2), 1961): from the best point one step each
 * way along each axis, and as far again where the last step led; without a gain the step is halved. Deterministic: of
 * equals the first asked is kept. The grid has half of the attempts at most; null where there is nothing to ask.
 */
export function* patternSearch<Value>(
  dimensions: number,
  starts: readonly Point[],
  rules: SearchRules<Value>,
): Search<Value> {
  const tried: { point: Point; value: Value }[] = [];
  const known = new Set<string>();
  const fresh = (points: readonly Point[], most: number): Point[] =>
    points.filter((point) => {
      const key = rules.keyOf(point);
      return known.size < most && !known.has(key) && known.add(key);
    });
  function* ask(points: readonly Point[], most: number): Generator<readonly Point[], void, readonly Value[]> {
    const asked = fresh(points, most);
    if (asked.length === 0) return;
    const values = yield asked;
    asked.forEach((point, at) => void tried.push({ point, value: values[at]! }));
  }
  const best = () => tried.reduce((a, b) => (rules.isBetter(b.value, a.value) ? b : a));
  const ofGrid = Math.min(rules.attempts, Math.max(starts.length, Math.ceil(rules.attempts / 2)));
  yield* ask([...starts, ...gridOf(dimensions, ofGrid - starts.length)], ofGrid);
  if (tried.length === 0) return null;
  let move: Point | null = null;
  for (let step: number = STEP.first; step >= STEP.last && tried.length < rules.attempts && dimensions > 0; ) {
    const from = best();
    const ahead = move === null ? [] : [shifted(from.point, move)];
    yield* ask([...ahead, ...compass(from.point, step)], rules.attempts);
    const to = best();
    move = to === from ? null : to.point.map((at, axis) => at - from.point[axis]!);
    if (to === from) step /= 2;
  }
  return { ...best(), tried };
}

/** Runs a search whose values are at once there. */
export function searched<Value>(search: Search<Value>, valueAt: (point: Point) => Value): Found<Value> | null {
  let state = search.next();
  while (!state.done) state = search.next(state.value.map(valueAt));
  return state.value;
}

/** The finest full grid that has at most so many points; where that is none, Sobol's first points. */
function gridOf(dimensions: number, most: number): Point[] {
  if (dimensions === 0 || most < 1) return [];
  const levels = Math.floor(most ** (1 / dimensions) + 1e-9);
  if (levels < 3) return new SobolSequence(dimensions).points(most, 1).map((point) => [...point]);
  const axis = Array.from({ length: levels }, (_, level) => (level + 0.5) / levels);
  const axes = Array.from({ length: dimensions }, () => axis);
  return Array.from({ length: gridSize(axes) }, (_, index) => gridPoint(axes, index));
}

function compass(from: Point, step: number): Point[] {
  return from.flatMap((at, axis) => [from.with(axis, within(at + step)), from.with(axis, within(at - step))]);
}

function shifted(from: Point, move: Point): Point {
  return from.map((at, axis) => within(at + move[axis]!));
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
