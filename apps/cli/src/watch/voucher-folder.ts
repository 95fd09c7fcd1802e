import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@stannary/simulator/lab';
import { CliRefusal } from '../refusal.ts';
import { inWritable } from './looking.ts';

export interface VoucherFile {
  readonly file: string;
  /** Null: it went away. */
  readonly text: string | null;
}

/** Of a tower's copies, in its `--data`. */
export const COPIES_FOLDER = 'vouchers';
/** A voucher with a wallet's longest signature takes 5,000 characters. */
const BYTES_MAX = 16_384;
/** All are read at every look. */
const FILES_MAX = 10_000;

/**
 * Where payees hand their vouchers over, `*.json`, and where the tower keeps its own copies of the best, so that a file that
 * was replaced by a worse one does not count after a restart either.
 */
export class VoucherFolder {
  readonly #folder: string;
  readonly #copies: string | null;
  /** Hash of its text, by file. */
  readonly #seen = new Map<string, string>();
  #overfull: CliRefusal | null = null;

  constructor(folder: string, copies: string | null) {
    this.#folder = folder;
    this.#copies = copies;
  }

  /** Refuses WATCH-VOUCHER where there is no such folder. */
  check(): void {
    filesIn(this.#folder, false);
  }

  /** WATCH-VOUCHER where the last call left files out: of too many the first by name are read. */
  get overfull(): CliRefusal | null {
    return this.#overfull;
  }

  /**
   * Files that are new, changed or gone since the last call, the tower's copies first. Refuses WATCH-VOUCHER for a folder that
   * is none.
   */
  changed(): VoucherFile[] {
    const copies = this.#copies === null ? [] : filesIn(this.#copies, true);
    const handed = filesIn(this.#folder, false);
    this.#overfull = handed.length > FILES_MAX ? tooMany(this.#folder, handed.length) : null;
    const files = new Set([...copies, ...handed.slice(0, FILES_MAX)]);
    const changed = [...files].flatMap((file) => {
      const text = textOf(file);
      if (text === null || this.#seen.get(file) === hashOf(text)) return [];
      this.#seen.set(file, hashOf(text));
      return [{ file, text }];
    });
    const gone = [...this.#seen.keys()].filter((file) => !files.has(file));
    for (const file of gone) this.#seen.delete(file);
    return [...changed, ...gone.map((file) => ({ file, text: null }))];
  }

  /** Keeps a channel's best voucher, whole or not at all. Refuses WATCH-PLACE. */
  keep(channelId: string, text: string): void {
    if (this.#copies === null) return;
    const folder = this.#copies;
    const copy = join(folder, `${channelId}.json`);
    inWritable(copy, () => {
      makeFolder(folder);
      writeFileSync(`${copy}.new`, text);
      renameSync(`${copy}.new`, copy);
    });
    this.#seen.set(copy, hashOf(text));
  }

  /** Of a channel that is closed. */
  drop(channelId: string): void {
    if (this.#copies !== null) rmSync(join(this.#copies, `${channelId}.json`), { force: true });
  }
}

function filesIn(folder: string, mayBeMissing: boolean): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    if (mayBeMissing && codeOf(error) === 'ENOENT') return [];
    throw new CliRefusal('WATCH-VOUCHER', 'input', {
      where: folder,
      expected: 'a folder of vouchers',
      got: codeOf(error),
    });
  }
}

function tooMany(where: string, count: number): CliRefusal {
  return new CliRefusal('WATCH-VOUCHER', 'input', {
    where,
    expected: `at most ${FILES_MAX} files`,
    got: `${count}; the rest is not read`,
  });
}

/** Null where the file went away meanwhile; a file that is too large, is none or cannot be read is no JSON. */
function textOf(file: string): string | null {
  try {
    // Without waiting: a pipe would hold the tower up until somebody writes.
    return textIn(openSync(file, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : '';
  }
}

/** Closes it. */
function textIn(descriptor: number): string {
  try {
    if (!fstatSync(descriptor).isFile()) return '';
    const bytes = Buffer.alloc(BYTES_MAX + 1);
    const size = readSync(descriptor, bytes);
    return size > BYTES_MAX ? '' : bytes.toString('utf8', 0, size);
  } finally {
    closeSync(descriptor);
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'an error';
}
