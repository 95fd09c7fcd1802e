import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Economy, washUsage as washClosedForm, washFeeLinkedRatio } from '@stannary/kernel';
import type { RunningMoments } from '../observers/running-moments.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Simulation } from '../simulation.ts';
import { assertWithin, momentsOf, oneClass, reference, refused, smallWorld } from '../world.fixture.ts';
import { type CohortAttack, capitalCostPerEpoch, exposurePerEpoch } from './attack.ts';
import { meteringInflation } from './metering-inflation.ts';
import { settingOf } from './plan.ts';
import { sybilSplit } from './sybil-split.ts';
import { washUsage } from './wash-usage.ts';

// Each simulated cost and return against the closed form of the kernel's analysis, within 3 standard errors over runs.

/** Of a grid node: ten days of its revenue, twice for the haircut, and a quarter on top. */
const BOND_GRAINS = 604_800_000;

/** Prices that do not move, so that revenue is what the closed forms mean by it. */
function still(economy: Economy): Economy {
  return { ...economy, price: { ...economy.price, gainPpm: 0 } as Economy['price'] };
}

interface Played {
  readonly simulation: Simulation;
  readonly credits: { readonly cost: number; readonly return: number };
}

function play(
  economy: Economy,
  scenario: Scenario,
  attack: CohortAttack,
  parameters: Record<string, number>,
  run: number,
): Played {
  const simulation = new Simulation(economy, scenario, { run, attacks: [{ attack, parameters }] }).advance();
  const { costCredits, returnCredits } = simulation.accountOf(0).account;
  return { simulation, credits: { cost: costCredits, return: returnCredits } };
}

function over(runs: number, measure: (run: number) => number): RunningMoments {
  return momentsOf(Array.from({ length: runs }, (_, run) => measure(run)));
}

test('wash usage under a fixed emission returns E x / (X + x) and loses τ_nr x', () => {
  const economy = still(oneClass());
  const scenario = smallWorld(economy, 400, { horizonEpochs: 48 });
  const nodeFees = (360_000_000 * economy.price.initialMicrograinsPerNcuS * 0.7) / 1e15;
  const closed = washClosedForm({ emission: 1_000, honestFees: 400 * nodeFees, lostTake: 0.07 }, 20 * nodeFees);
  const played = Array.from({ length: 20 }, (_, run) =>
    play(economy, scenario, washUsage, { nodes: 20, load: 0.7 }, run),
  );
  const perEpoch = momentsOf(played.map(({ credits }) => credits.return / 48));
  assertWithin('return of an epoch', perEpoch, closed.returnCredits);
  for (const { simulation, credits } of played) {
    const { ledger } = simulation.accountOf(0);
    const capital = ledger.bondEpochsGrains * capitalCostPerEpoch(economy) + ledger.identityFeesGrains;
    const lost = (credits.cost - capital / 1e6) / 48;
    assert.ok(Math.abs(lost / closed.costCredits - 1) < 1e-6, 'only the rounding up of charges comes on top');
  }
});

test('wash usage under the reference’s fee-linked emission costs 2.5 times what it returns', () => {
  const scenario = smallWorld(reference, 400, { horizonEpochs: 48 });
  const economy = still(reference);
  const ratios = over(12, (run) => {
    const { simulation } = play(economy, scenario, washUsage, { nodes: 2, load: 0.7 }, run);
    const { ledger } = simulation.accountOf(0);
    return (ledger.ownBurnGrains + ledger.ownInsuranceGrains) / ledger.earnedTokensValueGrains;
  });
  const closed = washFeeLinkedRatio(0.07, 0.028);
  assert.ok(Math.abs(closed - 2.5) < 1e-12);
  assert.ok(Math.abs(ratios.mean - closed) < Math.max(3 * ratios.standardError, 0.02 * closed), `${ratios.mean}`);
});

test('a sybil split under work per bond gains nothing but roundings', () => {
  const scenario = smallWorld(reference, 100, { horizonEpochs: 48 });
  const [one, four] = [1, 4].map(
    (identities) => play(still(reference), scenario, sybilSplit, { identities }, 0).simulation,
  );
  const tokens = (simulation: Simulation) => simulation.accountOf(0).ledger.earnedTokensGrains;
  assert.ok(tokens(four!) <= tokens(one!) + 4 * 48);
  const served = 48 / settingOf(reference, scenario, { attack: sybilSplit }).parameters.lifetime!;
  assert.ok(served < 0.1);
  assert.equal(four!.accountOf(0).account.costCredits, 15 * served, 'and costs its part of each further identity fee');
});

test('a fault of an offence in shadow mode moves nothing, unless it is assumed to be live', () => {
  const shadowed: CohortAttack = {
    ...meteringInflation,
    play: () => ({ exposure: { offence: 'metering-inflation', probability: 1 } }),
  };
  const scenario = smallWorld(reference, 20, { horizonEpochs: 24 });
  const attacks = [{ attack: shadowed }];
  const declared = new Simulation(reference, scenario, { attacks }).advance();
  const assumed = new Simulation(reference, scenario, { attacks, assumeLive: true }).advance();
  assert.equal(declared.accountOf(0).ledger.foundEpoch, null);
  assert.ok(declared.shadowedFaults > 0);
  assert.equal(assumed.accountOf(0).ledger.foundEpoch, 0);
});

test('what is withheld is paid for, makes the price dearer, and costs a fee and a surcharge', () => {
  const hoarder: CohortAttack = {
    ...meteringInflation,
    play: ({ capacityNcuMs }) => ({ takesWork: false, withheldNcuMs: 3 * capacityNcuMs }),
  };
  const scenario = smallWorld(reference, 100, { horizonEpochs: 48 });
  const quiet = new Simulation(reference, scenario).advance();
  const hoarded = new Simulation(reference, scenario, { attacks: [{ attack: hoarder }] }).advance();
  assert.ok(hoarded.summary.moments('price').mean > quiet.summary.moments('price').mean);
  assert.ok(hoarded.accountOf(0).ledger.idleCostGrains > 0);
});

test('an attacker that leaves has its bonds back after the unbonding', () => {
  const leaver: CohortAttack = { ...meteringInflation, play: ({ epoch }) => ({ leaves: epoch === 1 }) };
  const scenario = smallWorld(reference, 20, { horizonEpochs: 15 * 24 + 3 });
  const simulation = new Simulation(reference, scenario, { attacks: [{ attack: leaver }] }).advance();
  assert.equal(simulation.bondTotals.returned, 10 * BOND_GRAINS);
  assert.equal(simulation.bondTotals.slashed, 0);
});

test('verifiers that see nothing expose nobody', () => {
  const scenario = smallWorld(reference, 10);
  const at = (changes: Partial<Scenario>, epoch: number, share = 1) =>
    exposurePerEpoch({ economy: reference, scenario: { ...scenario, ...changes } }, epoch, 'grid', share);
  const honest = at({}, 0);
  assert.ok(Math.abs(honest - (1 - (1 - 0.02 * 0.9) * (1 - 0.03))) < 1e-12);
  assert.ok(Math.abs(at({}, 0, 0.5) - (1 - (1 - 0.009) * (1 - 0.015))) < 1e-12);
  const shocks = [{ kind: 'lazy-verifiers', atEpoch: 5, epochs: 2, share: 1 }] as const;
  assert.equal(at({ shocks }, 4), honest);
  assert.equal(at({ shocks }, 6), 0);
});

test('refused: a parameter that the attack lacks, or outside its bounds (SIMULATION-PARAMETER)', () => {
  const scenario = smallWorld(reference, 10);
  for (const parameters of [{ greed: 1 }, { inflation: 11 }, { inflation: Number.NaN }]) {
    const attacks = [{ attack: meteringInflation, parameters }] as never;
    assert.throws(() => new Simulation(reference, scenario, { attacks }), refused('SIMULATION-PARAMETER'));
  }
});

test('refused: a choice that is no number (SIMULATION-CHOICE)', () => {
  const scenario = smallWorld(reference, 10);
  for (const choices of [{ inflation: Number.NaN }, { washNcuMs: -1 }, { withheldNcuMs: 1e300 }]) {
    const confused: CohortAttack = { ...meteringInflation, play: () => choices };
    const simulation = new Simulation(reference, scenario, { attacks: [{ attack: confused }] });
    assert.throws(() => simulation.step(), refused('SIMULATION-CHOICE'));
  }
});
