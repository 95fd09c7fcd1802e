import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The quick gate of the reference economy as a user runs it: a process of its own, worker threads on all cores.

const GOAL_SECONDS = 180;
const GOAL_BYTES = 1024 ** 3;
const WATCH_MS = 100;

const CLI = fileURLToPath(new URL('../../../../apps/cli/src/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'stannary-gate-bench-'));
const args = ['gate', 'reference', '--profile', 'quick', '--key', join(folder, 'key.pem'), '--out', folder, '--json'];
const start = performance.now();
const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

/** The most that was ever resident, as the kernel counts it: Linux alone tells. */
let peakBytes = 0;
const watching = setInterval(() => {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    peakBytes = Math.max(peakBytes, Number(kib ?? 0) * 1024);
  } catch {}
}, WATCH_MS);
const status = await new Promise<number | null>((done) => child.once('close', done));
clearInterval(watching);
rmSync(folder, { recursive: true });

const seconds = (performance.now() - start) / 1_000;
const ofTime = seconds / GOAL_SECONDS;
const ofMemory = peakBytes / GOAL_BYTES;
console.log(`quick gate of the reference: ${seconds.toFixed(1)} s, ${ofTime.toFixed(2)} of ${GOAL_SECONDS} s`);
console.log(`peak ${(peakBytes / 2 ** 20).toFixed(0)} MiB, ${ofMemory.toFixed(2)} of 1 GiB; exit status ${status}`);
const result = { seconds, goalSeconds: GOAL_SECONDS, peakBytes, goalBytes: GOAL_BYTES, status };
mkdirSync('bench-results', { recursive: true });
writeFileSync('bench-results/gate.json', JSON.stringify(result));
if (status !== 0 || ofTime > 1 || ofMemory > 1) process.exitCode = 1;
