import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MeterRefusal } from './refusal.ts';

// CPU accounting of control groups, version 2. The kernel keeps `cpu.stat` in every group, with or without the cpu
// controller; it covers the group's whole past and all below it, so only differences count, and only while this
// process has the group to itself.

export interface Cgroup2Mount {
  /** The directory of the hierarchy that is mounted; `/` unless a container was given a part of it. */
  readonly root: string;
  readonly mountPoint: string;
}

/** Where a group's files lie, and the host's root to look for them under (`''` outside tests). */
export interface CgroupPlace {
  readonly hostRoot: string;
  readonly processId: number;
}

/**
 * A reader of this process's cgroup CPU time in core·µs, or null where there is no reachable group that holds this
 * process alone. The reader answers null as soon as somebody else has joined the group (`docker exec` does).
 * @throws MeterRefusal METER-CGROUP-FORMAT when a kernel file is not as documented in cgroup-v2.rst and proc(5)
 */
export function openCgroupCpu(place: CgroupPlace): (() => number | null) | null {
  const directory = ownCgroup(place);
  if (directory === null) return null;
  const read = () => {
    if (!isAlone(directory, place.processId)) return null;
    const text = readIfPresent(join(directory, 'cpu.stat'));
    return text === null ? null : parseCpuUsage(text);
  };
  return read() === null ? null : read;
}

/** The directory of this process's version 2 group, or null where there is none or it is not mounted here. */
export function ownCgroup(place: CgroupPlace): string | null {
  const membership = readIfPresent(`${place.hostRoot}/proc/self/cgroup`);
  const mountinfo = readIfPresent(`${place.hostRoot}/proc/self/mountinfo`);
  if (membership === null || mountinfo === null) return null;
  const path = parseMembership(membership);
  if (path === null) return null;
  const directory = locateCgroup(path, parseCgroup2Mounts(mountinfo));
  return directory === null ? null : place.hostRoot + directory;
}

/**
 * Makes a group of its own below the present one and moves this process into it; resolves to the new group's directory,
 * or false where that is not permitted (the usual case without root or delegation) or there is no version 2 hierarchy.
 * A process cannot remove the group it is in: whoever started it calls `removeCgroup` after it has ended.
 */
export function enterOwnCgroup(name: string, place: CgroupPlace): string | false {
  const parent = ownCgroup(place);
  if (parent === null) return false;
  const directory = join(parent, name);
  try {
    mkdirSync(directory);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return false;
  }
  try {
    writeFileSync(join(directory, 'cgroup.procs'), String(place.processId));
    return directory;
  } catch {
    removeCgroup(directory);
    return false;
  }
}

/** Removes an empty group; false when it is still occupied or was never there. */
export function removeCgroup(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

/** Path of the `0::` line of /proc/self/cgroup (hybrid hosts have version 1 lines beside it); null without one. */
export function parseMembership(text: string): string | null {
  for (const line of linesOf(text)) {
    const match = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (match === null) throw malformed('/proc/self/cgroup', 'lines like 0::/path', line);
    if (match[1] === '0' && match[2] === '') return match[3]!;
  }
  return null;
}

/** The version 2 mounts of /proc/self/mountinfo: `id parent dev root point options [tags…] - type source options`. */
export function parseCgroup2Mounts(text: string): Cgroup2Mount[] {
  const mounts: Cgroup2Mount[] = [];
  for (const line of linesOf(text)) {
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6);
    const root = fields[3];
    const mountPoint = fields[4];
    if (separator === -1 || fields.length < separator + 3 || !root || !mountPoint) {
      throw malformed('/proc/self/mountinfo', 'six fields, tags, a dash, three fields', line);
    }
    if (fields[separator + 1] !== 'cgroup2') continue;
    mounts.push({ root: unescapeOctal(root), mountPoint: unescapeOctal(mountPoint) });
  }
  return mounts;
}

/** The directory of a group in the first mount that shows it; null when every mount shows another part. */
export function locateCgroup(path: string, mounts: readonly Cgroup2Mount[]): string | null {
  if (path.split('/').includes('..')) return null;
  for (const { root, mountPoint } of mounts) {
    if (root === '/') return join(mountPoint, path);
    if (path === root || path.startsWith(`${root}/`)) return join(mountPoint, path.slice(root.length));
  }
  return null;
}

/** `usage_usec` of cpu.stat: CPU time of the group in core·µs, user and system. */
export function parseCpuUsage(text: string): number {
  for (const line of linesOf(text)) {
    const match = /^(\S+) (\d+)$/.exec(line);
    if (match === null) throw malformed('cpu.stat', 'lines like usage_usec 123', line);
    if (match[1] !== 'usage_usec') continue;
    const usage = Number(match[2]);
    if (!Number.isSafeInteger(usage)) throw malformed('cpu.stat', 'usage_usec of at most 2^53 - 1', line);
    return usage;
  }
  throw malformed('cpu.stat', 'a line usage_usec', text.slice(0, 40));
}

/** Process ids of cgroup.procs; 0 stands for a process of another pid namespace. */
export function parseProcessIds(text: string): number[] {
  return linesOf(text).map((line) => {
    if (!/^\d{1,10}$/.test(line)) throw malformed('cgroup.procs', 'one process id a line', line);
    return Number(line);
  });
}

/** Descendant groups that cgroup.stat counts: their usage would be counted as ours. */
export function parseDescendants(text: string): number {
  const match = /^nr_descendants (\d{1,10})$/m.exec(text);
  if (match === null) throw malformed('cgroup.stat', 'a line nr_descendants', text.slice(0, 40));
  return Number(match[1]);
}

function isAlone(directory: string, processId: number): boolean {
  const processes = readIfPresent(join(directory, 'cgroup.procs'));
  const stat = readIfPresent(join(directory, 'cgroup.stat'));
  if (processes === null || stat === null) return false;
  const ids = parseProcessIds(processes);
  return ids.length === 1 && ids[0] === processId && parseDescendants(stat) === 0;
}

/** mountinfo writes space, tab, newline and backslash as three octal digits. */
function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ENODEV: the group was removed under us. EOPNOTSUPP: cgroup.procs of a threaded group.
    if (['ENOENT', 'EACCES', 'EPERM', 'ENODEV', 'EOPNOTSUPP', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function malformed(where: string, expected: string, got: string): MeterRefusal {
  return new MeterRefusal('METER-CGROUP-FORMAT', { expected, got: JSON.stringify(got), where });
}
