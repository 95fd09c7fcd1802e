import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AttackSetting, SimulationRefusal } from '../../index.ts';
import { assertWithin, economyWith, momentsOf, reference, refused, smallWorld } from '../../world.fixture.ts';
import { loadAttack } from './load-attack.ts';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/attacks/scatter.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'attacks-'));
after(() => rm(folder, { recursive: true }));

function settingOf(economy: AttackSetting['economy'], parameters: Record<string, number>): AttackSetting {
  const base = smallWorld(economy, 200, { horizonEpochs: 200 });
  return { economy, scenario: base, parameters };
}

test('the example is an attack, and its simulation meets its closed form', async () => {
  const scatter = await loadAttack(EXAMPLE);
  const economy = economyWith({
    price: { gainPpm: 0 },
    cadence: { appealEpochs: 1 },
    newcomer: { multiplierMinPpm: 1_000_000 },
    reputation: { multiplierPpmMin: 1_000_000, multiplierPpmMax: 1_000_000 },
    supply: { streams: [] },
    slashLimit: { ceilingPpm: 1_000_000 },
  });
  const setting = settingOf(economy, { nodes: 4, inflation: 0.2 });
  const closed = scatter.closedForm(setting)!;
  const accounts = Array.from({ length: 40 }, (_, run) => scatter.attempt(setting, run));
  assertWithin('return', momentsOf(accounts.map(({ returnCredits }) => returnCredits)), closed.returnCredits);
  assertWithin('cost', momentsOf(accounts.map(({ costCredits }) => costCredits)), closed.costCredits);
});

test('the example does not pay under the reference: the gang that scatters is no safer than one', async () => {
  const scatter = await loadAttack(EXAMPLE);
  for (const nodes of [1, 10, 50]) {
    const { costCredits, returnCredits } = scatter.attempt(settingOf(reference, { nodes, inflation: 0.4 }), 1);
    assert.ok(costCredits > 2 * returnCredits, `${nodes}: ${costCredits} for ${returnCredits}`);
  }
});

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['a module that throws', 'throw new Error("no luck");', /a module that exports.*got no luck/],
  ['a module that is none', 'export default {', /a module that exports/],
  ['no default export', 'export const attack = 1;', /default export, got exports of attack/],
  ['a number', 'export default 7;', /an attack, as cohortAttack makes one, got 7/],
  ['no id', 'export default { number: 100 };', /id: expected words/],
];

for (const [index, [name, text, message]] of REFUSED.entries()) {
  test(`refused: a file of ${name} (SIMULATION-ATTACK)`, async () => {
    const path = await written(`bad-${index}.mjs`, text);
    await assert.rejects(loadAttack(path), (error) => {
      refused('SIMULATION-ATTACK')(error);
      assert.match((error as Error).message, message);
      assert.ok((error as Error).message.includes(path), 'names the file');
      return true;
    });
  });
}

test('refused: a file that is not there (SIMULATION-ATTACK)', async () => {
  await assert.rejects(loadAttack(join(folder, 'missing.ts')), refused('SIMULATION-ATTACK'));
});

test('refused: accounts of a user’s attack that are no numbers (SIMULATION-ACCOUNT)', async () => {
  const path = await written(
    'nan.mjs',
    `export default { id: 'nan', number: 100, title: 't', strategy: 's', defence: 'd', defendedBy: [], parameters: {},
      minimumSize: () => 1, closedForm: () => null,
      attempt: () => ({ costCredits: 1, returnCredits: Number.NaN, stakeCredits: 1 }) };`,
  );
  const attack = await loadAttack(path);
  assert.throws(
    () => attack.attempt(settingOf(reference, {}), 3),
    (error) => {
      refused('SIMULATION-ACCOUNT')(error);
      assert.match((error as SimulationRefusal).where, /nan in run 3: returnCredits/);
      return true;
    },
  );
});
