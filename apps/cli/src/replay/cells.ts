import type { AmountColumn, FlagColumn, PercentColumn, PeriodLayout } from '@stannary/kernel';
import type { TableRow } from '@stannary/simulator/lab';
import { replayRefusal } from './refusal.ts';

// Cells as exact values. No cell passes through a floating-point number.

/** Decimal places from a percentage to ppm. */
const PERCENT_PLACES = 4;
const WHOLE_PPM = 1_000_000n;

/** A cell times 10^decimals, as an integer >= 0. Refuses REPLAY-CELL. */
export function readAmountCell(row: TableRow, { column, decimals, roundDown }: AmountColumn): bigint {
  return readDecimal(row, column, decimals, roundDown);
}

/** A percentage of at most 100 in ppm, rounded down. Refuses REPLAY-CELL. */
export function readPercentCell(row: TableRow, { column }: PercentColumn): bigint {
  const ppm = readDecimal(row, column, PERCENT_PLACES, true);
  // The digits that rounding drops count here: 100.00001 is above 100.
  if (ppm > WHOLE_PPM || (ppm === WHOLE_PPM && /\.\d*[1-9]/.test(row.cell(column)))) {
    throw badCell(row, column, 'at most 100 per cent');
  }
  return ppm;
}

/** Refuses REPLAY-CELL. */
export function readFlagCell(row: TableRow, rule: FlagColumn): boolean {
  const text = row.cell(rule.column);
  if (text === rule.whenTrue) return true;
  if (text === rule.whenFalse) return false;
  if (text === '' && rule.whenEmpty !== null) return rule.whenEmpty;
  throw badCell(row, rule.column, `${rule.whenTrue} or ${rule.whenFalse}`);
}

/** Refuses REPLAY-CELL. */
export function readKeyCell(row: TableRow, column: string): string {
  const text = row.cell(column);
  if (text.trim() === text && text !== '') return text;
  throw badCell(row, column, 'a name without spaces around it');
}

/** Seconds since 1970, UTC. Refuses REPLAY-CELL. */
export function readTimeCell(row: TableRow, column: string, time: PeriodLayout['time']): number {
  const text = row.cell(column);
  if (time === 'unix-seconds') {
    if (/^\d{1,12}$/.test(text)) return Number(text);
    throw badCell(row, column, 'whole seconds since 1970');
  }
  const stamp = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.0+)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse moves 31 February into March; written out again, it no longer agrees.
  if (!Number.isNaN(stamp) && new Date(stamp).toISOString().startsWith(text.slice(0, 10))) return stamp / 1000;
  throw badCell(row, column, 'a UTC time as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ');
}

function readDecimal(row: TableRow, column: string, places: number, roundDown: boolean): bigint {
  const number = /^(\d{1,90})(?:\.(\d{1,90}))?$/.exec(row.cell(column));
  if (number === null) throw badCell(row, column, 'a decimal number >= 0');
  const fraction = number[2] ?? '';
  if (!roundDown && /[^0]/.test(fraction.slice(places)))
    throw badCell(row, column, places === 0 ? 'an integer' : `at most ${places} decimal places`);
  return BigInt(number[1]! + fraction.slice(0, places).padEnd(places, '0'));
}

function badCell(row: TableRow, column: string, expected: string) {
  const text = row.cell(column);
  return replayRefusal('REPLAY-CELL', row.place(column), expected, text === '' ? 'an empty cell' : text.slice(0, 80));
}
