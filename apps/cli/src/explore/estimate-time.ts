import { availableParallelism } from 'node:os';
import { type ExploreSetting, evaluateOnce, type Metric } from '@stannary/simulator/lab';
import { durationText } from './table.ts';

/** How long so many runs will take, by one of each kind in this thread: in words. */
export async function timeNeeded(
  setting: ExploreSetting,
  metrics: readonly Metric[],
  jobs: number,
  workers: number | undefined,
): Promise<string> {
  const began = performance.now();
  const tried = await evaluateOnce(setting, metrics);
  const eachMs = (performance.now() - began) / tried;
  const threads = Math.max(1, workers ?? availableParallelism());
  const threadsText = threads === 1 ? 'one worker' : `${threads} workers`;
  return `${durationText((eachMs * jobs) / threads / 1_000)} with ${threadsText}`;
}
