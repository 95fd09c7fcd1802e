import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocate } from './allocate.ts';
import type { Demand, Offer } from './allocation.ts';
import {
  account,
  chainNode,
  epochInputs,
  id,
  testAccounts,
  testBeacon,
  testEconomy,
  testEconomyHash,
} from './economy.fixture.ts';
import type { Economy } from './economy.ts';
import type { EconomyState } from './epoch.ts';
import { type Grains, type MicrograinsPerNcuS, type NcuMs, ppm } from './quantities.ts';
import { refusal } from './refusal.fixture.ts';
import { genesisState, settleEpoch } from './settle.ts';

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
      const shuffledState = { ...state, nodes: [...state.nodes].reverse() };
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
      const operatorOf = new Map(state.nodes.map((node) => [node.nodeId, node.operator]));
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
