import { availableParallelism, cpus } from 'node:os';
import { openCgroupCpu } from './cgroup.ts';
import { openProcfsCpu } from './procfs.ts';
import { MeterRefusal } from './refusal.ts';

export type CpuSource = 'cgroup-v2' | 'procfs' | 'rusage';

/** CPU time of this process since the meter was opened. */
export interface CpuMeter {
  /** Where readings come from now; it moves down the list when a group is no longer this process's alone. */
  readonly source: CpuSource;
  /** Core·µs, rounded down. Never falls, and between two readings never rises by more than wall time × cores. */
  readCoreMicroseconds(): number;
}

export interface CpuMeterOptions {
  /** Sources to try, best first. Default: all three. */
  readonly sources?: readonly CpuSource[];
  /** Prefix of /proc and of the cgroup mounts. Default `''`. */
  readonly hostRoot?: string;
  readonly processId?: number;
  /** A clock that never goes back, µs. Default: the process's high-resolution time. */
  readonly wallMicroseconds?: () => number;
  /** Upper bound of what can run at once. Default: `machineCores()`. */
  readonly cores?: number;
}

/**
 * Opens the best source of CPU time that this machine offers.
 *
 * | source | resolution | covers |
 * |---|---|---|
 * | `cgroup-v2` | 1 µs; threads on other processors up to one scheduler tick (1-10 ms) old | the group; used only while it holds this process alone |
 * | `procfs` | 1 µs, same tick; at most 20 ms behind after threads have ended | the process and its ended threads |
 * | `rusage` | 1 µs | the process and its ended threads; every platform |
 *
 * All three count everything the process does, engine threads included. That is why tasks run on the main thread, one
 * at a time: beside a worker thread there would be no telling whose compiler or collector ran.
 *
 * @throws MeterRefusal METER-CGROUP-FORMAT, METER-PROCFS-FORMAT: the kernel writes what its documentation does not say;
 *   METER-CPU-SOURCE: none of the named sources is here
 * @example
 * const meter = openCpuMeter();
 * const before = meter.readCoreMicroseconds();
 * work();
 * const usedCoreMicroseconds = meter.readCoreMicroseconds() - before;
 */
export function openCpuMeter(options: CpuMeterOptions = {}): CpuMeter {
  const { sources = ['cgroup-v2', 'procfs', 'rusage'], wallMicroseconds = monotonicMicroseconds } = options;
  const remaining = [...sources];
  let current = openNext(remaining, options);
  let last = { value: 0, wall: wallMicroseconds() };
  let rebase = current.raw;
  const cores = options.cores ?? machineCores();

  return {
    get source() {
      return current.source;
    },
    readCoreMicroseconds() {
      let raw = current.read();
      const wall = wallMicroseconds();
      if (raw === null) {
        current = openNext(remaining, options);
        raw = current.raw;
        rebase = raw - last.value;
      }
      const most = last.value + Math.floor(Math.max(0, wall - last.wall) * cores);
      last = { value: Math.max(last.value, Math.min(raw - rebase, most)), wall };
      return last.value;
    },
  };
}

interface OpenSource {
  readonly source: CpuSource;
  readonly raw: number;
  readonly read: () => number | null;
}

/** Processors that can run at once; quotas do not lower it, since they allow bursts. */
export function machineCores(): number {
  return Math.max(cpus().length, availableParallelism());
}

/** Takes sources off the front until one answers. */
function openNext(remaining: CpuSource[], options: CpuMeterOptions): OpenSource {
  for (let source = remaining.shift(); source !== undefined; source = remaining.shift()) {
    const read = openSource(source, options);
    const raw = read?.() ?? null;
    if (read !== null && raw !== null) return { source, raw, read };
  }
  const where = 'CPU time of this process';
  throw new MeterRefusal('METER-CPU-SOURCE', { expected: 'a source of this platform', got: 'none', where });
}

function openSource(source: CpuSource, { hostRoot = '', processId = process.pid }: CpuMeterOptions) {
  if (source !== 'cgroup-v2') return source === 'procfs' ? openProcfsCpu(hostRoot) : readRusage;
  const read = openCgroupCpu({ hostRoot, processId });
  if (read === null) return null;
  return () => {
    // Makes the kernel bring the calling thread's run time up to date; cpu.stat alone lags by a tick.
    process.cpuUsage();
    return read();
  };
}

function readRusage(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
