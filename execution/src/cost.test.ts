import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COST_TABLE, costTableHash, costTableHashOf } from './cost.ts';
import { meterModule } from './meter.ts';
import { modulePreamble } from './module.ts';

test('the hash of the cost table is pinned: a change of prices, limits or pass changes what every receipt names', () => {
  assert.equal(costTableHash, 'a74ac05282789ab2b8bcc5f569c4316ac2f6258a9408efd9ebc20a273e7b5857');
});

test('every price is in the hash', () => {
  const hashes = Object.keys(COST_TABLE).map((name) => costTableHashOf({ ...COST_TABLE, [name]: 999 }));
  assert.equal(new Set([costTableHash, ...hashes]).size, hashes.length + 1);
});

test('a table under which an endless loop or recursion would be free, or fuel a fraction, is a bug', () => {
  for (const wrong of [{ branch: 0 }, { entry: 0 }, { simple: 0.5 }, { call: -1 }, { bulk: 2 ** 40 }]) {
    assert.throws(() => meterModule(modulePreamble(), { cost: { ...COST_TABLE, ...wrong } }), /cost/);
  }
});
