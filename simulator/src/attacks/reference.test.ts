import assert from 'node:assert/strict';
import { test } from 'node:test';
import { studentQuantile } from '../experiments/index.ts';
import { gateScenario } from '../lab/gate/worlds.ts';
import { closedBestResponse } from '../lab/response/closed-response.ts';
import { momentsOf, reference } from '../world.fixture.ts';
import type { Attack } from './attack.ts';
import { ECONOMIC_ATTACKS } from './catalogue.ts';
import { cohortOf } from './cohort-population.ts';
import { courseHolds } from './expectation.ts';
import { settingOf } from './plan.ts';
import { selectiveDelivery } from './selective-delivery.ts';

// The whole catalogue in the gate's own world, prices, token and providers moving as they do: at each attack's own
// parameters and at the best response, the mean of attempts is the closed form within 3 standard errors.

const scenario = gateScenario(reference, 'quick');
const world = { economy: reference, scenario };
/** Attempts outside the market are cheap. */
const RUNS = { inside: 16, outside: 300 } as const;
/** What 3 standard errors are where the error itself is estimated. */
const ERRORS = studentQuantile(0.998_65, RUNS.inside - 1);
/** Of either side: amounts and prices are whole grains. */
const ROUNDING = 2e-4;

/** Profit goes with the nodes of an attack, and so does a run's time. */
function told({ parameters }: Attack): Record<string, number> {
  const counted = Object.entries(parameters).filter(([, { unit }]) => unit === 'nodes' || unit === 'identities');
  return Object.fromEntries(counted.map(([name, { value }]) => [name, Math.min(value, 20)]));
}

for (const attack of ECONOMIC_ATTACKS) {
  test(`${attack.number}: at the reference the simulation meets the closed form of ${attack.id}`, () => {
    const best = closedBestResponse(attack, world, { told: told(attack), attempts: 24 });
    for (const parameters of [told(attack), best?.parameters ?? told(attack)]) {
      const setting = settingOf(reference, scenario, { attack, parameters });
      const closed = attack.closedForm(setting);
      if (closed === null || (attack.closedFormHolds?.(setting) ?? null) !== null) continue;
      const runs = 'cohort' in attack ? RUNS.inside : RUNS.outside;
      // What 3 standard errors are where the error itself is estimated.
      const errors = studentQuantile(0.998_65, runs - 1);
      const accounts = Array.from({ length: runs }, (_, run) => attack.attempt(setting, 1_000 + run));
      const scale = Math.max(closed.costCredits, closed.returnCredits);
      for (const side of ['costCredits', 'returnCredits'] as const) {
        const { mean, standardError } = momentsOf(accounts.map((account) => account[side]));
        const shown = `${side} with ${JSON.stringify(setting.parameters)}: ${mean} ± ${standardError}, not ${closed[side]}`;
        assert.ok(Math.abs(mean - closed[side]) <= errors * standardError + scale * ROUNDING, shown);
      }
    }
  });

  test(`${attack.number}: ${attack.id} tells its formula, where it is from and what tests it`, () => {
    assert.ok(attack.formula && attack.formulaSource && attack.formulaTest, attack.id);
  });
}

test('capacity that is sold twice costs more than twice its gain without the capital in bonds and without fees', () => {
  const ratioAt = (gapFactorPpm: number) => {
    const { assumptions, bonds, reserved } = reference;
    const free = { ...assumptions, costOfCapitalPpmPerYear: 0 as typeof assumptions.costOfCapitalPpmPerYear };
    const fees = { ...bonds, idFeeGrains: 0 as typeof bonds.idFeeGrains };
    const economy = { ...reference, assumptions: free, bonds: fees, reserved: { ...reserved, gapFactorPpm } };
    const { costCredits, returnCredits } = closedBestResponse(selectiveDelivery, { economy, scenario })!;
    return costCredits / returnCredits;
  };
  assert.ok(ratioAt(reference.reserved.gapFactorPpm) > 2);
  assert.ok(ratioAt(2_000_000) < 2, 'which two gaps do not reach: the allowance excuses some of what is missed');
});

test('where nodes come and go, closed forms and cohorts read that course and not the plain availability', () => {
  const churn = { values: [0.99, 0.92], epochsPerValue: 8 };
  const providers = scenario.providers.map((one) => ({ ...one, availability: 0.02, churn }));
  for (const id of ['metering-inflation', 'hoarding', 'flash-stake']) {
    const attack = ECONOMIC_ATTACKS.find((one) => one.id === id)!;
    const setting = settingOf(reference, { ...scenario, providers }, { attack, parameters: told(attack) });
    assert.equal(attack.closedFormHolds?.(setting) ?? null, null, id);
    const closed = attack.closedForm(setting)!;
    const accounts = Array.from({ length: RUNS.inside }, (_, run) => attack.attempt(setting, 1_000 + run));
    const scale = Math.max(closed.costCredits, closed.returnCredits);
    for (const side of ['costCredits', 'returnCredits'] as const) {
      const { mean, standardError } = momentsOf(accounts.map((account) => account[side]));
      const isMet = Math.abs(mean - closed[side]) <= ERRORS * standardError + scale * ROUNDING;
      assert.ok(isMet, `${id}, ${side}: ${mean} ± ${standardError}, not ${closed[side]}`);
    }
  }
  const down = providers.map((one) => ({ ...one, availability: 1, churn: { values: [1, 0.6], epochsPerValue: 8 } }));
  assert.match(courseHolds({ economy: reference, scenario: { ...scenario, providers: down } })!, /end of capacity/);
});

test('an attacker’s nodes are up whatever the course of those that they are like', () => {
  const providers = scenario.providers.map((one) => ({ ...one, churn: { values: [0.5], epochsPerValue: 1 } }));
  const { availability, churn } = cohortOf({ economy: reference, scenario: { ...scenario, providers } }, { nodes: 1 });
  assert.deepEqual({ availability, churn }, { availability: 1, churn: null });
});

test('what no mean course knows is said in words', () => {
  assert.equal(courseHolds(world), null);
  const shocks = [{ kind: 'token-price', atEpoch: 5, epochs: 3, factor: 0.4 }] as const;
  assert.match(
    courseHolds({ economy: reference, scenario: { ...scenario, shocks } })!,
    /shock that passes \(token-price\)/,
  );
  const demand = { ...scenario.demand, utilisation: 0.99 };
  assert.match(courseHolds({ economy: reference, scenario: { ...scenario, demand } })!, /end of capacity/);
});
