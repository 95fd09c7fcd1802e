import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BudgetRow, budgetFaults, committedGas, gasFaults } from './gas.ts';

const KEPT = { Channels: { commit: 50_000, settle: 40_000 } };

function faultsOf(commit: number | undefined, settle: number): string[] {
  return gasFaults(KEPT, { Channels: { ...(commit === undefined ? {} : { commit }), settle } });
}

test('a measure up to 2 % above its snapshot passes, and any below', () => {
  assert.deepEqual(faultsOf(51_000, 40_800), []);
  assert.deepEqual(faultsOf(30_000, 1), []);
});

test('a measure more than 2 % above its snapshot is named', () => {
  assert.deepEqual(faultsOf(51_001, 40_000), ['Channels, commit: expected at most 51000 (50000 + 2 %), got 51001']);
});

test('a snapshot without a measure is named, and a measure without a snapshot', () => {
  assert.deepEqual(faultsOf(undefined, 40_000), ['Channels, commit: expected a measure, got none']);
  assert.deepEqual(gasFaults({}, { Reserve: { issue: 7 } }), [
    'Reserve, issue: expected a snapshot, got none, measured 7',
  ]);
});

test('every row is within its budget, or says why not', () => {
  assert.deepEqual(budgetFaults(committedGas()), []);
});

test('a row over its budget without a reason is named, and a reason that no longer holds', () => {
  const row: BudgetRow = { operation: 'commit', contract: 'Channels', snapshot: 'commit', budgetGas: 49_999 };
  assert.deepEqual(budgetFaults(KEPT, [row]), ['commit: budget 49999, measured 50000: over']);
  const excused = { ...row, budgetGas: 50_000, isOverBecause: 'x' };
  assert.deepEqual(budgetFaults(KEPT, [excused]), ['commit: budget 50000, measured 50000: no longer over']);
  assert.deepEqual(budgetFaults(KEPT, [{ ...row, count: 2, budgetGas: 25_000 }]), []);
});
