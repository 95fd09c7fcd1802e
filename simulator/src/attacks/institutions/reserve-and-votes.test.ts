import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curveRunShare, fullBlocksFactor } from '@stannary/kernel';
import { defaultScenario } from '../../scenario/defaults.ts';
import { reference } from '../../world.fixture.ts';
import { censorship } from './censorship.ts';
import { governanceCapture } from './governance-capture.ts';
import { assertMeets, assertNear, playedOver, settingFor } from './institutions.fixture.ts';
import { firstComeRun, reserveRun } from './reserve-run.ts';

const { reserve: whole } = defaultScenario(reference);
/** A fifth of what stands behind the credits is gone. */
const SHORT = { reserve: { ...whole, stableGrains: Math.floor(whole.stableGrains * 0.8) } };

test('served one after the other, the first gains 1 - coverage over a place by lot', () => {
  const closed = assertMeets(firstComeRun, { scenario: SHORT }, 2_000, 1e-6);
  const size = whole.outstandingGrains / 20 / 1e6;
  assert.ok(Math.abs(closed.returnCredits / size - 0.2) < 1e-6);
  const { margin } = playedOver(firstComeRun, settingFor(firstComeRun, { scenario: SHORT }), 200);
  assert.ok(margin.mean < 0, 'that is a run');
});

test('paid in batches pro rata it gains nothing, whatever is left', () => {
  for (const scenario of [{}, SHORT]) {
    const { return: gained } = playedOver(reserveRun, settingFor(reserveRun, { scenario }), 40);
    assert.ok(gained.mean <= 1e-6, 'but for a grain');
    assertMeets(reserveRun, { scenario }, 40, 1e-6);
  }
});

test('credits that are backed by tokens alone spiral: who sells first, sells dearer', () => {
  const { throttle, mintSpreadPpm } = reference.reserve;
  const reserve = { kind: 'mint-backed', mintSpreadPpm, tokenHaircutPpm: 0, throttle };
  const scenario = { reserve: { ...whole, stableGrains: 0, outstandingGrains: 500_000_000_000 } };
  const setting = settingFor(reserveRun, { economy: { reserve }, scenario });
  assert.equal(reserveRun.closedForm(setting), null);
  const { margin } = playedOver(reserveRun, setting, 40);
  assert.ok(margin.mean < 0);
});

test('the first tenth of a curve with a fifth behind it takes 41 %', () => {
  assert.equal(Math.round(100 * curveRunShare(0.1, 0.2)), 41);
  const bondingCurve = { kind: 'bonding-curve', reserveRatioPpm: 200_000, entryTaxPpm: 10_000 };
  const parameters = { size: 0.1, moment: 0 };
  const closed = assertMeets(reserveRun, { economy: { bondingCurve }, parameters }, 1_000, 1e-6);
  assert.ok(Math.abs(closed.returnCredits / 10_000_000 - (curveRunShare(0.1, 0.2) - 0.1)) < 1e-9);
  const covered = { ...bondingCurve, reserveRatioPpm: 1_000_000 };
  const safe = playedOver(reserveRun, settingFor(reserveRun, { economy: { bondingCurve: covered }, parameters }), 40);
  assert.ok(safe.margin.mean > 0, 'full cover lets nobody gain by being first');
});

test('a capture costs 4.1 times what leaves the treasury', () => {
  const assumptions = { oppositionPpm: 0, costOfCapitalPpmPerYear: 0 };
  const closed = assertMeets(governanceCapture, { economy: { assumptions }, parameters: { votes: 0.34 } }, 10);
  assert.equal(closed.returnCredits, 500_000);
  assert.equal(closed.ratio.toFixed(1), '4.1');
});

test('votes that are too few by lot pass as often as the exact tail says', () => {
  for (const votes of [0.31, 0.345, 0.4]) assertMeets(governanceCapture, { parameters: { votes } }, 1_000);
  const few = playedOver(governanceCapture, settingFor(governanceCapture, { parameters: { votes: 0.2 } }), 50);
  assert.equal(few.return.mean, 0);
});

test('nobody borrows more than the market lends', () => {
  const [some, all] = [0.1, 1].map((borrowed) => {
    const setting = settingFor(governanceCapture, { parameters: { votes: 0.5, borrowed } });
    return playedOver(governanceCapture, setting, 10).cost.mean;
  });
  assert.equal(some, all, 'a tenth of ten million is its depth');
});

test('a flash loan votes where nothing is snapshot, and only there', () => {
  const parameters = { votes: 0.01, flash: 0.6 };
  const snapshot = settingFor(governanceCapture, { parameters });
  assert.equal(playedOver(governanceCapture, snapshot, 10).return.mean, 0);
  const governance = { snapshotSeconds: 0 };
  const open = settingFor(governanceCapture, { economy: { governance }, parameters });
  assert.ok(playedOver(governanceCapture, open, 10).margin.mean < 0);
});

test('a treasury without a limit is worth buying, and votes that decide nothing are not', () => {
  const parameters = { votes: 0.4 };
  const limitless = settingFor(governanceCapture, {
    economy: { governance: { treasuryPerDayPpm: 1_000_000 } },
    parameters,
  });
  assert.ok(playedOver(governanceCapture, limitless, 50).margin.mean < 0);
  const multisig = settingFor(governanceCapture, { economy: { governance: { mode: 'multisig' } }, parameters });
  assert.equal(playedOver(governanceCapture, multisig, 10).return.mean, 0);
});

/** A window of so many blocks, and patience beyond reason. */
const window = (blocks: number) => ({
  economy: { settlement: { challengeWindowSeconds: 12 * blocks, posterBondGrains: 0 } },
  parameters: { patience: 10_000, firstBlock: 1 },
});

test('fifty full blocks in a row cost 2881 times the first', () => {
  assert.equal(Math.round(fullBlocksFactor(50)), 2_881);
  const closed = assertMeets(censorship, window(50), 1);
  assert.ok(Math.abs(closed.costCredits - fullBlocksFactor(50)) < 1e-6);
  assert.ok(closed.isProfitable, 'so short a window is no defence');
  assert.ok(!assertMeets(censorship, window(100), 1).isProfitable);
});

test('proposers of its own censor k blocks with a^k', () => {
  const own = { ...window(5), parameters: { patience: 0, proposers: 0.3 } };
  const closed = assertMeets(censorship, own, 1);
  const whole = censorship.attempt(settingFor(censorship, window(5)), 0).returnCredits;
  assert.ok(Math.abs(closed.returnCredits / whole - 0.3 ** 5) < 1e-12);
});

test('own blocks make the others cheaper, and a day too dear all the same', () => {
  const priced = (proposers: number) => {
    const { economy, parameters } = window(60);
    const setting = settingFor(censorship, { economy, parameters: { ...parameters, proposers } });
    assert.equal(proposers === 0, censorship.closedForm(setting) !== null);
    return playedOver(censorship, setting, 40).cost;
  };
  const [alone, third] = [priced(0), priced(0.33)];
  assert.ok(third.mean < 0.2 * alone.mean);
  const day = settingFor(censorship, { parameters: { patience: 10_000, proposers: 0.33, firstBlock: 1 } });
  const { return: gained, cost } = playedOver(censorship, day, 4);
  assert.ok(gained.mean < 1e-9 && cost.mean > 100_000);
});

test('what stops the attack is the bond where the window is not yet full', () => {
  const impatient = { economy: {}, parameters: { patience: 1 } };
  const closed = assertMeets(censorship, impatient, 1);
  assert.ok(closed.returnCredits === 0 && closed.costCredits > 100_000);
  assertNear('nothing', playedOver(censorship, settingFor(censorship, impatient), 4).return, 0);
});
