import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  account,
  chainNode,
  epochInputs,
  id,
  testAccounts,
  testBeacon,
  testEconomy,
  testEconomyHash,
} from '../economy.fixture.ts';
import type { Economy } from '../economy.ts';
import { type Epoch, type Grains, type MicrograinsPerNcuS, type NcuMs, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import type { EconomyState } from '../settlement/epoch.ts';
import { nodeStates, nodeTable } from '../settlement/node-table.ts';
import { genesisState, settleEpoch } from '../settlement/settle.ts';
import { allocate } from './allocate.ts';
import type { AllocationRule, Demand, Offer, StandingLease } from './allocation.ts';
import { readLots } from './lots.ts';
import { allocationRuleOf } from './rule.ts';

const NODES = 12;
/** No operator cap: what most of these tests are not about. */
const economy: Economy = uncapped(1_000_000);
const state = stateWith();
const PRICE = economy.price.initialMicrograinsPerNcuS;

function uncapped(operatorCapPpm: number): Economy {
  return {
    ...testEconomy,
    classes: testEconomy.classes.map((one) => ({ ...one, operatorCapPpm: ppm(operatorCapPpm) })),
  };
}

/** After one epoch in which twelve nodes joined, two to an operator. */
function stateWith(bondOf: (node: number) => number = () => 2_000_000_000): EconomyState {
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    ...chainNode(index + 1, bondOf(index + 1)),
    operator: account(0xa000 + Math.floor(index / 2)),
  }));
  const inputs = epochInputs(0, { chain: { ...epochInputs(0).chain, nodes } });
  return settleEpoch(economy, testEconomyHash, genesisState(economy, testAccounts), inputs).state;
}

function offer(node: number, capacityNcuMs = 100_000, floor: number = 1): Offer {
  return {
    nodeId: id(node),
    className: 'grid',
    capacityNcuMs: capacityNcuMs as NcuMs,
    floorMicrograinsPerNcuS: floor as MicrograinsPerNcuS,
  };
}

function demand(task: number, ncuMsMax = 1_000, changes: Partial<Demand> = {}): Demand {
  return {
    taskId: id(task),
    consumer: account(9),
    ncuMsMax: ncuMsMax as NcuMs,
    chargeGrainsMax: 1e15 as Grains,
    excludedOperators: [],
    ...changes,
  };
}

function run(offers: readonly Offer[], demands: readonly Demand[], rules = economy, from = state) {
  return allocate(rules, from, from.epoch, offers, demands, testBeacon);
}

const markets = fc.record({
  offers: fc
    .uniqueArray(fc.integer({ min: 1, max: NODES }), { maxLength: NODES })
    .chain((nodes) =>
      fc.tuple(
        ...nodes.map((node) =>
          fc
            .tuple(fc.nat({ max: 8_000 }), fc.nat({ max: 3 }))
            .map(([room, tier]) => offer(node, room, tier * 30_000_000_000_000)),
        ),
      ),
    ),
  demands: fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 30 }).chain((tasks) =>
    fc.tuple(
      ...tasks.map((task) =>
        fc.tuple(fc.nat({ max: 3_000 }), fc.nat({ max: 7 }), fc.boolean()).map(([work, excluded, poor]) =>
          demand(task, work, {
            excludedOperators: excluded < 6 ? [account(0xa000 + excluded)] : [],
            chargeGrainsMax: (poor ? 1 : 1e15) as Grains,
          }),
        ),
      ),
    ),
  ),
  capPpm: fc.constantFrom(100_000, 300_000, 1_000_000),
});

test('input order never matters, and the same inputs give the same allocation', () => {
  fc.assert(
    fc.property(markets, ({ offers, demands, capPpm }) => {
      const rules = uncapped(capPpm);
      const once = run(offers, demands, rules);
      assert.deepEqual(run([...offers].reverse(), [...demands].reverse(), rules), once);
      const shuffledState = { ...state, nodes: nodeTable(nodeStates(state).reverse()) };
      assert.deepEqual(run(offers, demands, rules, shuffledState), once);
    }),
  );
});

test('every task is assigned once or has a reason, and no bound is passed', () => {
  fc.assert(
    fc.property(markets, ({ offers, demands, capPpm }) => {
      const { assignments, unassigned, idle } = run(offers, demands, uncapped(capPpm));
      const placed = [...assignments, ...unassigned].map((one) => one.taskId);
      assert.deepEqual(placed.sort(), demands.map((one) => one.taskId).sort());
      const offered = new Map(offers.map((one) => [one.nodeId, one]));
      const operatorOf = new Map(nodeStates(state).map((node) => [node.nodeId, node.operator]));
      const byTask = new Map(demands.map((one) => [one.taskId, one]));
      const taken = new Map<string, number>();
      const takenBy = new Map<string, number>();
      for (const { taskId, nodeId } of assignments) {
        const { ncuMsMax, excludedOperators, chargeGrainsMax } = byTask.get(taskId)!;
        const operator = operatorOf.get(nodeId)!;
        assert.ok(!excludedOperators.includes(operator));
        assert.ok(chargeGrainsMax > 1 || ncuMsMax === 0);
        assert.ok(offered.get(nodeId)!.floorMicrograinsPerNcuS <= PRICE);
        taken.set(nodeId, (taken.get(nodeId) ?? 0) + ncuMsMax);
        takenBy.set(operator, (takenBy.get(operator) ?? 0) + ncuMsMax);
      }
      const willing = offers.filter((one) => one.floorMicrograinsPerNcuS <= PRICE);
      const capacity = willing.reduce((sum, one) => sum + one.capacityNcuMs, 0);
      for (const [nodeId, ncuMs] of taken) assert.ok(ncuMs <= offered.get(nodeId)!.capacityNcuMs);
      for (const ncuMs of takenBy.values()) assert.ok(ncuMs <= (capacity * capPpm) / 1_000_000);
      const busy = new Set(assignments.map((one) => one.nodeId));
      assert.deepEqual(
        idle.map((one) => one.nodeId).sort(),
        [...offered.keys()].filter((nodeId) => !busy.has(nodeId)).sort(),
      );
    }),
    { numRuns: 300 },
  );
});

test('orders count up from zero for each node', () => {
  const { assignments } = run(
    [offer(1), offer(2)],
    Array.from({ length: 20 }, (_, task) => demand(task)),
  );
  for (const nodeId of [id(1), id(2)]) {
    const orders = assignments.filter((one) => one.nodeId === nodeId).map((one) => one.order);
    assert.deepEqual(
      orders,
      orders.map((_, index) => index),
    );
  }
});

test('the cheapest floor price is served first', () => {
  const { assignments, idle } = run(
    [offer(1, 3_000, 2), offer(2, 3_000, 1)],
    [1, 2, 3, 4].map((task) => demand(task)),
  );
  assert.equal(assignments.filter((one) => one.nodeId === id(2)).length, 3);
  assert.equal(assignments.filter((one) => one.nodeId === id(1)).length, 1);
  assert.deepEqual(idle, []);
});

test('among equal prices work goes by bond and reputation', () => {
  const from = stateWith((node) => (node === 1 ? 6_000_000_000 : 2_000_000_000));
  const demands = Array.from({ length: 4_000 }, (_, task) => demand(task, 1));
  const { assignments } = run([offer(1), offer(3)], demands, economy, from);
  const share = assignments.filter((one) => one.nodeId === id(1)).length / demands.length;
  assert.ok(Math.abs(share - 0.75) < 0.03, `${share}`);
});

test('says why a task waits', () => {
  const reasonOf = (offers: readonly Offer[], one: Demand, rules = economy) =>
    run(offers, [one], rules).unassigned[0]?.reason;
  assert.equal(reasonOf([offer(1)], demand(1, 1_000, { chargeGrainsMax: 49_999_999 as Grains })), 'price-above-limit');
  assert.equal(reasonOf([offer(1)], demand(1, 1_000, { chargeGrainsMax: 50_000_000 as Grains })), undefined);
  assert.equal(reasonOf([], demand(1)), 'no-offer-at-price');
  assert.equal(reasonOf([offer(1, 100_000, PRICE + 1)], demand(1)), 'no-offer-at-price');
  assert.equal(reasonOf([offer(1, 999)], demand(1)), 'no-capacity');
  assert.equal(reasonOf([offer(1)], demand(1, 1_000, { excludedOperators: [account(0xa000)] })), 'operators-excluded');
  assert.equal(reasonOf([offer(1, 1_500)], demand(1), uncapped(500_000)), 'operator-cap');
});

test('says why an offer got nothing', () => {
  const from = stateWith((node) => (node === 2 ? 100_000_000 : 2_000_000_000));
  const offers = [offer(1, 100_000, PRICE + 1), offer(2), offer(3), offer(4)];
  const { idle } = run(offers, [demand(1)], economy, from);
  const reasons = new Map(idle.map((one) => [one.nodeId, one.reason]));
  assert.equal(reasons.get(id(1)), 'price-above-market');
  assert.equal(reasons.get(id(2)), 'stopped');
  assert.equal([id(3), id(4)].filter((nodeId) => reasons.get(nodeId) === 'not-drawn').length, 1);
  assert.deepEqual(run([offer(3)], []).idle, [{ nodeId: id(3), reason: 'no-demand' }]);
});

test('refuses an offer of an unknown node: KERNEL-NODE-UNKNOWN', () => {
  assert.throws(() => run([offer(99)], []), refusal('KERNEL-NODE-UNKNOWN'));
});

test('refuses two offers of a node: KERNEL-OFFER-DUPLICATE', () => {
  assert.throws(() => run([offer(1, 5, 1), offer(1, 5, 2)], []), refusal('KERNEL-OFFER-DUPLICATE'));
});

test('refuses two demands of a task: KERNEL-DEMAND-DUPLICATE', () => {
  assert.throws(() => run([offer(1)], [demand(1), demand(1)]), refusal('KERNEL-DEMAND-DUPLICATE'));
});

test('refuses an offer in another class: KERNEL-CLASS-UNKNOWN', () => {
  assert.throws(() => run([{ ...offer(1), className: 'edge' }], []), refusal('KERNEL-CLASS-UNKNOWN'));
});

test('refuses broken capacities: KERNEL-AMOUNT', () => {
  assert.throws(() => run([offer(1, -1)], []), refusal('KERNEL-AMOUNT'));
  assert.throws(() => run([offer(1)], [demand(1, 0.5)]), refusal('KERNEL-AMOUNT'));
});

test('refuses an epoch without a price: KERNEL-PRICE-UNKNOWN', () => {
  assert.throws(() => allocate(economy, state, 99 as never, [], [], testBeacon), refusal('KERNEL-PRICE-UNKNOWN'));
});

const rule = allocationRuleOf(economy);

function ruled(changes: Partial<AllocationRule>, inClass: Partial<AllocationRule['classes'][number]> = {}) {
  return { ...rule, ...changes, classes: rule.classes.map((one) => ({ ...one, ...inClass })) };
}

function runRuled(
  offers: readonly Offer[],
  demands: readonly Demand[],
  changes: AllocationRule = rule,
  standing: readonly StandingLease[] = [],
) {
  return allocate(economy, state, state.epoch, offers, demands, testBeacon, { rule: changes, standing });
}

test('each need has its own reason, in the order in which needs are looked at', () => {
  const terms = { resource: 'gpu', region: 'north', evidence: 'hardware-key', drainEpoch: state.epoch + 2 } as const;
  const offers = [{ ...offer(1), ...terms, drainEpoch: terms.drainEpoch as Epoch }];
  const reasonOf = (changes: Partial<Demand>) => runRuled(offers, [demand(1, 1_000, changes)]).unassigned[0]?.reason;
  const met = { resource: 'gpu', regions: ['south', 'north'], evidence: 'hardware-key', className: 'grid' } as const;
  assert.equal(reasonOf({ ...met, className: 'edge' }), 'no-offer-in-class');
  assert.equal(reasonOf({ ...met, resource: 'fuel' }), 'no-offer-of-resource');
  assert.equal(reasonOf({ ...met, regions: ['south'] }), 'no-offer-in-region');
  assert.equal(reasonOf({ ...met, evidence: 'hardware-tee' }), 'evidence-below-need');
  assert.equal(reasonOf({ ...met, lease: { kind: 'spot', epochs: 3 } }), 'drains-before-end');
  assert.equal(reasonOf({ ...met, lease: { kind: 'spot', epochs: 2 } }), undefined);
  assert.equal(reasonOf({ resource: 'gpu' }), undefined);
});

test('a demand for any class and region takes the cheapest of all that meet its evidence', () => {
  const offers = [
    { ...offer(1, 9_000, 1), evidence: 'software-key', region: 'north' } as const,
    { ...offer(2, 9_000, 2), evidence: 'hardware-tee', region: 'west' } as const,
    { ...offer(3, 9_000, 3), evidence: 'hardware-key' } as const,
  ];
  const { assignments } = runRuled(offers, [demand(1, 1_000, { evidence: 'hardware-key' })]);
  assert.deepEqual(
    assignments.map((one) => one.nodeId),
    [id(2)],
  );
});

test('a consumer holds at most its cap of a class, standing leases included', () => {
  const offers = [offer(1, 4_000), offer(3, 4_000)];
  const demands = Array.from({ length: 8 }, (_, task) => demand(task));
  const capped = ruled({}, { consumerCapPpm: ppm(375_000) });
  const { assignments, unassigned } = runRuled(offers, demands, capped);
  assert.equal(assignments.length, 3);
  assert.ok(unassigned.every((one) => one.reason === 'consumer-cap'));
  const standing = [{ nodeId: id(1), className: 'grid', consumer: account(9), ncuMsMax: 2_500 as NcuMs }];
  const after = runRuled(offers, demands, capped, standing);
  assert.equal(after.assignments.length, 0);
  const others = demands.map((one) => ({ ...one, consumer: account(8) }));
  assert.equal(runRuled(offers, others, capped, standing).assignments.length, 3);
});

test('standing leases hold their node’s room and their operator’s allowance', () => {
  const standing = [{ nodeId: id(1), className: 'grid', consumer: account(8), ncuMsMax: 2_500 as NcuMs }];
  const demands = Array.from({ length: 8 }, (_, task) => demand(task));
  assert.equal(runRuled([offer(1, 4_000)], demands, rule, standing).assignments.length, 1);
  const halved = ruled({}, { operatorCapPpm: ppm(500_000) });
  const { assignments } = runRuled([offer(1, 4_000), offer(3, 4_000)], demands, halved, standing);
  assert.equal(assignments.filter((one) => one.nodeId === id(1)).length, 1);
  assert.equal(assignments.filter((one) => one.nodeId === id(3)).length, 4);
});

test('a gang gets all its seats or none', () => {
  const four = [demand(1, 1_000, { gang: { seats: 4, apart: 'none' } })];
  const { assignments } = runRuled([offer(1, 2_500), offer(2, 2_500)], four);
  assert.deepEqual(
    assignments.map((one) => one.seat),
    [0, 1, 2, 3],
  );
  const short = runRuled([offer(1, 2_500), offer(2, 1_500)], four);
  assert.deepEqual(short.assignments, []);
  assert.deepEqual(short.unassigned, [{ taskId: id(1), reason: 'gang-incomplete' }]);
  // What the gang could not use is there for the next.
  assert.equal(runRuled([offer(1, 2_500)], [...four, demand(2, 2_500)]).assignments.length, 1);
});

test('seats stand apart by operator or region, replicas always by operator', () => {
  const offers = [1, 2, 3, 5, 7].map((node) => ({ ...offer(node), region: node < 5 ? 'north' : `west-${node}` }));
  const operatorOf = new Map(nodeStates(state).map((node) => [node.nodeId, node.operator]));
  const regionOf = new Map(offers.map((one) => [one.nodeId, one.region]));
  const seatsOf = (changes: Partial<Demand>) => runRuled(offers, [demand(1, 1_000, changes)]).assignments;
  const operators = seatsOf({ gang: { seats: 4, apart: 'operators' } }).map((one) => operatorOf.get(one.nodeId));
  assert.deepEqual([operators.length, new Set(operators).size], [4, 4]);
  const regions = seatsOf({ gang: { seats: 3, apart: 'regions' } }).map((one) => regionOf.get(one.nodeId));
  assert.deepEqual([regions.length, new Set(regions).size], [3, 3]);
  assert.equal(seatsOf({ gang: { seats: 4, apart: 'regions' } }).length, 0);
  const replicas = seatsOf({ gang: { seats: 2, apart: 'none' }, assurance: { kind: 'critical', replicas: 3 } });
  const sides = [0, 2, 4].map((at) => new Set(replicas.slice(at, at + 2).map((one) => operatorOf.get(one.nodeId))));
  for (const [one, other] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)
    assert.ok([...sides[one]!].every((operator) => !sides[other]!.has(operator)));
  assert.equal(seatsOf({ assurance: { kind: 'critical', replicas: 5 } }).length, 0);
});

test('a pool is sold as one: its largest member stands by, its seats name it', () => {
  const pooled = (node: number, capacity: number, floor = 1) => ({ ...offer(node, capacity, floor), poolId: 'p' });
  // Nodes 1 and 2 are one operator's, node 3 another's: the same name is another pool.
  const offers = [pooled(1, 2_000), pooled(2, 3_000, 2), pooled(3, 9_000)];
  const { assignments, idle, pools } = runRuled(offers, [demand(1), demand(2), demand(3)]);
  assert.deepEqual(
    assignments.map((one) => [one.nodeId, one.poolId]),
    [
      [id(1), 'p'],
      [id(1), 'p'],
    ],
  );
  assert.deepEqual(idle, [
    { nodeId: id(2), reason: 'hot-spare' },
    { nodeId: id(3), reason: 'pool-too-small' },
  ]);
  assert.deepEqual(pools, [{ poolId: 'p', operator: account(0xa000), members: [id(1)], spares: [id(2)] }]);
});

test('a reserved lease names the bond it locks and the price it keeps', () => {
  const lease = { kind: 'reserved', epochs: 10, bondGrainsMax: 50_000_000 as Grains } as const;
  const leased = [demand(1, 1_000, { lease })];
  const { reserved } = runRuled([offer(1)], leased, ruled({ leaseBondPpm: ppm(100_000) }));
  // 1 NCU·s for ten epochs at 50 credits, a tenth of it.
  const endEpoch = state.epoch + 10;
  const price = economy.price.initialMicrograinsPerNcuS;
  assert.deepEqual(reserved, [
    { taskId: id(1), consumer: account(9), endEpoch, priceMicrograinsPerNcuS: price, bondGrains: 50_000_000 },
  ]);
  const dearer = runRuled([offer(1)], leased, ruled({ leaseBondPpm: ppm(100_001) }));
  assert.deepEqual(dearer.unassigned, [{ taskId: id(1), reason: 'lease-bond-above-limit' }]);
  assert.deepEqual(runRuled([offer(1)], [demand(1)]).reserved, []);
});

test('every offer without work has its reason', () => {
  const evidenceMin = 'hardware-key';
  const offers = [
    { ...offer(1), evidence: 'software-key' } as const,
    { ...offer(2), resource: 'gpu' },
    offer(3, 999),
    offer(5, 100_000, 2),
    offer(7, 1_500),
  ];
  const weights = { 'software-key': ppm(0), 'hardware-key': ppm(0), 'hardware-tee': ppm(1_000_000) };
  const reasons = (inClass: Partial<AllocationRule['classes'][number]>, work = 1_000) =>
    runRuled(offers, [demand(1, work)], ruled({}, inClass)).idle.map((one) => one.reason);
  assert.deepEqual(reasons({ evidenceMin }), ['evidence-below-class', 'no-demand', 'smaller-than-demand', 'not-drawn']);
  assert.deepEqual(reasons({ evidenceWeightsPpm: weights }), Array(5).fill('no-weight'));
  const capped = ['operator-cap', 'no-demand', 'smaller-than-demand', 'operator-cap', 'operator-cap'];
  assert.deepEqual(reasons({ operatorCapPpm: ppm(3_000) }), capped);
});

test('parts of a node weigh together at most what the whole did', () => {
  const bonds = fc.array(fc.integer({ min: 1_000_000_000, max: 3_000_000_000 }), { minLength: 2, maxLength: 6 });
  const inClass = fc.record({
    weighBy: fc.constantFrom('bond' as const, 'capacity' as const),
    evidenceWeightsPpm: fc.nat({ max: 2_000_000 }).map((share) => ({
      'software-key': ppm(share),
      'hardware-key': ppm(share),
      'hardware-tee': ppm(share),
    })),
  });
  fc.assert(
    fc.property(bonds, fc.nat({ max: 5_000_000 }), inClass, (parts, confirmedPpm, terms) => {
      const reputation = { successPpm: confirmedPpm, failurePpm: 0 };
      const weightOf = (sizes: readonly number[]) => {
        const known = nodeStates(state);
        const nodes = sizes.map((size, index) => ({ ...known[index]!, bondGrains: size as Grains, reputation }));
        const offers = sizes.map((size, index) => ({ ...offer(index + 1, size), nodeId: nodes[index]!.nodeId }));
        const { lots } = readLots(economy, ruled({}, terms), { ...state, nodes: nodeTable(nodes) }, PRICE, offers, []);
        return lots.reduce((sum, lot) => sum + lot.weight, 0);
      };
      assert.ok(weightOf(parts) <= weightOf([parts.reduce((sum, part) => sum + part, 0)]));
    }),
  );
});

/** Work that operator a000's nodes get, over many beacons: its node 1 whole, or split in `parts`. */
function workWhenSplit(parts: number, changes: Partial<Demand>): number {
  const share = 6_000_000_000 / parts;
  const nodes = nodeStates(state)
    .map((node, index) => (index < parts ? { ...node, operator: account(0xa000), bondGrains: share as Grains } : node))
    .filter((_, index) => index < parts || index >= 8);
  const offers = nodes.map(({ nodeId }, index) => ({
    ...offer(1, index < parts ? 12_000 / parts : 6_000),
    nodeId,
  }));
  const demands = Array.from({ length: 6 }, (_, task) => demand(task, 1_000, changes));
  const split = { ...state, nodes: nodeTable(nodes) };
  let work = 0;
  for (let round = 0; round < SPLIT_ROUNDS; round += 1) {
    const beacon = (round + 1).toString(16).padStart(64, '0');
    const { assignments } = allocate(economy, split, state.epoch, offers, demands, beacon, { rule });
    const own = new Set(nodes.slice(0, parts).map((node) => node.nodeId));
    work += assignments.filter((one) => own.has(one.nodeId)).length;
  }
  return work / SPLIT_ROUNDS;
}

const SPLIT_ROUNDS = 1_500;

for (const [name, changes] of Object.entries({
  'single seats': {},
  gangs: { gang: { seats: 3, apart: 'none' } },
  'gangs apart by operators': { gang: { seats: 2, apart: 'operators' } },
  replicas: { assurance: { kind: 'critical', replicas: 2 } },
} satisfies Record<string, Partial<Demand>>)) {
  test(`splitting a node gains no work: ${name}`, () => {
    const whole = workWhenSplit(1, changes);
    // The beacons are fixed: this never flickers. 0.2 seats of about 3 to 9 are three standard deviations.
    for (const parts of [2, 4, 6]) {
      const split = workWhenSplit(parts, changes);
      assert.ok(split <= whole + 0.2, `${parts} parts: ${split}, whole: ${whole}`);
    }
  });
}

test('refuses evidence that is no level: KERNEL-EVIDENCE-UNKNOWN', () => {
  const rumour = { evidence: 'rumour' as never };
  assert.throws(() => runRuled([{ ...offer(1), ...rumour }], []), refusal('KERNEL-EVIDENCE-UNKNOWN'));
  assert.throws(() => runRuled([], [demand(1, 1, rumour)]), refusal('KERNEL-EVIDENCE-UNKNOWN'));
});

test('refuses more seats or epochs than one demand may ask for: KERNEL-RANGE', () => {
  const wrong: readonly Partial<Demand>[] = [
    { gang: { seats: 0, apart: 'none' } },
    { gang: { seats: 257, apart: 'none' } },
    { gang: { seats: 129, apart: 'none' }, assurance: { kind: 'critical', replicas: 2 } },
    { assurance: { kind: 'critical', replicas: 1.5 } },
    { lease: { kind: 'spot', epochs: 0 } },
    { lease: { kind: 'spot', epochs: 1_000_001 } },
  ];
  for (const changes of wrong) {
    assert.throws(() => runRuled([], [demand(1, 1, changes)]), refusal('KERNEL-RANGE'), JSON.stringify(changes));
  }
});
