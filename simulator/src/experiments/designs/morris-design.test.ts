import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { squareBetween } from './latin-hypercube.ts';
import { type MorrisDesign, morrisGrid, morrisTrajectories } from './morris-design.ts';

/** Every step moves its own parameter alone, by p / (2(p − 1)), on the grid. */
function assertSteps(design: MorrisDesign, levels: number): void {
  const delta = levels / (2 * (levels - 1));
  for (const { parameter, from, to } of design.steps) {
    const [a, b] = [design.points[from]!, design.points[to]!];
    assert.ok(Math.abs(Math.abs(b[parameter]! - a[parameter]!) - delta) < 1e-12);
    assert.deepEqual(b.with(parameter, a[parameter]!), a);
  }
  for (const point of design.points) {
    for (const share of point) assert.ok(Number.isInteger(Math.round(share * (levels - 1) * 1e9) / 1e9) && share <= 1);
  }
}

const shapes = fc.record({
  parameters: fc.integer({ min: 1, max: 8 }),
  trajectories: fc.integer({ min: 1, max: 6 }),
  levels: fc.constantFrom(2, 4, 6, 8),
  seed: fc.nat(),
});

test('each trajectory moves each parameter once, by the step', () => {
  fc.assert(
    fc.property(shapes, fc.nat({ max: 6 }), (options, more) => {
      const design = morrisTrajectories({ ...options, chosenOf: options.trajectories + more });
      assertSteps(design, options.levels);
      assert.equal(design.points.length, options.trajectories * (options.parameters + 1));
      const counts = Map.groupBy(design.steps, ({ parameter }) => parameter);
      assert.ok([...counts.values()].every((steps) => steps.length === options.trajectories));
      assert.equal(counts.size, options.parameters);
    }),
  );
});

test('chosen trajectories lie farther apart than the first ones', () => {
  const spread = (design: MorrisDesign): number => {
    let sum = 0;
    for (const a of design.points) for (const b of design.points) sum += Math.sqrt(squareBetween(a, b));
    return sum;
  };
  for (let seed = 0; seed < 10; seed += 1) {
    const options = { parameters: 5, trajectories: 4, seed };
    assert.ok(spread(morrisTrajectories({ ...options, chosenOf: 60 })) > spread(morrisTrajectories(options)));
  }
});

test('the grid has every effect once', () => {
  const design = morrisGrid(3, 4);
  assertSteps(design, 4);
  assert.deepEqual([design.points.length, design.steps.length], [64, 3 * 32]);
  assert.equal(new Set(design.steps.map(({ from, to }) => `${from} ${to}`)).size, 96);
});

test('refused: an odd number of levels (EXPERIMENT-RANGE), none of anything (EXPERIMENT-COUNT)', () => {
  const options = { parameters: 2, trajectories: 2, seed: 0 };
  assert.throws(() => morrisTrajectories({ ...options, levels: 5 }), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => morrisTrajectories({ ...options, trajectories: 0 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => morrisTrajectories({ ...options, chosenOf: 1 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => morrisGrid(0, 4), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => morrisGrid(60, 4), { code: 'EXPERIMENT-COUNT' });
});
