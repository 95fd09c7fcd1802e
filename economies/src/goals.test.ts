import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChecks } from './checks/run-checks.ts';
import { GOALS, goalTemplate } from './goals.ts';
import { loadEconomy } from './load-economy.ts';

const OPTIONS = { name: 'mine', schemaPath: './stannary.schema.json' };
const load = (text: string) =>
  loadEconomy('/mine.yaml', { readText: async (path) => (path === '/mine.yaml' ? text : null) });

for (const goal of GOALS) {
  test(`an economy for ${goal} is read and passes every check`, async () => {
    const { policies } = await load(goalTemplate(goal, OPTIONS).text);
    for (const { id, about, passed, numbers } of runChecks(policies[0]))
      assert.ok(passed, `${id} ${about}: ${numbers}`);
  });

  test(`an economy for ${goal} says why at every field that it changes, and changes what it says`, async () => {
    const { text, changes } = goalTemplate(goal, OPTIONS);
    const [{ reading }] = (await load(text)).policies;
    assert.ok(changes.some(({ path }) => path.startsWith('supply.streams.')));
    for (const field of ['price.gain', 'take.burn'])
      assert.ok(
        changes.some(({ path }) => path === field),
        field,
      );
    for (const { path, from, to, why } of changes) {
      assert.ok(text.includes(`# For ${goal}: ${why}\n`), path);
      if (to === '') continue;
      assert.notEqual(from, to);
      assert.equal(reading.seen.get(path)?.text, to);
    }
    assert.ok(text.split('\n').every((line) => line.length <= 120));
  });
}

test('goals differ from the reference and from each other in supply', async () => {
  const streams = await Promise.all(
    GOALS.map(async (goal) => JSON.stringify((await load(goalTemplate(goal, OPTIONS).text)).economy.supply.streams)),
  );
  const { economy } = await loadEconomy('reference');
  assert.equal(new Set([...streams, JSON.stringify(economy.supply.streams)]).size, GOALS.length + 1);
});
