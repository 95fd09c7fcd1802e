import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import type { CampaignJob, CampaignPlan, JobResult } from './plan.ts';
import { identityHash, type PlanIdentity, planIdentity } from './plan-hash.ts';
import { CampaignRefusal } from './refusal.ts';

export const PLAN_FILE = 'campaign.json';
export const RESULTS_FILE = 'results.jsonl';
const FORMAT = 2;
const READ_BYTES = 1 << 20;
/** Results between two times that the disk is told to keep them. */
const SYNC_EVERY = 64;
const NEWLINE = 10;

interface StoredPlan {
  readonly format: number;
  readonly hash: string;
  readonly identity: PlanIdentity;
  readonly plan: CampaignPlan;
}

/**
 * The results of a campaign in a folder. `campaign.json` says of which; `results.jsonl` is only ever appended to, a line a
 * result: sixteen digits of the SHA-256 of the campaign's hash and what follows, then point, run, figures and series as
 * JSON. A line that is torn, damaged, or of another campaign (economy, scenario with its seed, points, code) does not count,
 * and its run is done again. It is no proof against whoever can write the folder: that one can write the sources, too. In
 * memory is only where each line is.
 */
export class ResultStore {
  readonly hash: string;
  /** Lines that do not count. */
  damaged = 0;
  readonly #file: number;
  readonly #places = new Map<string, readonly [offset: number, length: number]>();
  #end = 0;
  #unsynced = 0;

  private constructor(hash: string, file: number) {
    this.hash = hash;
    this.#file = file;
  }

  /** Makes the folder, or opens one of the same campaign. @throws CAMPAIGN-FOLDER, CAMPAIGN-STORE */
  static async open(folder: string, plan: CampaignPlan): Promise<ResultStore> {
    const identity = await planIdentity(plan);
    try {
      makeFolder(folder);
      const hash = claim(folder, identity, plan);
      const store = new ResultStore(hash, openSync(join(folder, RESULTS_FILE), 'a+'));
      store.#index();
      return store;
    } catch (error) {
      throw storeRefusal(folder, error);
    }
  }

  get size(): number {
    return this.#places.size;
  }

  has({ point, run }: CampaignJob): boolean {
    return this.#places.has(`${point} ${run}`);
  }

  read({ point, run }: CampaignJob): JobResult {
    const [offset, length] = this.#places.get(`${point} ${run}`)!;
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, offset);
    const { figures, series } = JSON.parse(bytes.toString('utf8', 17)) as JobResult;
    return { figures, series };
  }

  append({ point, run }: CampaignJob, { figures, series }: JobResult): void {
    const body = JSON.stringify({ point, run, figures, series });
    const line = Buffer.from(`${this.#checkOf(body)} ${body}\n`);
    try {
      writeWhole(this.#file, line);
      this.#unsynced += 1;
      if (this.#unsynced >= SYNC_EVERY) this.#sync();
    } catch (error) {
      throw storeRefusal(RESULTS_FILE, error);
    }
    this.#places.set(`${point} ${run}`, [this.#end, line.length - 1]);
    this.#end += line.length;
  }

  close(): void {
    this.#sync();
    closeSync(this.#file);
  }

  #sync(): void {
    fdatasyncSync(this.#file);
    this.#unsynced = 0;
  }

  /** Finds every whole line; what a crash left half written gets a line of its own. */
  #index(): void {
    const size = fstatSync(this.#file).size;
    let rest: Buffer = Buffer.alloc(0);
    for (let from = 0; from < size; from += READ_BYTES) {
      const part = Buffer.alloc(Math.min(READ_BYTES, size - from));
      readSync(this.#file, part, 0, part.length, from);
      const bytes = Buffer.concat([rest, part]);
      let start = 0;
      for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
        this.#see(bytes.toString('utf8', start, at), at - start);
        start = at + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length === 0) return;
    this.damaged += 1;
    writeWhole(this.#file, Buffer.of(NEWLINE));
    this.#end += rest.length + 1;
  }

  #see(line: string, length: number): void {
    const body = line.slice(17);
    if (line.slice(0, 17) === `${this.#checkOf(body)} `) {
      const { point, run } = JSON.parse(body) as CampaignJob;
      this.#places.set(`${point} ${run}`, [this.#end, length]);
    } else this.damaged += 1;
    this.#end += length + 1;
  }

  #checkOf(body: string): string {
    return createHash('sha256').update(`${this.hash}\n${body}`).digest('hex').slice(0, 16);
  }
}

type Write = (file: number, bytes: Uint8Array, from: number, count: number) => number;

/** All of it: a disk that is nearly full takes a part, says how much, and refuses only the rest. */
export function writeWhole(file: number, bytes: Uint8Array, write: Write = writeSync): void {
  for (let from = 0; from < bytes.length; ) from += write(file, bytes, from, bytes.length - from);
}

/** Whether a folder holds results already. */
export function holdsCampaign(folder: string): boolean {
  return existsSync(join(folder, PLAN_FILE));
}

function claim(folder: string, identity: PlanIdentity, plan: CampaignPlan): string {
  const file = join(folder, PLAN_FILE);
  const hash = identityHash(identity);
  if (!existsSync(file)) {
    const stored: StoredPlan = { format: FORMAT, hash, identity, plan };
    writeFileSync(`${file}.new`, `${JSON.stringify(stored)}\n`);
    renameSync(`${file}.new`, file);
    return hash;
  }
  const found = readPlan(file);
  if (found.hash === hash) return hash;
  const parts = Object.keys(identity) as (keyof PlanIdentity)[];
  const other = parts.filter((part) => found.identity[part] !== identity[part]);
  const got = `one with another ${other.join(', another ')}; give this one a folder of its own`;
  throw new CampaignRefusal('CAMPAIGN-FOLDER', folder, 'the results of this campaign', got);
}

function readPlan(file: string): StoredPlan {
  const refuse = (got: string, cause?: unknown) =>
    new CampaignRefusal('CAMPAIGN-FOLDER', file, `a campaign of format ${FORMAT}`, got, { cause });
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as StoredPlan;
    if (stored.format !== FORMAT) throw refuse(`format ${stored.format}`);
    if (identityHash(stored.identity) !== stored.hash) throw refuse('a hash that is not its own');
    return stored;
  } catch (error) {
    if (error instanceof CampaignRefusal || (error as { code?: string }).code !== undefined) throw error;
    throw refuse('something else', error);
  }
}

function storeRefusal(where: string, error: unknown): unknown {
  if (error instanceof CampaignRefusal) return error;
  const { code } = error as { code?: string };
  if (code === undefined) return error;
  return new CampaignRefusal('CAMPAIGN-STORE', where, 'a folder that can be read and written', code, { cause: error });
}
