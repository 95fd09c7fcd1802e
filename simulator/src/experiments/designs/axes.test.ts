import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Axis,
  gridPoint,
  gridSize,
  levelsOf,
  parametersAt,
  shareOf,
  stepPoints,
  valueAt,
  zipPoints,
} from './axes.ts';

const LINEAR: Axis = { low: -2, high: 6, scale: 'linear' };
const LOGARITHMIC: Axis = { low: 1e-4, high: 100, scale: 'logarithmic' };
const INTEGER: Axis = { low: 3, high: 5, scale: 'integer' };

test('an axis leads from its low end to its high end, exactly', () => {
  for (const axis of [LINEAR, LOGARITHMIC, INTEGER]) {
    assert.deepEqual([valueAt(axis, 0), valueAt(axis, 1)], [axis.low, axis.high]);
  }
  assert.equal(valueAt(LINEAR, 0.25), 0);
  assert.ok(Math.abs(valueAt(LOGARITHMIC, 0.5) - 0.1) < 1e-15);
  assert.deepEqual(
    [0.33, 0.34, 0.66, 0.67].map((share) => valueAt(INTEGER, share)),
    [3, 4, 4, 5],
  );
});

test('shareOf is the way back', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      for (const axis of [LINEAR, LOGARITHMIC]) {
        assert.ok(Math.abs(shareOf(axis, valueAt(axis, share)) - share) < 1e-12);
      }
      assert.equal(valueAt(INTEGER, shareOf(INTEGER, valueAt(INTEGER, share))), valueAt(INTEGER, share));
    }),
  );
  assert.equal(shareOf({ low: 4, high: 4, scale: 'linear' }, 4), 0);
  assert.throws(() => shareOf(LINEAR, 7), { code: 'EXPERIMENT-RANGE' });
});

test('a point becomes parameters', () => {
  assert.deepEqual(parametersAt([LINEAR, INTEGER], [0.5, 0.5]), [2, 4]);
  assert.throws(() => parametersAt([LINEAR], [0.5, 0.5]), { code: 'EXPERIMENT-LENGTH' });
});

test('refused: an axis upside down, without end, logarithmic from 0, integer with broken ends', () => {
  const refused = (axis: Axis, code: string): void => assert.throws(() => valueAt(axis, 0.5), { code });
  refused({ low: 2, high: 1, scale: 'linear' }, 'EXPERIMENT-RANGE');
  refused({ low: 0, high: 1, scale: 'logarithmic' }, 'EXPERIMENT-RANGE');
  refused({ low: 0.5, high: 2, scale: 'integer' }, 'EXPERIMENT-RANGE');
  refused({ low: 0, high: Number.POSITIVE_INFINITY, scale: 'linear' }, 'EXPERIMENT-VALUE');
  refused({ low: Number.NaN, high: 1, scale: 'linear' }, 'EXPERIMENT-VALUE');
});

test('a grid has every combination once, the last list fastest', () => {
  const lists = [
    ['a', 'b'],
    ['x', 'y', 'z'],
  ];
  const all = Array.from({ length: gridSize(lists) }, (_, index) => gridPoint(lists, index).join(''));
  assert.deepEqual(all, ['ax', 'ay', 'az', 'bx', 'by', 'bz']);
  assert.deepEqual([gridSize([]), gridPoint([], 0)], [1, []]);
  assert.equal(gridSize([[], [1]]), 0);
});

test('refused: a grid past counting, an index past its end (EXPERIMENT-COUNT)', () => {
  const wide = Array.from({ length: 60 }, () => [0, 1]);
  assert.throws(() => gridSize(wide), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => gridPoint([[1, 2]], 2), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => gridPoint([[1, 2]], 0.5), { code: 'EXPERIMENT-COUNT' });
});

test('zip goes through lists side by side', () => {
  assert.deepEqual(
    zipPoints<unknown>([
      [1, 2],
      ['a', 'b'],
    ]),
    [
      [1, 'a'],
      [2, 'b'],
    ],
  );
  assert.deepEqual(zipPoints([]), []);
  assert.throws(() => zipPoints([[1], [1, 2]]), { code: 'EXPERIMENT-LENGTH' });
});

test('levels are even over an axis, steps move one parameter at a time', () => {
  assert.deepEqual(levelsOf(LINEAR, 5), [-2, 0, 2, 4, 6]);
  assert.deepEqual(levelsOf(LINEAR, 1), [2]);
  assert.throws(() => levelsOf(LINEAR, 0), { code: 'EXPERIMENT-COUNT' });
  assert.deepEqual(stepPoints([10, 1], 0.5), [
    [10, 1],
    [5, 1],
    [15, 1],
    [10, 0.5],
    [10, 1.5],
  ]);
  assert.throws(() => stepPoints([1], 1), { code: 'EXPERIMENT-RANGE' });
});
