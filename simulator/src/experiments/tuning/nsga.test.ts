import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evaluation } from './evaluation.ts';
import { zdt1, zdt2, zdt3 } from './known-problems.fixture.ts';
import { type NsgaOptions, type NsgaState, nsgaAsk, nsgaFront, nsgaStart, nsgaTell } from './nsga.ts';
import { hypervolume, paretoFronts } from './pareto.ts';

type Problem = (point: Float64Array) => Evaluation;
const plain =
  (f: (point: ArrayLike<number>) => number[]): Problem =>
  (point) => ({ objectives: f(point) });
const step = (state: NsgaState, problem: Problem): NsgaState => nsgaTell(state, nsgaAsk(state).map(problem));

function evolved(options: NsgaOptions, problem: Problem, generations: number): NsgaState {
  let state = nsgaStart(options);
  for (let generation = 0; generation < generations; generation += 1) state = step(state, problem);
  return state;
}

/** The known front at 2,001 points: where every coordinate but the first is 0, less what is dominated. */
function frontOf(f: (point: ArrayLike<number>) => number[]): number[][] {
  const all = Array.from({ length: 2_001 }, (_, at) => f([at / 2_000, 0]));
  return paretoFronts(all.map((objectives) => ({ objectives })))[0]!.map((at) => all[at]!);
}

for (const [name, f] of [
  ['ZDT1, convex', zdt1],
  ['ZDT2, concave', zdt2],
  ['ZDT3, in pieces', zdt3],
] as const) {
  test(`comes to the front of ${name}: near it everywhere, and all along it`, () => {
    const front = nsgaFront(evolved({ seed: 1, dimensions: 12, objectives: 2, population: 60 }, plain(f), 200));
    const found = front.map(({ evaluation }) => evaluation.objectives);
    const known = frontOf(f);
    const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);
    for (const point of found) assert.ok(Math.min(...known.map((other) => distance(point, other))) < 0.02, `${point}`);
    for (const point of known) assert.ok(Math.min(...found.map((other) => distance(point, other))) < 0.08, `${point}`);
    const reference = [1.1, 1.1];
    assert.ok(hypervolume(found, reference) > 0.97 * hypervolume(known, reference));
  });
}

test('gates cut the front off', () => {
  const gated: Problem = (point) => ({ objectives: zdt1(point), violations: [0.4 - point[0]!] });
  const front = nsgaFront(evolved({ seed: 2, dimensions: 6, objectives: 2, population: 40 }, gated, 120));
  assert.ok(front.length > 20 && front.every(({ point }) => point[0]! >= 0.4));
  assert.ok(front[0]!.point[0]! < 0.42);
});

test('three objectives: a sphere of compromises', () => {
  const f = ([x, y]: ArrayLike<number> & Iterable<number>): number[] => [x!, y!, (1 - x!) ** 2 + (1 - y!) ** 2];
  const state = evolved({ seed: 3, dimensions: 2, objectives: 3, population: 40 }, plain(f as never), 40);
  assert.ok(nsgaFront(state).length > 30);
});

test('every candidate is in the cube; the same seed gives the same search; one that was saved goes on bit for bit', () => {
  const options = { seed: 4, dimensions: 5, objectives: 2, population: 12 };
  let [whole, resumed] = [nsgaStart(options), nsgaStart(options)];
  for (let generation = 0; generation < 30; generation += 1) {
    assert.ok(nsgaAsk(whole).every((point) => point.every((x) => x >= 0 && x <= 1)));
    whole = step(whole, plain(zdt1));
    resumed = step(JSON.parse(JSON.stringify(resumed)), plain(zdt1));
  }
  assert.deepEqual(resumed, whole);
  assert.equal(whole.members.length, 12);
  assert.deepEqual(nsgaFront(nsgaStart(options)), []);
});

test('a better generation never loses the front', () => {
  let state = nsgaStart({ seed: 5, dimensions: 4, objectives: 2, population: 20 });
  let best = 0;
  for (let generation = 0; generation < 40; generation += 1) {
    state = step(state, plain(zdt2));
    const volume = hypervolume(
      nsgaFront(state).map(({ evaluation }) => evaluation.objectives),
      [1.1, 11],
    );
    assert.ok(volume > best * 0.99);
    best = Math.max(best, volume);
  }
});

test('refused: an odd population (EXPERIMENT-RANGE), no objective (EXPERIMENT-COUNT), answers of another shape', () => {
  const options = { seed: 0, dimensions: 2, objectives: 2, population: 4 };
  assert.throws(() => nsgaStart({ ...options, population: 5 }), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => nsgaStart({ ...options, objectives: 0 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => nsgaTell(nsgaStart(options), []), { code: 'EXPERIMENT-LENGTH' });
  const state = nsgaStart(options);
  assert.throws(
    () =>
      nsgaTell(
        state,
        nsgaAsk(state).map(() => ({ objectives: [1] })),
      ),
    { code: 'EXPERIMENT-LENGTH' },
  );
});
