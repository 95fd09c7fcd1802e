import { setTimeout as pause } from 'node:timers/promises';
import type { CampaignJob, CampaignPlan, JobResult } from '../campaign/plan.ts';
import { identityHash, modulesOf, planIdentity } from '../campaign/plan-hash.ts';
import { refusalOf, type Workplace } from '../campaign/workplace.ts';
import { QueueDatabase } from './queue-database.ts';

/** Jobs published at once: as many machines as anybody has are kept busy. */
const PLACES = 64;
const LOOK_MS = 200;
/** As long as a worker may leave a campaign without an answer before somebody should look for it. */
const SILENT_MS = 10_000;

export interface QueueOptions {
  /** Told once in each silence: no worker has answered for so long while jobs wait. */
  readonly onSilence?: (seconds: number) => void;
  /** Default 10 s. */
  readonly silentMs?: number;
}

interface Wanted {
  readonly job: CampaignJob;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (refusal: unknown) => void;
  isPublished: boolean;
}

/** Other machines, which `workQueue` runs on. What they have answered already is not asked for again. @throws CAMPAIGN-QUEUE */
export async function queueWorkplace(url: string, plan: CampaignPlan, options: QueueOptions = {}): Promise<Workplace> {
  const hash = identityHash(await planIdentity(plan));
  const database = await QueueDatabase.open(url);
  await database.putPlan(hash, { ...plan, modules: modulesOf(plan) });
  const wanted = new Map<string, Wanted>();
  const stop = new AbortController();
  const looking = look(database, hash, wanted, stop.signal, new Silence(options));
  return {
    places: PLACES,
    perform: (job) =>
      new Promise((resolve, reject) => {
        wanted.set(keyOf(job), { job, resolve, reject, isPublished: false });
      }),
    close: async () => {
      stop.abort();
      await looking;
      await database.close();
    },
  };
}

async function look(
  database: QueueDatabase,
  hash: string,
  wanted: Map<string, Wanted>,
  signal: AbortSignal,
  silence: Silence,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const answered = wanted.size > 0 ? await lookOnce(database, hash, wanted) : 0;
      silence.heard(answered > 0 || wanted.size === 0);
    } catch (refusal) {
      for (const { reject } of wanted.values()) reject(refusal);
      wanted.clear();
    }
    await pause(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** How many were answered. */
async function lookOnce(database: QueueDatabase, hash: string, wanted: Map<string, Wanted>): Promise<number> {
  const jobs = [...wanted.values()];
  const answers = await database.answers(
    hash,
    jobs.map(({ job }) => job),
  );
  for (const { answer, ...job } of answers) {
    const one = wanted.get(keyOf(job));
    wanted.delete(keyOf(job));
    if ('result' in answer) one?.resolve(answer.result);
    else one?.reject(refusalOf(answer.refused));
  }
  const fresh = [...wanted.values()].filter(({ isPublished }) => !isPublished);
  if (fresh.length === 0) return answers.length;
  await database.publish(fresh.map(({ job: { point, run } }) => ({ hash, point, run })));
  for (const one of fresh) one.isPublished = true;
  return answers.length;
}

/** How long nobody has answered. */
class Silence {
  readonly #onSilence: (seconds: number) => void;
  readonly #silentMs: number;
  #sinceMs = performance.now();
  #isTold = false;

  constructor({ onSilence = () => {}, silentMs = SILENT_MS }: QueueOptions) {
    this.#onSilence = onSilence;
    this.#silentMs = silentMs;
  }

  heard(isAnswered: boolean): void {
    const nowMs = performance.now();
    if (isAnswered) {
      this.#sinceMs = nowMs;
      this.#isTold = false;
    }
    const silentMs = nowMs - this.#sinceMs;
    if (this.#isTold || silentMs < this.#silentMs) return;
    this.#isTold = true;
    this.#onSilence(silentMs / 1_000);
  }
}

function keyOf({ point, run }: Pick<CampaignJob, 'point' | 'run'>): string {
  return `${point} ${run}`;
}
