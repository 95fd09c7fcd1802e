import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contestEffort,
  contestEfforts,
  deterrenceRatio,
  deterrentDetection,
  diligentPenalty,
  disputeBond,
  fraudRetention,
  inspectionGame,
  OPTIMISM_LADDER,
} from './games.ts';
import { assertNear } from './near.fixture.ts';

test('anchor 20: gain 10 and loss 90 need q* = .1; cost 1, reward 9 and avoided loss 1 give p* = .1', () => {
  const equilibrium = inspectionGame({ gain: 10, loss: 90 }, { cost: 1, reward: 9, avoidedLoss: 1 });
  assert.deepEqual(equilibrium, { checkProbability: 0.1, cheatProbability: 0.1 });
  assertNear(deterrenceRatio(deterrentDetection(10, 90), 90, 10), 1, 1e-12);
  // A slash of all the fees at stake is worth q / (1 - q): twice the return needs q of two thirds.
  assertNear(deterrenceRatio(2 / 3, 1, 1), 2, 1e-12);
});

test('canaries of 3 % need a penalty of 33 checks', () => {
  assert.equal(Math.round(diligentPenalty(1, 0.03)), 33);
});

test('anchor 21: what a fraud keeps', () => {
  for (const [detection, holdback, epochs] of [
    [0.02, 0, 49],
    [0.02, 24, 30.17],
    [0.02, 168, 1.645],
    [0.05, 24, 5.548],
  ] as const) {
    assertNear(fraudRetention(detection, holdback), epochs, 3e-4);
  }
});

test('fraud retention is the sum of what each epoch of survival releases', () => {
  const cases = fc.tuple(fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.nat({ max: 50 }));
  fc.assert(
    fc.property(cases, ([q, holdback]) => {
      // Epoch t is released once the fraud has survived it and the W epochs after it.
      let kept = 0;
      for (let epoch = 1; epoch < 2_000; epoch += 1) kept += (1 - q) ** (epoch + holdback);
      assertNear(fraudRetention(q, holdback), kept, 1e-9);
    }),
  );
});

test('anchor 22: Tullock contests', () => {
  assertNear(contestEffort(2, 1), 0.25, 1e-12);
  assertNear(contestEffort(3, 1), 0.2222, 5e-4);
  assertNear(contestEffort(10, 1), 0.09, 1e-12);
  const [first, second] = contestEfforts([1, 2], 1);
  assertNear(first!, 2 / 9, 1e-12);
  assertNear(second!, 1 / 9, 1e-12);
  const pool = contestEfforts(Array(10).fill(0.5), 1_000);
  assertNear(
    pool.reduce((sum, work) => sum + work, 0),
    1_800,
    1e-12,
  );
});

test('no player of a contest would rather do otherwise, and the dearest stay out', () => {
  const costs = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(costs, fc.double({ min: 0.5, max: 1.5, noNaN: true }), (unitCosts, factor) => {
      const efforts = contestEfforts(unitCosts, 100);
      const total = efforts.reduce((sum, effort) => sum + effort, 0);
      unitCosts.forEach((cost, index) => {
        const others = total - efforts[index]!;
        const profit = (effort: number) => (100 * effort) / (others + effort) - cost * effort;
        assert.ok(
          profit(efforts[index]!) >= profit(efforts[index]! * factor + (efforts[index] === 0 ? 0.1 : 0)) - 1e-9,
        );
      });
    }),
  );
  assert.deepEqual(contestEfforts([1, 1, 50], 100)[2], 0);
});

test('anchor 34: Optimism’s bonds, .08 ETH at depth 0 and 60.02 at depth 73', () => {
  assert.equal(disputeBond(OPTIMISM_LADDER, 0), 0.08);
  assert.equal(disputeBond(OPTIMISM_LADDER, 73).toFixed(2), '60.02');
});
