import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Economy,
  fraudRetention,
  hoarding as hoardingOf,
  revenueFraud,
  classSpoofing as spoofingOf,
} from '@stannary/kernel';
import fc from 'fast-check';
import type { RunningMoments } from '../observers/running-moments.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Simulation } from '../simulation.ts';
import { assertWithin, economyWith, momentsOf, oneClass, reference, smallWorld } from '../world.fixture.ts';
import type { AttackSetting, CohortAttack, CohortLedger } from './attack.ts';
import { classSpoofing } from './class-spoofing.ts';
import { keptShare } from './expectation.ts';
import { flashStake } from './flash-stake.ts';
import { hoarding } from './hoarding.ts';
import { lazyWork } from './lazy-work.ts';
import { meanCourse } from './mean-course.ts';
import { meteringInflation } from './metering-inflation.ts';
import { selectiveDelivery } from './selective-delivery.ts';
import { sybilSplit } from './sybil-split.ts';
import { washUsage } from './wash-usage.ts';
import { whitewash } from './whitewash.ts';

// Each simulated cost and return against the attack's closed form, within 3 standard errors over runs, in worlds where the
// closed form's assumptions hold: a price that does not move, everybody of one standing, and no queue for slashes.

const STANDING = {
  newcomer: { multiplierMinPpm: 1_000_000 },
  reputation: { multiplierPpmMin: 1_000_000, multiplierPpmMax: 1_000_000 },
  slashLimit: { ceilingPpm: 1_000_000 },
  price: { gainPpm: 0 },
} as const;

/** One class under a fixed emission, everybody alike. */
function neutral(changes: { readonly [Section in keyof Economy]?: unknown } = {}, curve?: unknown): Economy {
  const changed = Object.entries({ ...STANDING, ...changes }).map(([section, value]) => {
    const before = reference[section as keyof Economy];
    return [section, Array.isArray(value) ? value : { ...(before as object), ...(value as object) }];
  });
  return oneClass(Object.fromEntries(changed), curve);
}

function settingOf(
  economy: Economy,
  scenario: Scenario,
  { parameters }: CohortAttack,
  changes: Record<string, number> = {},
): AttackSetting {
  const values = Object.entries(parameters).map(([name, { value }]) => [name, value]);
  return { economy, scenario, parameters: { ...Object.fromEntries(values), ...changes } };
}

/** A whole run of an attempt, for what only its ledger says. */
function ledgerOf(attack: CohortAttack, setting: AttackSetting, run: number): CohortLedger {
  const horizonEpochs = attack.horizonEpochs?.(setting) ?? setting.scenario.horizonEpochs;
  const attacks = [{ attack, parameters: setting.parameters }];
  const options = { run, attacks, assumeLive: true };
  return new Simulation(setting.economy, { ...setting.scenario, horizonEpochs }, options).advance().cohorts[0]!.ledger;
}

function over(runs: number, measure: (run: number) => number): RunningMoments {
  return momentsOf(Array.from({ length: runs }, (_, run) => measure(run)));
}

/** The mean cost and return of attempts are the closed form's. */
function assertMeets(attack: CohortAttack, setting: AttackSetting, runs: number, rounding = 1e-3): void {
  const closed = attack.closedForm(setting)!;
  const accounts = Array.from({ length: runs }, (_, run) => attack.attempt(setting, run));
  for (const side of ['costCredits', 'returnCredits'] as const) {
    const { mean, standardError } = momentsOf(accounts.map((account) => account[side]));
    const shown = `${side}: ${mean} ± ${standardError}, should be ${closed[side]}`;
    // Charges are rounded up, and one in twenty thousand cheats is never found.
    assert.ok(Math.abs(mean - closed[side]) <= 3 * standardError + closed[side] * rounding, shown);
  }
}

function returnOf(attack: CohortAttack, setting: AttackSetting, runs: number): RunningMoments {
  return over(runs, (run) => attack.attempt(setting, run).returnCredits);
}

test('1: a split under a power of work gains what sybilSplit says, and its fees', () => {
  const economy = neutral({}, { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 });
  const setting = settingOf(economy, smallWorld(economy, 1_000), sybilSplit, { identities: 4, fee: 0.5 });
  const closed = sybilSplit.closedForm(setting)!;
  const gain = returnOf(sybilSplit, setting, 12);
  // With four times the weights the emission is divided by more: of 1,000 nodes, a part in a thousand.
  assert.ok(Math.abs(gain.mean / closed.returnCredits - 1) < Math.max((3 * gain.standardError) / gain.mean, 0.004));
  assert.equal(sybilSplit.attempt(setting, 0).costCredits, closed.costCredits);
});

test('2: a whitewash returns the gain of its identities and loses slashes, fees and dues', () => {
  const economy = neutral({ newcomer: { multiplierMinPpm: 500_000, rampEpochs: 240 }, cadence: { appealEpochs: 1 } });
  const setting = settingOf(economy, smallWorld(economy, 200), whitewash, { inflation: 0.1 });
  assertMeets(whitewash, setting, 24);
  const ledgers = Array.from({ length: 2 }, (_, run) => ledgerOf(whitewash, setting, run));
  for (const ledger of ledgers) {
    assert.equal(ledger.nodes, 20, 'two identities of each node');
    assert.equal(ledger.identityFeesGrains, 20 * economy.bonds.idFeeGrains);
    assert.ok(ledger.duesGrains > 0);
  }
});

test('3: a flash stake returns n R S / (T + S) and binds its capital for n + a + u epochs', () => {
  const economy = neutral();
  const setting = settingOf(economy, smallWorld(economy, 200), flashStake, { nodes: 20, epochs: 48 });
  const closed = flashStake.closedForm(setting)!;
  assertWithin('return', returnOf(flashStake, setting, 12), closed.returnCredits);
  const { costCredits } = flashStake.attempt(setting, 0);
  assert.ok(Math.abs(costCredits / closed.costCredits - 1) < 1e-9, `${costCredits} of ${closed.costCredits}`);
});

test('4: hoarding returns m((1 - x)^(-1/η) - 1) once the price has settled, and costs x (1 + h) and the fees', () => {
  const economy = neutral({ price: {} });
  const base = smallWorld(economy, 200);
  // Nobody enters for the better price, or leaves for the worse.
  const providers = base.providers.map((one) => ({
    ...one,
    availability: 1,
    cost: { ...one.cost, revenueShare: 0.1 },
    entry: { sharePerEra: 0, marginMin: 1 },
  }));
  const scenario = { ...base, providers, demand: { ...base.demand, noise: 0.01 } };
  const setting = settingOf(economy, scenario, hoarding, { ownShare: 0.15, withheld: 0.1 });
  assertMeets(hoarding, setting, 6);
  const own = hoarding.cohort(setting);
  const day = (nodes: number) => (nodes * own.milliNcu * economy.cadence.epochMs) / 1_000;
  const withheldNcuMs = 0.1 * day(own.nodes + 200);
  const last = (withheld: number) =>
    meanCourse(setting, own, 500, () => ({ nodes: own.nodes, withheldNcuMs: withheld })).at(-1)!;
  const [with_, without] = [last(withheldNcuMs), last(0)];
  const sold = without.charges * (own.nodes + without.othersNodes * (without.othersWorkNcuMs / without.workNcuMs));
  const share = withheldNcuMs / (0.7 * day(own.nodes + 200));
  const truth = hoardingOf(
    { ownShare: own.nodes / (own.nodes + 200), elasticity: 1, surcharge: 0 },
    share,
  ).returnCredits;
  const gain = (own.nodes * (with_.charges - without.charges)) / sold;
  assert.ok(Math.abs(gain / truth - 1) < 2e-3, `${gain} of ${truth}`);
});

test('5: wash usage returns E x / (X + x) and loses τ_nr x', () => {
  const economy = neutral();
  const scenario = smallWorld(economy, 400, { horizonEpochs: 48 });
  const setting = settingOf(economy, scenario, washUsage, { nodes: 20 });
  assertMeets(washUsage, setting, 16);
});

/** Found with this probability in an epoch, by audits alone. */
function foundWith(scenario: Scenario, probability: number): Scenario {
  const verification = { ...scenario.verification, auditShare: probability, detection: 1, canaryShare: 0 };
  return { ...scenario, verification };
}

for (const [found, leaveAfter] of [
  [0.02, 1_000_000],
  [0.05, 1_000_000],
  [0.05, 30],
] as const) {
  test(`6: inflation found with ${found} keeps what is older than the holdback, leaving after ${leaveAfter}`, () => {
    const cadence = { epochsPerEra: 1, holdbackEras: 24, appealEpochs: 1 };
    const economy = neutral({ cadence });
    const scenario = foundWith(smallWorld(economy, 200, { horizonEpochs: Math.ceil(10 / found) }), found);
    const setting = settingOf(economy, scenario, meteringInflation, { leaveAfter });
    assertMeets(meteringInflation, setting, 24);
  });
}

test('7: lazy work saves s·r and loses q(σb + r)', () => {
  const cadence = { epochsPerEra: 1, holdbackEras: 0, appealEpochs: 1 };
  const rule = { kind: 'fixed', grainsPerInterval: '1', intervalSeconds: 3_600 };
  const supply = { ...reference.supply, streams: [{ name: 'work', sharePpm: 1_000_000, rule }] };
  const economy = neutral({ cadence, supply, assumptions: { jobGrains: 350_000 } });
  const scenario = foundWith(smallWorld(economy, 100, { horizonEpochs: 200 }), 0.03);
  const setting = settingOf(economy, scenario, lazyWork, { skipped: 0.8 });
  // The pay of the epoch before vests with the epoch's own, and is lost too: a job's pay in a thousand of a bond.
  assertMeets(lazyWork, setting, 24, 2e-3);
});

const TERMS: readonly Record<string, number>[] = [
  { discount: 0.2, missed: 1, termEpochs: 48 },
  { discount: 0.05, missed: 0.3, termEpochs: 48, margin: 0.01 },
  { discount: 0.5, missed: 0.02, termEpochs: 24 },
  { discount: 0.01, missed: 1, termEpochs: 24 },
];
for (const parameters of TERMS) {
  const { missed, discount } = parameters;
  test(`10: missing ${missed} of what was sold ${discount} below spot returns and costs what its rules say`, () => {
    const economy = neutral();
    const setting = settingOf(economy, smallWorld(economy, 50), selectiveDelivery, { nodes: 4, ...parameters });
    assertMeets(selectiveDelivery, setting, 2);
  });
}

test('18: a spoofed class keeps what classSpoofing says', () => {
  const cadence = { epochsPerEra: 1, holdbackEras: 12, appealEpochs: 1 };
  const [grid] = neutral().classes;
  const classes = [{ ...grid!, verification: { ...grid!.verification, benchmarkPpm: 50_000 } }];
  const economy = neutral({ cadence, classes });
  const setting = settingOf(economy, smallWorld(economy, 100, { horizonEpochs: 200 }), classSpoofing, { gain: 3 });
  assertMeets(classSpoofing, setting, 24);
});

/** Epochs of false revenue that a cheat keeps in all, where every epoch is an era. */
function keptEpochs(detection: number, holdbackEras: number, epochs: number): number {
  const economy = economyWith({ cadence: { epochsPerEra: 1, holdbackEras } });
  let sum = 0;
  for (let epoch = 0; epoch < epochs; epoch += 1) sum += keptShare({ economy }, detection, { epoch, epochs });
  return sum;
}

test('without an end, frauds are the kernel’s revenueFraud and classSpoofing', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.005, max: 0.5, noNaN: true }), fc.nat({ max: 400 }), (q, holdback) => {
      const truth = fraudRetention(q, holdback);
      assert.ok(Math.abs(keptEpochs(q, holdback, 10_000) - truth) <= 1e-9 * truth + 1e-12);
      const fraud = { revenuePerEpoch: 1, detection: q, holdbackEpochs: holdback, slash: 1 };
      assert.ok(Math.abs(revenueFraud({ ...fraud, inflation: 0.3 }).returnCredits - 0.3 * truth) <= 1e-9 * truth);
      const spoof = spoofingOf({ ...fraud, coefficientGain: 0.3, attestationCost: 0 });
      assert.ok(Math.abs(spoof.returnCredits - 0.3 * truth) <= 1e-9 * truth);
    }),
  );
});

test('whoever leaves in time keeps all: no holdback takes what was not found', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.integer({ min: 1, max: 100 }), (q, epochs) => {
      assert.ok(Math.abs(keptEpochs(q, 1_000, epochs) - epochs * (1 - q) ** epochs) < 1e-9);
      assert.ok(keptEpochs(q, 3, epochs) >= keptEpochs(q, 4, epochs) - 1e-12);
    }),
  );
});

test('a cheat that nobody finds costs nothing: what honest work costs as well is no cost of it', () => {
  const economy = neutral({ newcomer: { multiplierMinPpm: 500_000, rampEpochs: 240 }, cadence: { appealEpochs: 1 } });
  const scenario = foundWith(smallWorld(economy, 50, { horizonEpochs: 60 }), 0);
  for (const attack of [meteringInflation, lazyWork]) {
    const setting = settingOf(economy, scenario, attack);
    assert.equal(attack.attempt(setting, 0).costCredits, 0, attack.id);
    assert.equal(attack.closedForm(setting)!.costCredits, 0, attack.id);
  }
  const once = whitewash.attempt(settingOf(economy, scenario, whitewash, { identities: 1 }), 0);
  assert.equal(once.costCredits, 0, 'one identity was there in any case');
  const setting = settingOf(economy, scenario, whitewash, { identities: 2 });
  const fees = (setting.parameters.nodes! * economy.bonds.idFeeGrains) / economy.grainsPerUnit;
  const { duesGrains } = ledgerOf(whitewash, setting, 0);
  const twice = whitewash.attempt(setting, 0);
  assert.ok(Math.abs(twice.costCredits - fees - duesGrains / economy.grainsPerUnit) < 1e-9, 'a fee and dues each');
});

test('a slash that awaits its verdict beyond the run is lost', () => {
  const economy = neutral({ cadence: { appealEpochs: 100 } });
  const scenario = foundWith(smallWorld(economy, 50, { horizonEpochs: 6 }), 0.5);
  assertMeets(meteringInflation, settingOf(economy, scenario, meteringInflation), 24);
});

test('whatever it withholds, hoarding costs and returns nothing below 0, and without any it does neither', () => {
  const economy = neutral({ price: {} });
  const scenario = smallWorld(economy, 60);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.nat({ max: 1_000 }), (withheld, run) => {
      const setting = settingOf(economy, scenario, hoarding, { ownShare: 0.15, withheld });
      for (const { costCredits, returnCredits } of [hoarding.attempt(setting, run), hoarding.closedForm(setting)!]) {
        assert.ok(costCredits >= 0 && returnCredits >= 0);
      }
    }),
    { numRuns: 8 },
  );
  const { costCredits, returnCredits } = hoarding.attempt(settingOf(economy, scenario, hoarding, { withheld: 0 }), 0);
  assert.deepEqual([costCredits, returnCredits], [0, 0]);
});

test('the forms are of this economy: changed rules change them', () => {
  const scenario = smallWorld(reference, 100);
  const closedOf = (attack: CohortAttack, changes: Parameters<typeof economyWith>[0]) =>
    attack.closedForm(settingOf(economyWith(changes), scenario, attack))!;
  const dearer = (attack: CohortAttack, changes: Parameters<typeof economyWith>[0]) =>
    closedOf(attack, changes).costCredits > closedOf(attack, {}).costCredits;
  assert.ok(dearer(washUsage, { take: { burnPpm: 80_000 } }));
  assert.ok(dearer(flashStake, { settlement: { unbondingSeconds: 3e6 } }));
  assert.ok(dearer(selectiveDelivery, { reserved: { gapFactorPpm: 3_000_000 } }));
  assert.ok(dearer(hoarding, { leases: { openingFeePpm: 50_000 } }));
  assert.ok(dearer(whitewash, { bonds: { idFeeGrains: 50_000_000 } }));
  const free = { verification: { auditFloorPpm: 0, canaries: { floorPpm: 0, safetyPpm: 0 } } };
  assert.ok(closedOf(lazyWork, free).ratio < closedOf(lazyWork, {}).ratio);
  const unheld = closedOf(meteringInflation, { cadence: { holdbackEras: 0 } });
  assert.ok(unheld.returnCredits > 100 * closedOf(meteringInflation, {}).returnCredits);
});
