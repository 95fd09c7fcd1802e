import { changePolicy, EconomyRefusal, type Policy } from '@stannary/economies';
import { type Axis, gridPoint, gridSize, levelsOf, valueAt, zipPoints } from '../../experiments/designs/axes.ts';
import { latinHypercube } from '../../experiments/designs/latin-hypercube.ts';
import { SobolSequence } from '../../experiments/designs/sobol-sequence.ts';
import { ExperimentRefusal } from '../../experiments/refusal.ts';
import { SimulationRefusal } from '../../refusal.ts';
import { checkScenario } from '../../scenario/check.ts';
import type { Json, Point } from '../campaign/plan.ts';
import { nodeAtPath, type ScenarioMap, type ScenarioNode, shownNode } from './document.ts';
import { type MovedNumber, type NamedField, namedField } from './moved-field.ts';
import { type Draft, withFile } from './read.ts';
import { ScenarioRefusal } from './refusal.ts';

export const DESIGNS = ['grid', 'zip', 'lhs', 'sobol'] as const;
export type Design = (typeof DESIGNS)[number];

/** What a sweep varies and how its points are chosen. */
export interface SweepSpec {
  readonly where: string;
  readonly design: Design;
  /** Of lhs and sobol. */
  readonly points: number | null;
  /** Of lhs, and of sobol's scrambling; null: the sequence as published. */
  readonly seed: number | null;
  readonly axes: readonly SweepAxis[];
}

export interface SweepAxis {
  readonly where: string;
  /** `economy.price.gain`, `scenario.demand.elasticity`. */
  readonly field: string;
  readonly values: readonly string[] | SweepRange;
}

/** In the field's own units. */
export interface SweepRange {
  readonly from: string;
  readonly to: string;
  /** Of grid and zip: so many values, both ends among them. */
  readonly levels: number | null;
  readonly scale: 'linear' | 'logarithmic';
}

/** A point of the plan with what it changes, as it is written. */
export interface SweptPoint {
  readonly point: Point;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Points beyond which a sweep is a mistake. */
const POINTS_MAX = 1_000_000;

const refuse = (where: string, expected: string, got: string, cause?: unknown) =>
  new ScenarioRefusal('SCENARIO-SWEEP', where, expected, got, [], { cause });

/** The `sweep` section of a file. @throws SCENARIO-SWEEP, SCENARIO-FIELD */
export function readSweep(node: ScenarioNode): SweepSpec {
  const where = `${node.place} sweep`;
  if (node.form !== 'map') throw refuse(where, 'a map with design and fields', shownNode(node));
  const names = ['design', 'points', 'seed', 'fields'];
  for (const [key, inner] of node.entries) {
    if (!names.includes(key))
      throw new ScenarioRefusal('SCENARIO-FIELD', `${inner.place} sweep.${key}`, `one of ${names.join(', ')}`, key);
  }
  const design = textAt(node, 'design') ?? 'grid';
  if (!DESIGNS.includes(design as Design)) throw refuse(`${where}.design`, `one of ${DESIGNS.join(', ')}`, design);
  const fields = node.entries.get('fields');
  if (fields?.form !== 'map' || fields.entries.size === 0)
    throw refuse(`${where}.fields`, 'a map of fields', 'nothing');
  return {
    where,
    design: design as Design,
    points: wholeAt(node, 'points', 1),
    seed: wholeAt(node, 'seed', 0),
    axes: [...fields.entries].map(([field, values]) => readAxis(field, values)),
  };
}

function readAxis(field: string, node: ScenarioNode): SweepAxis {
  const where = `${node.place} sweep.fields.${field}`;
  if (node.form === 'list') {
    const values = node.items.map((item) => {
      if (item.form !== 'value' || item.text === '')
        throw refuse(`${item.place} sweep.fields.${field}`, 'a value', shownNode(item));
      return item.text;
    });
    if (values.length === 0) throw refuse(where, 'at least one value', 'none');
    return { where, field, values };
  }
  if (node.form !== 'map') return readAxisText(field, node.text, where);
  const names = ['from', 'to', 'levels', 'scale'];
  for (const [key, inner] of node.entries) {
    if (!names.includes(key))
      throw new ScenarioRefusal(
        'SCENARIO-FIELD',
        `${inner.place} sweep.fields.${field}.${key}`,
        `one of ${names.join(', ')}`,
        key,
      );
  }
  const [from, to, scale = 'linear'] = ['from', 'to', 'scale'].map((key) => textAt(node, key));
  if (from === undefined || to === undefined) throw refuse(where, 'from and to', 'one of them');
  if (scale !== 'linear' && scale !== 'logarithmic') throw refuse(where, 'scale linear or logarithmic', scale);
  return { where, field, values: { from, to, levels: wholeAt(node, 'levels', 1), scale } };
}

/** `5 %, 10 %`, or `2 % .. 10 %`, or with levels `2 % .. 10 % : 5`; ` log` behind a range spaces it by factors. */
export function readAxisText(field: string, text: string, where: string): SweepAxis {
  const range = readRangeText(text);
  if (range !== null) return { where, field, values: range };
  const values = text.split(',').map((one) => one.trim());
  if (values.includes('')) throw refuse(where, 'values with commas between them, or from .. to', text);
  return { where, field, values };
}

const WITH_UNIT = /^[+-]?[\d._]+(?:e[+-]?\d+)?\s*(|[^\d._].*)$/i;

/** Null for what is no range. A unit that stands at the upper end alone counts for both. */
export function readRangeText(text: string): SweepRange | null {
  const [, from, to, levels, log] = /^(.+?)\s*\.\.\s*(.+?)(?:\s*:\s*(\d+))?(\s+log)?$/.exec(text.trim()) ?? [];
  if (from === undefined || to === undefined) return null;
  const [, unit = ''] = WITH_UNIT.exec(to) ?? [];
  return {
    from: WITH_UNIT.exec(from)?.[1] === '' ? `${from} ${unit}`.trim() : from,
    to,
    levels: levels === undefined ? null : Number(levels),
    scale: log === undefined ? 'linear' : 'logarithmic',
  };
}

function textAt({ entries }: ScenarioMap, key: string): string | undefined {
  const node = entries.get(key);
  return node?.form === 'value' && node.text !== '' ? node.text : undefined;
}

function wholeAt(node: ScenarioMap, key: string, least: number): number | null {
  const inner = node.entries.get(key);
  if (inner === undefined) return null;
  const value = inner.form === 'value' ? Number(inner.text.replaceAll('_', '')) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw refuse(`${inner.place} ${key}`, `a whole number of at least ${least}`, shownNode(inner));
}

/** What points are made of: the economy and the world that they change. */
export interface SweptWorld {
  readonly policy: Policy;
  readonly draft: Draft;
  /** The same file over another economy: what it does not say follows that one's assumptions. */
  readonly over: (policy: Policy) => Draft;
}

/**
 * The points of a sweep, each field by its own units.
 * @throws SCENARIO-FIELD (unknown field), SCENARIO-SWEEP (its range or design), SCENARIO-VALUE, SCENARIO-RANGE
 */
export function sweepPoints(spec: SweepSpec, world: SweptWorld): SweptPoint[] {
  const axes = spec.axes.map((axis) => openAxis(axis, world));
  try {
    return rowsOf(spec, axes).map((row, number) => pointOf(axes, row, world, `${spec.where} point ${number}`));
  } catch (error) {
    if (!(error instanceof ExperimentRefusal)) throw error;
    throw refuse(`${spec.where} ${error.where}`, error.expected, error.got, error);
  }
}

/** An axis whose field is known. */
interface OpenAxis extends SweepAxis, Pick<NamedField, 'of' | 'path'> {
  /** Null where single values are listed. */
  readonly range: {
    readonly axis: Axis;
    readonly write: (value: number) => string;
    readonly levels: number | null;
  } | null;
}

function openAxis(axis: SweepAxis, world: SweptWorld): OpenAxis {
  const { of, path, number } = namedField(axis.field, world, axis.where);
  const range = 'from' in axis.values ? rangeOf(axis.where, number, axis.values) : null;
  return { ...axis, of, path, range };
}

function rangeOf(
  where: string,
  number: MovedNumber | null,
  { from, to, levels, scale }: SweepRange,
): OpenAxis['range'] {
  if (number === null) throw refuse(where, 'a field that holds a number', 'another');
  const [low, high] = [from, to].map((text) => {
    const kept = number.keptOf(text);
    if (kept === null) throw refuse(where, number.expected, text);
    return kept;
  }) as [number, number];
  if (low > high) throw refuse(where, `an end of at least ${from}`, to);
  return { axis: { low, high, scale }, write: (value) => number.write(value, to), levels };
}

/** A row is a text for each axis. */
function rowsOf({ design, points, seed, where }: SweepSpec, axes: readonly OpenAxis[]): string[][] {
  if (design === 'grid' || design === 'zip') {
    if (points !== null) throw refuse(where, `no number of points with ${design}`, `${points}`);
    const lists = axes.map(listOf);
    if (design === 'zip') return zipPoints(lists);
    const size = gridSize(lists);
    if (size > POINTS_MAX) throw refuse(where, `at most ${POINTS_MAX} points`, `${size}`);
    return Array.from({ length: size }, (_, index) => gridPoint(lists, index));
  }
  if (points === null || points > POINTS_MAX)
    throw refuse(where, `a number of points up to ${POINTS_MAX}`, `${points ?? 'none'}`);
  const cube =
    design === 'lhs'
      ? latinHypercube({ points, dimensions: axes.length, seed: seed ?? 0 })
      : new SobolSequence(axes.length, seed === null ? 'none' : 'owen', seed ?? 0).points(points);
  return cube.map((shares) => axes.map((axis, at) => textAtShare(axis, shares[at]!)));
}

function listOf({ values, range, where }: OpenAxis): readonly string[] {
  if (range === null) return values as readonly string[];
  if (range.levels === null) throw refuse(where, 'a list of values, or from and to with levels', 'no levels');
  return levelsOf(range.axis, range.levels).map(range.write);
}

/** Of listed values each has the same share. */
function textAtShare({ values, range }: OpenAxis, share: number): string {
  if (range !== null) return range.write(valueAt(range.axis, share));
  const listed = values as readonly string[];
  return listed[Math.min(listed.length - 1, Math.floor(share * listed.length))]!;
}

/** @throws SCENARIO-SWEEP where the changes together are no economy, or no world of it */
function pointOf(axes: readonly OpenAxis[], texts: readonly string[], world: SweptWorld, where: string): SweptPoint {
  const parameters = Object.fromEntries(axes.map(({ field }, at) => [field, texts[at]!]));
  const economy = axes.flatMap(({ of, path }, at) => (of === 'economy' ? [[path, texts[at]!] as const] : []));
  try {
    const policy = economy.length === 0 ? world.policy : changePolicy(world.policy, economy);
    const base = economy.length === 0 ? world.draft : world.over(policy);
    const { scenario } = axes.reduce((before, axis, at) => {
      if (axis.of === 'economy') return before;
      return withFile(
        policy.economy,
        before,
        nodeAtPath(axis.path, texts[at]!, `${axis.where} ${axis.path}=${texts[at]!}`),
      );
    }, base);
    checkScenario(policy.economy, scenario);
    const changes = Object.fromEntries(differences(world.draft.scenario, scenario, ''));
    return { point: { economy, scenario: changes, options: {} }, parameters };
  } catch (error) {
    if (!(error instanceof EconomyRefusal || error instanceof SimulationRefusal)) throw error;
    const said = Object.entries(parameters).map(([field, text]) => `${field}=${text}`);
    throw refuse(`${where} (${said.join(', ')}) ${error.where}`, error.expected, error.got, error);
  }
}

/** Paths at which two worlds differ, as few as say it. */
function differences(before: unknown, after: unknown, path: string): [string, Json][] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isPair = typeof before === 'object' && typeof after === 'object' && before !== null && after !== null;
  if (!isPair || Object.keys(before).join() !== Object.keys(after).join()) return [[path, after as Json]];
  return Object.keys(after).flatMap((key) => {
    const at = Array.isArray(after) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    return differences((before as Record<string, unknown>)[key], (after as Record<string, unknown>)[key], at);
  });
}
