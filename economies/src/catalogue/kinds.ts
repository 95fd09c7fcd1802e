import type { Grains, MicrograinsPerNcuS, Ppm } from '@stannary/kernel';
import { decimalText, over, parseDecimal, type Ratio, ratio, ratioOf, times } from '../decimal.ts';
import type { EconomyRefusalCode } from '../refusal.ts';

// What a field's text may mean. A measured kind reads a number with a unit as an exact ratio of its base unit, in which
// bounds and steps are compared, and keeps it as a whole number of its kept unit or not at all.

/** What one file's units are worth. Epoch and era are null while they are being read themselves. */
export interface Scale {
  readonly epochMs: bigint | null;
  readonly eraMs: bigint | null;
  readonly grainsPerUnit: bigint;
  /** Smallest units in one unit of a programme's amounts; 1 where the file has no programme. */
  readonly dataUnit?: bigint;
}

type Units = Readonly<Record<string, Ratio>>;

/** A number with a unit. `Value` is what the profile holds. */
export interface Measure<Value = unknown> {
  readonly family: 'measure';
  readonly name: string;
  /** Refusal of what is not of this form. */
  readonly code: EconomyRefusalCode;
  readonly examples: readonly string[];
  /** Written units, each as a number of base units. */
  readonly units: (scale: Scale) => Units;
  readonly keptUnit: string;
  /** Base units in one kept unit. */
  readonly keptIn: (scale: Scale) => Ratio;
  /** Refusal of what is not a whole number of kept units. */
  readonly inexact: EconomyRefusalCode;
  /** The unit that messages and searches write. */
  readonly shownUnit: string;
  /** The largest number of base units that means anything. */
  readonly ceiling: { readonly at: Ratio; readonly text: string } | null;
  readonly keep: 'number' | 'text';
  readonly value?: Value;
}

/** A word, a flag or a date: compared for equality only. `read` gives undefined for what is not of the kind. */
export interface Plain<Value = unknown> {
  readonly family: 'plain';
  readonly name: string;
  readonly code: EconomyRefusalCode;
  readonly expected: string;
  readonly keptUnit: string;
  readonly read: (value: unknown, text: string) => Value | undefined;
  /** JSON Schema of what may be written. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly value?: Value;
}

export type Kind<Value = unknown> = Measure<Value> | Plain<Value>;

/** A number and its unit as a ratio of base units; null if the text has another form. */
export function measured(kind: Measure, text: string, scale: Scale): Ratio | null {
  const [, digits = '', unitName = ''] = /^([\d._]+)\s*(.*)$/.exec(text.trim()) ?? [];
  const decimal = parseDecimal(digits);
  const unit = kind.units(scale)[unitName];
  return decimal === null || unit === undefined ? null : times(ratioOf(decimal), unit);
}

/** Base units as kept units, not necessarily whole. */
export function inKeptUnits(kind: Measure, amount: Ratio, scale: Scale): Ratio {
  return over(amount, kind.keptIn(scale));
}

/** How a whole number of kept units would be written; null where no decimal is exact. */
export function writtenAs(kind: Measure, kept: bigint, scale: Scale, unitName = kind.shownUnit): string | null {
  const digits = decimalText(over(times(ratio(kept), kind.keptIn(scale)), kind.units(scale)[unitName]!));
  return digits === null ? null : `${digits} ${unitName}`.trim();
}

const PLACES_SHOWN = 6;

/** In the unit of a text that stands there already, where that needs no long fraction; else as `writtenAs`. */
export function writtenLike(text: string, kind: Measure, kept: bigint, scale: Scale): string | null {
  const units = kind.units(scale);
  const written = text.trim().replace(/^[\d._]+\s*/, '');
  const unitName = units[`${written}s`] === undefined ? written : `${written}s`;
  const alike = units[unitName] === undefined ? null : writtenAs(kind, kept, scale, unitName);
  const places = /\.(\d+)/.exec(alike ?? '')?.[1]?.length ?? 0;
  return alike !== null && places <= PLACES_SHOWN ? alike : writtenAs(kind, kept, scale);
}

/** `a duration such as 5 s or 24 h`. */
export function expectedOf(kind: Kind): string {
  if (kind.family === 'plain') return kind.expected;
  const article = /^[aeiou]/.test(kind.name) ? 'an' : 'a';
  return `${article} ${kind.name} such as ${kind.examples.join(' or ')}`;
}

/** Units that a file may write, for patterns and pages: those that need an epoch are there, too. */
export function unitNames(kind: Measure): readonly string[] {
  return Object.keys(kind.units({ epochMs: 1n, eraMs: 1n, grainsPerUnit: 1n }));
}

const ONE = ratio(1n);
const MILLION = 1_000_000n;
const BILLION = 1_000_000_000n;
const SECONDS_PER_HOUR = 3_600n;

const LENGTHS_KNOWN = new WeakMap<Scale, Units>();

/** Once for each scale: a file is read thousands of times while a check looks for its smallest change. */
function lengths(scale: Scale): Units {
  const known = LENGTHS_KNOWN.get(scale) ?? lengthsOf(scale);
  LENGTHS_KNOWN.set(scale, known);
  return known;
}

function lengthsOf({ epochMs, eraMs }: Scale): Units {
  const fixed = { ms: 1n, s: 1_000n, min: 60_000n, h: 3_600_000n, d: 86_400_000n };
  const epochs = epochMs === null ? {} : { epoch: epochMs, epochs: epochMs };
  const eras = eraMs === null ? {} : { era: eraMs, eras: eraMs };
  const all = Object.entries({ ...fixed, ...epochs, ...eras });
  return Object.fromEntries(all.map(([name, length]) => [name, ratio(length)]));
}

const duration = {
  family: 'measure',
  name: 'duration',
  code: 'ECONOMY-DURATION',
  examples: ['5 s', '24 h', '2 epochs'],
  units: lengths,
  ceiling: null,
  keep: 'number',
} as const;

export const MILLISECONDS: Measure<number> = {
  ...duration,
  keptUnit: 'ms',
  keptIn: () => ONE,
  inexact: 'ECONOMY-PRECISION',
  shownUnit: 'ms',
};

export const SECONDS: Measure<number> = {
  ...duration,
  keptUnit: 's',
  keptIn: () => ratio(1_000n),
  inexact: 'ECONOMY-WHOLE',
  shownUnit: 's',
};

export const EPOCHS: Measure<number> = {
  ...duration,
  keptUnit: 'epochs',
  keptIn: ({ epochMs }) => ratio(epochMs!),
  inexact: 'ECONOMY-WHOLE',
  shownUnit: 'epochs',
};

export const ERAS: Measure<number> = {
  ...duration,
  keptUnit: 'eras',
  keptIn: ({ eraMs }) => ratio(eraMs!),
  inexact: 'ECONOMY-WHOLE',
  shownUnit: 'eras',
};

const parts = {
  family: 'measure',
  code: 'ECONOMY-SHARE',
  inexact: 'ECONOMY-PRECISION',
  keep: 'number',
} as const;

/** Base unit of all parts: the whole. */
const ppmUnits: Units = { '%': ratio(1n, 100n), '': ONE, ppm: ratio(1n, MILLION) };

export const SHARE: Measure<Ppm> = {
  ...parts,
  name: 'share',
  examples: ['5 %', '0.05', '50_000 ppm'],
  units: () => ppmUnits,
  keptUnit: 'ppm',
  keptIn: () => ratio(1n, MILLION),
  shownUnit: '%',
  ceiling: { at: ONE, text: '100 %' },
};

export const MULTIPLE: Measure<Ppm> = {
  ...parts,
  name: 'factor',
  examples: ['1.25', '125 %', '1_250_000 ppm'],
  units: () => ppmUnits,
  keptUnit: 'ppm',
  keptIn: () => ratio(1n, MILLION),
  shownUnit: '',
  ceiling: null,
};

export const FINE_SHARE: Measure<number> = {
  ...parts,
  name: 'share',
  examples: ['0.001 %', '10_000 ppb'],
  units: () => ({ ...ppmUnits, ppb: ratio(1n, BILLION) }),
  keptUnit: 'ppb',
  keptIn: () => ratio(1n, BILLION),
  shownUnit: '%',
  ceiling: { at: ONE, text: '100 %' },
};

/** Base unit: the whole per hour. */
export const HOURLY_RATE: Measure<number> = {
  ...parts,
  name: 'rate',
  code: 'ECONOMY-RATE',
  examples: ['2 % per h', '0.5 % per d', '10 ppb per h'],
  units: () => ({
    '% per h': ratio(1n, 100n),
    '% per d': ratio(1n, 2_400n),
    'ppm per h': ratio(1n, MILLION),
    'ppb per h': ratio(1n, BILLION),
  }),
  keptUnit: 'ppb per h',
  keptIn: () => ratio(1n, BILLION),
  shownUnit: '% per h',
  ceiling: null,
};

const numbers = {
  family: 'measure',
  name: 'whole number',
  code: 'ECONOMY-COUNT',
  examples: ['10', '1_000_000'],
  units: () => ({ '': ONE }),
  keptUnit: '',
  keptIn: () => ONE,
  inexact: 'ECONOMY-COUNT',
  shownUnit: '',
  ceiling: null,
} as const;

export const COUNT: Measure<number> = { ...numbers, keep: 'number' };
/** Kept as a decimal string: it may pass 2^53. */
export const LARGE_COUNT: Measure<string> = { ...numbers, keep: 'text' };

/** Of a programme's data. A power of ten must be worth computing before any bound can be told. */
export const DECIMAL_PLACES: Measure<number> = {
  ...numbers,
  name: 'number of decimal places',
  examples: ['18', '0'],
  keep: 'number',
  ceiling: { at: ratio(77n), text: '77' },
};

/** Base unit: one unit of a programme's data. */
export const DATA_AMOUNT: Measure<string> = {
  family: 'measure',
  name: 'amount',
  code: 'ECONOMY-AMOUNT',
  examples: ['3_000', '0.5'],
  units: () => ({ '': ONE }),
  keptUnit: 'smallest units',
  keptIn: ({ dataUnit }) => ratio(1n, dataUnit ?? 1n),
  inexact: 'ECONOMY-PRECISION',
  shownUnit: '',
  ceiling: null,
  keep: 'text',
};

/** Base unit: one token, or one credit. */
const amount = (unit: 'token' | 'credit') =>
  ({
    family: 'measure',
    name: 'amount',
    code: 'ECONOMY-AMOUNT',
    examples: [`1_000 ${unit}s`, `0.5 ${unit}s`],
    units: (): Units => ({ [unit]: ONE, [`${unit}s`]: ONE }),
    keptUnit: 'grains',
    keptIn: ({ grainsPerUnit }: Scale) => ratio(1n, grainsPerUnit),
    inexact: 'ECONOMY-PRECISION',
    shownUnit: `${unit}s`,
    ceiling: null,
  }) as const;

export const TOKENS: Measure<Grains> = { ...amount('token'), keep: 'number' };
export const CREDITS: Measure<Grains> = { ...amount('credit'), keep: 'number' };
export const LARGE_TOKENS: Measure<string> = { ...amount('token'), keep: 'text' };
export const LARGE_CREDITS: Measure<string> = { ...amount('credit'), keep: 'text' };

/** Base unit: one credit, or one token, per NCU·s. `NCU-h` is for keyboards without the dot. */
const perWork = (unit: 'token' | 'credit') =>
  ({
    family: 'measure',
    name: 'price',
    code: 'ECONOMY-PRICE',
    examples: [`0.01008 ${unit}s per NCU·h`, `50 ${unit}s per NCU·s`],
    units: (): Units => ({
      [`${unit}s per NCU·s`]: ONE,
      [`${unit}s per NCU·h`]: ratio(1n, SECONDS_PER_HOUR),
      [`${unit}s per NCU-s`]: ONE,
      [`${unit}s per NCU-h`]: ratio(1n, SECONDS_PER_HOUR),
    }),
    keptUnit: 'micrograins per NCU·s',
    keptIn: ({ grainsPerUnit }: Scale) => ratio(1n, grainsPerUnit * MILLION),
    inexact: 'ECONOMY-PRECISION',
    shownUnit: `${unit}s per NCU·h`,
    ceiling: null,
    keep: 'number',
  }) as const;

export const PRICE: Measure<MicrograinsPerNcuS> = perWork('credit');
export const TOKENS_PER_WORK: Measure<MicrograinsPerNcuS> = perWork('token');

export const FLAG: Plain<boolean> = {
  family: 'plain',
  name: 'flag',
  code: 'ECONOMY-TYPE',
  expected: 'true or false',
  keptUnit: '',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  schema: { type: 'boolean' },
};

/** Text of a given form. What YAML reads as a number or a flag is a text, too, where the form lets it be one. */
export function textKind(form: RegExp): Plain<string> {
  return {
    family: 'plain',
    name: 'text',
    code: 'ECONOMY-CHOICE',
    expected: `text of the form ${form.source}`,
    keptUnit: '',
    read: (_, text) => (form.test(text) ? text : undefined),
    schema: { type: form.test('0') ? ['string', 'number', 'boolean'] : 'string', pattern: form.source },
  };
}

export function choiceKind<Word extends string>(words: readonly Word[]): Plain<Word> {
  return {
    family: 'plain',
    name: 'choice',
    code: 'ECONOMY-CHOICE',
    expected: `one of ${words.join(', ')}`,
    keptUnit: '',
    read: (_, text) => words.find((word) => word === text),
    schema: { type: 'string', enum: words },
  };
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;

/** Kept as ms since the start of 1970, UTC. */
export const DATE_KIND: Plain<number> = {
  family: 'plain',
  name: 'date',
  code: 'ECONOMY-DATE',
  expected: 'a date such as 2027-01-31 or 2027-01-31T12:00Z',
  keptUnit: 'ms since 1970',
  read: (_, text) => dateMs(text),
  schema: { type: 'string', pattern: DATE.source },
};

/** A UTC date as ms since 1970; undefined for another form, and for a day that no calendar has. */
export function dateMs(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const ms = Date.parse(text);
  // Engines roll 31 February over into March; such a day is a mistake.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text.slice(0, 10) ? undefined : ms;
}
