import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { id, testBeacon } from '../economy.fixture.ts';
import { refusal } from '../refusal.fixture.ts';
import { drawOrder } from './draw-order.ts';
import { WeightTree } from './weight-tree.ts';

const tickets = fc
  .uniqueArray(fc.nat({ max: 1_000 }), { maxLength: 40 })
  .chain((ids) =>
    fc
      .array(fc.maxSafeNat(), { minLength: ids.length, maxLength: ids.length })
      .map((weights) => ids.map((number, index) => ({ id: id(number), weight: weights[index]! }))),
  );

test('everyone is drawn once, those without weight last', () => {
  fc.assert(
    fc.property(tickets, (list) => {
      const order = drawOrder(testBeacon, 'audit', list);
      assert.deepEqual([...order].sort(), list.map((ticket) => ticket.id).sort());
      const weightOf = new Map(list.map((ticket) => [ticket.id, ticket.weight]));
      const firstWithout = order.findIndex((one) => weightOf.get(one) === 0);
      if (firstWithout >= 0) assert.ok(order.slice(firstWithout).every((one) => weightOf.get(one) === 0));
    }),
  );
});

test('input order never matters', () => {
  fc.assert(
    fc.property(tickets, fc.integer(), (list, turn) => {
      const cut = list.length === 0 ? 0 : Math.abs(turn) % list.length;
      const turned = [...list.slice(cut), ...list.slice(0, cut)].reverse();
      assert.deepEqual(drawOrder(testBeacon, 'audit', turned), drawOrder(testBeacon, 'audit', list));
    }),
  );
});

test('the chance to be first is the share of the weight', () => {
  const list = [1, 2, 3, 4].map((weight) => ({ id: id(weight), weight }));
  const first = new Map<string, number>();
  const rounds = 20_000;
  for (let round = 0; round < rounds; round += 1) {
    const winner = drawOrder(testBeacon, `round ${round}`, list)[0]!;
    first.set(winner, (first.get(winner) ?? 0) + 1);
  }
  // Within four standard deviations; the draws are fixed, so this never flickers.
  for (const { id: name, weight } of list) {
    const share = weight / 10;
    const tolerance = 4 * Math.sqrt(rounds * share * (1 - share));
    assert.ok(Math.abs(first.get(name)! - rounds * share) < tolerance, `${weight}: ${first.get(name)}`);
  }
});

test('the weight tree finds what a linear search finds', () => {
  const weights = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 70 });
  fc.assert(
    fc.property(weights, fc.nat(), fc.nat({ max: 20 }), (list, at, changed) => {
      const tree = new WeightTree(list.length, (index) => list[index]!);
      tree.add(at % list.length, changed - list[at % list.length]!);
      const current = list.map((weight, index) => (index === at % list.length ? changed : weight));
      const total = current.reduce((sum, weight) => sum + weight, 0);
      assert.equal(tree.sumBelow(list.length), total);
      for (let position = 0; position < total; position += 1) {
        let sum = 0;
        const expected = current.findIndex((weight) => {
          sum += weight;
          return sum > position;
        });
        assert.equal(tree.find(position), expected);
      }
    }),
  );
});

test('refuses an id twice: KERNEL-NODE-DUPLICATE', () => {
  const twice = [1, 1].map((number) => ({ id: id(number), weight: 1 }));
  assert.throws(() => drawOrder(testBeacon, 'audit', twice), refusal('KERNEL-NODE-DUPLICATE'));
});

test('refuses a weight that is none: KERNEL-AMOUNT', () => {
  assert.throws(() => drawOrder(testBeacon, 'audit', [{ id: id(1), weight: -1 }]), refusal('KERNEL-AMOUNT'));
});
