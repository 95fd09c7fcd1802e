import { measuredField, measuredPaths, type Policy } from '@stannary/economies';
import { type Axis, valueAt } from '../../experiments/index.ts';
import { economyNumber, type MovedNumber, type NamedField, namedField } from '../scenario/moved-field.ts';
import { readRangeText } from '../scenario/sweep.ts';
import { ExploreRefusal } from './refusal.ts';
import type { Change, ExploreSetting } from './setting.ts';

/** A field of economy or scenario and the range it is moved in. */
export interface ExploredField {
  readonly path: string;
  readonly of: NamedField['of'];
  /** Where the scenario holds it; of the economy the path. */
  readonly key: string;
  /** As written: where it stands, and its ends. */
  readonly here: string;
  readonly low: string;
  readonly high: string;
  /** In the unit that the field is kept in. */
  readonly axis: Axis;
  /** Where it stands, on the axis; null where that is outside. */
  readonly at: number | null;
  /** The text at a share of the range, ends at 0 and 1, and what it is kept as. */
  readonly textAt: (share: number) => string;
  readonly keptAt: (share: number) => number;
}

/**
 * `field=low..high` as `--sweep` takes it, with ` log` behind it for even factors: names and units of the files,
 * `economy.take.burn=2 %..10 %` or `scenario.providers.cloud.nodes=100..200`. Without a prefix it is the economy's, and the
 * scenario's where the economy has none of that name.
 * @throws ScenarioRefusal SCENARIO-FIELD; ExploreRefusal EXPLORE-FIELD, EXPLORE-RANGE
 */
export function exploredField(setting: ExploreSetting, text: string): ExploredField {
  const [, name = '', values = ''] = /^\s*([^=]+?)\s*=(.*)$/.exec(text) ?? [];
  const range = readRangeText(values);
  if (range === null || range.levels !== null)
    throw new ExploreRefusal('EXPLORE-RANGE', text, 'field=low..high, as take.burn=2 %..10 %', text);
  const { of, path, number } = fieldOf(setting, name);
  if (number === null) throw new ExploreRefusal('EXPLORE-FIELD', path, 'a field with a number', name);
  const ends = [range.from, range.to].map((end) => {
    const kept = number.keptOf(end);
    if (kept === null) throw new ExploreRefusal('EXPLORE-RANGE', path, number.expected, end);
    return kept;
  }) as [number, number];
  const write = (kept: number) => number.write(kept, range.to);
  return rangeOf(of, path, { ...number, write }, ends, range.scale);
}

function fieldOf({ policy, scenarioOf, populations }: ExploreSetting, name: string): NamedField {
  const scenario = scenarioOf(policy.economy);
  const names = populations ?? scenario.providers.map(({ className }) => className);
  const world = { policy, draft: { scenario, populations: names } };
  if (/^(economy|scenario)\./.test(name)) return namedField(name, world, name);
  const number = economyNumber(name, policy);
  if (number !== null) return { of: 'economy', path: name, number };
  const [section = ''] = name.split('.');
  const of = section in policy.economy && !(section in scenario) ? 'economy' : 'scenario';
  return namedField(`${of}.${name}`, world, name);
}

/** A range in kept units. @throws ExploreRefusal EXPLORE-RANGE */
function rangeOf(
  of: NamedField['of'],
  path: string,
  { key, here, hereText, isWhole, write, keptOf }: MovedNumber,
  ends: readonly [number, number],
  scale: 'linear' | 'logarithmic' = 'linear',
): ExploredField {
  const axis = axisOf(path, ends, scale === 'linear' && isWhole ? 'integer' : scale);
  const textAt = (share: number) => write(valueAt(axis, share));
  return {
    ...{ path, of, key, axis, textAt },
    here: hereText,
    low: write(axis.low),
    high: write(axis.high),
    at: here !== null && here >= axis.low && here <= axis.high ? here : null,
    keptAt: (share) => keptOf(textAt(share))!,
  };
}

function axisOf(path: string, [low, high]: readonly [number, number], scale: Axis['scale']): Axis {
  if (!(low < high)) throw new ExploreRefusal('EXPLORE-RANGE', path, 'a lower end below the upper', `${low}..${high}`);
  if (scale === 'logarithmic' && low <= 0)
    throw new ExploreRefusal('EXPLORE-RANGE', path, 'ends above 0 for even factors', low);
  return { low, high, scale };
}

/** Fields at a point of the unit cube, as a change. */
export function changeAt(fields: readonly ExploredField[], point: ArrayLike<number>): Change {
  const placed = fields.map((field, at) => ({ field, share: point[at]! }));
  const economy = placed.filter(({ field }) => field.of === 'economy');
  const scenario = placed.filter(({ field }) => field.of === 'scenario');
  return {
    economy: economy.map(({ field, share }) => [field.path, field.textAt(share)] as const),
    scenario: Object.fromEntries(scenario.map(({ field, share }) => [field.key, field.keptAt(share)])),
  };
}

/** What nobody can choose, with the factors between which it is uncertain. */
const UNCERTAIN: readonly (readonly [path: string, low: number, high: number])[] = [
  ['assumptions.utilisation', 0.7, 1.2],
  ['assumptions.elasticity', 0.5, 2],
  ['assumptions.tokenPrice', 0.5, 2],
  ['assumptions.volatility', 0.5, 2],
  ['assumptions.costOfCapital', 0.5, 2],
  ['assumptions.providerCost', 0.8, 1.2],
  ['assumptions.honestAvailability', 0.97, 1.004],
  ['assumptions.lazySaving', 0.7, 1.3],
  ['assumptions.cheatGain', 0.5, 2],
  ['assumptions.hoarderShare', 0.5, 2],
];

/** Uncertain inputs that the economy has, each in its box within its hard bounds. */
export function uncertainFields({ policy }: ExploreSetting): readonly ExploredField[] {
  return UNCERTAIN.flatMap(([path, low, high]) => around(policy, path, low, high));
}

/** What is no choice of the economy's: units and sizes, the ground it stands on, and what judges it. */
const NO_CHOICE =
  /^(version|grainsPerUnit|limits|genesis|cadence\.(epoch|era)$|assumptions|gate|benchmarks|resources|programme|replay)/;

/** Every field with a number that is somebody's choice. */
export function chosenPaths(policy: Policy): readonly string[] {
  return measuredPaths(policy).filter((path) => !NO_CHOICE.test(path));
}

/** All chosen parameters, each a share of itself up and down, as the launch gate moves them. */
export function chosenFields({ policy }: ExploreSetting): readonly ExploredField[] {
  const step = policy.economy.gate.sensitivityStepPpm / 1_000_000;
  return chosenPaths(policy).flatMap((path) => around(policy, path, 1 - step, 1 + step));
}

/** None where the field is not there, or its bounds or its unit leave it no room. */
function around(policy: Policy, path: string, low: number, high: number): ExploredField[] {
  const field = measuredField(policy, path);
  if (field === null) return [];
  const [least, most] = field.bounds.map(Number) as [number, number];
  const here = Number(field.here);
  const ends = [Math.max(least, Math.round(here * low)), Math.min(most, Math.round(here * high))] as const;
  if (!(ends[0] < ends[1] && Number.isSafeInteger(ends[1]))) return [];
  return [rangeOf('economy', path, economyNumber(path, policy)!, ends)];
}
