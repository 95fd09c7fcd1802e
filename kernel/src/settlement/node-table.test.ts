import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { account, chainNode, epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Epoch, Era } from '../numbers/quantities.ts';
import type { EconomyState, EpochInputs, NodeState, Settled } from './epoch.ts';
import { chargeLines, nodeLine, nodeLines, nodeState, nodeStates, nodeTable, withNodes } from './node-table.ts';
import { genesisState, settleEpoch } from './settle.ts';
import { type Column, column, numberColumn, numbersOf } from './table.ts';

const amount = fc.oneof(fc.constant(0), fc.maxSafeNat());
const amounts = fc
  .uniqueArray(fc.record({ era: fc.nat(4), creditsGrains: amount, tokensGrains: amount }), {
    selector: ({ era }) => era,
  })
  .map((entries) =>
    entries.filter(({ creditsGrains, tokensGrains }) => creditsGrains + tokensGrains > 0).sort((x, y) => x.era - y.era),
  );
const masses = fc.record({ successPpm: amount, failurePpm: amount });

/** Nodes of which most are alike, as they are in a network. */
const nodes: fc.Arbitrary<readonly NodeState[]> = fc
  .array(
    fc.record({
      operator: fc.integer({ min: 1, max: 2 }).map(account),
      className: fc.constantFrom('grid', 'edge'),
      milliNcu: fc.constantFrom(1_000, 2_000),
      bondGrains: amount,
      band: fc.nat(1),
      bondRequiredGrains: amount,
      joinedEpoch: fc.nat(2),
      status: fc.constantFrom('active', 'stopped', 'held'),
      reputation: masses,
      liveness: masses,
      consecutiveValid: fc.nat(1),
      convictedOf: fc.subarray(['wrong-result', 'equivocation']),
      holdback: amounts,
      held: amounts,
      vesting: fc.array(fc.record({ earnedEpoch: fc.nat(9), earnedGrains: amount, releasedGrains: fc.constant(0) }), {
        maxLength: 2,
      }),
    }),
    { maxLength: 8 },
  )
  .map(
    (rows) =>
      rows.map((row, index) => structuredClone({ nodeId: id(index), ...row })) as unknown as readonly NodeState[],
  );

describe('a table of nodes', () => {
  test('gives back the rows that it was made of, and JSON keeps it as it is', () => {
    fc.assert(
      fc.property(nodes, (rows) => {
        const table = nodeTable(rows);
        assert.deepEqual(nodeStates({ nodes: table }), rows);
        assert.deepEqual(JSON.parse(JSON.stringify(table)), table);
        for (const row of rows) assert.deepEqual(nodeState({ nodes: table }, row.nodeId), row);
        assert.equal(nodeState({ nodes: table }, id(99)), undefined);
      }),
    );
  });

  test('takes any order of its rows, with new ones between', () => {
    fc.assert(
      fc.property(nodes, nodes, fc.infiniteStream(fc.nat()), (rows, added, random) => {
        const from = [...rows.keys(), ...added.map((_, index) => -1 - index)];
        const order = from.filter(() => random.next().value % 4 > 0).sort(() => (random.next().value % 2) - 0.5);
        const expected = order.map((one) => (one < 0 ? added[-1 - one]! : rows[one]!));
        assert.deepEqual(nodeStates({ nodes: withNodes(nodeTable(rows), order, added) }), expected);
      }),
    );
  });

  test('has one entry where all rows have the same', () => {
    assert.deepEqual(column(['grid', 'grid', 'grid']), ['grid']);
    assert.deepEqual(column(['grid', 'edge']), ['grid', 'edge']);
    assert.deepEqual(column([]), []);
    fc.assert(
      fc.property(fc.array(amount), (values) => {
        const stored: Column<number> = numberColumn(Float64Array.from(values));
        assert.ok(stored.length === values.length || (stored.length === 1 && new Set(values).size === 1));
        assert.deepEqual([...numbersOf(stored, values.length)], values);
      }),
    );
  });
});

describe('from epoch to epoch', () => {
  const settle = (state: EconomyState, inputs: EpochInputs): Settled =>
    settleEpoch(testEconomy, testEconomyHash, state, inputs);
  const chainOf = (...nodes: EpochInputs['chain']['nodes']) => ({ ...epochInputs(0).chain, nodes });
  const first = settle(genesisState(testEconomy, testAccounts), epochInputs(0));

  test('columns of which nothing changed stay the same ones, and with them what was derived from them', () => {
    const { statement, state } = settle(first.state, epochInputs(1));
    for (const field of ['nodeId', 'operator', 'className', 'milliNcu', 'bondGrains', 'joinedEpoch'] as const) {
      assert.equal(state.nodes.columns[field], first.state.nodes.columns[field], field);
    }
    assert.equal(statement.nodes.columns.nodeId, state.nodes.columns.nodeId);
  });

  test('a state that went through JSON settles the same', () => {
    const served = JSON.parse(JSON.stringify(first.state)) as EconomyState;
    assert.deepEqual(settle(served, epochInputs(1)), settle(first.state, epochInputs(1)));
  });

  test('whoever joins comes in order, whoever leaves loses its bond and nothing else', () => {
    const { state } = settle(first.state, epochInputs(1, { chain: chainOf(chainNode(3), chainNode(0), chainNode(2)) }));
    const after = nodeStates(state);
    assert.deepEqual(
      after.map(({ nodeId, bondGrains, joinedEpoch }) => [nodeId, bondGrains, joinedEpoch]),
      [
        [id(0), 2_000_000_000, 1],
        [id(1), 0, 0],
        [id(2), 2_000_000_000, 0],
        [id(3), 2_000_000_000, 0],
      ],
    );
    assert.equal(after[1]!.status, 'stopped');
  });

  test('a bond that moved is the next state’s', () => {
    const chain = chainOf(chainNode(1), chainNode(2, 5_000_000_000), chainNode(3));
    const { state, statement } = settle(first.state, epochInputs(1, { chain }));
    assert.deepEqual(
      nodeStates(state).map(({ bondGrains }) => bondGrains),
      [2_000_000_000, 5_000_000_000, 2_000_000_000],
    );
    assert.equal(nodeLine(statement, id(2))!.bondGrains, 5_000_000_000);
    assert.equal(nodeLine(statement, id(9)), undefined);
  });

  test('what nobody holds any more has no era', () => {
    const usage = [
      {
        leaseId: id(7),
        nodeId: id(2),
        consumer: account(9),
        purpose: 'task' as const,
        resource: 7,
        epoch: 1 as Epoch,
        quantity: 3_000_000,
      },
    ];
    let { state, statement } = settle(first.state, epochInputs(1, { usage }));
    assert.deepEqual(
      nodeStates(state).map(({ holdback }) => holdback.length),
      [0, 1, 0],
    );
    assert.deepEqual(chargeLines(statement).length, 1);
    assert.deepEqual(state.nodes.holdback.eras, [0 as Era]);
    while (statement.era < 1 || statement.eraResult === null) {
      ({ state, statement } = settle(state, epochInputs(state.epoch)));
    }
    assert.deepEqual(state.nodes.holdback, { eras: [], creditsGrains: [], tokensGrains: [] });
    assert.equal(
      nodeLines(statement).reduce((sum, line) => sum + line.vestedCreditsGrains, 0),
      135_000,
    );
  });
});
