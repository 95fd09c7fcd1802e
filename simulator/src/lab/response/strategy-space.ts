import type { Attack } from '../../attacks/attack.ts';
import { type Axis, shareOf, valueAt } from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Point } from './pattern-search.ts';

/** What an attacker chooses of an attack: a cube that searches walk in. */
export interface StrategySpace {
  readonly names: readonly string[];
  readonly axes: readonly Axis[];
  readonly whole: readonly boolean[];
}

export type Parameters = Readonly<Record<string, number>>;

/** Ranges of more than so many times their least are walked by factors. */
const FACTORS = 20;

/** The parameters that are the attacker's, less those that are told. */
export function strategySpace(
  attack: Pick<Attack, 'parameters'>,
  scenario: Pick<Scenario, 'providers' | 'horizonEpochs'>,
  told: Parameters = {},
): StrategySpace {
  const chosen = Object.entries(attack.parameters).filter(([name, { fact }]) => fact === undefined && !(name in told));
  return {
    names: chosen.map(([name]) => name),
    axes: chosen.map(([, parameter]) => {
      const { least: low } = parameter;
      const high = Math.max(low, Math.min(parameter.most, worldly(parameter.unit, scenario)));
      return { low, high, scale: low > 0 && high > FACTORS * low ? 'logarithmic' : 'linear' };
    }),
    whole: chosen.map(([, { whole, unit }]) => whole === true || COUNTED.includes(unit)),
  };
}

const COUNTED = ['nodes', 'identities', 'epochs'];

/** Most of what is counted that makes a difference: as many nodes as all others, as many epochs as there are. */
function worldly(unit: string, { providers, horizonEpochs }: Pick<Scenario, 'providers' | 'horizonEpochs'>): number {
  if (unit === 'epochs') return horizonEpochs;
  if (!COUNTED.includes(unit)) return Number.POSITIVE_INFINITY;
  return Math.max(
    1,
    providers.reduce((sum, { nodes }) => sum + nodes, 0),
  );
}

/** Values at a point of the unit cube; whole ones are the nearest. */
export function parametersAt({ names, axes, whole }: StrategySpace, point: ArrayLike<number>): Parameters {
  const values = axes.map((axis, at) => {
    const value = valueAt(axis, point[at]!);
    return whole[at] ? Math.min(Math.floor(axis.high), Math.max(Math.ceil(axis.low), Math.round(value))) : value;
  });
  return Object.fromEntries(names.map((name, at) => [name, values[at]!]));
}

/** Where values lie in the cube; what is missing, at the attack's own value. */
export function placeOf(
  space: StrategySpace,
  { parameters }: Pick<Attack, 'parameters'>,
  values: Parameters,
): number[] {
  return space.names.map((name, at) => {
    const { low, high } = space.axes[at]!;
    return shareOf(space.axes[at]!, Math.min(high, Math.max(low, values[name] ?? parameters[name]!.value)));
  });
}

/** Points that are the same strategy have the same. */
export function keyIn(space: StrategySpace): (point: Point) => string {
  return (point) => Object.values(parametersAt(space, point)).join(' ');
}
