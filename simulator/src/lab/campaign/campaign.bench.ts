import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { planOf, SCENARIO } from './campaign.fixture.ts';
import { NO_CHANGE } from './plan.ts';
import { runCampaign } from './run-campaign.ts';

// Whole campaigns by number of worker threads, by the clock and by processor time: the clock tells the truth on an idle
// machine only; processor time tells what two workers spend more than one, and so how much faster they could be. Then what
// the process keeps in memory while campaigns of three sizes pass through it. Goal: two workers 1.8 times as fast as one.
// Writes bench-results/campaign.json.

const ERAS = 28;
const RUNS = 200;
const REPEATS = 2;

interface Time {
  readonly clockSeconds: number;
  readonly processorSeconds: number;
}

async function timeOf(workers: number, runs: number): Promise<Time> {
  const plan = planOf({ scenario: { ...SCENARIO, horizonEpochs: ERAS * 24 }, points: [NO_CHANGE], runs });
  const [started, before] = [performance.now(), process.cpuUsage()];
  await runCampaign(plan, { workers, onResult: () => {} });
  const { user, system } = process.cpuUsage(before);
  return { clockSeconds: (performance.now() - started) / 1e3, processorSeconds: (user + system) / 1e6 };
}

/** The best of some, taken in turns so that a busy moment falls on all. */
async function bestOf(workers: readonly number[]): Promise<Time[]> {
  const times = workers.map((): Time[] => []);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const [at, count] of workers.entries()) times[at]!.push(await timeOf(count, RUNS));
  }
  const least = (all: readonly Time[], of: keyof Time) => Math.min(...all.map((time) => time[of]));
  return times.map((all) => ({
    clockSeconds: least(all, 'clockSeconds'),
    processorSeconds: least(all, 'processorSeconds'),
  }));
}

await timeOf(1, 4);
const [one, two] = (await bestOf([1, 2])) as [Time, Time];
const byClock = one.clockSeconds / two.clockSeconds;
const byProcessor = (2 * one.processorSeconds) / two.processorSeconds;
console.log(`${RUNS} runs of ${ERAS} d, 1,000 nodes, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`);
for (const [name, time] of [
  ['1 worker ', one],
  ['2 workers', two],
] as const) {
  console.log(`  ${name}  ${time.clockSeconds.toFixed(2)} s, ${time.processorSeconds.toFixed(2)} s of processors`);
}
console.log(
  `  faster: ${byClock.toFixed(2)} × by the clock, ${byProcessor.toFixed(2)} × where both cores are free (goal 1.8 ×)`,
);

const sizes = [40, 160, 640];
const memory: { runs: number; mebibytes: number }[] = [];
for (const runs of sizes) {
  const plan = planOf({ runs });
  let most = 0;
  await runCampaign(plan, {
    workers: 0,
    onResult: () => {
      most = Math.max(most, process.memoryUsage().rss);
    },
  });
  memory.push({ runs, mebibytes: most / 2 ** 20 });
  console.log(`  ${`${runs}`.padStart(4)} runs of 1 d: ${(most / 2 ** 20).toFixed(0)} MiB at most`);
}
mkdirSync('bench-results', { recursive: true });
writeFileSync('bench-results/campaign.json', JSON.stringify({ runs: RUNS, one, two, byClock, byProcessor, memory }));
