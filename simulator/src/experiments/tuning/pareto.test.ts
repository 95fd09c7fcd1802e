import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DrawSequence } from '../numbers/draws.ts';
import { crowdingDistances, dominates, hypervolume, paretoFronts } from './pareto.ts';

const points = (axes: number, most = 20): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: axes, maxLength: axes }), {
    minLength: 1,
    maxLength: most,
  });
const plain = (all: readonly (readonly number[])[]) => all.map((objectives) => ({ objectives }));

test('each front is dominated by the one before, by nothing in itself, and none is lost', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }).chain((axes) => points(axes)),
      (all) => {
        const fronts = paretoFronts(plain(all));
        assert.deepEqual(
          fronts.flat().sort((a, b) => a - b),
          [...all.keys()],
        );
        for (const [rank, front] of fronts.entries()) {
          for (const a of front) {
            assert.ok(!front.some((b) => dominates(all[b]!, all[a]!)));
            assert.ok(rank === 0 || fronts[rank - 1]!.some((b) => dominates(all[b]!, all[a]!)));
          }
        }
      },
    ),
  );
});

test('gates come first', () => {
  const evaluations = [
    { objectives: [0, 0], violations: [1, 0] },
    { objectives: [9, 9], violations: [-1, 0] },
    { objectives: [0, 0], violations: [0, 5] },
    { objectives: [0, 0], violations: [2, 1] },
  ];
  assert.deepEqual(paretoFronts(evaluations), [[1], [0, 2], [3]]);
  assert.deepEqual(paretoFronts([]), []);
});

test('crowding: the box its neighbours leave, infinite at the ends, finite where nothing varies', () => {
  const infinity = Number.POSITIVE_INFINITY;
  assert.deepEqual(
    crowdingDistances([
      [0, 4],
      [1, 2],
      [4, 0],
    ]),
    [infinity, 2, infinity],
  );
  assert.deepEqual(
    crowdingDistances([
      [1, 1],
      [1, 1],
      [1, 1],
    ]),
    [infinity, 0, infinity],
  );
  assert.deepEqual([crowdingDistances([]), crowdingDistances([[3, 3]])], [[], [infinity]]);
});

test('the volume is that of the cells it dominates', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }).chain((axes) => points(axes, 8)),
      (all) => {
        const axes = all[0]!.length;
        let cells = 0;
        for (let index = 0; index < 8 ** axes; index += 1) {
          const cell = Array.from({ length: axes }, (_, axis) => Math.floor(index / 8 ** axis) % 8);
          if (all.some((point) => point.every((value, axis) => value <= cell[axis]!))) cells += 1;
        }
        assert.equal(hypervolume(all, cell8(axes)), cells);
      },
    ),
  );
});

const cell8 = (axes: number): number[] => Array.from({ length: axes }, () => 8);

test('a dominated point adds nothing, a better one never takes away', () => {
  const draws = new DrawSequence(3);
  const all = Array.from({ length: 12 }, () => [draws.uniform(), draws.uniform(), draws.uniform()]);
  const volume = hypervolume(all, [1, 1, 1]);
  assert.equal(hypervolume([...all, all[0]!.map((value) => value + 0.001)], [1, 1, 1]).toFixed(12), volume.toFixed(12));
  assert.ok(hypervolume([...all, all[0]!.map((value) => value / 2)], [1, 1, 1]) > volume);
  assert.equal(hypervolume([[2, 2]], [1, 1]), 0);
  assert.throws(() => hypervolume([[1]], [1, 1]), { code: 'EXPERIMENT-LENGTH' });
});
