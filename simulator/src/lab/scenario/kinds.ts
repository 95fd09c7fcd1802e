import type { Economy } from '@stannary/kernel';

// What a field's text may mean. A number has a unit, or stands for the whole; scenarios keep floating point, but for what
// is counted.

/** What one economy's units are worth. */
export interface Scale {
  readonly epochMs: number;
  readonly epochsPerEra: number;
  readonly grainsPerUnit: number;
}

export function scaleOf({ cadence, grainsPerUnit }: Economy): Scale {
  return { epochMs: cadence.epochMs, epochsPerEra: cadence.epochsPerEra, grainsPerUnit };
}

export interface NumberKind {
  readonly form: 'number';
  readonly name: string;
  readonly examples: readonly string[];
  /** The unit in which it is kept, which may be written, too; '' for a plain number. */
  readonly unit: string;
  /** Kept units in one of each written unit. */
  readonly units: (scale: Scale) => Readonly<Record<string, number>>;
  readonly isWhole: boolean;
}

export interface WordKind {
  readonly form: 'word';
  readonly name: string;
  /** Null: any text of the form. */
  readonly words: readonly string[] | null;
  readonly pattern: RegExp;
}

export type Kind = NumberKind | WordKind;

const number = (
  name: string,
  examples: readonly string[],
  unit: string,
  units: (scale: Scale) => Readonly<Record<string, number>>,
  isWhole = false,
): NumberKind => ({ form: 'number', name, examples, unit, units, isWhole });

const plain = () => ({ '': 1 });
const parts = () => ({ '': 1, '%': 0.01, ppm: 1e-6 });
const lengthsMs = { ms: 1, s: 1e3, min: 60e3, h: 3_600e3, d: 86_400e3 };

export const NUMBER = number('number', ['1.5'], '', plain);
export const WHOLE = number('whole number', ['10', '1_000'], '', plain, true);
export const SHARE = number('share', ['5 %', '0.05'], '', parts);
export const EPOCHS = number(
  'duration',
  ['30 d', '24 h', '12 epochs'],
  'epochs',
  ({ epochMs, epochsPerEra }) => ({
    ...Object.fromEntries(Object.entries(lengthsMs).map(([unit, ms]) => [unit, ms / epochMs])),
    epoch: 1,
    epochs: 1,
    era: epochsPerEra,
    eras: epochsPerEra,
  }),
  true,
);
export const MILLISECONDS = number('duration', ['250 ms', '1 s'], 'ms', () => lengthsMs);
export const SECONDS = number('duration', ['10 min', '1 h'], 's', () =>
  Object.fromEntries(Object.entries(lengthsMs).map(([unit, ms]) => [unit, ms / 1_000])),
);
export const CREDITS = number(
  'amount',
  ['1_000 credits'],
  'grains',
  ({ grainsPerUnit }) => ({ credit: grainsPerUnit, credits: grainsPerUnit, grains: 1 }),
  true,
);
export const TOKENS = number(
  'amount',
  ['1_000 tokens'],
  'grains',
  ({ grainsPerUnit }) => ({ token: grainsPerUnit, tokens: grainsPerUnit, grains: 1 }),
  true,
);
export const PRICE = number('price', ['0.01008 credits per NCU·h'], 'micrograins per NCU·s', ({ grainsPerUnit }) => {
  const perSecond = grainsPerUnit * 1e6;
  const hourly = perSecond / 3_600;
  return {
    'credits per NCU·h': hourly,
    'credits per NCU-h': hourly,
    'credits per NCU·s': perSecond,
    'credits per NCU-s': perSecond,
    'micrograins per NCU·s': 1,
  };
});
export const TOKEN_PRICE = number('price of a token', ['0.5 credits'], 'micrograins', () => ({
  credit: 1e6,
  credits: 1e6,
  'credits per token': 1e6,
  micrograins: 1,
}));
export const CAPACITY = number('capacity', ['100 NCU'], 'milli-NCU', () => ({ NCU: 1_000, 'milli-NCU': 1 }), true);

export const NAME: WordKind = { form: 'word', name: 'name', words: null, pattern: /^[a-z][a-z0-9-]*$/ };
export const words = (...all: readonly string[]): WordKind => ({
  form: 'word',
  name: 'word',
  words: all,
  pattern: /^/,
});

/** A number in kept units; undefined for another form, null for what should be whole and is not. */
export function readNumber(kind: NumberKind, text: string, scale: Scale): number | null | undefined {
  const [, digits = '', unit = ''] = /^([+-]?[\d_]+(?:\.[\d_]+)?(?:e[+-]?\d+)?)\s*(.*)$/i.exec(text.trim()) ?? [];
  const factor = kind.units(scale)[unit];
  const value = Number(digits.replaceAll('_', ''));
  if (digits === '' || factor === undefined || !Number.isFinite(value)) return undefined;
  // Decimals that meet a power of ten come out as they are written.
  const kept = Number((value * factor).toPrecision(15));
  return kind.isWhole && !Number.isInteger(kept) ? null : kept;
}

export function readWord({ words: all, pattern }: WordKind, text: string): string | undefined {
  return all === null ? (pattern.test(text) ? text : undefined) : all.find((word) => word === text);
}

/** A kept number as a file may write it. */
export function writtenNumber({ unit }: NumberKind, value: number): string {
  return `${value} ${unit}`.trim();
}

/** `a share such as 5 % or 0.05`. */
export function expectedOf(kind: Kind): string {
  if (kind.form === 'word')
    return kind.words === null ? `a ${kind.name} of small letters` : `one of ${kind.words.join(', ')}`;
  return `${/^[aeiou]/.test(kind.name) ? 'an' : 'a'} ${kind.name} such as ${kind.examples.join(' or ')}`;
}
