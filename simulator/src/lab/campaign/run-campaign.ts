import { join } from 'node:path';
import { loadEconomy } from '@stannary/economies';
import { performerOf } from './perform.ts';
import type { CampaignJob, CampaignPlan, EconomySource, JobResult } from './plan.ts';
import { identityHash, planIdentity } from './plan-hash.ts';
import { CampaignRefusal } from './refusal.ts';
import { ResultStore } from './store.ts';
import { unlessAborted } from './unless-aborted.ts';
import { ownThread, threads, type Workplace } from './workplace.ts';

export interface CampaignOptions {
  /** Worker threads; 0 runs all in this one. Default: one a core. */
  readonly workers?: number;
  /** Other places of work than threads, as a queue is. `workers` means nothing then. */
  readonly workplace?: (plan: CampaignPlan) => Promise<Workplace>;
  /** Where results are kept as they come, so that an interrupted campaign goes on. Default: nowhere. */
  readonly folder?: string;
  /** A folder of many campaigns, each in one of its own by what it is. Default: none. */
  readonly shelf?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
  /** In the order of the jobs, whatever the number of workers: what is summed in it is the same to the bit. */
  readonly onResult: (job: CampaignJob, result: JobResult) => void | Promise<void>;
}

/** The text of an economy file and of all that it extends. @throws EconomyRefusal */
export async function economySource(entry: string, set: EconomySource['set'] = []): Promise<EconomySource> {
  const texts: Record<string, string> = {};
  const { readFile } = await import('node:fs/promises');
  const readText = async (path: string) => {
    try {
      texts[path] = await readFile(path, 'utf8');
    } catch {
      return null;
    }
    return texts[path];
  };
  await loadEconomy(entry, { set, readText });
  return { entry, texts, set };
}

/** Of one campaign: each has a place in memory, and the results of so many take gigabytes of disk. */
const JOBS_MAX = 10_000_000;

/** Jobs begun before the one that is delivered next, for each place of work: the bound of what waits for its turn. */
const AHEAD = 8;

/**
 * Does all jobs of a plan. Of several that fail the first in their order is thrown, whatever the workers; jobs that are at
 * work by then are finished and kept.
 * @throws CampaignRefusal; EconomyRefusal; AbortError when the signal says so, with what was done kept in the folder
 */
export async function runCampaign(plan: CampaignPlan, options: CampaignOptions): Promise<void> {
  options.signal?.throwIfAborted();
  checkJobs(plan);
  const folder = await folderFor(plan, options);
  const store = folder === undefined ? null : await ResultStore.open(folder, plan);
  const jobs = jobsOf(plan);
  try {
    const isDone = store !== null && jobs.every((job) => store.has(job));
    const workplace = isDone ? null : await workplaceFor(plan, options);
    await deliver(jobs, workplace, store, options);
  } finally {
    store?.close();
  }
}

async function folderFor(plan: CampaignPlan, { folder, shelf }: CampaignOptions): Promise<string | undefined> {
  if (folder !== undefined || shelf === undefined) return folder;
  return join(shelf, identityHash(await planIdentity(plan)).slice(0, 32));
}

/** @throws CAMPAIGN-SIZE */
function checkJobs({ points, runs }: CampaignPlan): void {
  const jobs = points.length * runs;
  if (jobs <= JOBS_MAX) return;
  const got = `${points.length} × ${runs} = ${jobs}`;
  throw new CampaignRefusal('CAMPAIGN-SIZE', 'points × runs', `at most ${JOBS_MAX}`, got);
}

function jobsOf({ points, firstRun, runs }: CampaignPlan): CampaignJob[] {
  return Array.from({ length: points.length * runs }, (_, number) => {
    return { number, point: Math.floor(number / runs), run: firstRun + (number % runs) };
  });
}

async function workplaceFor(plan: CampaignPlan, { workers, workplace }: CampaignOptions): Promise<Workplace> {
  if (workplace !== undefined) return workplace(plan);
  if (workers === 0) return ownThread(plan);
  // Threads load their code meanwhile; a plan that cannot be carried out is refused here all the same, before any job.
  const place = threads(plan, workers);
  try {
    await performerOf(plan);
  } catch (refusal) {
    await place.close('cut');
    throw refusal;
  }
  return place;
}

async function deliver(
  jobs: readonly CampaignJob[],
  workplace: Workplace | null,
  store: ResultStore | null,
  { signal, onProgress, onResult }: CampaignOptions,
): Promise<void> {
  const begun = new Map<number, Promise<JobResult>>();
  const ahead = workplace === null || workplace.places === 1 ? 1 : workplace.places * AHEAD;
  let next = 0;
  let how: 'finish' | 'cut' = 'cut';
  try {
    for (const job of jobs) {
      for (; next < jobs.length && next < job.number + ahead; next += 1) {
        const one = resultOf(jobs[next]!, workplace, store);
        // Its turn comes, or never: then nobody waits for it.
        one.catch(() => {});
        begun.set(next, one);
      }
      const result = await unlessAborted(begun.get(job.number)!, signal).catch((error: unknown) => {
        how = signal?.aborted === true ? 'cut' : 'finish';
        throw error;
      });
      begun.delete(job.number);
      await onResult(job, result);
      onProgress?.(job.number + 1, jobs.length);
      signal?.throwIfAborted();
    }
  } finally {
    await workplace?.close(how);
  }
}

async function resultOf(job: CampaignJob, workplace: Workplace | null, store: ResultStore | null): Promise<JobResult> {
  if (store?.has(job) === true) return store.read(job);
  const result = await workplace!.perform(job);
  store?.append(job, result);
  return result;
}
