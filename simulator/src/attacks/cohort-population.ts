import { defaultScenario } from '../scenario/defaults.ts';
import type { ProviderPopulation } from '../scenario/scenario.ts';
import type { AttackSetting } from './attack.ts';

/**
 * An attacker's nodes: like the scenario's first providers of a class (by default of the class that divides most of the
 * emission), but always up, each in the name of an operator of its own, for an operator's cap is no defence against whoever
 * can have many names, and neither entering nor leaving by margin.
 */
export function cohortOf(
  { economy, scenario }: Pick<AttackSetting, 'economy' | 'scenario'>,
  changes: { readonly nodes: number; readonly nodesMax?: number } & Partial<ProviderPopulation>,
): ProviderPopulation {
  const largest = economy.classes.reduce((most, one) => (one.emissionSharePpm > most.emissionSharePpm ? one : most));
  const className = changes.className ?? largest.name;
  const alike = [...scenario.providers, ...defaultScenario(economy).providers].find(
    (population) => population.className === className,
  )!;
  const nodes = Math.round(changes.nodes);
  const nodesMax = Math.max(nodes, Math.round(changes.nodesMax ?? nodes));
  return {
    ...alike,
    operators: Math.max(1, nodesMax),
    operatorSkew: 0,
    availability: 1,
    churn: null,
    cost: { revenueShare: 0, deviation: 0, variableShare: 0 },
    ...changes,
    nodes,
    nodesMax,
  };
}
