import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { settingFor } from './institutions.fixture.ts';
import { INSTITUTION_ATTACKS } from './institutions.ts';

// Milliseconds of an attempt at the reference economy, of this process's own processor time. A gate plays some 200 worlds
// for each strategy that its search looks at, so an attempt should stay below 2 ms. Writes
// bench-results/institution-attacks.json.

const ATTEMPTS = 400;

const rows = INSTITUTION_ATTACKS.map((attack) => {
  const setting = settingFor(attack);
  const play = (from: number) => {
    for (let run = from; run < from + ATTEMPTS; run += 1) attack.attempt(setting, run);
  };
  play(0);
  const before = process.cpuUsage();
  play(ATTEMPTS);
  const { user, system } = process.cpuUsage(before);
  return { attack: attack.id, millisecondsPerAttempt: (user + system) / 1_000 / ATTEMPTS };
});
console.table(rows);
await mkdir('bench-results', { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
await writeFile('bench-results/institution-attacks.json', `${JSON.stringify({ machine, rows }, null, 2)}\n`);
