import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { changePolicy, loadEconomy } from './load-economy.ts';
import { fieldPaths, measuredField, measuredPaths } from './measured-field.ts';

const { policies } = await loadEconomy('reference');
const [policy] = policies;

test('a measured field in kept units, and back', () => {
  const burn = measuredField(policy, 'take.burn')!;
  assert.deepEqual([burn.text, burn.here, burn.bounds, burn.keptUnit], ['5 %', 50_000n, [0n, 150_000n], 'ppm']);
  assert.deepEqual([burn.keptOf('7.5 %'), burn.keptOf('7.5'), burn.keptOf('70_000 ppm')], [75_000n, 75_000n, 70_000n]);
  assert.deepEqual([burn.textAt(75_000n), burn.textAt(-1n)], ['7.5 %', null]);
  const holdback = measuredField(policy, 'cadence.holdback')!;
  assert.deepEqual(
    [holdback.here, holdback.keptOf('3 d'), holdback.keptOf('36 h'), holdback.keptOf('long')],
    [7n, 3n, null, null],
  );
});

test('every measured field can be written as it is read', () => {
  const paths = measuredPaths(policy);
  assert.ok(paths.length > 300 && paths.includes('price.gain') && !paths.includes('name'));
  const set = paths.map((path) => {
    const field = measuredField(policy, path)!;
    assert.equal(field.keptOf(field.textAt(field.here)!), field.here, path);
    return [path, field.textAt(field.here)!] as const;
  });
  assert.equal(changePolicy(policy, set).economyHash, policy.economyHash);
});

test('what has no number is no measured field', () => {
  assert.deepEqual(
    ['name', 'price.gian', 'governance.mode', 'take'].map((path) => measuredField(policy, path)),
    [null, null, null, null],
  );
});

test('paths of all fields, those of classes and lists among them', () => {
  const paths = fieldPaths(policy);
  assert.ok(['price.gain', 'classes.cloud.operatorCap', 'cadence.epoch'].every((path) => paths.includes(path)));
});

test('any whole number of kept units can be written, and is read back', () => {
  const fields = ['price.gain', 'price.initial', 'assumptions.nodes', 'settlement.unbonding', 'take.burn'].map(
    (path) => measuredField(policy, path)!,
  );
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.bigInt({ min: 0n, max: 1n << 40n }), (field, kept) => {
      assert.equal(field.keptOf(field.textAt(kept)!), kept);
    }),
  );
});
