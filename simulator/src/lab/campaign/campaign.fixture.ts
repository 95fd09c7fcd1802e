import { loadEconomy } from '@stannary/economies';
import { defaultScenario } from '../../scenario/defaults.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { type CampaignPlan, type JobResult, NO_CHANGE } from './plan.ts';
import { type CampaignOptions, economySource, runCampaign } from './run-campaign.ts';

const { economy } = await loadEconomy('reference');
const source = await economySource('reference');
export const SCENARIO: Scenario = { ...defaultScenario(economy), horizonEpochs: 24 };

/** One day of the reference, in this thread. */
export function planOf(changes: Partial<CampaignPlan> = {}): CampaignPlan {
  const whole = { name: 'a test', kind: 'simulate', scenario: SCENARIO, points: [NO_CHANGE], firstRun: 0, runs: 1 };
  return { ...whole, economy: source, ...changes };
}

/** Results in the order in which they come. */
export async function resultsOf(plan: CampaignPlan, options: Partial<CampaignOptions> = {}): Promise<JobResult[]> {
  const results: JobResult[] = [];
  await runCampaign(plan, { workers: 0, onResult: (_, result) => void results.push(result), ...options });
  return results;
}
