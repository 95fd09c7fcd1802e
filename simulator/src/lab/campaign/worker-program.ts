import { parentPort, workerData } from 'node:worker_threads';
import { performerOf } from './perform.ts';
import type { CampaignJob, CampaignPlan } from './plan.ts';
import { CampaignRefusal } from './refusal.ts';
import type { Answer } from './workplace.ts';

// One worker thread: a job comes, its result goes.

const ready = performerOf(workerData as CampaignPlan);
// A plan that no performer could be made of fails the first job, not the thread.
ready.catch(() => {});

parentPort!.on('message', async (job: CampaignJob) => {
  parentPort!.postMessage(await answerTo(job));
});

async function answerTo(job: CampaignJob): Promise<Answer> {
  try {
    const perform = await ready;
    return { result: await perform(job) };
  } catch (error) {
    if (!(error instanceof CampaignRefusal)) throw error;
    const { code, where, expected, got } = error;
    return { refused: { code, where, expected, got } };
  }
}
