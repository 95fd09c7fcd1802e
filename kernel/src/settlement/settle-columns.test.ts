import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NodeClass } from '../economy/classes.ts';
import { testEconomy } from '../economy.fixture.ts';
import { ppm } from '../numbers/quantities.ts';
import type { CurveRule } from '../rewards/curve.ts';
import { type SettlementColumns, settleColumns, settlementColumns } from './settle-columns.ts';
import { settleColumnsInBigInt } from './settle-columns.twins.ts';

const kappa = { kappaNumerator: 1, kappaDenominator: 1_000 };
const pieces = [
  { untilPpm: 1_000_000, slopePpm: ppm(1_000_000) },
  { untilPpm: 2_000_000, slopePpm: ppm(500_000) },
  { untilPpm: null, slopePpm: ppm(250_000) },
];
const capping: readonly CurveRule[] = [
  { kind: 'linear-capped', ...kappa },
  { kind: 'perspective', ...kappa, pieces },
];
const sharing: readonly CurveRule[] = [
  { kind: 'cobb-douglas', workExponentNumerator: 2, workExponentDenominator: 3 },
  { kind: 'exponential-rebate', alphaPpm: 1_000_000, lambdaNumerator: 6, lambdaDenominator: 10_000 },
  { kind: 'pledge-capped', ...kappa, nodesTarget: 10, pledgeInfluencePpm: 300_000 },
];

const classesOf = (curves: readonly CurveRule[]): readonly NodeClass[] =>
  curves.map((curve) => ({ ...testEconomy.classes[0]!, curve, operatorCapPpm: ppm(400_000) }));

const nodes = fc.array(
  fc.record({
    classIndex: fc.nat({ max: 2 }),
    operator: fc.nat({ max: 3 }),
    work: fc.nat({ max: 1_000_000_000 }),
    bond: fc.nat({ max: 2 ** 42 }),
    price: fc.nat({ max: 1e15 }),
  }),
  { minLength: 1, maxLength: 30 },
);
type Nodes = typeof nodes extends fc.Arbitrary<infer Value> ? Value : never;

function columnsOf(list: Nodes, classes: number): SettlementColumns {
  const columns = settlementColumns(list.length, list.length, classes, 4 * classes);
  list.forEach(({ classIndex, operator, work, bond, price }, node) => {
    columns.lines.node[node] = node;
    columns.lines.ncuMs[node] = work;
    columns.lines.price[node] = price;
    columns.nodes.classOf[node] = classIndex % classes;
    columns.nodes.operatorOf[node] = operator * classes + (classIndex % classes);
    columns.nodes.work[node] = work;
    columns.nodes.bond[node] = bond;
  });
  columns.classes.emission.fill(100_000_000_007);
  return columns;
}

test('columns are what the same loop gives in BigInt, whatever curves its classes have', () => {
  fc.assert(
    fc.property(nodes, (list) => {
      const columns = columnsOf(list, 2);
      const twin = columnsOf(list, 2);
      settleColumns(classesOf(capping), testEconomy.take, columns);
      settleColumnsInBigInt(classesOf(capping), testEconomy.take, twin);
      assert.deepEqual(columns, twin);
    }),
  );
});

test('columns may be used again: a second run gives the same', () => {
  fc.assert(
    fc.property(nodes, (list) => {
      const once = columnsOf(list, 3);
      const twice = columnsOf(list, 3);
      settleColumns(classesOf(sharing), testEconomy.take, once);
      settleColumns(classesOf(sharing), testEconomy.take, twice);
      settleColumns(classesOf(sharing), testEconomy.take, twice);
      assert.deepEqual(twice, once);
    }),
  );
});

test('no curve gives a class more than its emission, and an operator no more than its cap of it', () => {
  fc.assert(
    fc.property(nodes, (list) => {
      const columns = columnsOf(list, 3);
      settleColumns(classesOf(sharing), testEconomy.take, columns);
      for (const classIndex of [0, 1, 2]) {
        const earned = (operators: readonly number[]) =>
          list.reduce((sum, { classIndex: own, operator }, node) => {
            const counts = own === classIndex && operators.includes(operator);
            return sum + (counts ? columns.nodes.earnedTokens[node]! : 0);
          }, 0);
        assert.ok(earned([0, 1, 2, 3]) <= 100_000_000_007);
        for (const operator of [0, 1, 2, 3]) assert.ok(earned([operator]) <= 0.4 * 100_000_000_007);
      }
    }),
  );
});
