import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { account, epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Epoch } from '../numbers/quantities.ts';
import { conservationOf } from './conservation.ts';
import type { ChargeLine, EconomyState, UsageLine, Verdict } from './epoch.ts';
import { chargeLines, nodeState } from './node-table.ts';
import { genesisState, settleEpoch } from './settle.ts';

const epochPlan = fc.record({
  work: fc.array(fc.record({ node: fc.integer({ min: 1, max: 3 }), quantity: fc.nat(1e10), audit: fc.boolean() }), {
    maxLength: 6,
  }),
  accuse: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4 }),
  reverse: fc.boolean(),
});

test('conserves every grain of both assets, whatever happens in thirty epochs', () => {
  fc.assert(
    fc.property(fc.array(epochPlan, { minLength: 5, maxLength: 30 }), (plans) => {
      let state: EconomyState = genesisState(testEconomy, testAccounts);
      let charged = 0n;
      let refunded = 0n;
      let lastCharges: readonly ChargeLine[] = [];
      for (const [epoch, plan] of plans.entries()) {
        const usage = epoch === 0 ? [] : plan.work.map((row, index) => usageLine(epoch, index, row));
        const verdicts = epoch < 2 ? [] : verdictsOf(plan, epoch, lastCharges, state);
        const settled = settleEpoch(testEconomy, testEconomyHash, state, epochInputs(epoch, { usage, verdicts }));
        state = settled.state;
        lastCharges = chargeLines(settled.statement);
        charged += BigInt(settled.statement.totals.chargedGrains);
        refunded += BigInt(settled.statement.totals.refundedGrains);
        const books = conservationOf(state);
        assert.ok(books.tokensBalanced);
        assert.equal(books.unvestedCredits + books.payoutCredits, charged - refunded);
      }
    }),
    { numRuns: 60 },
  );
});

function usageLine(epoch: number, index: number, row: { node: number; quantity: number; audit: boolean }): UsageLine {
  const line = {
    leaseId: id(epoch * 100 + index),
    nodeId: id(row.node),
    consumer: account(9),
    resource: 7,
    epoch: epoch as Epoch,
  };
  return { ...line, purpose: row.audit ? 'audit' : 'task', quantity: row.quantity };
}

function verdictsOf(
  plan: { accuse: number | null; reverse: boolean },
  epoch: number,
  charges: readonly ChargeLine[],
  state: EconomyState,
): Verdict[] {
  const verdicts: Verdict[] = [];
  const open = state.openFaults[0];
  if (plan.reverse && open !== undefined) verdicts.push({ kind: 'fault-reversed', faultId: open.faultId });
  if (plan.accuse === null || nodeState(state, id(plan.accuse)) === undefined) return verdicts;
  const windows = charges
    .filter(({ nodeId, chargeGrains }) => nodeId === id(plan.accuse!) && chargeGrains > 0)
    .map(({ nodeId, quantity, ncuMs, priceMicrograinsPerNcuS, ...window }) => window);
  const fault = {
    faultId: id(9_000 + epoch),
    nodeId: id(plan.accuse),
    offence: 'wrong-result',
    evidence: id(epoch),
    challenger: account(3),
  };
  return [...verdicts, { kind: 'fault-proposed', ...fault, windows }];
}
