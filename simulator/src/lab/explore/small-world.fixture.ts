import { loadEconomy, type Override } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import { defaultScenario } from '../../scenario/defaults.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { economySource } from '../campaign/run-campaign.ts';
import type { ExploreSetting } from './setting.ts';

/** The reference economy with forty nodes, over a day and a bit: margins need an era's end. */
export async function smallSetting(runs: number, set: readonly Override[] = []): Promise<ExploreSetting> {
  const all: readonly Override[] = [['assumptions.nodes', '40'], ...set];
  const source = await economySource('reference', all);
  const { policies } = await loadEconomy('reference', { set: all });
  return { source, policy: policies[0], scenarioOf, firstRun: 0, runs };
}

function scenarioOf(economy: Economy): Scenario {
  return { ...defaultScenario(economy), horizonEpochs: 26 };
}
