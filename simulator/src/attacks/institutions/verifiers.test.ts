import assert from 'node:assert/strict';
import { test } from 'node:test';
import { challengerDepositRange, committeeCapture } from '@stannary/kernel';
import { reference } from '../../world.fixture.ts';
import { griefing } from './griefing.ts';
import { assertMeets, assertNear, playedOver, settingFor } from './institutions.fixture.ts';
import { verifierCapture } from './verifier-capture.ts';
import { verifierLaziness } from './verifier-laziness.ts';

const HELD = 168 * 100 * 0.01008 * 0.9;
/** No bond, no capital: what `verifierCapture` of the kernel's analysis knows of. */
const BARE = {
  offences: reference.offences.map((rule) => ({ ...rule, mode: 'shadow' as const })),
  assumptions: { costOfCapitalPpmPerYear: 0 },
};
const LUCK = { bribe: 0 };

test('14 of 21 seats fall to a fifth of the pool with 4.51e-6, in drawn committees', () => {
  const setting = settingFor(verifierCapture, { economy: BARE, parameters: LUCK });
  const played = playedOver(verifierCapture, setting, 4_000);
  assert.equal(committeeCapture(0.2, 21, 14).toExponential(2), '4.51e-6');
  assertNear('captured', played.return, committeeCapture(0.2, 21, 14) * HELD);
  assert.ok(played.return.standardError < 0.05 * played.return.mean, 'the weights show what no naive sample would');
});

for (const [share, tail] of [
  [0.3, '5.66e-4'],
  [1 / 3, '1.83e-3'],
] as const) {
  test(`and to ${share.toFixed(2)} of it with ${tail}; an audit takes q·t·b of that`, () => {
    const assumptions = { ...BARE.assumptions, attackerArbitersPpm: Math.round(share * 1e6) };
    const closed = assertMeets(verifierCapture, { economy: { ...BARE, assumptions }, parameters: LUCK }, 4_000);
    assert.equal((closed.returnCredits / HELD).toExponential(2), tail);
  });
}

test('a large case is drawn with 31 seats: 1.12e-8', () => {
  const economy = { ...BARE, committee: { largeFromGrains: 1 } };
  const closed = assertMeets(verifierCapture, { economy, parameters: LUCK }, 4_000);
  assert.equal((closed.returnCredits / HELD).toExponential(2), '1.12e-8');
});

test('a lost case costs the bond, and arbiters the capital that they lock', () => {
  assertMeets(verifierCapture, { parameters: LUCK }, 2_000);
});

test('bribes cost what the members expect to lose, times those that are not the attacker’s', () => {
  const bribed = assertMeets(verifierCapture, { parameters: { bribe: 1 } }, 2_000);
  // t·q·b = 14 · .9 · 1000 and the capital, against a week's pay of one node.
  assert.ok(bribed.costCredits > 12_600 && bribed.costCredits < 12_620);
  assert.ok(Math.abs(bribed.returnCredits - HELD) < 0.001);
  assertMeets(verifierCapture, { parameters: { bribe: 2 } }, 2_000);
  const refused = settingFor(verifierCapture, { parameters: { bribe: 0.99 } });
  assert.ok(playedOver(verifierCapture, refused, 20).return.mean < 0.01, 'nobody takes less');
});

test('arbiters that bond next to nothing are bribed', () => {
  const setting = settingFor(verifierCapture, { economy: { committee: { arbiterBondGrains: 1_000_000 } } });
  assert.ok(playedOver(verifierCapture, setting, 50).margin.mean < 0);
});

test('three seats and a simple majority are captured by luck', () => {
  const committee = { seats: 3, threshold: 2, arbiterBondGrains: 0 };
  const assumptions = { attackerArbitersPpm: 500_000 };
  const setting = settingFor(verifierCapture, { economy: { ...BARE, committee, assumptions }, parameters: LUCK });
  assert.ok(playedOver(verifierCapture, setting, 200).margin.mean < 0);
});

/** Nothing but the penalty of a missed canary. */
const PENALTY_ONLY = { offences: reference.offences.filter(({ offence }) => offence !== 'lazy-verification') };

test('a skipped check loses three times what it saves, and the offence of not looking much more', () => {
  const closed = assertMeets(verifierLaziness, { economy: PENALTY_ONLY }, 2_000);
  assert.ok(Math.abs(closed.ratio - 3) < 1e-9);
  assertMeets(verifierLaziness, { economy: PENALTY_ONLY, parameters: { skipped: 0.3 } }, 2_000);
  assert.ok(assertMeets(verifierLaziness, {}, 2_000).ratio > 6);
});

test('without the offence and enough canaries, or a penalty, nobody needs to look', () => {
  for (const verification of [
    { canaries: { ...reference.verification.canaries, floorPpm: 10_000 } },
    { canaryPenaltyGrains: 100_000 },
  ]) {
    const setting = settingFor(verifierLaziness, { economy: { ...PENALTY_ONLY, verification } });
    assert.ok(playedOver(verifierLaziness, setting, 400).margin.mean < 0);
  }
});

test('penalties end with the bond, and the offence takes some of it at the third proof, live or in shadow', () => {
  const bonded = { verification: { verifierBondGrains: 2_000_000 } };
  const parameters = { checks: 1_000 };
  const poor = settingFor(verifierLaziness, { economy: bonded, parameters });
  assert.equal(verifierLaziness.closedForm(poor), null);
  assert.equal(playedOver(verifierLaziness, poor, 20).cost.mean, 2);
  const shadow = settingFor(verifierLaziness, { parameters });
  const without = settingFor(verifierLaziness, { economy: PENALTY_ONLY, parameters });
  const [lost, penalties] = [shadow, without].map((one) => playedOver(verifierLaziness, one, 20).cost.mean);
  assert.ok(lost! > penalties! + 30);
});

test('a false dispute costs its deposit, twenty times what its victim loses', () => {
  const closed = assertMeets(griefing, {}, 500);
  assert.ok(closed.ratio > 20 && closed.ratio < 21);
  assertMeets(griefing, { parameters: { appeals: 0 } }, 500);
});

test('the deposit lies where griefing is deterred and honest challengers still win', () => {
  const { capitalCostPerEpoch, ...rest } = {
    capitalCostPerEpoch: 0.15 / 8_760,
    heldAmount: HELD,
    disputeEpochs: 24 + 120,
    defenceCost: 1,
  };
  const honest = { winProbability: 0.9, slashShare: 0.5, slash: 100, challengeCost: 1 };
  const range = challengerDepositRange({ ...rest, capitalCostPerEpoch }, honest, 2)!;
  assert.ok(range.least <= 25 && 25 <= range.most, `${range.least} to ${range.most}`);
});

test('a deposit below the victim’s cost pays for griefing', () => {
  const economy = {
    challenges: { depositGrainsMin: 0, victimCostFactorPpm: 500_000 },
    assumptions: { challengeCostGrains: 0 },
  };
  const setting = settingFor(griefing, { economy });
  const { margin, cost, return: victims } = playedOver(griefing, setting, 20);
  assert.ok(margin.mean < 0);
  assertNear('deposit', cost, victims.mean / 2);
  assertMeets(griefing, { economy }, 500);
});
