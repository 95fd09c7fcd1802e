import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Epoch } from '@stannary/kernel';
import { enterOwnCgroup, ownCgroup, removeCgroup } from './cgroup.ts';
import { type CpuMeter, type CpuSource, openCpuMeter } from './cpu-time.ts';
import { openSpool } from './spool.ts';

// How far each source of CPU time is from getrusage, per task and over all tasks, what a reading costs, and what it
// costs to make a batch durable. In a group of its own where that is permitted, else without the cgroup line.

const TASK_MS = [2, 20, 200] as const;
const MEASURE_MS = 2000;

interface Row {
  readonly source: CpuSource;
  readonly taskMs: number;
  readonly tasks: number;
  readonly errorPpm: number;
  readonly worstTaskMicroseconds: number;
  readonly microsecondsPerReading: number;
}

function burn(coreMicroseconds: number): void {
  const before = process.cpuUsage();
  let sink = 0;
  for (;;) {
    for (let round = 0; round < 500; round++) sink += Math.sqrt(round + sink);
    const { user, system } = process.cpuUsage(before);
    if (user + system >= coreMicroseconds || !Number.isFinite(sink)) return;
  }
}

/** Runs tasks of that length; the error is the meter's sum of differences against getrusage's. */
function measure(meter: CpuMeter, taskMs: number): Row {
  let measured = 0;
  let truth = 0;
  let worst = 0;
  const tasks = Math.ceil(MEASURE_MS / taskMs / 3);
  for (let task = 0; task < tasks; task++) {
    const before = process.cpuUsage();
    const from = meter.readCoreMicroseconds();
    burn(taskMs * 1000);
    const used = meter.readCoreMicroseconds() - from;
    const { user, system } = process.cpuUsage(before);
    measured += used;
    truth += user + system;
    worst = Math.max(worst, Math.abs(used - user - system));
  }
  const errorPpm = Math.round((Math.abs(measured - truth) / truth) * 1e6);
  const { source } = meter;
  return { source, taskMs, tasks, errorPpm, worstTaskMicroseconds: worst, microsecondsPerReading: readingCost(meter) };
}

function readingCost(meter: CpuMeter): number {
  const rounds = 500;
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) meter.readCoreMicroseconds();
  return Math.round(((performance.now() - begin) * 1000) / rounds);
}

/** Batches of 100 kB, one after the other: write, sync, rename, sync. */
function measureSpool(): { batches: number; millisecondsPerBatch: number } {
  const directory = mkdtempSync(join(tmpdir(), 'meter-bench-'));
  const spool = openSpool({ directory, bytesMax: 1e9, log: () => {} });
  const body = new Uint8Array(100_000).fill(7);
  const begin = performance.now();
  let batches = 0;
  for (; performance.now() - begin < MEASURE_MS; batches++) {
    const { nextSeq: seq, previousBatchId } = spool.head;
    const batchId = seq.toString(16).padStart(64, '0');
    spool.append({ seq, previousBatchId, batchId, epoch: 0 as Epoch, recordCount: 1, body });
    spool.acknowledge(batchId);
  }
  const millisecondsPerBatch = Math.round(((performance.now() - begin) / batches) * 100) / 100;
  spool.close();
  rmSync(directory, { recursive: true });
  return { batches, millisecondsPerBatch };
}

const place = { hostRoot: '', processId: process.pid };
const outside = ownCgroup(place);
const group = enterOwnCgroup(`stannary-bench-${process.pid}`, place);
const sources = (['cgroup-v2', 'procfs', 'rusage'] as const).filter(
  (source) => (source !== 'cgroup-v2' || group !== false) && (source !== 'procfs' || process.platform === 'linux'),
);
const cpu = sources.flatMap((source) => TASK_MS.map((taskMs) => measure(openCpuMeter({ sources: [source] }), taskMs)));
const spool = measureSpool();
const residentMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
if (group !== false && outside !== null) {
  writeFileSync(join(outside, 'cgroup.procs'), String(process.pid));
  removeCgroup(group);
}
console.table(cpu);
console.table([{ ...spool, residentMiB }]);
mkdirSync('bench-results', { recursive: true });
writeFileSync('bench-results/meter.json', `${JSON.stringify({ cpu, spool, residentMiB }, null, 2)}\n`);
