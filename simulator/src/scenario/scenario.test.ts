import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulationRefusalCode } from '../refusal.ts';
import { reference, refused, smallWorld } from '../world.fixture.ts';
import { checkScenario } from './check.ts';
import { defaultScenario } from './defaults.ts';
import type { Scenario } from './scenario.ts';
import { verifiersAt } from './verifiers.ts';

const scenario = smallWorld(reference, 100);

test('the default is the world of the economy’s own assumptions', () => {
  const { providers, demand, token } = defaultScenario(reference);
  assert.equal(
    providers.reduce((sum, { nodes }) => sum + nodes, 0),
    reference.assumptions.nodes,
  );
  assert.deepEqual(
    providers.map(({ className, nodes }) => [className, nodes]),
    [
      ['ai', 150],
      ['cloud', 300],
      ['edge', 150],
      ['grid', 400],
    ],
  );
  assert.equal(demand.utilisation, 0.7);
  assert.equal(token.kind === 'geometric' && token.volatilityPerYear, 0.8);
  checkScenario(reference, defaultScenario(reference));
});

test('verifiers are the economy’s, also of one that was changed later, unless the scenario has others', () => {
  const own = verifiersAt(reference, scenario, 'cloud', 0);
  assert.deepEqual(own, { auditShare: 0.02, detection: 0.9, canaryShare: 0.03, benchmarkShare: 0.02, lazyShare: 0 });
  const verification = { ...reference.verification, auditFloorPpm: 50_000, canaries: { floorPpm: 40_000 } };
  const changed = verifiersAt({ ...reference, verification } as never, scenario, 'cloud', 0);
  assert.deepEqual([changed.auditShare, changed.canaryShare], [0.05, 0.04]);
  const others = { ...scenario, verification: { ...scenario.verification, auditShare: 0.1, canaryShare: 0 } };
  assert.deepEqual(verifiersAt(reference, others, 'cloud', 0), { ...own, auditShare: 0.1, canaryShare: 0 });
});

const [first] = scenario.providers;
const REFUSED: readonly (readonly [string, SimulationRefusalCode, Partial<Scenario>])[] = [
  ['half an epoch', 'SIMULATION-NUMBER', { horizonEpochs: 1.5 }],
  ['a horizon of centuries', 'SIMULATION-NUMBER', { horizonEpochs: 24_000_000 }],
  ['runs without end', 'SIMULATION-NUMBER', { runs: 2 ** 32 - 1 }],
  [
    'more nodes of all kinds than the economy has room for',
    'SIMULATION-NUMBER',
    { providers: [0, 1].map(() => ({ ...first!, nodes: 1, nodesMax: reference.limits.nodesMax })) },
  ],
  [
    'more epochs of more nodes than anyone can play',
    'SIMULATION-NUMBER',
    { horizonEpochs: 175_200, providers: [{ ...first!, nodes: 1, nodesMax: reference.limits.nodesMax - 1 }] },
  ],
  ['a negative seed', 'SIMULATION-NUMBER', { seed: -1 }],
  ['a share above one', 'SIMULATION-NUMBER', { network: { ...scenario.network, lossShare: 1.1 } }],
  ['an elasticity that is no number', 'SIMULATION-NUMBER', { demand: { ...scenario.demand, elasticity: Number.NaN } }],
  ['more nodes than there is room for', 'SIMULATION-NUMBER', { providers: [{ ...first!, nodes: 9, nodesMax: 8 }] }],
  ['a class that the economy lacks', 'SIMULATION-CLASS', { providers: [{ ...first!, className: 'orbit' }] }],
  ['evidence of no kind', 'SIMULATION-CLASS', { providers: [{ ...first!, evidence: 'word' as never }] }],
  [
    'a trace of nothing',
    'SIMULATION-SERIES',
    { demand: { ...scenario.demand, trace: { values: [], epochsPerValue: 1 } } },
  ],
  [
    'a gap in a trace',
    'SIMULATION-NUMBER',
    { demand: { ...scenario.demand, trace: { values: [1, Number.NaN], epochsPerValue: 1 } } },
  ],
  [
    'a negative price',
    'SIMULATION-NUMBER',
    { token: { kind: 'series', micrograins: { values: [-1], epochsPerValue: 1 } } },
  ],
  ['a shock of no length', 'SIMULATION-NUMBER', { shocks: [{ kind: 'demand', atEpoch: 0, epochs: 0, factor: 2 }] }],
];

for (const [name, code, changes] of REFUSED) {
  test(`refused: ${name} (${code})`, () => {
    assert.throws(() => checkScenario(reference, { ...scenario, ...changes }), refused(code));
  });
}

test('a refusal says where', () => {
  const broken = { ...scenario, demand: { ...scenario.demand, trace: { values: [1, 2, -3], epochsPerValue: 1 } } };
  assert.throws(
    () => checkScenario(reference, broken),
    /demand\.trace\.values\[2\]: expected a number from 0 .* got -3/,
  );
});
