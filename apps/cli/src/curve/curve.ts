import type { Economy, NodeClass } from '@stannary/kernel';
import {
  type Cell,
  evenly,
  expectedOf,
  hasUnitOf,
  type Quantity,
  readQuantity,
  type Scale,
  scaleOf,
  withUnit,
} from './quantity.ts';
import { curveRefusal } from './refusal.ts';

/** Something that a curve depends on: it can be given, and some can be the axis. */
export interface Variable {
  readonly quantity: Quantity;
  readonly about: string;
  /** What is taken where nothing is given, and whose number it is; null: nothing. */
  readonly assumed: ((economy: Economy, nodeClass: NodeClass) => Assumption) | null;
  /** The largest that means anything. */
  readonly most?: bigint;
  /** Several values, one after another, by comma. */
  readonly isSequence?: boolean;
}

export interface Assumption {
  readonly value: bigint;
  /** A field of the economy, or how it follows from some. */
  readonly from: string;
}

export interface Column {
  readonly name: string;
  /** null: words. */
  readonly quantity: Quantity | null;
}

/** A curve as drawn: one row for each x, in ascending order. */
export interface Drawing {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly formulas: readonly string[];
  readonly source: string;
  readonly rounding: string;
  readonly notes: readonly string[];
  /** Names of columns of one quantity, to be plotted. */
  readonly plotted: readonly string[];
}

/** What a curve may ask about its request. */
export interface Ask {
  readonly economy: Economy;
  readonly scale: Scale;
  readonly nodeClass: NodeClass;
  /** Name of one supply stream, or null for all. */
  readonly stream: string | null;
  /** Ascending, each once. */
  readonly xs: readonly bigint[];
  /** The axis. */
  readonly x: string;
  /** Whether the request itself says it, as the axis or as given. */
  readonly isGiven: (name: string) => boolean;
  /** A variable where the axis stands at x: the axis itself, what is given, or what is assumed. */
  readonly value: (name: string, x: bigint) => bigint;
  /** `value` as a safe integer. Refuses CURVE-RANGE. */
  readonly number: (name: string, x: bigint) => number;
  readonly sequence: (name: string) => readonly bigint[];
}

export interface CurveKind {
  readonly name: string;
  readonly about: string;
  readonly variables: Readonly<Record<string, Variable>>;
  /** Variables that can be the axis, the usual one first. */
  readonly axes: readonly string[];
  readonly draw: (ask: Ask) => Drawing;
}

export interface CurveOptions {
  /** Positions on the axis as text. */
  readonly at?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly steps?: number;
  /** The axis by name; without it, the first whose unit the positions have. */
  readonly over?: string;
  readonly given?: readonly (readonly [name: string, value: string])[];
  readonly className?: string;
  readonly stream?: string;
}

export interface Curve extends Drawing {
  readonly name: string;
  readonly about: string;
  readonly x: string;
  readonly scale: Scale;
  /** Every other variable that the curve looked at, and where its value is from. */
  readonly given: readonly { readonly name: string; readonly text: string; readonly from: string }[];
}

export const STEPS_DEFAULT = 20;
const STEPS_MAX = 10_000;

/**
 * A mechanism's numbers at positions of its axis, exactly as settlement would compute them.
 * Refuses CURVE-RANGE (no positions, or impossible ones), CURVE-VALUE, CURVE-GIVEN, CURVE-CLASS, CURVE-STREAM,
 * CURVE-NONE (the economy has no such mechanism), and as the kernel does.
 */
export function curveOf(economy: Economy, kind: CurveKind, options: CurveOptions): Curve {
  const scale = scaleOf(economy);
  const positions = options.at ?? [options.from, options.to].filter((text) => text !== undefined);
  const x = axisOf(kind, options.over, positions, scale);
  const nodeClass = classOf(economy, options.className);
  const given = givenOf(kind, options.given ?? [], x, scale);
  const xs = positionsOf(kind.variables[x]!, options, scale);
  const assumed = (name: string) => kind.variables[name]!.assumed?.(economy, nodeClass);
  const valuesOf = (name: string): readonly bigint[] => {
    const told = given.get(name);
    if (told !== undefined) return told;
    const value = assumed(name)?.value;
    return value === undefined ? [] : [value];
  };
  const asked = new Set<string>();
  const ask: Ask = {
    economy,
    scale,
    nodeClass,
    stream: streamOf(economy, options.stream),
    xs,
    x,
    isGiven: (name) => name === x || given.has(name),
    value: (name, at) => {
      asked.add(name);
      const value = name === x ? at : valuesOf(name)[0];
      if (value === undefined) throw givenRefusal(kind, `${name}=…`, 'nothing');
      return value;
    },
    number: (name, at) => safeNumber(name, ask.value(name, at)),
    sequence: (name) => {
      asked.add(name);
      return valuesOf(name);
    },
  };
  const drawing = kind.draw(ask);
  const said = [...asked].flatMap((name) => {
    const values = valuesOf(name);
    if (name === x || values.length === 0) return [];
    const from = given.has(name) ? 'given' : assumed(name)!.from;
    const text = values.map((value) => withUnit(kind.variables[name]!.quantity, value, scale)).join(', ');
    return [{ name, text, from }];
  });
  const idle = [...given.keys()].filter((name) => !asked.has(name)).map((name) => `${name} changes nothing here`);
  return {
    ...drawing,
    name: kind.name,
    about: kind.about,
    x,
    scale,
    given: said,
    notes: [...drawing.notes, ...idle],
  };
}

/** The axis that is asked for; else the first whose unit a position has; else the usual one. */
function axisOf(kind: CurveKind, over: string | undefined, positions: readonly string[], scale: Scale): string {
  if (over !== undefined) {
    if (kind.axes.includes(over)) return over;
    throw curveRefusal('CURVE-RANGE', '--over', `one of ${kind.axes.join(', ')}`, over);
  }
  const withUnits = (name: string) => positions.some((text) => hasUnitOf(kind.variables[name]!.quantity, text, scale));
  return kind.axes.find(withUnits) ?? kind.axes[0]!;
}

function positionsOf(variable: Variable, { at, from, to, steps }: CurveOptions, scale: Scale): readonly bigint[] {
  if (at !== undefined) return ascending(at.map((text) => read(variable, text, '--at', scale)));
  if (from === undefined || to === undefined) {
    throw curveRefusal('CURVE-RANGE', 'positions', '--at X[,X…] or --from A --to B', 'neither');
  }
  const first = read(variable, from, '--from', scale);
  const last = read(variable, to, '--to', scale);
  if (first > last) throw curveRefusal('CURVE-RANGE', '--to', `at least ${from}`, to);
  const count = steps ?? STEPS_DEFAULT;
  if (count > STEPS_MAX) throw curveRefusal('CURVE-RANGE', '--steps', `at most ${STEPS_MAX}`, `${count}`);
  return ascending(evenly(first, last, BigInt(count)));
}

function ascending(values: readonly bigint[]): readonly bigint[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}

function givenOf(
  kind: CurveKind,
  given: readonly (readonly [string, string])[],
  x: string,
  scale: Scale,
): ReadonlyMap<string, readonly bigint[]> {
  return new Map(
    given.map(([name, text]) => {
      const variable = kind.variables[name];
      if (variable === undefined || name === x) throw givenRefusal(kind, undefined, name);
      const texts = variable.isSequence === true ? text.split(',') : [text];
      return [name, texts.map((one) => read(variable, one, `--given ${name}`, scale))];
    }),
  );
}

function read({ quantity, most }: Variable, text: string, where: string, scale: Scale): bigint {
  const value = readQuantity(quantity, text, scale);
  if (typeof value !== 'bigint') throw curveRefusal('CURVE-VALUE', where, value.fault, text);
  if (most === undefined || value <= most) return value;
  throw curveRefusal('CURVE-RANGE', where, `at most ${withUnit(quantity, most, scale)}`, text);
}

function safeNumber(name: string, value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw curveRefusal('CURVE-RANGE', name, 'at most 2^53 - 1 of its smallest unit', `${value}`);
}

function classOf({ classes }: Economy, name: string | undefined): NodeClass {
  const found = name === undefined ? classes[0] : classes.find((one) => one.name === name);
  if (found !== undefined) return found;
  const expected = `one of ${classes.map((one) => one.name).join(', ')}`;
  throw curveRefusal('CURVE-CLASS', '--class', expected, name ?? 'an economy without classes');
}

function streamOf({ supply }: Economy, name: string | undefined): string | null {
  if (name === undefined) return null;
  if (supply.streams.some((one) => one.name === name)) return name;
  const expected = `one of ${supply.streams.map((one) => one.name).join(', ')}`;
  throw curveRefusal('CURVE-STREAM', '--stream', expected, name);
}

function givenRefusal(kind: CurveKind, needed: string | undefined, got: string) {
  const known = Object.entries(kind.variables).map(([name, { quantity }]) => `${name} (${expectedOf(quantity)})`);
  return curveRefusal('CURVE-GIVEN', `--given of ${kind.name}`, needed ?? `one of ${known.join('; ')}`, got);
}
