import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORRECTNESS_ATTACKS } from '../catalogue.ts';
import { playSchedules } from '../correctness.ts';

// Schedules of each correctness attack on one core, in processor time: how many a launch gate can play.

const WARM_RUNS = 100;
const RUNS = 400;
const GATE_MS = 10_000;
const GOAL_MS = 20;

const rows = CORRECTNESS_ATTACKS.map((attack) => {
  playSchedules(attack, 0, WARM_RUNS);
  const before = process.cpuUsage();
  const { attempts, trace } = playSchedules(attack, 0, RUNS);
  if (trace !== null) throw new Error(trace.join('\n'));
  const { user, system } = process.cpuUsage(before);
  const msPerSchedule = (user + system) / 1_000 / RUNS;
  return {
    id: attack.id,
    msPerSchedule: Number(msPerSchedule.toFixed(2)),
    goalMs: GOAL_MS,
    messagesPerSchedule: attempts / RUNS,
    schedulesIn10s: Math.floor(GATE_MS / msPerSchedule),
  };
});
const roundsIn10s = Math.floor(GATE_MS / rows.reduce((sum, { msPerSchedule }) => sum + msPerSchedule, 0));

console.table(rows);
console.log(`of each attack in 10 s: ${roundsIn10s} schedules`);
const folder = join(process.cwd(), 'bench-results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'correctness-schedules.json'), `${JSON.stringify({ rows, roundsIn10s }, null, 2)}\n`);
