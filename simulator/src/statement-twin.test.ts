import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Economy } from '@stannary/kernel';
import { meteringInflation } from './attacks/metering-inflation.ts';
import { washUsage } from './attacks/wash-usage.ts';
import { Draws } from './draws/draws.ts';
import type { Scenario } from './scenario/scenario.ts';
import { Simulation } from './simulation.ts';
import { StatementTwin, type StatementTwinOptions } from './statement-twin.ts';
import {
  bandedAndCovering,
  economyWith,
  oneClass,
  pricedByResource,
  reference,
  refused,
  smallWorld,
} from './world.fixture.ts';

const restless = {
  kind: 'geometric',
  initialMicrograins: 1_000_000,
  driftPerYear: -2,
  volatilityPerYear: 1.5,
  jumps: { perYear: 300, mean: -0.05, deviation: 0.1 },
} as const;

function lockstep(economy: Economy, scenario: Scenario, options: StatementTwinOptions): Simulation {
  const twin = new StatementTwin(economy, new Draws({ seed: scenario.seed, run: 0 }), options);
  const attacks = [{ attack: meteringInflation }, { attack: washUsage, parameters: { nodes: 3 } }];
  return new Simulation(economy, scenario, { twin, attacks }).advance();
}

// The twin throws at the first grain of difference, so each of these is a comparison in every epoch: charges, earnings of
// each node, emission, holdback, faults, slashes that a class's limit puts off, prices.
const WORLDS: readonly (readonly [string, Economy, Partial<Scenario>])[] = [
  ['the reference economy', reference, { horizonEpochs: 12 * 24 }],
  [
    'a restless token and a lossy network',
    reference,
    { horizonEpochs: 12 * 24, token: restless, network: { latencyMs: 1_000, lossShare: 0.05, meterNoise: 0.02 } },
  ],
  ['eras of one epoch', economyWith({ cadence: { epochsPerEra: 1, holdbackEras: 24, appealEpochs: 5 } }), {}],
  ['no holdback', economyWith({ cadence: { holdbackEras: 0, appealEpochs: 5 } }), {}],
  ['no vesting schedule', economyWith({ vesting: { schedule: null } }), { horizonEpochs: 10 * 24 }],
  [
    'bands, and emission for being there',
    bandedAndCovering,
    {
      horizonEpochs: 10 * 24,
      providers: smallWorld(reference, 60).providers.map((one) => ({ ...one, meanBand: 0.8, availability: 0.9 })),
    },
  ],
  [
    'prices by resource',
    pricedByResource,
    { horizonEpochs: 12 * 24, demand: { ...smallWorld(reference, 60).demand, elasticity: 0.6 } },
  ],
  ['a curve of identities', oneClass({}, { kind: 'power', exponentNumerator: 1, exponentDenominator: 2 }), {}],
];

for (const [name, economy, changes] of WORLDS) {
  test(`columns settle what statements settle, to the grain: ${name}`, () => {
    const scenario = smallWorld(economy, 60, { horizonEpochs: 72, ...changes });
    assert.ok(lockstep(economy, scenario, {}).summary.sums.convictions >= 0);
  });
}

test('columns settle what the allocation assigns, and the lottery comes to their proportional shares', () => {
  const scenario = smallWorld(reference, 120, { horizonEpochs: 7 * 24 });
  const drawn = lockstep(reference, scenario, { allocates: true }).summary.sums;
  const shared = lockstep(reference, scenario, { allocates: false }).summary.sums;
  for (const name of ['chargedGrains', 'emissionGrains', 'usedNcuMs', 'distributedTokensGrains'] as const) {
    // Tasks do not fill nodes to the last unit, and operators at their cap leave emission behind.
    assert.ok(Math.abs(drawn[name] / shared[name] - 1) < 0.02, `${name}: ${drawn[name]} and ${shared[name]}`);
  }
});

test('refused: a twin of an economy that bills nothing in whole units (SIMULATION-RULE)', () => {
  const resources = reference.resources.map((resource) => ({ ...resource, billed: false }));
  const draws = new Draws({ seed: 0, run: 0 });
  assert.throws(() => new StatementTwin(economyWith({ resources }), draws), refused('SIMULATION-RULE'));
});
