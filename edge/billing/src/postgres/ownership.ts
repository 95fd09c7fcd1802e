import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BillingRefusal } from '../refusals.ts';

// Who may open a database folder. PGlite lets any number of processes open one folder and corrupt it together, and
// Node has no file locks, so ownership is a file that names a process: `owner-<generation>`. The highest generation
// owns the folder while its process lives. A successor does not replace a dead owner's file (two successors could
// then each remove the other's); it links the next generation, which the file system lets exactly one of them do.

/** Held until `release`, or until the process dies in any way. */
export interface Ownership {
  release(): void;
}

/** The process that holds a folder. `startedTicks` and `bootId` tell it from a later process with the same pid. */
export interface Owner {
  readonly pid: number;
  readonly startedTicks: string | null;
  readonly bootId: string | null;
}

const OWNER_FILE = /^owner-(\d+)$/;

/**
 * Takes a folder for this process, making it if need be.
 *
 * Refuses with BILLING-DATABASE-IN-USE while another owner lives (this process itself counts), and with
 * BILLING-DATABASE-UNWRITABLE where no file can be made. Processes are told apart within one pid namespace: two
 * containers that share a folder do not see each other.
 */
export function takeOwnership(folder: string): Ownership {
  try {
    mkdirSync(folder, { recursive: true });
    return takeOver(folder);
  } catch (error) {
    throw refusalOf(error, folder);
  }
}

function takeOver(folder: string): Ownership {
  for (;;) {
    const current = highestGeneration(folder);
    if (current > 0 && isHeld(folder, current)) throw inUse(folder, readOwner(folder, current));
    const mine = current + 1;
    if (!linkGeneration(folder, mine)) continue; // another successor was first: look again
    // Others may have come and gone between the look and the link, and number from elsewhere: each links before it
    // looks again, so of two that overlap at least one sees the other here and steps back.
    if (generations(folder).some((other) => other > mine || (other < mine && isHeld(folder, other)))) {
      rmSync(generationPath(folder, mine), { force: true });
      continue;
    }
    for (const older of generations(folder)) if (older < mine) rmSync(generationPath(folder, older), { force: true });
    return { release: () => rmSync(generationPath(folder, mine), { force: true }) };
  }
}

/** Links a complete file under the generation's name, so that nobody reads half of one. False if the name is taken. */
function linkGeneration(folder: string, generation: number): boolean {
  const draft = join(folder, `owner.${randomUUID()}`);
  writeFileSync(draft, JSON.stringify(thisProcess()));
  try {
    linkSync(draft, generationPath(folder, generation));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function generationPath(folder: string, generation: number): string {
  return join(folder, `owner-${generation}`);
}

function generations(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const match = OWNER_FILE.exec(name);
    return match ? [Number(match[1])] : [];
  });
}

function highestGeneration(folder: string): number {
  return Math.max(0, ...generations(folder));
}

function isHeld(folder: string, generation: number): boolean {
  const owner = readOwner(folder, generation);
  return owner !== null && isAlive(owner);
}

/** Null when the owner released it in the meantime. */
function readOwner(folder: string, generation: number): Owner | null {
  try {
    return JSON.parse(readFileSync(generationPath(folder, generation), 'utf8')) as Owner;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

function thisProcess(): Owner {
  return { pid: process.pid, startedTicks: startedTicks(process.pid), bootId: bootId() };
}

function isAlive(owner: Owner): boolean {
  if (owner.bootId !== bootId()) return false;
  try {
    process.kill(owner.pid, 0); // signal 0 only asks
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  return startedTicks(owner.pid) === owner.startedTicks;
}

/** When a process started, in clock ticks since boot; null where there is no procfs. A zombie counts as gone. */
function startedTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name, in parentheses, may itself hold spaces and parentheses: fields count from after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null;
  }
}

function inUse(folder: string, owner: Owner | null): BillingRefusal {
  return new BillingRefusal('BILLING-DATABASE-IN-USE', {
    expected: 'a database folder that nobody has open',
    got: owner === null ? 'one that is just closing it' : `process ${owner.pid}, which has it`,
    where: folder,
  });
}

/** What a failure on the folder means for the caller. */
export function refusalOf(error: unknown, folder: string): unknown {
  if (error instanceof BillingRefusal) return error;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new BillingRefusal(
      'BILLING-DATABASE-FULL',
      { expected: 'room on the disk', got: code, where: folder },
      { cause: error },
    );
  if (code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code))
    return new BillingRefusal(
      'BILLING-DATABASE-UNWRITABLE',
      { expected: 'a folder this process may write', got: code, where: folder },
      { cause: error },
    );
  return error;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
