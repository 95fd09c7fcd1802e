import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { morrisGrid, morrisTrajectories } from '../designs/morris-design.ts';
import { DrawSequence } from '../numbers/draws.ts';
import { ishigami } from './known-functions.fixture.ts';
import { judgedMorris, morrisEffects } from './morris.ts';

const OPTIONS = { seed: 1, resamples: 200, confidence: 0.95 };

test('Ishigami over every point of four levels, to the last digit or its neighbour', () => {
  const design = morrisGrid(3, 4);
  const effects = morrisEffects(design, design.points.map(ishigami));
  const expected = [7.704054111593106, 7.875, 6.248796103333119];
  for (const [at, { muStar }] of effects.entries()) assert.ok(Math.abs(muStar - expected[at]!) < 2e-15, `${muStar}`);
  assert.ok(Math.abs(effects[1]!.mu) < 1e-12 && Math.abs(effects[2]!.mu) < 1e-12);
  assert.ok(Math.abs(effects[0]!.mu - effects[0]!.muStar) < 1e-12);
});

test('sampled trajectories approach the grid', () => {
  const design = morrisTrajectories({ parameters: 3, trajectories: 2_000, seed: 4 });
  const effects = judgedMorris(design, design.points.map(ishigami), OPTIONS);
  const grid = morrisGrid(3, 4);
  for (const [at, { muStar }] of morrisEffects(grid, grid.points.map(ishigami)).entries()) {
    const { bca, distinguishable } = effects[at]!.judged;
    assert.ok(Math.abs(effects[at]!.muStar - muStar) < 0.5 && bca.high - bca.low < 1 && distinguishable);
  }
});

test('of a sum, the effects are its weights, without spread', () => {
  const weights = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, fc.nat(), (w, seed) => {
      const design = morrisTrajectories({ parameters: w.length, trajectories: 3, seed });
      const outputs = design.points.map((point) => w.reduce((sum, one, at) => sum + one * point[at]!, 0));
      for (const [at, { mu, muStar, sigma }] of morrisEffects(design, outputs).entries()) {
        assert.ok(Math.abs(mu - w[at]!) < 1e-9 && Math.abs(muStar - Math.abs(w[at]!)) < 1e-9 && sigma < 1e-9);
      }
    }),
  );
});

test('an effect that noise alone would give is said to be none', () => {
  const design = morrisTrajectories({ parameters: 2, trajectories: 40, seed: 2 });
  const outputs = design.points.flatMap((point, row) =>
    Array.from({ length: 5 }, (_, run) => 4 * point[0]! + new DrawSequence(3, row, run).normal()),
  );
  const [strong, none] = judgedMorris(design, outputs, { ...OPTIONS, replicates: 5 });
  assert.ok(strong!.judged.distinguishable && !none!.judged.distinguishable);
  assert.match(none!.judged.words, /^not distinguishable from noise, 0\.\d+ \(0\.\d+ to \d\.\d+\)$/);
});

test('draws that all points share are no noise, but what they make of a difference is', () => {
  const design = morrisTrajectories({ parameters: 3, trajectories: 10, seed: 2 });
  const outputs = design.points.flatMap((point) =>
    Array.from({ length: 4 }, (_, run) => {
      const z = new DrawSequence(3, run).normal();
      return 50 * z + point[0]! + z * point[1]!;
    }),
  );
  const options = { ...OPTIONS, replicates: 4 };
  const [plain, mixed, none] = judgedMorris(design, outputs, { ...options, sharedDraws: true });
  assert.ok(plain!.judged.distinguishable && !mixed!.judged.distinguishable && !none!.judged.distinguishable);
  assert.match(none!.judged.words, /^not distinguishable from 0/);
  assert.ok(!judgedMorris(design, outputs, options)[0]!.judged.distinguishable);
});

test('refused: outputs of another length, a NaN, a single trajectory, a design without steps', () => {
  const design = morrisTrajectories({ parameters: 1, trajectories: 2, seed: 0 });
  assert.throws(() => morrisEffects(design, [1, 2, 3]), { code: 'EXPERIMENT-LENGTH' });
  assert.throws(() => morrisEffects(design, [1, 2, 3, Number.NaN]), { code: 'EXPERIMENT-VALUE' });
  const single = morrisTrajectories({ parameters: 1, trajectories: 1, seed: 0 });
  assert.throws(() => morrisEffects(single, [1, 2]), { code: 'EXPERIMENT-COUNT' });
  const empty = { parameters: 0, points: design.points, steps: [] };
  assert.throws(() => judgedMorris(empty, [1, 2, 3, 4], OPTIONS), { code: 'EXPERIMENT-COUNT' });
});
