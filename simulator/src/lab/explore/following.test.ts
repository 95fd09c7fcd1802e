import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePolicy } from '@stannary/economies';
import { defaultScenario } from '../../scenario/defaults.ts';
import { followingScenario } from './following.ts';
import { heldWorld } from './setting.ts';
import { smallSetting } from './small-world.fixture.ts';

const { policy } = await smallSetting(1);
const assumed = defaultScenario(policy.economy);
const { economy: thrifty } = changePolicy(policy, [
  ['assumptions.providerCost', '50 %'],
  ['assumptions.elasticity', '2'],
]);

test('what nobody chose follows the economy, what somebody chose stays', () => {
  const chosen = { ...assumed, demand: { ...assumed.demand, elasticity: 0.3 }, horizonEpochs: 5 };
  const now = followingScenario(chosen, assumed, defaultScenario(thrifty));
  assert.deepEqual([now.demand.elasticity, now.horizonEpochs], [0.3, 5]);
  assert.ok(now.providers.every(({ cost }) => cost.revenueShare === 0.5));
  assert.deepEqual(followingScenario(assumed, assumed, defaultScenario(thrifty)), defaultScenario(thrifty));
});

test('providers that somebody listed are somebody’s', () => {
  const chosen = { ...assumed, providers: assumed.providers.slice(1) };
  assert.deepEqual(followingScenario(chosen, assumed, defaultScenario(thrifty)).providers, chosen.providers);
});

test('costs and demand are the same credits under another take and another first price', () => {
  const { economy } = changePolicy(policy, [
    ['take.treasury', '12 %'],
    ['price.initial', '0.02016 credits per NCU·h'],
  ]);
  const held = heldWorld(policy.economy, economy, assumed);
  // Twice the price, and 81 of 90 parts left of it.
  const share = (assumed.providers[0]!.cost.revenueShare * 90) / (2 * 81);
  assert.ok(Math.abs(held.providers[0]!.cost.revenueShare - share) < 1e-12);
  assert.ok(Math.abs(held.demand.utilisation - assumed.demand.utilisation / 2) < 1e-12);
  assert.equal(heldWorld(policy.economy, policy.economy, assumed), assumed);
});
