import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DIRECTION, type EconomyField, parameterName, registryDiff, registryRows } from './economy-parameters.ts';
import { ChainRefusal } from './refusal.ts';

const TIMELOCK: EconomyField = {
  path: 'governance.timelock',
  value: 172_800n,
  min: 3_600n,
  max: 2_592_000n,
  step: { ppm: 200_000, units: 3_600n },
};
const SPREAD: EconomyField = {
  path: 'reserve.spread',
  value: 3_000n,
  min: 0n,
  max: 10_000n,
  step: { ppm: 200_000, units: 1_000n },
};
const TRAVEL_RULE: EconomyField = {
  path: 'compliance.travelRuleFrom',
  value: 1_000_000_000n,
  min: 0n,
  max: 1_000_000_000_000n,
  step: 'free',
};
const APPEAL: EconomyField = {
  path: 'settlement.appeal',
  value: 432_000n,
  min: 3_600n,
  max: 2_592_000n,
  step: 'fixed',
};
const FIELDS = [TIMELOCK, SPREAD, APPEAL, TRAVEL_RULE];

const with_ = (field: EconomyField, value: bigint) =>
  FIELDS.map((one) => (one.path === field.path ? { ...one, value } : one));
const refused = (run: () => unknown) =>
  assert.throws(run, (error) => error instanceof ChainRefusal && error.code === 'CHAIN-RANGE');

test('rows are sorted by name, have one delay, and leave out what never changes', () => {
  const rows = registryRows(FIELDS);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['compliance.travelRuleFrom', 'governance.timelock', 'reserve.spread'].map(parameterName),
  );
  assert.ok(rows.every(({ delaySeconds }) => delaySeconds === 172_800));
  assert.deepEqual(rows[2], {
    name: parameterName('reserve.spread'),
    value: 3_000n,
    min: 0n,
    max: 10_000n,
    stepUnits: 1_000n,
    stepPpm: 200_000,
    delaySeconds: 172_800,
    direction: DIRECTION.higherIsTighter,
  });
});

test('any step is a step as long as the bounds are apart', () => {
  assert.equal(registryRows(FIELDS)[0]?.stepUnits, 1_000_000_000_000n);
});

test('a name is its path, padded', () => {
  assert.equal(parameterName('reserve.spread'), `0x${Buffer.from('reserve.spread').toString('hex').padEnd(64, '0')}`);
});

test('a version that only tightens goes through the door of the smaller majority', () => {
  const rows = registryRows(FIELDS);
  const tighter = registryDiff(rows, with_(SPREAD, 4_000n));
  assert.equal(tighter.entry, 'scheduleTightening');
  assert.deepEqual(
    tighter.changes.map(({ path, before, value, tightens, refusedBy }) => [path, before, value, tightens, refusedBy]),
    [['reserve.spread', 3_000n, 4_000n, true, null]],
  );
  assert.equal(registryDiff(rows, with_(SPREAD, 2_000n)).entry, 'scheduleLoosening');
  // What has no direction, and a file that changes nothing here, is not known to tighten.
  assert.equal(registryDiff(rows, with_(TIMELOCK, 176_400n)).entry, 'scheduleLoosening');
  assert.deepEqual(registryDiff(rows, FIELDS), { changes: [], entry: 'scheduleLoosening' });
});

test('tells what the registry would refuse: the larger of share and units is the step, bounds come first', () => {
  const rows = registryRows(FIELDS);
  const refusedBy = (field: EconomyField, value: bigint) =>
    registryDiff(rows, with_(field, value)).changes[0]?.refusedBy;
  assert.equal(refusedBy(SPREAD, 4_001n), 'step');
  assert.equal(refusedBy(SPREAD, 10_001n), 'bounds');
  assert.equal(refusedBy(TIMELOCK, 172_800n + 34_560n), null);
  assert.equal(refusedBy(TIMELOCK, 172_800n + 34_561n), 'step');
});

test('a step is refused exactly where it is longer than the longer of the two', () => {
  const rows = registryRows(FIELDS);
  fc.assert(
    fc.property(fc.bigInt(0n, 10_000n), (value) => {
      const [change] = registryDiff(rows, with_(SPREAD, value)).changes;
      const distance = value > 3_000n ? value - 3_000n : 3_000n - value;
      assert.equal(change?.refusedBy ?? null, distance > 1_000n ? 'step' : null);
    }),
  );
});

test('CHAIN-RANGE: what does not fit, what is outside its bounds, a long name, no timelock, rows that come or go', () => {
  refused(() => registryRows([TIMELOCK, { ...SPREAD, max: 1n << 96n }]));
  refused(() => registryRows([TIMELOCK, { ...SPREAD, value: 10_001n }]));
  refused(() => registryRows([SPREAD]));
  refused(() => parameterName('a'.repeat(33)));
  refused(() => registryDiff(registryRows(FIELDS), [TIMELOCK, SPREAD]));
  refused(() => registryDiff(registryRows([TIMELOCK, SPREAD]), FIELDS));
});
