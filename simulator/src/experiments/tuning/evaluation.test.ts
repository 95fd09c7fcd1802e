import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkedEvaluations, type Evaluation, gatedOrder, passesGates } from './evaluation.ts';

const of = (objective: number, ...violations: number[]): Evaluation => ({ objectives: [objective], violations });

test('who passes all gates comes first, whatever it costs', () => {
  assert.deepEqual(gatedOrder([of(1, 0.1), of(9, -1), of(5, 0), of(2, -3)]), [3, 2, 1, 0]);
  assert.deepEqual(
    gatedOrder([{ objectives: [3] }, { objectives: [Number.POSITIVE_INFINITY] }, { objectives: [-1] }]),
    [2, 0, 1],
  );
});

test('the others by how much they miss', () => {
  assert.deepEqual(gatedOrder([of(0, 3, 0), of(0, 1, 0), of(0, 2, 0)]), [1, 2, 0]);
  assert.deepEqual(gatedOrder([of(2, 1, 1), of(1, 1, 1)]), [1, 0]);
});

const rows = fc.array(fc.tuple(fc.integer(), fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), {
  minLength: 1,
  maxLength: 12,
});

test("a gate's unit does not matter", () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(1e-6, 1e6), (all, unit) => {
      const order = gatedOrder(all.map(([objective, a, b]) => of(objective, a, b)));
      assert.deepEqual(gatedOrder(all.map(([objective, a, b]) => of(objective, a, unit * b))), order);
      const passes = order.map((at) => passesGates(of(0, all[at]![1], all[at]![2])));
      assert.deepEqual(
        passes,
        [...passes].sort((a, b) => Number(b) - Number(a)),
      );
    }),
  );
});

test('refused: too few answers, of two shapes (EXPERIMENT-LENGTH), a NaN (EXPERIMENT-VALUE)', () => {
  const refused = (evaluations: Evaluation[], code: string): void =>
    assert.throws(() => checkedEvaluations(evaluations, { count: 2, objectives: 1 }), { code });
  refused([of(1)], 'EXPERIMENT-LENGTH');
  refused([of(1), of(1, 2)], 'EXPERIMENT-LENGTH');
  refused([of(1), { objectives: [1, 2] }], 'EXPERIMENT-LENGTH');
  refused([of(1), of(Number.NaN)], 'EXPERIMENT-VALUE');
  refused([of(1, 1), of(1, Number.NaN)], 'EXPERIMENT-VALUE');
});
