import {
  decimalText,
  over,
  parseDecimal,
  type Ratio,
  ratio,
  ratioOf,
  roundedText,
  times,
  wholeOf,
} from '@stannary/economies';
import type { Economy } from '@stannary/kernel';

// What a number on an axis means: its smallest unit, in which it is exact, and the units in which a person says it.

/** What an economy's units are worth. */
export interface Scale {
  readonly epochMs: bigint;
  readonly eraMs: bigint;
  readonly grainsPerUnit: bigint;
  /** Units of the supply rules' amounts in one grain. */
  readonly unitsPerGrain: bigint;
}

export interface Quantity {
  readonly name: string;
  readonly examples: readonly string[];
  /** Suffix of a column of whole numbers. */
  readonly smallest: (scale: Scale) => string;
  /** Unit of tables and axes. */
  readonly shown: string;
  /** Suffix of a column of exact decimals in the shown unit; null where whole numbers are what people read. */
  readonly decimals: string | null;
  /** Units that may be written, each in smallest units. */
  readonly units: (scale: Scale) => Readonly<Record<string, Ratio>>;
  /** The unit of a number without one; null: it needs one. */
  readonly bare: string | null;
}

/** A number of smallest units, or null where nothing can be said, or a word. */
export type Cell = bigint | string | null;

export function scaleOf({ cadence, grainsPerUnit, supply }: Economy): Scale {
  const epochMs = BigInt(cadence.epochMs);
  return {
    epochMs,
    eraMs: epochMs * BigInt(cadence.epochsPerEra),
    grainsPerUnit: BigInt(grainsPerUnit),
    unitsPerGrain: BigInt(supply.unitsPerGrain),
  };
}

/** The number of smallest units that a text means; what is wrong with it, where something is. */
export function readQuantity(quantity: Quantity, text: string, scale: Scale): bigint | { readonly fault: string } {
  const amount = measured(quantity, text, scale);
  if (amount === null) return { fault: expectedOf(quantity) };
  return wholeOf(amount) ?? { fault: `a whole number of ${quantity.smallest(scale)}` };
}

/** Whether a text with a unit of its own is of this quantity. */
export function hasUnitOf(quantity: Quantity, text: string, scale: Scale): boolean {
  return !/^[\d._\s]*$/.test(text) && measured(quantity, text, scale) !== null;
}

/** `an amount such as 1_000 tokens or 0.5 tokens`. */
export function expectedOf({ name, examples }: Quantity): string {
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name} such as ${examples.join(' or ')}`;
}

/** For people: six significant digits in the shown unit. */
export function shownText(quantity: Quantity, value: bigint, scale: Scale): string {
  const one = over(ratio(1n), quantity.units(scale)[quantity.shown]!);
  const text = roundedText(times(ratio(value < 0n ? -value : value), one));
  return value < 0n ? `-${text}` : text;
}

/** With its unit: `5 %`. */
export function withUnit(quantity: Quantity, value: bigint, scale: Scale): string {
  const fitting = quantity === DURATION ? { ...quantity, shown: fittingLength(value) } : quantity;
  return `${shownText(fitting, value, scale)} ${fitting.shown}`.trim();
}

/** All digits in the shown unit, without separators; null where they never end. */
export function decimalsOf(quantity: Quantity, value: bigint, scale: Scale): string | null {
  const one = over(ratio(1n), quantity.units(scale)[quantity.shown]!);
  const text = decimalText(times(ratio(value < 0n ? -value : value), one))?.replaceAll('_', '');
  return text === undefined ? null : value < 0n ? `-${text}` : text;
}

/** For drawing only. */
export function drawnNumber(value: bigint, perShown: Ratio): number {
  const places = 10n ** 12n;
  return Number((value * perShown.denominator * places) / perShown.numerator) / 1e12;
}

/** The longest unit of time of which a length has at least two. */
export function fittingLength(ms: bigint): string {
  const lengths = Object.entries(LENGTHS).filter(([, length]) => ms >= 2n * length);
  return lengths.at(-1)?.[0] ?? 'ms';
}

function measured({ units, bare }: Quantity, text: string, scale: Scale): Ratio | null {
  const [, digits = '', unit = ''] = /^([\d._]+)\s*(.*)$/.exec(text.trim()) ?? [];
  const decimal = parseDecimal(digits);
  const one = units(scale)[unit === '' ? (bare ?? '') : unit];
  return decimal === null || one === undefined ? null : times(ratioOf(decimal), one);
}

const ONE = ratio(1n);
const MILLION = 1_000_000n;
const SECONDS_PER_HOUR = 3_600n;

/** In milliseconds; a year has 365 days, as in the supply rules. */
const LENGTHS = {
  ms: 1n,
  s: 1_000n,
  min: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
  y: 31_536_000_000n,
} as const;

export const YEAR_MS = LENGTHS.y;

export const DURATION: Quantity = {
  name: 'duration',
  examples: ['4 y', '30 d', '12 epochs'],
  smallest: () => 'ms',
  shown: 'd',
  decimals: null,
  units: ({ epochMs, eraMs }) => {
    const all = { ...LENGTHS, epoch: epochMs, epochs: epochMs, era: eraMs, eras: eraMs };
    return Object.fromEntries(Object.entries(all).map(([name, length]) => [name, ratio(length)]));
  },
  bare: 'epochs',
};

const whole = { smallest: () => '', shown: '', decimals: null, units: () => ({ '': ONE }), bare: '' } as const;
export const COUNT: Quantity = { ...whole, name: 'whole number', examples: ['10', '1_000'] };
export const EPOCH_INDEX: Quantity = { ...COUNT, name: 'epoch' };
export const STEP_INDEX: Quantity = { ...COUNT, name: 'step' };

const share = { name: 'share', shown: '%', bare: '' } as const;

export const SHARE: Quantity = {
  ...share,
  examples: ['67 %', '0.67', '670_000 ppm'],
  smallest: () => 'ppm',
  decimals: null,
  units: () => ({ '%': ratio(10_000n), '': ratio(MILLION), ppm: ONE }),
};

export const FINE_SHARE: Quantity = {
  ...share,
  examples: ['5 %', '50_000_000 ppb'],
  smallest: () => 'ppb',
  decimals: null,
  units: () => ({ '%': ratio(10_000_000n), '': ratio(1_000n * MILLION), ppm: ratio(1_000n), ppb: ONE }),
};

/** Rates of the supply's controllers, in parts of 10^18. */
export const RATE: Quantity = {
  ...share,
  name: 'rate',
  examples: ['13 %', '0.13'],
  smallest: () => 'wad',
  decimals: 'percent',
  units: () => ({ '%': ratio(10n ** 16n), '': ratio(10n ** 18n), ppm: ratio(10n ** 12n), ppb: ratio(10n ** 9n) }),
};

function amountOf(asset: 'token' | 'credit', inUnits: boolean): Quantity {
  const parts = ({ unitsPerGrain }: Scale) => (inUnits ? unitsPerGrain : 1n);
  return {
    name: 'amount',
    examples: [`1_000 ${asset}s`, `0.5 ${asset}s`],
    smallest: (scale) => (parts(scale) === 1n ? 'grains' : 'units'),
    shown: `${asset}s`,
    decimals: `${asset}s`,
    units: (scale) => {
      const grain = ratio(parts(scale));
      const one = ratio(parts(scale) * scale.grainsPerUnit);
      return { [asset]: one, [`${asset}s`]: one, grain, grains: grain };
    },
    bare: `${asset}s`,
  };
}

export const TOKENS = amountOf('token', false);
export const CREDITS = amountOf('credit', false);
/** What supply rules count in: `unitsPerGrain` to the grain. */
export const SUPPLY_TOKENS = amountOf('token', true);
export const SUPPLY_CREDITS = amountOf('credit', true);

const ncu = (unit: string, ms: bigint) => ({ [`NCU·${unit}`]: ratio(ms), [`NCU-${unit}`]: ratio(ms) });

export const WORK: Quantity = {
  name: 'amount of work',
  examples: ['70 NCU·h', '3_600 NCU·s'],
  smallest: () => 'ncu_ms',
  shown: 'NCU·h',
  decimals: null,
  units: () => ({ ...ncu('ms', 1n), ...ncu('s', 1_000n), ...ncu('h', 3_600_000n) }),
  bare: 'NCU·h',
};

export const CAPACITY: Quantity = {
  name: 'capacity',
  examples: ['100 NCU', '0.5 NCU'],
  smallest: () => 'milli_ncu',
  shown: 'NCU',
  decimals: 'ncu',
  units: () => ({ NCU: ratio(1_000n), mNCU: ONE }),
  bare: 'NCU',
};

/** Of a token grain, in millionths of a credit grain; so of a token, in millionths of a credit. */
export const TOKEN_PRICE: Quantity = {
  name: 'price',
  examples: ['0.85 credits per token', '0.85'],
  smallest: () => 'micrograins_per_grain',
  shown: 'credits per token',
  decimals: 'credits_per_token',
  units: () => ({ 'credits per token': ratio(MILLION), credits: ratio(MILLION) }),
  bare: 'credits',
};

export const WORK_PRICE: Quantity = {
  name: 'price',
  examples: ['0.01 credits per NCU·h', '1_000_000_000 micrograins per NCU·s'],
  smallest: () => 'micrograins_per_ncu_s',
  shown: 'credits per NCU·h',
  decimals: 'credits_per_ncu_h',
  units: ({ grainsPerUnit }) => {
    const perSecond = ratio(grainsPerUnit * MILLION);
    const perHour = ratio(grainsPerUnit * MILLION, SECONDS_PER_HOUR);
    return {
      'credits per NCU·h': perHour,
      'credits per NCU-h': perHour,
      'credits per NCU·s': perSecond,
      'credits per NCU-s': perSecond,
      'micrograins per NCU·s': ONE,
      micrograins: ONE,
    };
  },
  bare: null,
};

/** Positions from one to another, both included, rounded down to smallest units; each once. */
export function evenly(from: bigint, to: bigint, steps: bigint): bigint[] {
  const all = Array.from({ length: Number(steps) + 1 }, (_, step) => from + ((to - from) * BigInt(step)) / steps);
  return [...new Set(all)];
}
