import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Caught, gatedAttack } from './bad-economies.fixture.ts';
import { contextOf, gated } from './gate.fixture.ts';

const FOLDER = fileURLToPath(new URL('../../../../examples/bad-economies/', import.meta.url));

/** What each economy fails on in the gate: the row and its check, and the attack that G1 finds. */
const CAUGHT: Readonly<Record<string, readonly Caught[]>> = {
  'concave-per-identity': [
    { gate: 'G13', check: 'grid' },
    { gate: 'G1', check: 'sybil-split.base' },
  ],
  'emission-above-take': [{ gate: 'G1', check: 'wash-usage.base' }],
  'hot-price': [{ gate: 'G7', check: 'hourly-move' }],
  'insiders-first': [{ gate: 'G8', check: 'holders-launch' }],
  'low-reserve': [{ gate: 'G9', check: 'coverage' }],
  'low-slash-cap': [{ gate: 'G1', check: 'metering-inflation.stress' }],
  'no-holdback': [{ gate: 'G4', check: 'caught-in-time' }],
  'strict-liveness': [{ gate: 'G3', check: 'false-absences' }],
};

for (const [name, caught] of Object.entries(CAUGHT)) {
  for (const { gate, check } of caught) {
    test(`${name} fails on ${gate} by ${check}`, async () => {
      const context = await contextOf(`${FOLDER}${name}.yaml`);
      const [attack, world] = check.split('.');
      const { criteria } = gate === 'G1' ? await gatedAttack(context, attack!, world!) : await gated(context, [gate]);
      const [row] = criteria;
      assert.equal(row!.gate, gate);
      assert.equal(row!.state, 'failed');
      assert.equal(row!.checks.find(({ id }) => id === check)?.state, 'failed', JSON.stringify(row!.checks));
    });
  }
}

test('a world that ends before an attack might have paid shows nothing', async () => {
  const context = await contextOf('reference');
  const cut = { ...context, scenario: { ...context.scenario, horizonEpochs: 24 } };
  const [row] = (await gatedAttack(cut, 'metering-inflation', 'stress')).criteria;
  assert.equal(row!.state, 'not shown');
  assert.match(row!.checks[0]!.how, /for 24 epochs only, the profile has 336/);
});

test('every bad economy is tried, and the table says what catches it', () => {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
  assert.deepEqual(
    names.sort(),
    Object.keys(CAUGHT)
      .map((name) => `${name}.yaml`)
      .sort(),
  );
  const table = readFileSync(`${FOLDER}README.md`, 'utf8');
  for (const [name, caught] of Object.entries(CAUGHT)) {
    const line = table.split('\n').find((one) => one.startsWith(`| [${name}]`));
    for (const { gate, check } of caught) assert.match(line ?? '', new RegExp(`${gate}.*\\b${check.split('.')[0]}`));
  }
});
