import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { requireModules } from '../campaign/plan-hash.ts';
import { CampaignRefusal } from '../campaign/refusal.ts';
import { unlessAborted } from '../campaign/unless-aborted.ts';
import { type Answer, ownThread, threads, type Workplace } from '../campaign/workplace.ts';
import { QueueDatabase, type TakenJob } from './queue-database.ts';

export interface QueueWorkerOptions {
  /** Threads; 0: this one. Default: one a core. */
  readonly workers?: number;
  /** Stops: jobs at work are given back. */
  readonly signal: AbortSignal;
  readonly onJob?: (job: { readonly hash: string; readonly point: number; readonly run: number }) => void;
}

const IDLE_MS = 500;
const ALIVE_MS = 10_000;
/** Plans whose threads are kept: two campaigns may take turns. */
const PLANS_MAX = 2;

/** Does the jobs of a queue until it is stopped. @throws CAMPAIGN-QUEUE, CAMPAIGN-MODULE */
export async function workQueue(url: string, options: QueueWorkerOptions): Promise<void> {
  const { workers = availableParallelism(), signal } = options;
  const database = await QueueDatabase.open(url);
  const places = new Workplaces(database, workers);
  try {
    const lanes = Array.from({ length: Math.max(1, workers) }, () => lane(database, places, options));
    await Promise.all(lanes);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await places.close();
    await database.close();
  }
}

async function lane(database: QueueDatabase, places: Workplaces, { signal, onJob }: QueueWorkerOptions): Promise<void> {
  while (!signal.aborted) {
    const job = await database.take();
    if (job === null) {
      await pause(IDLE_MS, undefined, { signal }).catch(() => {});
      continue;
    }
    const answer = await answered(database, job, places, signal).catch(async (refusal) => {
      // What this machine cannot do another may: it need not wait until this one counts as dead.
      await database.giveBack(job);
      throw refusal;
    });
    if (answer === null) await database.giveBack(job);
    else {
      await database.answer(job, answer);
      onJob?.(job);
    }
  }
}

/** Null where the worker was stopped first. */
async function answered(
  database: QueueDatabase,
  job: TakenJob,
  places: Workplaces,
  signal: AbortSignal,
): Promise<Answer | null> {
  const alive = setInterval(() => void database.keepAlive(job).catch(() => {}), ALIVE_MS);
  try {
    const workplace = await places.of(job.hash);
    const result = await unlessAborted(workplace.perform({ number: 0, point: job.point, run: job.run }), signal);
    return { result };
  } catch (error) {
    if (signal.aborted) return null;
    // What is the run's own fault is its answer; a thread that died is not.
    if (!(error instanceof CampaignRefusal) || !['CAMPAIGN-JOB', 'CAMPAIGN-BUG'].includes(error.code)) throw error;
    const { code, where, expected, got } = error;
    return { refused: { code, where, expected, got } };
  } finally {
    clearInterval(alive);
  }
}

/** The threads of the plans at work. */
class Workplaces {
  readonly #database: QueueDatabase;
  readonly #workers: number;
  readonly #all = new Map<string, Promise<Workplace>>();

  constructor(database: QueueDatabase, workers: number) {
    this.#database = database;
    this.#workers = workers;
  }

  async of(hash: string): Promise<Workplace> {
    const known = this.#all.get(hash) ?? this.#open(hash);
    this.#all.delete(hash);
    this.#all.set(hash, known);
    known.catch(() => this.#all.delete(hash));
    for (const [old, workplace] of this.#all) {
      if (this.#all.size <= PLANS_MAX) break;
      this.#all.delete(old);
      void workplace.then((one) => one.close('finish'));
    }
    return known;
  }

  async close(): Promise<void> {
    for (const workplace of this.#all.values()) await (await workplace).close('cut');
  }

  async #open(hash: string): Promise<Workplace> {
    const { modules, ...plan } = await this.#database.plan(hash);
    requireModules(plan, modules);
    return this.#workers === 0 ? ownThread(plan) : threads(plan, this.#workers);
  }
}
