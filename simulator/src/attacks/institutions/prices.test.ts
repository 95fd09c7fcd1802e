import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oraclePushCost, twapLagEdge } from '@stannary/kernel';
import { reference } from '../../world.fixture.ts';
import { assertMeets, assertNear, playedOver, settingFor } from './institutions.fixture.ts';
import { oraclePush } from './oracle-push.ts';
import { staleOracle } from './stale-oracle.ts';

/** A price is kept in micrograins: a millionth of the token's worth, on all that is traded at it. */
const MICROGRAINS = 3e-5;
const STILL = { assumptions: { volatilityPpm: 0, costOfCapitalPpmPerYear: 0 } };

/** A reserve that takes tokens at the oracle's price. */
const TOKENS = {
  reserve: {
    kind: 'mint-backed',
    mintSpreadPpm: 3_000,
    tokenHaircutPpm: 0,
    throttle: reference.reserve.throttle,
  },
};

test('holding a pool of a million 5 % up for 150 blocks costs 89 thousand', () => {
  const closed = assertMeets(oraclePush, { economy: STILL }, 1, MICROGRAINS);
  assert.ok(Math.abs(closed.costCredits - 150 * 1e6 * oraclePushCost(0.05)) < 1e-6);
  assert.equal(Math.round(closed.costCredits / 1_000), 89);
  // (δ - spread - δ·spread)·M of what is minted with 200 000 credits of tokens.
  assert.ok(Math.abs(closed.returnCredits - 9_370) < 1e-6);
});

test('a price that moves changes neither cost nor return in the mean', () => {
  assertMeets(oraclePush, {}, 60, MICROGRAINS);
  assertMeets(oraclePush, { parameters: { push: 0.01, held: 0.5 } }, 60, MICROGRAINS);
});

test('no push within reach pays half of what it costs', () => {
  for (const push of [0.0035, 0.0045, 0.0055, 0.0065, 0.008, 0.012, 0.02]) {
    const { margin } = playedOver(oraclePush, settingFor(oraclePush, { parameters: { push } }), 4);
    assert.ok(margin.mean > 0, `${push}: ${margin.mean}`);
  }
});

test('a pool that nobody has filled is still a pool', () => {
  const setting = settingFor(oraclePush, { economy: { assumptions: { poolDepthGrains: 0 } } });
  assert.ok(playedOver(oraclePush, setting, 2).margin.mean < 0);
});

test('a minority of liars moves nothing', () => {
  const [honest, lying] = [0, 2].map((liars) =>
    oraclePush.attempt(settingFor(oraclePush, { parameters: { liars } }), 0),
  );
  assert.deepEqual(lying, honest);
});

test('a short average, or a shallow pool, is pushed for little', () => {
  const { rule } = reference.oracle;
  for (const economy of [
    { oracle: { rule: { ...rule, twapSeconds: 120 } } },
    { assumptions: { poolDepthGrains: 100_000_000_000 } },
  ]) {
    const setting = settingFor(oraclePush, { economy, parameters: { push: 0.02 } });
    assert.ok(playedOver(oraclePush, setting, 4).margin.mean < 0);
  }
});

test('a price that is fixed cannot be pushed, and only gets staler', () => {
  const oracle = { source: 'fixed', priceMicrograins: 1_000_000 };
  const closed = assertMeets(oraclePush, { economy: { ...STILL, oracle } }, 1, MICROGRAINS);
  assert.equal(closed.returnCredits, 0);
  const stale = settingFor(staleOracle, { economy: { ...TOKENS, oracle } });
  assert.equal(staleOracle.closedForm(stale), null);
  const [fixed, averaged] = [stale, settingFor(staleOracle, { economy: TOKENS })].map(
    (setting) => playedOver(staleOracle, setting, 200).return.mean,
  );
  assert.ok(fixed! > 1.5 * averaged!, 'by the square root of three');
});

test('an average of no whole number of blocks is covered by one more', () => {
  const economy = { ...STILL, oracle: { rule: { ...reference.oracle.rule, twapSeconds: 1_795 } } };
  assertMeets(oraclePush, { economy }, 1, 0.01);
});

test('an average of half an hour lags 13.9 bps behind the market at 80 %', () => {
  const edge = twapLagEdge(0.8, 30);
  assert.equal((edge * 1e4).toFixed(1), '13.9');
  // Beginnings of 150 blocks, not a continuum: half a block more of lag.
  const closed = assertMeets(staleOracle, { economy: TOKENS, parameters: { size: 1 } }, 1_200, 0.005);
  assert.ok(Math.abs(closed.returnCredits / 200_000 - edge) < 1e-9);
});

test('a price that stands still is never stale', () => {
  const closed = assertMeets(staleOracle, { economy: { ...TOKENS, ...STILL } }, 3);
  assert.deepEqual([closed.returnCredits, closed.costCredits], [0, 0]);
});

test('whoever waits for a lag beyond the spread gains at any spread', () => {
  const parameters = { size: 1, threshold: 0.003 };
  assertMeets(staleOracle, { economy: TOKENS, parameters }, 1_200, 0.02);
  const waiting = playedOver(staleOracle, settingFor(staleOracle, { economy: TOKENS, parameters }), 1_200);
  assert.ok(waiting.return.mean > waiting.cost.mean);
});

test('of a full reserve no stale price can be had: the spread is all that is left', () => {
  const closed = assertMeets(staleOracle, {}, 1_200);
  assert.equal(closed.returnCredits, 0);
  const redeeming = settingFor(staleOracle, { parameters: { redeems: 1 } });
  assert.equal(staleOracle.closedForm(redeeming), null);
  assert.equal(playedOver(staleOracle, redeeming, 50).return.mean, 0);
});

test('redeeming for tokens at a stale price has no spread to pay', () => {
  const parameters = { size: 1, redeems: 1, threshold: 0.001 };
  const both = playedOver(staleOracle, settingFor(staleOracle, { economy: TOKENS, parameters }), 400);
  const mints = playedOver(
    staleOracle,
    settingFor(staleOracle, { economy: TOKENS, parameters: { ...parameters, redeems: 0 } }),
    400,
  );
  assert.ok(both.return.mean > 1.5 * mints.return.mean);
  assertNear('cost', both.cost, mints.cost.mean);
});

test('a mixed reserve pays out tokens at the stale price, as far as it has any', () => {
  const reserve = { ...TOKENS.reserve, kind: 'mixed', stableSharePpmMin: 600_000 };
  const parameters = { size: 1, redeems: 1 };
  const tokens = playedOver(staleOracle, settingFor(staleOracle, { economy: TOKENS, parameters }), 200);
  const mixed = playedOver(staleOracle, settingFor(staleOracle, { economy: { reserve }, parameters }), 200);
  assert.ok(mixed.return.mean > 0 && mixed.return.mean < 0.6 * tokens.return.mean);
});
