import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIRECTION, parameterName, registryDiff, registryRows } from '@stannary/chain';
import { changePolicy, fieldLimits, loadEconomy } from '@stannary/economies';
import { filesMatching, textOf } from '../tools/source-tree.ts';

// The economy file's way to the chain: catalogue → rows of the registry → what contracts read by name.

const PARAMETERS_MAX = 64;
const { policies } = await loadEconomy('reference');
const [reference] = policies;
const rows = registryRows(fieldLimits(reference));

test('the reference economy fits the registry', () => {
  assert.ok(rows.length > 30 && rows.length <= PARAMETERS_MAX, `${rows.length} rows`);
  const names = rows.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)].sort());
  for (const row of rows) assert.ok(row.stepPpm <= 1_000_000 && row.min <= row.value && row.value <= row.max);
});

test('every parameter that a contract asks for by name has a row', () => {
  const sources = filesMatching('settlement/contracts/src/*.sol').map(textOf).join('\n');
  const asked = [...sources.matchAll(/"((?:governance|reserve|oracle|committee|challenges)\.[A-Za-z.]+)"/g)];
  const paths = new Set(asked.map(([, path]) => path as string));
  assert.ok(paths.has('governance.timelock') && paths.has('governance.passToLoosen'));
  for (const path of paths)
    assert.ok(
      rows.some(({ name }) => name === parameterName(path)),
      path,
    );
});

test('a guardian can move none of the terms on which it is removed', () => {
  for (const term of ['pass', 'passToLoosen', 'quorum', 'snapshot', 'timelock', 'vote']) {
    const row = rows.find(({ name }) => name === parameterName(`governance.${term}`));
    assert.equal(row?.direction, DIRECTION.none, term);
  }
});

test('a change of the file is a change of the registry, refused where the file is', () => {
  const changed = (value: string) => fieldLimits(changePolicy(reference, [['reserve.spread', value]]));
  const one = registryDiff(rows, changed('0.4 %'));
  assert.deepEqual([one.entry, one.changes.length, one.changes[0]?.value], ['scheduleTightening', 1, 4_000n]);
  assert.equal(registryDiff(rows, changed('0.2 %')).entry, 'scheduleLoosening');
  assert.equal(registryDiff(rows, changed('0.5 %')).changes[0]?.refusedBy, 'step');
});
