import { inKeptUnits, type Measure, measured, SHARE } from './catalogue/kinds.ts';
import type { Field, FullScale, StepMax } from './catalogue/parts.ts';
import { type Ratio, ratio, times } from './decimal.ts';
import type { Policy } from './load-economy.ts';
import type { Seen } from './read.ts';

/** A measured field of one version, in whole kept units: what a registry on a chain needs to know of it. */
export interface FieldLimits {
  /** As in the file: `governance.vote`. */
  readonly path: string;
  readonly value: bigint;
  /** Hard bounds, rounded inwards. */
  readonly min: bigint;
  readonly max: bigint;
  readonly step: FieldStep;
}

/** The larger of a share of the value before and a number of units, rounded down; or none, or any. */
export type FieldStep = 'fixed' | 'free' | { readonly ppm: number; readonly units: bigint };

const MILLION = ratio(1_000_000n);

/** Every measured field of a policy with its bounds and its largest step, as the catalogue has them, sorted by path. */
export function fieldLimits({ reading: { seen, scale } }: Pick<Policy, 'reading'>): readonly FieldLimits[] {
  const all = [...seen].flatMap(([path, one]) => limitsOf(path, one, scale) ?? []);
  return all.sort((x, y) => (x.path < y.path ? -1 : 1));
}

function limitsOf(path: string, { field, amount }: Seen, scale: FullScale): FieldLimits | null {
  if (field === null || amount === null || field.min === null || field.max === null) return null;
  const kind = field.kind as Measure;
  const kept = (written: Ratio) => inKeptUnits(kind, written, scale);
  return {
    path,
    value: floorOf(kept(amount)),
    min: ceilOf(kept(measured(kind, field.min, scale)!)),
    max: floorOf(kept(measured(kind, field.max, scale)!)),
    step: stepOf(field.stepMax, field, scale),
  };
}

function stepOf(stepMax: StepMax, field: Field, scale: FullScale): FieldStep {
  if (stepMax === 'fixed' || stepMax === 'free') return stepMax;
  const [share, amount] = typeof stepMax === 'string' ? [stepMax, null] : stepMax;
  const kind = field.kind as Measure;
  const ppm = Number(floorOf(times(measured(SHARE, share, scale)!, MILLION)));
  const units = amount === null ? 0n : floorOf(inKeptUnits(kind, measured(kind, amount, scale)!, scale));
  return { ppm, units };
}

function floorOf({ numerator, denominator }: Ratio): bigint {
  return numerator / denominator;
}

function ceilOf({ numerator, denominator }: Ratio): bigint {
  return (numerator + denominator - 1n) / denominator;
}
