import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertNear } from './near.fixture.ts';
import {
  deviationLeft,
  type PriceLag,
  priceFactor,
  priceStability,
  recoveryEpochs,
  recoveryHalfLife,
  twapLagEdge,
} from './price-dynamics.ts';

describe('recovery of the price', () => {
  test('90 % is back in 35.7 epochs at d = 1/16 and in 17.2 at 1/8; the half-life is 10.7', () => {
    assertNear(recoveryEpochs(1 / 16, 1, 0.1), 35.7, 1e-3);
    assertNear(recoveryEpochs(1 / 8, 1, 0.1), 17.2, 3e-3);
    assertNear(recoveryHalfLife(1 / 16, 1), 10.7, 5e-3);
    assert.equal(recoveryHalfLife(1, 1), 1);
    assert.equal(recoveryHalfLife(1, 3), Number.POSITIVE_INFINITY);
  });

  test('with the protocol’s lag it is monotone to 1/4 and stable below 1, without it to 1 and below 2', () => {
    const at = (step: number, lag: PriceLag) => priceStability(step, 1, lag);
    assert.deepEqual([at(0.25, 2), at(0.26, 2), at(0.99, 2), at(1, 2)], ['monotone', 'damped', 'damped', 'unstable']);
    assert.deepEqual([at(1, 1), at(1.01, 1), at(1.99, 1), at(2, 1)], ['monotone', 'damped', 'damped', 'unstable']);
    // d = 1/8: an elasticity of 15.9 converges, 16.5 does not.
    assert.deepEqual([priceStability(1 / 8, 15.9), priceStability(1 / 8, 16.5)], ['damped', 'unstable']);
  });

  test('what is left of a deviation is what the linear recurrence leaves', () => {
    const steps = fc.double({ min: 0.01, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(steps, fc.constantFrom(1 as const, 2 as const), (step, lag) => {
        if (Math.abs(step - 0.25) < 0.02 || Math.abs(1 - step) < 1e-3) return;
        const path = [1, 1];
        for (let epoch = 2; epoch < 400; epoch += 1) path.push(path[epoch - 1]! - step * path[epoch - lag]!);
        const size = (epoch: number) => Math.max(...path.slice(epoch, epoch + 40).map(Math.abs));
        const left = deviationLeft(step, 1, lag);
        if (size(300) < 1e-250) return;
        const measured = (size(300) / size(100)) ** (1 / 200);
        assertNear(measured, left, 2e-2);
      }),
    );
  });

  test('a day of full use is at most 1.90 times, a day of none .223 times', () => {
    assertNear(priceFactor(1 / 16, 0.7, 1, 24), 1.9, 2e-3);
    assertNear(priceFactor(1 / 16, 0.7, 0, 24), 0.223, 2e-3);
  });
});

test('the edge of a 30-minute average: 13.9, 26.1 and 34.8 basis points at 80, 150 and 200 % volatility', () => {
  for (const [volatility, basisPoints] of [
    [0.8, 13.9],
    [1.5, 26.1],
    [2, 34.8],
  ] as const) {
    assertNear(twapLagEdge(volatility, 30) * 1e4, basisPoints, 4e-3);
  }
  assert.ok(twapLagEdge(1.4, 30) * 1e4 < 25 && twapLagEdge(1.5, 30) * 1e4 > 25);
});
