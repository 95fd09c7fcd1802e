import { mkdir, writeFile } from 'node:fs/promises';
import { loadEconomy } from '@stannary/economies';
import { defaultScenario } from '../scenario/defaults.ts';
import { ECONOMIC_ATTACKS } from './catalogue.ts';

// Milliseconds of processor time for one attempt of each attack: 100 honest nodes, 336 epochs unless the attack needs other
// ones, as the quick profile of the launch gate plays them. Goal: at most 15. Writes bench-results/attempts.json.

const RUNS = 40;

const { economy } = await loadEconomy('reference');
const base = defaultScenario({ ...economy, assumptions: { ...economy.assumptions, nodes: 100 } });
const scenario = { ...base, horizonEpochs: 336 };

const rows = ECONOMIC_ATTACKS.map((attack) => {
  const values = Object.entries(attack.parameters).map(([name, { value }]) => [name, value]);
  const setting = { economy, scenario, parameters: Object.fromEntries(values) };
  const play = () => {
    for (let run = 0; run < RUNS; run += 1) attack.attempt(setting, run);
  };
  play();
  const before = process.cpuUsage();
  play();
  const { user, system } = process.cpuUsage(before);
  return { number: attack.number, id: attack.id, msPerAttempt: (user + system) / 1_000 / RUNS };
});

for (const { number, id, msPerAttempt } of rows)
  console.log(`${number}`.padStart(3), id.padEnd(24), msPerAttempt.toFixed(2));
await mkdir('bench-results', { recursive: true });
await writeFile('bench-results/attempts.json', `${JSON.stringify({ rows }, null, 2)}\n`);
