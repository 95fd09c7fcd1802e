import { readFile, rename, writeFile } from 'node:fs/promises';

interface ProgressRow {
  /** Requests bought. */
  readonly bought: number;
  /** Every task that was done up to here has been looked at. */
  readonly checkedThroughMs: number;
}

/**
 * What a consumer bought and looked at, kept across restarts: no request is bought twice (but those whose purchase was
 * cut off), no result disputed twice.
 */
export class Progress {
  readonly #file: string;
  #row: ProgressRow;
  #written: ProgressRow;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, row: ProgressRow) {
    this.#file = file;
    this.#row = row;
    this.#written = row;
  }

  static async open(file: string): Promise<Progress> {
    const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<ProgressRow>;
    return new Progress(file, { bought: 0, checkedThroughMs: 0, ...kept });
  }

  get bought(): number {
    return this.#row.bought;
  }

  get checkedThroughMs(): number {
    return this.#row.checkedThroughMs;
  }

  /** Resolves when the file says so. Buying and checking write side by side: one file, one writer at a time. */
  write(change: Partial<ProgressRow>): Promise<void> {
    this.#row = { ...this.#row, ...change };
    this.#writing = this.#writing.then(() => this.#save());
    return this.#writing;
  }

  async #save(): Promise<void> {
    const row = this.#row;
    if (row.bought === this.#written.bought && row.checkedThroughMs === this.#written.checkedThroughMs) return;
    await writeFile(`${this.#file}.new`, JSON.stringify(row));
    await rename(`${this.#file}.new`, this.#file);
    this.#written = row;
  }
}
