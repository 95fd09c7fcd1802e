import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { performerOf } from './perform.ts';
import type { CampaignJob, CampaignPlan, JobResult } from './plan.ts';
import { CampaignRefusal, type CampaignRefusalCode } from './refusal.ts';

/** Where jobs are done: in this thread, in others, or on other machines. */
export interface Workplace {
  /** Jobs that it can work at at once. */
  readonly places: number;
  /** A job that was dropped by `close` never resolves. @throws CampaignRefusal */
  perform(job: CampaignJob): Promise<JobResult>;
  /** Takes no more jobs; those at work are finished, or cut off. */
  close(how: 'finish' | 'cut'): Promise<void>;
}

/** This thread, one job after the other; signals are heard in between. */
export async function ownThread(plan: CampaignPlan): Promise<Workplace> {
  const perform = await performerOf(plan);
  return {
    places: 1,
    perform: async (job) => {
      await new Promise((resume) => setImmediate(resume));
      return perform(job);
    },
    close: async () => {},
  };
}

/** What a worker thread answers: a result, or the parts of a refusal. */
export type Answer =
  | { readonly result: JobResult }
  | { readonly refused: { code: CampaignRefusalCode; where: string; expected: string; got: string } };

interface Waiting {
  readonly job: CampaignJob;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (refusal: unknown) => void;
}

/** One worker thread a core, or as many as are asked for. Each loads the plan once. */
export function threads(plan: CampaignPlan, count = availableParallelism()): Workplace {
  const waiting: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  let isClosed = false;
  let whenQuiet = (): void => {};
  const next = (worker: Worker): void => {
    const one = isClosed ? undefined : waiting.shift();
    if (one === undefined) {
      idle.push(worker);
      if (busy.size === 0) whenQuiet();
      return;
    }
    busy.set(worker, one);
    worker.postMessage(one.job);
  };
  const fail = (worker: Worker, cause: unknown): void => {
    const one = busy.get(worker);
    busy.delete(worker);
    const got = cause instanceof Error ? cause.message : `exit status ${cause}`;
    const where = one === undefined ? 'a worker' : `the worker of point ${one.job.point}, run ${one.job.run}`;
    const refusal = new CampaignRefusal('CAMPAIGN-WORKER', where, 'a worker that goes on', got, { cause });
    for (const lost of one === undefined ? waiting.splice(0) : [one]) lost.reject(refusal);
    if (busy.size === 0) whenQuiet();
  };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./worker-program.ts', import.meta.url), { workerData: plan });
    worker.on('message', (answer: Answer) => {
      const one = busy.get(worker)!;
      busy.delete(worker);
      if ('result' in answer) one.resolve(answer.result);
      else one.reject(refusalOf(answer.refused));
      next(worker);
    });
    worker.on('error', (error) => fail(worker, error));
    worker.on('exit', (status) => {
      if (!isClosed) fail(worker, status);
    });
    idle.push(worker);
    return worker;
  });
  return {
    places: count,
    perform: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        const worker = idle.pop();
        if (worker !== undefined) next(worker);
      }),
    close: async (how) => {
      isClosed = true;
      waiting.splice(0);
      if (how === 'finish' && busy.size > 0) await new Promise<void>((resolve) => (whenQuiet = resolve));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

export function refusalOf(parts: Extract<Answer, { refused: unknown }>['refused']): CampaignRefusal {
  return new CampaignRefusal(parts.code, parts.where, parts.expected, parts.got);
}
