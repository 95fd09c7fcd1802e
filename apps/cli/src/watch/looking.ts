import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentBook } from '@stannary/chain';
import { makeFolder } from '@stannary/simulator/lab';
import { bookIn } from '../deploy/book.ts';
import { CliRefusal } from '../refusal.ts';
import { failureLine } from './finding-line.ts';

// What every program needs that looks at a chain again and again.

/** One look. What it could not do it does at the next. */
export type Look = () => Promise<void>;

const JOURNAL_FILE = 'sends.json';
/** Longest wait after looks that failed, in intervals. */
const INTERVALS_MAX = 16;

/** Until the signal. A look that fails is said and made again, later each time. */
export async function keepLooking(look: Look, everySeconds: number, signal: AbortSignal): Promise<void> {
  let failures = 0;
  for (;;) {
    try {
      await look();
      failures = 0;
    } catch (error) {
      failures += 1;
      console.error(failureLine((error as Error).message));
    }
    const intervals = Math.min(1 + failures, INTERVALS_MAX);
    await pause(intervals * everySeconds * 1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** The chain's entry in a book of addresses. Refuses WATCH-BOOK and DEPLOY-BOOK. */
export function bookOf(file: string, chainId: string): DeploymentBook {
  const addressBook = bookIn(file, chainId);
  if (addressBook === null) throw noBook(file, `a book with ${chainId}`, 'none');
  return addressBook;
}

export function noBook(file: string, expected: string, got: string): CliRefusal {
  const remedy = 'name the one that `stannary deploy` wrote';
  return new CliRefusal('WATCH-BOOK', 'input', { where: file, expected, got, remedy });
}

/** What was signed and is not mined yet outlives the program. Refuses WATCH-PLACE. */
export function journalIn(folder: string | undefined): { readonly journalFile?: string } {
  if (folder === undefined) return {};
  inWritable(folder, () => makeFolder(folder));
  return { journalFile: join(folder, JOURNAL_FILE) };
}

/** Refuses WATCH-PLACE. */
export function inWritable(where: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const got = (error as { code?: string }).code ?? 'an error';
    throw new CliRefusal('WATCH-PLACE', 'give-up', { where, expected: 'a folder that can be written', got });
  }
}
