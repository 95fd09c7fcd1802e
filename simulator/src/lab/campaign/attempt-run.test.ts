import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadEconomy } from '@stannary/economies';
import type { AttackAccount } from '../../attacks/attack.ts';
import { sybilSplit } from '../../attacks/sybil-split.ts';
import { defaultScenario } from '../../scenario/defaults.ts';
import { attemptRun } from './attempt-run.ts';
import type { Json } from './plan.ts';

const { economy, policies } = await loadEconomy('reference');
const scenario = { ...defaultScenario(economy), horizonEpochs: 3 };
const attempt = (options: Record<string, Json>, run = 0) =>
  attemptRun({ economy, policy: policies[0], scenario, options }, run);

test('an attempt by id is the attack’s own, and knows what remains of it', async () => {
  const parameters = { identities: 3, load: 0.5, fee: 0 };
  const { figures } = await attempt({ attack: 'sybil-split', parameters: { identities: 3, load: 0.5 } }, 2);
  const account: AttackAccount = sybilSplit.attempt({ economy, scenario, parameters }, 2);
  assert.deepEqual(figures, { ...account, differenceCredits: account.costCredits - 2 * account.returnCredits });
});

/** A module of one’s own with an attack that accounts for so much. */
async function withAttack(cost: string, check: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-attack-'));
  const texts =
    "id: 'own', number: 100, title: 'Own', strategy: 'None.', defence: 'None.', defendedBy: [], parameters: {}";
  const account = `({ costCredits: ${cost}, returnCredits: 2, stakeCredits: 1 })`;
  const methods = `minimumSize: () => 1, closedForm: () => null, attempt: () => ${account}`;
  try {
    writeFileSync(join(folder, 'own.mjs'), `export default { ${texts}, ${methods} };`);
    await check(join(folder, 'own.mjs'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('an attack of one’s own is a file', () =>
  withAttack('7', async (path) => {
    assert.equal((await attempt({ attack: path })).figures.differenceCredits, 3);
  }));

test('SIMULATION-ATTACK: unknown, no module', async () => {
  const refused = (attack: Json) => assert.rejects(attempt({ attack }), { code: 'SIMULATION-ATTACK' });
  await refused('sybil-spilt');
  await refused(null);
  await refused('/nowhere/own.ts');
});

test('SIMULATION-ACCOUNT: no number', () =>
  withAttack('0 / 0', (path) => assert.rejects(attempt({ attack: path }), { code: 'SIMULATION-ACCOUNT' })));

test('SIMULATION-PARAMETER', async () => {
  const refused = (parameters: Json) =>
    assert.rejects(attempt({ attack: 'sybil-split', parameters }), { code: 'SIMULATION-PARAMETER' });
  await refused({ identities: 'many' });
  await refused({ identities: 0 });
  await refused({ idents: 2 });
});
