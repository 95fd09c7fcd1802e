import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latinHypercube } from '../designs/latin-hypercube.ts';
import { ishigami } from './known-functions.fixture.ts';
import { rankCorrelations } from './screening.ts';

test('ranks see through any rising curve, and nothing where it bends both ways', () => {
  const points = latinHypercube({ points: 400, dimensions: 3, seed: 6 });
  const [rising, falling, none] = rankCorrelations(
    points,
    points.map(([a, b]) => Math.exp(9 * a!) - b!),
  );
  assert.ok(rising!.correlation > 0.99 && rising!.p < 1e-12);
  assert.ok(falling!.correlation < 0.05 && none!.p > 0.01);
  const [, , third] = rankCorrelations(points, points.map(ishigami));
  assert.ok(third!.p > 0.01);
});

test('ties share their rank, and what does not vary has no correlation', () => {
  const points = [
    [1, 5],
    [1, 5],
    [2, 5],
    [2, 5],
  ];
  assert.deepEqual(rankCorrelations(points, [3, 3, 8, 8]), [
    { correlation: 1, p: 0 },
    { correlation: 0, p: 1 },
  ]);
  assert.equal(rankCorrelations(points, [4, 4, 4, 4])[0]!.p, 1);
});

test('false alarms over twenty idle parameters stay below 5 %', () => {
  let alarms = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const points = latinHypercube({ points: 40, dimensions: 21, seed });
    const found = rankCorrelations(
      points.map((point) => point.slice(1)),
      points.map(([output]) => output!),
    );
    if (found.some(({ p }) => p < 0.05)) alarms += 1;
  }
  assert.ok(alarms / 200 < 0.1, `${alarms}`);
});

test('refused: outputs of another length (EXPERIMENT-LENGTH), a NaN (EXPERIMENT-VALUE), three points (EXPERIMENT-COUNT)', () => {
  const points = [[1], [2], [3], [4]];
  assert.throws(() => rankCorrelations(points, [1, 2, 3]), { code: 'EXPERIMENT-LENGTH' });
  assert.throws(() => rankCorrelations(points, [1, 2, 3, Number.NaN]), { code: 'EXPERIMENT-VALUE' });
  assert.throws(() => rankCorrelations(points.with(0, [Number.NaN]), [1, 2, 3, 4]), { code: 'EXPERIMENT-VALUE' });
  assert.throws(() => rankCorrelations(points.slice(1), [1, 2, 3]), { code: 'EXPERIMENT-COUNT' });
});
