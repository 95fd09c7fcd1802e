import { niceTicks, tickText } from './ticks.ts';

/** `log` is to base 10, for positive values; what is not above zero is put at the edge and marked as such. */
export type ScaleKind = 'linear' | 'log';

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Values to pixels along one axis. */
export interface Scale {
  readonly kind: ScaleKind;
  /** The first and last value of the axis. */
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** Pixel of a value; one outside of the axis is put on its nearer end. */
  readonly at: (value: number) => number;
  /** Whether `at` is where the value is, and not the end of the axis. */
  readonly holds: (value: number) => boolean;
}

export interface ScaleOptions {
  /** Default `linear`. */
  readonly kind?: ScaleKind;
  /** About how many ticks. Default 5. */
  readonly ticks?: number;
  /** Whether a linear axis shows zero, however far it is from the values. Default true. */
  readonly fromZero?: boolean;
  /** Whether the axis ends at the least and greatest value instead of the ticks around them. Default false. */
  readonly isTight?: boolean;
}

/**
 * An axis around the values, from pixel `from` to pixel `to`. Of no value it goes from 0 to 1, or from 1 to 10.
 * @throws Error (a bug of the caller) for what is no number
 */
export function scaleOf(
  values: readonly number[],
  [from, to]: readonly [from: number, to: number],
  { kind = 'linear', ticks = 5, fromZero = true, isTight = false }: ScaleOptions = {},
): Scale {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new Error(`${wrong} in a picture`);
  const around = kind === 'log' ? logTicks(values, ticks) : linearTicks(fromZero ? [0, ...values] : values, ticks);
  const ends = [around[0]!.value, around.at(-1)!.value] as const;
  const [low, high] = isTight ? tightened(values, ends) : ends;
  const marks = around.filter(({ value }) => value >= low && value <= high);
  const place = kind === 'log' ? Math.log10 : (value: number) => value;
  const [start, length] = [place(low), place(high) - place(low)];
  const holds = (value: number) => value >= low && value <= high;
  const at = (value: number) => {
    const share = value <= low ? 0 : value >= high ? 1 : (place(value) - start) / length;
    return from + share * (to - from);
  };
  return { kind, low, high, ticks: marks, at, holds };
}

/** The range of the values within the ticks, where it is long enough that ticks lie within it. */
function tightened(values: readonly number[], [low, high]: readonly [number, number]): readonly [number, number] {
  const [least, greatest] = rangeOf(values);
  return greatest - least > (high - low) / 3 ? [Math.max(low, least), Math.min(high, greatest)] : [low, high];
}

/** What is nearer to zero has no power of ten that a number could hold: axes take it for zero. */
const LEAST = 1e-290;

function linearTicks(values: readonly number[], count: number): Tick[] {
  const [low, high] = rangeOf(values.length === 0 ? [0, 1] : values.map((one) => (Math.abs(one) < LEAST ? 0 : one)));
  // Values that differ by less than their own rounding are one value.
  const places = niceTicks(low, high - low <= Math.max(Math.abs(high) * 1e-9, LEAST) ? low : high, count);
  const step = places[1]! - places[0]!;
  return places.map((value) => ({ value, text: tickText(value, step) }));
}

/** Powers of ten around the values; between them 2 and 5 too where there are few. */
function logTicks(values: readonly number[], count: number): Tick[] {
  const positive = values.filter((value) => value >= LEAST);
  const [low, high] = rangeOf(positive.length === 0 ? [1, 10] : positive);
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(high) - 1e-9));
  const every = Math.ceil((last - first) / Math.max(count, 1));
  const end = first + Math.ceil((last - first) / every) * every;
  const powers = Array.from({ length: (end - first) / every + 1 }, (_, index) => first + index * every);
  return powers.flatMap((power, index) => {
    const between = end - first > 2 || index === powers.length - 1 ? [1] : [1, 2, 5];
    return between.map((digit) => ({ value: digit * 10 ** power, text: powerText(digit, power) }));
  });
}

function powerText(digit: number, power: number): string {
  if (power >= -3 && power < 15) return tickText(digit * 10 ** power, 10 ** power);
  const exponent = `${power}`.replace(/[-\d]/g, (one) => SUPERSCRIPTS[one]!);
  return `${digit === 1 ? '' : `${digit}·`}10${exponent}`;
}

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};

/** Least and greatest. */
export function rangeOf(values: readonly number[]): [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [values[0]!, values[0]!],
  );
}
