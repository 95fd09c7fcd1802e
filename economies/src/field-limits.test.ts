import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldLimits } from './field-limits.ts';
import { loadEconomy } from './load-economy.ts';

test('a field comes with its bounds and its step in the unit in which it is kept', async () => {
  const { policies } = await loadEconomy('reference');
  const limits = new Map(fieldLimits(policies[0]).map((one) => [one.path, one]));
  const of = (path: string) => limits.get(path);
  assert.deepEqual(of('governance.vote'), {
    path: 'governance.vote',
    value: 432_000n,
    min: 86_400n,
    max: 2_592_000n,
    step: { ppm: 200_000, units: 3_600n },
  });
  assert.deepEqual(of('committee.arbiterBond')?.step, { ppm: 200_000, units: 0n });
  assert.equal(of('committee.arbiterBond')?.value, 1_000_000_000n);
  assert.equal(of('settlement.appeal')?.step, 'fixed');
  assert.equal(of('compliance.travelRuleFrom')?.step, 'free');
  // An epoch is an hour: bounds and steps of what is kept in epochs are whole.
  assert.deepEqual(of('slashLimit.window'), {
    path: 'slashLimit.window',
    value: 24n,
    min: 1n,
    max: 720n,
    step: { ppm: 200_000, units: 1n },
  });
});

test('words, flags and dates have no limits, and every value is within its own', async () => {
  const { policies } = await loadEconomy('reference');
  const limits = fieldLimits(policies[0]);
  assert.ok(limits.length > 100);
  assert.ok(limits.every(({ path }) => path !== 'governance.mode' && path !== 'name'));
  for (const { path, value, min, max } of limits) assert.ok(min <= value && value <= max, path);
});
