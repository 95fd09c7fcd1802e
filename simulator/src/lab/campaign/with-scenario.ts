import { SimulationRefusal } from '../../refusal.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Json } from './plan.ts';

/** A scenario with fields changed by path. @throws SimulationRefusal SIMULATION-FIELD where it has no such field */
export function withScenario(scenario: Scenario, changes: Readonly<Record<string, Json>>): Scenario {
  const changed = structuredClone(scenario) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
    const last = steps.pop()!;
    let at = changed;
    for (const step of steps) at = (at?.[step] ?? {}) as Record<string, unknown>;
    if (!Object.hasOwn(at, last))
      throw new SimulationRefusal('SIMULATION-FIELD', path, 'a field of the scenario', path);
    at[last] = value;
  }
  return changed as unknown as Scenario;
}
