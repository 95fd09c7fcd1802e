import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CmaOptions, type CmaState, cmaAsk, cmaStart, cmaTell } from './cma-es.ts';
import type { Evaluation } from './evaluation.ts';
import { ellipsoid, rastrigin, rosenbrock, sphere } from './known-problems.fixture.ts';

type Problem = (point: Float64Array) => Evaluation;
const plain =
  (f: (point: ArrayLike<number>) => number): Problem =>
  (point) => ({ objectives: [f(point)] });

/** Until the best is at most `target`, or the generations are over. */
function searched(options: CmaOptions, problem: Problem, target: number, generationsMax: number): CmaState {
  let state = cmaStart(options);
  while (state.generations < generationsMax && !reached(state, target)) {
    state = cmaTell(state, cmaAsk(state).map(problem));
  }
  return state;
}

function reached({ best }: CmaState, target: number): boolean {
  if (best === null || best.evaluation.violations?.some((violation) => violation > 0)) return false;
  return best.evaluation.objectives[0]! <= target;
}

for (const [name, f, generations] of [
  ['the sphere', sphere, 200],
  ['an ellipsoid of axes 1 to 1,000', ellipsoid, 600],
  ["Rosenbrock's valley", rosenbrock, 900],
] as const) {
  test(`finds the bottom of ${name} in eight dimensions`, () => {
    for (const seed of [0, 1, 2]) {
      const state = searched({ seed, dimensions: 8 }, plain(f), 1e-10, generations);
      // The valley has a second bottom; from there only a restart leads away.
      assert.ok(reached(state, 1e-10), `seed ${seed}: ${state.best?.evaluation.objectives} in ${state.generations}`);
    }
  });
}

test('restarts with more candidates leave a local optimum', () => {
  const state = searched({ seed: 1, dimensions: 3 }, plain(rastrigin), 1e-8, 3_000);
  assert.ok(reached(state, 1e-8) && state.restarts > 0 && state.population === 7 * 2 ** state.restarts);
});

test('an optimum in a corner of the box is found, and every candidate is inside', () => {
  const corner: Problem = (point) => {
    assert.ok(point.every((x) => x >= 0 && x <= 1));
    return { objectives: [point[0]! - 2 * point[1]! + point[2]!] };
  };
  assert.ok(reached(searched({ seed: 3, dimensions: 3 }, corner, -2 + 1e-6, 300), -2 + 1e-6));
});

test('gates hold: the best of a bounded sphere is on the bound, though no candidate passes at first', () => {
  const gated: Problem = (point) => ({
    objectives: [sphere(point)],
    violations: [0.9 - point[0]!, 1e6 * (0.8 - point[1]!)],
  });
  const bottom = 25 + 16;
  const state = searched({ seed: 4, dimensions: 3, start: [0.1, 0.1, 0.1], sigma: 0.1 }, gated, bottom + 1e-3, 600);
  assert.ok(reached(state, bottom + 1e-3), `${state.best?.evaluation.objectives}`);
  assert.ok(state.best!.evaluation.objectives[0]! >= bottom - 1e-9);
});

test('the same seed gives the same search, and one that was saved goes on bit for bit', () => {
  const step = (state: CmaState): CmaState => cmaTell(state, cmaAsk(state).map(plain(rosenbrock)));
  let whole = cmaStart({ seed: 5, dimensions: 4 });
  let resumed = cmaStart({ seed: 5, dimensions: 4 });
  for (let generation = 0; generation < 40; generation += 1) {
    whole = step(whole);
    resumed = step(JSON.parse(JSON.stringify(resumed)));
  }
  assert.deepEqual(resumed, whole);
  assert.notDeepEqual(cmaAsk(cmaStart({ seed: 6, dimensions: 4 })), cmaAsk(cmaStart({ seed: 5, dimensions: 4 })));
});

test('only order counts: a monotone change of the objective changes no candidate', () => {
  let [plainly, bent] = [cmaStart({ seed: 5, dimensions: 4 }), cmaStart({ seed: 5, dimensions: 4 })];
  for (let generation = 0; generation < 20; generation += 1) {
    assert.deepEqual(cmaAsk(bent), cmaAsk(plainly));
    plainly = cmaTell(plainly, cmaAsk(plainly).map(plain(sphere)));
    bent = cmaTell(bent, cmaAsk(bent).map(plain((point) => Math.sqrt(sphere(point)) - 3)));
  }
});

test('a generation of failures is survived, and leaves no best', () => {
  let state = cmaStart({ seed: 1, dimensions: 1 });
  state = cmaTell(
    state,
    cmaAsk(state).map(() => ({ objectives: [Number.POSITIVE_INFINITY] })),
  );
  assert.equal(state.best, null);
  assert.ok(cmaAsk(state).every(([x]) => x! >= 0 && x! <= 1));
});

test('a plain of equal values ends in restarts, not in a NaN', () => {
  const state = searched({ seed: 2, dimensions: 2 }, () => ({ objectives: [7] }), 0, 120);
  assert.ok(state.restarts > 0 && state.mean.every(Number.isFinite) && state.sigma > 0);
});

test('refused: no dimension, three candidates (EXPERIMENT-COUNT), a start or answers of another length, a step of 1', () => {
  assert.throws(() => cmaStart({ seed: 0, dimensions: 0 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => cmaStart({ seed: 0, dimensions: 2, population: 3 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => cmaStart({ seed: 0, dimensions: 2, start: [0] }), { code: 'EXPERIMENT-LENGTH' });
  assert.throws(() => cmaStart({ seed: 0, dimensions: 2, sigma: 1 }), { code: 'EXPERIMENT-RANGE' });
  const state = cmaStart({ seed: 0, dimensions: 2 });
  assert.throws(() => cmaTell(state, []), { code: 'EXPERIMENT-LENGTH' });
  assert.throws(
    () =>
      cmaTell(
        state,
        cmaAsk(state).map(() => ({ objectives: [Number.NaN] })),
      ),
    { code: 'EXPERIMENT-VALUE' },
  );
});
