import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files above this size are skipped: one file should not be most of the corpus. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Bytes that nobody here wrote: the files under a folder (the installed dependency tree), one after the other in
 * path order, from the beginning again after the last.
 */
export class Corpus {
  readonly #paths: readonly string[];
  #file: Uint8Array = new Uint8Array(0);
  #offset = 0;
  #next = 0;
  #taking: Promise<unknown> = Promise.resolve();

  private constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  static async open(directory: string): Promise<Corpus> {
    const paths: string[] = [];
    await collect(directory, paths);
    if (paths.length === 0) throw new Error(`${directory}: expected files to work on, got an empty tree`);
    return new Corpus(paths);
  }

  get files(): number {
    return this.#paths.length;
  }

  /** The next `length` bytes, across file borders; who asks meanwhile gets those after them. */
  take(length: number): Promise<Uint8Array> {
    const taken = this.#taking.then(() => this.#read(length));
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  async #read(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (this.#offset === this.#file.length) await this.#openNext();
      const part = this.#file.subarray(this.#offset, this.#offset + length - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
    }
    return taken;
  }

  async #openNext(): Promise<void> {
    for (let tries = 0; tries <= this.#paths.length; tries += 1) {
      const path = this.#paths[this.#next % this.#paths.length]!;
      this.#next += 1;
      this.#offset = 0;
      this.#file = await readUsable(path);
      if (this.#file.length > 0) return;
    }
    throw new Error('corpus: expected readable files, got none');
  }
}

async function collect(directory: string, paths: string[]): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await collect(path, paths);
    else if (entry.isFile()) paths.push(path);
  }
}

/** The file's bytes; none of one that is too large or went away. */
async function readUsable(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    return size <= FILE_BYTES_MAX ? await readFile(path) : new Uint8Array(0);
  } catch {
    return new Uint8Array(0);
  }
}
