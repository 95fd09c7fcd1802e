import { changePolicy, type Override, type Policy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import { checkScenario } from '../../scenario/check.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { EconomySource, Json, Point } from '../campaign/plan.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import { ExploreRefusal } from './refusal.ts';

/** What is explored: an economy in a world, over some of its runs. */
export interface ExploreSetting {
  readonly source: EconomySource;
  /** The source's first version. */
  readonly policy: Policy;
  /**
   * The world of an economy. It follows from the economy's assumptions where nobody said otherwise, so a variant that
   * assumes something else is explored in another world.
   */
  readonly scenarioOf: (economy: Economy) => Scenario;
  /** Names of the populations of its providers, in their order. Default: their classes. */
  readonly populations?: readonly string[];
  /** The economy in whose revenue and prices the world's costs and demand are told. Default: the policy's. */
  readonly anchor?: Economy;
  readonly firstRun: number;
  readonly runs: number;
}

/** Fields moved, as a campaign is told. */
export interface Change {
  readonly economy: readonly Override[];
  readonly scenario: Readonly<Record<string, Json>>;
}

export const AS_IT_STANDS: Change = { economy: [], scenario: {} };

/**
 * The point of a campaign at which economy and world are changed so.
 * @throws ExploreRefusal EXPLORE-POINT where the file, the world or the kernel would refuse it
 */
export function pointOf(setting: ExploreSetting, change: Change): Point {
  const { policy, anchor = policy.economy, scenarioOf } = setting;
  const base = scenarioOf(policy.economy);
  try {
    const { economy } = change.economy.length === 0 ? policy : changePolicy(policy, change.economy);
    const scenario = { ...followingChanges(base, heldWorld(anchor, economy, scenarioOf(economy))), ...change.scenario };
    checkScenario(economy, withScenario(base, scenario));
    return { economy: change.economy, scenario, options: {} };
  } catch (error) {
    const { message, refusalClass } = error as { message: string; refusalClass?: string };
    if (refusalClass === undefined) throw error;
    throw new ExploreRefusal('EXPLORE-POINT', changeText(change), 'an economy and a world that can be run', message);
  }
}

/**
 * A scenario tells what nodes cost in shares of the revenue that the economy promises, and what is wanted at its first
 * price. Electricity does not get cheaper because the take rises, nor demand larger because the first price does: under
 * another economy both stay, in credits, what they were under the anchor.
 */
export function heldWorld(anchor: Economy, economy: Economy, scenario: Scenario): Scenario {
  const costScale = nodeRevenue(anchor) / nodeRevenue(economy);
  const priceScale = economy.price.initialMicrograinsPerNcuS / anchor.price.initialMicrograinsPerNcuS;
  if (!(costScale > 0 && Number.isFinite(costScale)) || (costScale === 1 && priceScale === 1)) return scenario;
  const { demand } = scenario;
  return {
    ...scenario,
    demand: { ...demand, utilisation: demand.utilisation * priceScale ** -demand.elasticity },
    providers: scenario.providers.map((one) => ({
      ...one,
      cost: { ...one.cost, revenueShare: one.cost.revenueShare * costScale },
    })),
  };
}

/** What a node is promised for its capacity: at the first price, at the target utilisation, after the take. */
function nodeRevenue({ price, take }: Economy): number {
  const earnedPpm = 1_000_000 - take.burnPpm - take.insurancePpm - take.treasuryPpm;
  return price.initialMicrograinsPerNcuS * price.targetUtilisationPpm * earnedPpm;
}

/** What a change of the economy changes in the world that it describes. */
function followingChanges(before: Scenario, after: Scenario): Record<string, Json> {
  const entries = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Scenario]),
  );
  return Object.fromEntries(entries) as Record<string, Json>;
}

/** Of one change, in a message. */
const FIELDS_SHOWN = 6;

function changeText({ economy, scenario }: Change): string {
  const fields = [
    ...economy,
    ...Object.entries(scenario).map(([path, value]) => [path, JSON.stringify(value)] as const),
  ];
  const shown = fields.slice(0, FIELDS_SHOWN).map(([path, text]) => `${path}=${text}`);
  const more = fields.length > FIELDS_SHOWN ? [`and ${fields.length - FIELDS_SHOWN} more`] : [];
  return fields.length === 0 ? 'as it stands' : [...shown, ...more].join(', ');
}
