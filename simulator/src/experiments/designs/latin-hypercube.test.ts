import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { latinHypercube, nearestSquare } from './latin-hypercube.ts';

const shapes = fc.record({
  points: fc.integer({ min: 1, max: 40 }),
  dimensions: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
  maximinOf: fc.integer({ min: 1, max: 4 }),
  centred: fc.boolean(),
});

test('every part of every dimension has one point', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const points = latinHypercube(shape);
      for (let dimension = 0; dimension < shape.dimensions; dimension += 1) {
        const parts = points.map((point) => Math.floor(point[dimension]! * shape.points)).sort((a, b) => a - b);
        assert.deepEqual(parts, [...points.keys()]);
      }
    }),
  );
});

test('the same seed gives the same design; maximin never lies closer together', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      assert.deepEqual(latinHypercube(shape), latinHypercube(shape));
      const more = latinHypercube({ ...shape, maximinOf: shape.maximinOf + 5 });
      assert.ok(nearestSquare(more) >= nearestSquare(latinHypercube(shape)));
    }),
    { numRuns: 40 },
  );
});

test('centred points are in the middle of their parts', () => {
  const points = latinHypercube({ points: 4, dimensions: 1, seed: 1, centred: true });
  assert.deepEqual(points.map((point) => point[0]).sort(), [0.125, 0.375, 0.625, 0.875]);
});

test('refused: no point, no dimension (EXPERIMENT-COUNT)', () => {
  assert.throws(() => latinHypercube({ points: 0, dimensions: 1, seed: 0 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => latinHypercube({ points: 1, dimensions: 0, seed: 0 }), { code: 'EXPERIMENT-COUNT' });
});
