import { settingOf } from '../../attacks/plan.ts';
import { levelsOf } from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { withScenario } from '../campaign/with-scenario.ts';
import type { BestResponse, ResponsePlan, Strategy } from './best-response.ts';
import { closedScore } from './objective.ts';
import { type Parameters, parametersAt, placeOf, strategySpace } from './strategy-space.ts';

/** Strategies over one parameter, the others at the best response. */
export interface Profile {
  readonly parameter: string;
  readonly unit: string;
  readonly at: readonly number[];
  readonly strategies: readonly Strategy[];
}

const LEVELS = 7;

/**
 * What a picture of profit is drawn over: the parameter over which it moves most by what the search tried, or `over` one;
 * null where an attacker chooses nothing.
 */
export function profileStrategies(
  response: Pick<BestResponse, 'hunt' | 'parameters' | 'trail'>,
  plan: Pick<ResponsePlan, 'economy' | 'scenario'>,
  { over, levels = LEVELS }: { readonly over?: string; readonly levels?: number } = {},
): Profile | null {
  const parameter = over ?? mainParameter(response, plan);
  if (parameter === null) return null;
  const { hunt, parameters } = response;
  const all = valuesOf(response, parameter, plan.scenario, levels);
  return {
    parameter,
    unit: hunt.attack.parameters[parameter]!.unit,
    at: all,
    strategies: all.map((value) => ({ hunt, parameters: { ...parameters, [parameter]: value } })),
  };
}

/** Even steps of the search's own scale, and the best response's value among them. */
function valuesOf(
  { hunt, parameters }: Pick<BestResponse, 'hunt' | 'parameters'>,
  parameter: string,
  scenario: Scenario,
  levels = LEVELS,
): number[] {
  const { attack } = hunt;
  const others = Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== parameter));
  const space = strategySpace(attack, scenario, others);
  const places = levelsOf({ low: 0, high: 1, scale: 'linear' }, levels);
  const at = places.map((place) => parametersAt(space, [place])[parameter]!);
  const best = parameters[parameter];
  return [...new Set(best === undefined ? at : [...at, best])].sort((a, b) => a - b);
}

function mainParameter(
  response: Pick<BestResponse, 'hunt' | 'parameters' | 'trail'>,
  { economy, scenario }: Pick<ResponsePlan, 'economy' | 'scenario'>,
): string | null {
  const { hunt, parameters, trail } = response;
  const { attack } = hunt;
  const space = strategySpace(attack, scenario);
  const world = withScenario(scenario, hunt.changes);
  const spread = (name: string): number => {
    const values = valuesOf(response, name, scenario).map((value) => {
      const all: Parameters = { ...parameters, [name]: value };
      return closedScore(attack, settingOf(economy, world, { attack, parameters: all }))?.profit ?? null;
    });
    const known = values.filter((value) => value !== null);
    if (known.length > 0) return Math.max(...known) - Math.min(...known);
    return correlation(
      trail.map((one) => [placeOf(space, attack, one.parameters)[space.names.indexOf(name)]!, one.profit]),
    );
  };
  const spreads = space.names.map((name) => [name, spread(name)] as const);
  return spreads.reduce<readonly [string | null, number]>(
    (a, b) => (b[1] > a[1] ? b : a),
    [space.names[0] ?? null, 0],
  )[0];
}

/** How much of the profit's spread goes with the parameter: squared correlation over what was tried. */
function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[of], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (term: (pair: readonly [number, number]) => number) => pairs.reduce((all, pair) => all + term(pair), 0);
  const [xx, yy, xy] = [sum(([a]) => (a - x) ** 2), sum(([, b]) => (b - y) ** 2), sum(([a, b]) => (a - x) * (b - y))];
  return xx * yy === 0 ? 0 : (xy * xy) / (xx * yy);
}
