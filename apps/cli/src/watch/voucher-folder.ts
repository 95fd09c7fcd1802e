import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliRefusal } from '../refusal.ts';

export interface VoucherFile {
  readonly file: string;
  readonly text: string;
}

/** Of a tower's copies, in its `--data`. */
export const COPIES_FOLDER = 'vouchers';
/** A voucher with a wallet's longest signature takes 5,000 characters. */
const BYTES_MAX = 65_536;

/**
 * Where payees hand their vouchers over, `*.json`, and where the tower keeps its own copies of the best, so that a file that
 * was replaced by a worse one does not count after a restart either.
 */
export class VoucherFolder {
  readonly #folder: string;
  readonly #copies: string | null;
  readonly #seen = new Map<string, string>();

  constructor(folder: string, copies: string | null) {
    this.#folder = folder;
    this.#copies = copies;
  }

  /** Refuses WATCH-VOUCHER where there is no such folder. */
  check(): void {
    filesIn(this.#folder, false);
  }

  /** Files that are new or changed since the last call, the tower's copies first. Refuses WATCH-VOUCHER for a folder that is none. */
  changed(): VoucherFile[] {
    const copies = this.#copies === null ? [] : filesIn(this.#copies, true);
    return [...copies, ...filesIn(this.#folder, false)].flatMap((file) => {
      const text = textOf(file);
      if (text === null || this.#seen.get(file) === text) return [];
      this.#seen.set(file, text);
      return [{ file, text }];
    });
  }

  /** Keeps a channel's best voucher, whole or not at all. */
  keep(channelId: string, text: string): void {
    if (this.#copies === null) return;
    const copy = join(this.#copies, `${channelId}.json`);
    try {
      mkdirSync(this.#copies, { recursive: true });
      writeFileSync(`${copy}.new`, text);
      renameSync(`${copy}.new`, copy);
    } catch (error) {
      throw new CliRefusal('WATCH-PLACE', 'give-up', {
        where: copy,
        expected: 'a folder that can be written',
        got: codeOf(error),
      });
    }
    this.#seen.set(copy, text);
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

/** Null where the file went away meanwhile; a file that is too large or cannot be read is no JSON. */
function textOf(file: string): string | null {
  try {
    return statSync(file).size > BYTES_MAX ? '' : readFileSync(file, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : '';
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'an error';
}
