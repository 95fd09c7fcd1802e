import { inKeptUnits, type Measure, measured, type Scale, writtenAs, writtenLike } from './catalogue/kinds.ts';
import { compare, ratio, wholeOf } from './decimal.ts';
import type { Policy } from './load-economy.ts';
import { keptBounds } from './read.ts';

/** A field with a number, as whole kept units: what is between two of them cannot be written in a file. */
export interface MeasuredField {
  readonly path: string;
  /** As it stands, and in kept units. */
  readonly text: string;
  readonly here: bigint;
  /** Hard bounds. */
  readonly bounds: readonly [low: bigint, high: bigint];
  readonly keptUnit: string;
  /** Whole kept units of a text, by the unit of the field's own where it has none; null for what is none. */
  readonly keptOf: (text: string) => bigint | null;
  /** How so many would be written, in the unit of the field, or of another text, if a decimal there is exact; null below 0. */
  readonly textAt: (kept: bigint, like?: string) => string | null;
}

/** Null where the file has no such field, or one without a number. */
export function measuredField({ reading }: Policy, path: string): MeasuredField | null {
  const seen = reading.seen.get(path);
  if (seen === undefined || seen.field === null || seen.amount === null) return null;
  const { scale } = reading;
  const kind = seen.field.kind as Measure;
  const ownUnit = seen.text.trim().replace(/^[\d._]+\s*/, '');
  return {
    path,
    text: seen.text,
    here: wholeOf(inKeptUnits(kind, seen.amount, scale))!,
    bounds: keptBounds(seen.field, scale)!,
    keptUnit: kind.keptUnit,
    keptOf: (text) => {
      const amount = measured(kind, /^[\d._]+$/.test(text) ? `${text} ${ownUnit}` : text, scale);
      return amount === null || compare(amount, ratio(0n)) < 0 ? null : wholeOf(inKeptUnits(kind, amount, scale));
    },
    textAt: (kept, like = seen.text) =>
      kept < 0n ? null : (writtenLike(like, kind, kept, scale) ?? writtenInSomeUnit(kind, kept, scale)),
  };
}

/** A third of a token has no decimal; as grains it has. */
function writtenInSomeUnit(kind: Measure, kept: bigint, scale: Scale): string {
  const texts = Object.keys(kind.units(scale)).map((unit) => writtenAs(kind, kept, scale, unit));
  const text = texts.find((one) => one !== null);
  if (text === undefined) throw new Error(`${kept} ${kind.keptUnit} has no decimal in any unit of a ${kind.name}`);
  return text;
}

/** Paths of all fields of a policy, in the order of the file. */
export function fieldPaths({ reading }: Policy): readonly string[] {
  return [...reading.seen.keys()];
}

/** Paths of all fields with a number, in the order of the file. */
export function measuredPaths({ reading }: Policy): readonly string[] {
  return [...reading.seen].flatMap(([path, { amount, field }]) => (amount === null || field === null ? [] : [path]));
}
