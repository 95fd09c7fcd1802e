import { readdirSync, readFileSync } from 'node:fs';
import { MeterRefusal } from './refusal.ts';

// CPU accounting of this process from procfs. Two figures, both never above the truth:
//   /proc/self/task/*/schedstat  nanoseconds, but only of threads that are still there;
//   /proc/self/stat              utime + stime with ended threads, each rounded down to 10 ms.
// The greater of both is right to the microsecond while threads live and never more than 20 ms behind after they end,
// however many have ended. A running thread's schedstat is as old as its last scheduler tick (1-10 ms), except the
// caller's own: reading /proc/self/stat makes the kernel bring that up to date, so it is read first.

/** USER_HZ: what the Linux kernel shows to user space is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * A reader of this process's CPU time in core·µs, or null where procfs does not show it.
 * @throws MeterRefusal METER-PROCFS-FORMAT when a kernel file is not as documented in proc(5) and sched-stats.rst
 */
export function openProcfsCpu(hostRoot: string): (() => number) | null {
  const nanosecondsByThread = new Map<string, bigint>();
  const read = () => {
    const floorMicroseconds = parseProcessStat(readFileSync(`${hostRoot}/proc/self/stat`, 'utf8'));
    for (const thread of readdirSync(`${hostRoot}/proc/self/task`)) {
      const nanoseconds = readThread(`${hostRoot}/proc/self/task/${thread}/schedstat`);
      const before = nanosecondsByThread.get(thread) ?? 0n;
      if (nanoseconds !== null && nanoseconds > before) nanosecondsByThread.set(thread, nanoseconds);
    }
    let sum = 0n;
    for (const nanoseconds of nanosecondsByThread.values()) sum += nanoseconds;
    return Math.max(Number(sum / 1000n), floorMicroseconds);
  };
  try {
    read();
    readFileSync(`${hostRoot}/proc/self/schedstat`);
    return read;
  } catch (error) {
    if (error instanceof MeterRefusal) throw error;
    return null;
  }
}

/** First field of a schedstat file: nanoseconds on a processor. */
export function parseSchedstat(text: string): bigint {
  const match = /^(\d{1,20}) \d+ \d+\n?$/.exec(text);
  if (match === null) throw malformed('schedstat', 'three numbers', text);
  return BigInt(match[1]!);
}

/** utime + stime (fields 14 and 15) of a stat file, core·µs. The name in field 2 may hold blanks and brackets. */
export function parseProcessStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const userTicks = fields[11] ?? '';
  const systemTicks = fields[12] ?? '';
  if (!text.includes(')') || !/^\d{1,13}$/.test(userTicks) || !/^\d{1,13}$/.test(systemTicks)) {
    throw malformed('stat', 'a name in brackets and at least 13 fields after it', text);
  }
  return ((Number(userTicks) + Number(systemTicks)) * 1_000_000) / TICKS_PER_SECOND;
}

/** Null when the thread has ended since the directory was listed. */
function readThread(path: string): bigint | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  return parseSchedstat(text);
}

function malformed(file: string, expected: string, got: string): MeterRefusal {
  const where = `/proc/self/${file}`;
  return new MeterRefusal('METER-PROCFS-FORMAT', { expected, got: JSON.stringify(got.slice(0, 80)), where });
}
