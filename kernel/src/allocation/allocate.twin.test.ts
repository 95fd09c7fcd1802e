import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { account, id, testBeacon, testEconomy } from '../economy.fixture.ts';
import type { Economy } from '../economy.ts';
import type { Epoch, MicrograinsPerNcuS, NcuMs, Ppm } from '../numbers/quantities.ts';
import { NO_OBSERVATIONS } from '../security/reputation.ts';
import type { EconomyState, NodeState } from '../settlement/epoch.ts';
import { nodeStates, nodeTable } from '../settlement/node-table.ts';
import { allocate } from './allocate.ts';
import { allocateByScanning } from './allocate.twin.ts';
import { type AllocationRule, type Demand, EVIDENCE_LEVELS, type Offer, type StandingLease } from './allocation.ts';

// Two implementations, one law: the indexed allocation and the one that looks at everything give the same for every
// small market. Few values of each kind, so that all of them meet.

const EPOCH = 3 as Epoch;
const CLASSES = ['grid', 'edge'] as const;
const REGIONS = ['east', 'north', 'west'] as const;
/** Young nodes weigh less. */
const economy: Economy = { ...testEconomy, newcomer: { multiplierMinPpm: 500_000 as Ppm, rampEpochs: 3 } };

interface Market {
  readonly state: EconomyState;
  readonly offers: readonly Offer[];
  readonly demands: readonly Demand[];
  readonly standing: readonly StandingLease[];
  readonly rule: AllocationRule;
}

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const ppm = (...values: number[]) => fc.constantFrom(...(values as Ppm[]));

/** Without the fields that are undefined: absent and undefined are two things once they are served. */
function present<Shape extends object>(shape: Shape): Shape {
  return JSON.parse(JSON.stringify(shape));
}

const node = fc.record({
  operator: fc.nat({ max: 4 }),
  className: fc.constantFrom(...CLASSES),
  bond: fc.constantFrom(900, 1_000, 3_000, 10_000, 2 ** 52),
  confirmed: fc.nat({ max: 3 }),
  status: fc.constantFrom('active', 'active', 'active', 'active', 'held'),
});

const offerTerms = fc.record({
  capacityNcuMs: fc.oneof(fc.constant(8), fc.nat({ max: 40 })),
  floorMicrograinsPerNcuS: fc.constantFrom(1, 1, 2, 3, 2_000_000_000),
  resource: maybe(fc.constantFrom('fuel', 'gpu')),
  region: maybe(fc.constantFrom(...REGIONS)),
  evidence: maybe(fc.constantFrom(...EVIDENCE_LEVELS)),
  drainEpoch: maybe(fc.integer({ min: 3, max: 8 })),
  poolId: maybe(fc.constantFrom('p1', 'p2')),
});

const demandTerms = fc.record({
  consumer: fc.nat({ max: 2 }).map((number) => account(number)),
  ncuMsMax: fc.oneof(fc.constant(4), fc.nat({ max: 20 })),
  chargeGrainsMax: fc.constantFrom(0, 1_000, 1_000, 1_000, 1_000),
  excludedOperators: fc.uniqueArray(fc.nat({ max: 5 }), { maxLength: 3 }).map((all) => all.map((one) => account(one))),
  className: maybe(fc.constantFrom(...CLASSES, 'cloud')),
  resource: maybe(fc.constantFrom('fuel', 'fuel', 'gpu')),
  regions: maybe(fc.array(fc.constantFrom(...REGIONS, 'south'), { maxLength: 3 })),
  evidence: maybe(fc.constantFrom(...EVIDENCE_LEVELS)),
  lease: maybe(
    fc.oneof(
      fc.record({ kind: fc.constant('spot'), epochs: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        kind: fc.constant('reserved'),
        epochs: fc.integer({ min: 1, max: 4 }),
        bondGrainsMax: fc.constantFrom(5, 1_000),
      }),
    ),
  ),
  assurance: maybe(
    fc.oneof(
      fc.record({ kind: fc.constant('routine') }),
      fc.record({ kind: fc.constant('critical'), replicas: fc.integer({ min: 1, max: 3 }) }),
    ),
  ),
  gang: maybe(
    fc.record({ seats: fc.integer({ min: 1, max: 4 }), apart: fc.constantFrom('none', 'operators', 'regions') }),
  ),
});

const classRule = (className: string) =>
  fc.record({
    className: fc.constant(className),
    operatorCapPpm: ppm(200_000, 500_000, 1_000_000),
    consumerCapPpm: ppm(200_000, 600_000, 1_000_000),
    weighBy: fc.constantFrom('bond', 'capacity'),
    evidenceMin: fc.constantFrom('software-key', 'software-key', 'hardware-key'),
    evidenceWeightsPpm: fc.record({
      'software-key': ppm(0, 500_000, 1_000_000),
      'hardware-key': ppm(1_000_000),
      'hardware-tee': ppm(1_500_000),
    }),
  });

const markets: fc.Arbitrary<Market> = fc
  .record({
    nodes: fc.array(fc.tuple(node, offerTerms), { maxLength: 14 }),
    demands: fc.array(demandTerms, { maxLength: 24 }),
    standing: fc.array(fc.record({ at: fc.nat(), consumer: fc.nat({ max: 2 }), ncuMsMax: fc.nat({ max: 12 }) }), {
      maxLength: 2,
    }),
    rule: fc.record({
      classes: fc.tuple(...CLASSES.map(classRule)),
      defaultResource: fc.constant('fuel'),
      poolSpares: fc.nat({ max: 2 }),
      leaseBondPpm: ppm(0, 100_000),
    }),
  })
  .map(({ nodes, demands, standing, rule }) => marketOf(nodes, demands, standing, rule as unknown as AllocationRule));

function marketOf(
  nodes: readonly (readonly [
    { operator: number; className: string; bond: number; confirmed: number; status: string },
    object,
  ])[],
  demands: readonly object[],
  standing: readonly { at: number; consumer: number; ncuMsMax: number }[],
  rule: AllocationRule,
): Market {
  const states = nodes.map(([one], index) => ({
    nodeId: id(index),
    operator: account(one.operator),
    className: one.className,
    status: one.status,
    bondGrains: one.bond,
    joinedEpoch: index % (EPOCH + 1),
    reputation: { successPpm: one.confirmed * 1_000_000, failurePpm: 0 },
    liveness: NO_OBSERVATIONS,
    convictedOf: [],
    holdback: [],
    held: [],
    vesting: [],
  })) as unknown as NodeState[];
  const state = {
    epoch: EPOCH,
    nodes: nodeTable(states),
    prices: [{ epoch: EPOCH, priceMicrograinsPerNcuS: 1_000_000_000 as MicrograinsPerNcuS }],
  };
  return {
    state: state as unknown as EconomyState,
    offers: nodes.map(([{ className }, terms], index) => present({ nodeId: id(index), className, ...terms }) as Offer),
    demands: demands.map((terms, index) => present({ taskId: id(100 + index), ...terms }) as Demand),
    standing:
      states.length === 0
        ? []
        : standing.map(({ at, consumer, ncuMsMax }) => {
            const { nodeId, className } = states[at % states.length]!;
            return { nodeId, className, consumer: account(consumer), ncuMsMax: ncuMsMax as NcuMs };
          }),
    rule,
  };
}

test('the index finds what a scan of everything finds', () => {
  const reasons = new Set<string>();
  fc.assert(
    fc.property(markets, fc.nat(), ({ state, offers, demands, standing, rule }, number) => {
      const beacon = number.toString(16).padStart(64, '0');
      const indexed = allocate(economy, state, EPOCH, offers, demands, beacon, { rule, standing });
      assert.deepEqual(indexed, allocateByScanning(economy, state, EPOCH, offers, demands, beacon, { rule, standing }));
      for (const { reason } of [...indexed.unassigned, ...indexed.idle]) reasons.add(reason);
    }),
    { numRuns: 2_000, seed: 1 },
  );
  // Every reason there is was met on the way, or the markets are too tame to show anything.
  assert.deepEqual([...reasons].sort(), REASONS);
});

const REASONS = [
  'consumer-cap',
  'drains-before-end',
  'evidence-below-class',
  'evidence-below-need',
  'gang-incomplete',
  'hot-spare',
  'lease-bond-above-limit',
  'no-capacity',
  'no-demand',
  'no-offer-at-price',
  'no-offer-in-class',
  'no-offer-in-region',
  'no-offer-of-resource',
  'no-weight',
  'not-drawn',
  'operator-cap',
  'operators-excluded',
  'pool-too-small',
  'price-above-limit',
  'price-above-market',
  'smaller-than-demand',
  'stopped',
];

test('input order never matters, whatever is asked', () => {
  fc.assert(
    fc.property(markets, ({ state, offers, demands, standing, rule }) => {
      const once = allocate(economy, state, EPOCH, offers, demands, testBeacon, { rule, standing });
      const turned = demands.map((demand) => ({
        ...demand,
        excludedOperators: [...demand.excludedOperators].reverse(),
        ...(demand.regions === undefined ? {} : { regions: [...demand.regions].reverse() }),
      }));
      const again = allocate(
        economy,
        { ...state, nodes: nodeTable(nodeStates(state).reverse()) },
        EPOCH,
        [...offers].reverse(),
        turned.reverse(),
        testBeacon,
        { rule, standing: [...standing].reverse() },
      );
      assert.deepEqual(again, once);
    }),
    { numRuns: 300 },
  );
});
