import { TraceRefusal } from './refusal.ts';
import type { TableRow } from './table.ts';

// Cells as numbers in the schema's unit. A cell is a number, or it is refused: no NaN gets past here.

const SECONDS_PER = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3_600, d: 86_400 } as const;

export type DurationUnit = keyof typeof SECONDS_PER;
/** `utc`: a date `2023-11-16`, or with a time `2023-11-16 18:15:46.68` or `2023-11-16T18:15:46Z`. */
export type TimeUnit = DurationUnit | 'utc';

/** What an empty cell means: a fault, a row to leave out, or this number in the schema's unit. */
export type WhenEmpty = 'refuse' | 'leave-out' | number;

export interface NumberColumn {
  readonly column: string;
  /** From the cell's unit to the schema's. Default 1. */
  readonly divideBy?: number;
  /** In the schema's unit; above it the cell is refused as huge. Default 10^15. */
  readonly max?: number;
  /** Default 'refuse'. */
  readonly whenEmpty?: WhenEmpty;
}

/** A moment: seconds from the trace's own start, or from 1970. */
export interface TimeColumn {
  readonly column: string;
  readonly unit: TimeUnit;
  readonly whenEmpty?: WhenEmpty;
}

export interface DurationColumn {
  readonly column: string;
  readonly unit: DurationUnit;
  readonly whenEmpty?: WhenEmpty;
}

const NUMBER_MAX = 1e15;
/** 2100-01-01. A moment after it is a number of milliseconds that was taken for seconds. */
const MOMENT_SECONDS_MAX = 4_102_444_800;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const STAMP = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?Z?)?$/;

/** A number >= 0; null: the row is to be left out. @throws TraceRefusal TRACE-NUMBER, TRACE-UNIT, TRACE-NEGATIVE, TRACE-HUGE */
export function readNumber(row: TableRow, column: NumberColumn): number | null {
  const text = row.cell(column.column);
  if (text === '') return whenEmpty(row, column.column, column.whenEmpty, 'a number');
  const value = decimalOf(row, column.column, text, 'a number') / (column.divideBy ?? 1);
  return bounded(row, column.column, value, column.max ?? NUMBER_MAX);
}

/** Seconds. @throws TraceRefusal TRACE-NUMBER, TRACE-TIME, TRACE-UNIT, TRACE-NEGATIVE, TRACE-HUGE */
export function readTime(row: TableRow, { column, unit, whenEmpty: rule }: TimeColumn): number | null {
  const text = row.cell(column);
  if (text === '') return whenEmpty(row, column, rule, 'a time');
  if (unit === 'utc') return readStamp(row, column, text);
  if (STAMP.test(text)) throw new TraceRefusal('TRACE-UNIT', row.place(column), `a number of ${unit}`, text);
  const seconds = inSeconds(decimalOf(row, column, text, `a number of ${unit}`), unit);
  if (seconds <= MOMENT_SECONDS_MAX) return bounded(row, column, seconds, MOMENT_SECONDS_MAX);
  const expected = `a time in ${unit} before the year 2100 (is the column in a smaller unit?)`;
  throw new TraceRefusal('TRACE-HUGE', row.place(column), expected, text);
}

/** Seconds, >= 0. @throws TraceRefusal TRACE-NUMBER, TRACE-UNIT, TRACE-NEGATIVE, TRACE-HUGE */
export function readDuration(row: TableRow, { column, unit, whenEmpty: rule }: DurationColumn): number | null {
  const text = row.cell(column);
  if (text === '') return whenEmpty(row, column, rule, `a number of ${unit}`);
  const seconds = inSeconds(decimalOf(row, column, text, `a number of ${unit}`), unit);
  return bounded(row, column, seconds, MOMENT_SECONDS_MAX);
}

/** A name without spaces around it. @throws TraceRefusal TRACE-NUMBER */
export function readName(row: TableRow, column: string): string {
  const text = row.cell(column);
  if (text !== '' && text.trim() === text) return text;
  throw new TraceRefusal('TRACE-NUMBER', row.place(column), 'a name without spaces around it', shown(text));
}

function readStamp(row: TableRow, column: string, text: string): number {
  if (DECIMAL.test(text)) throw new TraceRefusal('TRACE-UNIT', row.place(column), 'a UTC time (unit utc)', text);
  const [, date = '', hour = '00', minute = '00', second = '00', fraction = '.0'] = STAMP.exec(text) ?? [];
  const iso = `${date}T${hour}:${minute}:${second}.000Z`;
  const milliseconds = Date.parse(iso);
  // Date.parse moves 31 February into March; written out again, it no longer agrees.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== iso)
    throw new TraceRefusal('TRACE-TIME', row.place(column), 'a UTC time as YYYY-MM-DD hh:mm:ss', shown(text));
  return milliseconds / 1_000 + Number(`0${fraction}`);
}

/** Division keeps whole milliseconds exact where the product with 0.001 would not. */
function inSeconds(value: number, unit: DurationUnit): number {
  const factor = SECONDS_PER[unit];
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}

function decimalOf(row: TableRow, column: string, text: string, expected: string): number {
  if (DECIMAL.test(text)) return Number(text);
  const code = /^[+-]?(?:\d+\.?\d*|\.\d+)\s*[a-zA-Z%µ]+$/.test(text) ? 'TRACE-UNIT' : 'TRACE-NUMBER';
  throw new TraceRefusal(code, row.place(column), `${expected} without unit or sign of thousands`, shown(text));
}

function bounded(row: TableRow, column: string, value: number, max: number): number {
  if (value < 0) throw new TraceRefusal('TRACE-NEGATIVE', row.place(column), 'at least 0', `${value}`);
  if (value <= max) return value;
  throw new TraceRefusal('TRACE-HUGE', row.place(column), `at most ${max}`, shown(row.cell(column)));
}

function whenEmpty(row: TableRow, column: string, rule: WhenEmpty | undefined, expected: string): number | null {
  if (rule === 'leave-out') return null;
  if (typeof rule === 'number') return rule;
  throw new TraceRefusal('TRACE-NUMBER', row.place(column), expected, 'an empty cell');
}

function shown(text: string): string {
  return text === '' ? 'an empty cell' : text.slice(0, 80);
}

/** Words that a column's name may end with, and the units they name. */
const SUFFIXES: ReadonlyMap<string, DurationUnit> = new Map([
  ...(['ns', 'us', 'ms', 's', 'min', 'h'] as const).map((unit) => [unit, unit] as const),
  ...(['sec', 'secs', 'seconds'] as const).map((word) => [word, 's'] as const),
  ...(['millis', 'milliseconds'] as const).map((word) => [word, 'ms'] as const),
  ['minutes', 'min'],
  ['hours', 'h'],
  ['days', 'd'],
]);

/** Refuses a column whose own name says another unit than the mapping. @throws TraceRefusal TRACE-UNIT */
export function checkUnit(file: string, { column, unit }: TimeColumn): void {
  const named = SUFFIXES.get(column.slice(column.lastIndexOf('_') + 1).toLowerCase());
  if (!column.includes('_') || named === undefined || named === unit) return;
  throw new TraceRefusal('TRACE-UNIT', `${file} line 1, column ${column}`, `a column in ${unit}`, `one in ${named}`);
}
