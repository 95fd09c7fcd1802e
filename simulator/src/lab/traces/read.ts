import { basename, dirname, join } from 'node:path';
import {
  checkUnit,
  type NumberColumn,
  readDuration,
  readName,
  readNumber,
  readTime,
  type TimeColumn,
} from './cells.ts';
import { mappedRows } from './mapped-rows.ts';
import { TraceRefusal } from './refusal.ts';
import {
  type GapRule,
  type Job,
  type JobMapping,
  newTally,
  type Price,
  type PriceMapping,
  type Request,
  type RequestMapping,
  type Trace,
  type TraceMapping,
  type TraceTally,
  type Usage,
  type UsageMapping,
} from './schemas.ts';
import { readTable, type TableRow } from './table.ts';
import { readUpDown } from './up-down.ts';

/** The trace of a mapped CSV file. Nothing is read before its rows are asked for. */
export function openTrace<Mapping extends TraceMapping>(
  mapping: Mapping,
  label: { readonly name?: string; readonly source?: string; readonly unit?: string } = {},
): Extract<Trace, { schema: Mapping['schema'] }> {
  const name = label.name ?? basename(mapping.file);
  const rows = (tally: TraceTally = newTally()) => rowsOf(mapping, tally);
  const trace = { schema: mapping.schema, name, source: label.source ?? name, unit: label.unit ?? '1', mapping, rows };
  return trace as unknown as Extract<Trace, { schema: Mapping['schema'] }>;
}

function rowsOf(mapping: TraceMapping, tally: TraceTally): AsyncGenerator<unknown> {
  if (mapping.schema === 'job') return readJobs(mapping, tally);
  if (mapping.schema === 'request') return readRequests(mapping, tally);
  if (mapping.schema === 'usage') return readUsage(mapping, tally);
  if (mapping.schema === 'price') return readPrices(mapping, tally);
  return readUpDown(mapping, tally);
}

const JOB_COLUMNS: NonNullable<JobMapping['columns']> = {
  arrival: { column: 'arrival', unit: 's' },
  duration: { column: 'duration', unit: 's' },
  size: [{ column: 'size' }],
  class: 'class',
};
const REQUEST_COLUMNS: NonNullable<RequestMapping['columns']> = {
  time: { column: 'time', unit: 's' },
  sizeIn: { column: 'size_in' },
  sizeOut: { column: 'size_out' },
};
const USAGE_COLUMNS: NonNullable<UsageMapping['columns']> = {
  time: { column: 'time', unit: 's' },
  quantity: { column: 'quantity' },
};
const PRICE_COLUMNS: NonNullable<PriceMapping['columns']> = {
  time: { column: 'time', unit: 's' },
  price: { column: 'price' },
};

/** Latest ids that are remembered, so that memory stays bounded: a job's double further away than that is not seen. */
const IDS_MAX = 1_048_576;

async function* readJobs(mapping: JobMapping, tally: TraceTally): AsyncGenerator<Job> {
  const columns = mapping.columns ?? JOB_COLUMNS;
  const { arrival, duration, size, id } = columns;
  const at = 'before' in arrival ? arrival.before : arrival;
  const times = [at, ...('from' in duration ? [duration.from, duration.to] : [duration])];
  const named = [columns.class, id].filter((column) => column != null);
  const ids = new Set<string>();
  const follow = follower(mapping, mapping.gaps);
  for await (const rows of mappedRows(mapping, times, [...size.map(({ column }) => column), ...named], tally)) {
    for (const row of rows) {
      if (id !== undefined) checkOnce(ids, row, id);
      const moment = readTime(row, at);
      const durationSeconds = 'from' in duration ? between(row, duration, mapping) : readDuration(row, duration);
      const amount = productOf(row, size);
      if (moment === null || durationSeconds === null || amount === null) {
        tally.leftOut += 1;
        continue;
      }
      const arrivalSeconds = 'before' in arrival ? startBefore(row, at, moment, durationSeconds) : moment;
      follow('', arrivalSeconds, row, at.column);
      yield { arrivalSeconds, durationSeconds, size: amount, className: classOf(row, columns.class) };
    }
  }
}

/** An empty class is a class: jobs that do not care. */
function classOf(row: TableRow, column: string | null): string {
  return column === null ? '' : row.cell(column);
}

function between(
  row: TableRow,
  { from, to }: { readonly from: TimeColumn; readonly to: TimeColumn },
  { whenBackwards }: JobMapping,
): number | null {
  const [start, end] = [readTime(row, from), readTime(row, to)];
  if (start === null || end === null) return null;
  if (end >= start) return end - start;
  if (whenBackwards === 'leave-out') return null;
  throw new TraceRefusal('TRACE-NEGATIVE', row.place(to.column), `a time after ${from.column}`, row.cell(to.column));
}

function startBefore(row: TableRow, { column }: TimeColumn, end: number, durationSeconds: number): number {
  if (end >= durationSeconds) return end - durationSeconds;
  throw new TraceRefusal('TRACE-NEGATIVE', row.place(column), `an end after its ${durationSeconds} s`, `${end}`);
}

function productOf(row: TableRow, columns: readonly NumberColumn[]): number | null {
  let numerator = 1;
  let denominator = 1;
  for (const column of columns) {
    const value = readNumber(row, { ...column, divideBy: 1 });
    if (value === null) return null;
    numerator *= value;
    denominator *= column.divideBy ?? 1;
  }
  return numerator / denominator;
}

function checkOnce(ids: Set<string>, row: TableRow, column: string): void {
  const id = readName(row, column);
  if (ids.has(id)) throw new TraceRefusal('TRACE-DUPLICATE', row.place(column), 'each id once', `${id} again`);
  ids.add(id);
  if (ids.size > IDS_MAX) ids.delete(ids.values().next().value!);
}

async function* readRequests(mapping: RequestMapping, tally: TraceTally): AsyncGenerator<Request> {
  const { time, sizeIn, sizeOut } = mapping.columns ?? REQUEST_COLUMNS;
  const follow = follower(mapping, mapping.gaps);
  for await (const rows of mappedRows(mapping, [time], [sizeIn.column, sizeOut.column], tally)) {
    for (const row of rows) {
      const [seconds, into, out] = [readTime(row, time), readNumber(row, sizeIn), readNumber(row, sizeOut)];
      if (seconds === null || into === null || out === null) {
        tally.leftOut += 1;
        continue;
      }
      follow('', seconds, row, time.column);
      yield { seconds, sizeIn: into, sizeOut: out };
    }
  }
}

function readUsage(mapping: UsageMapping, tally: TraceTally): AsyncGenerator<Usage> {
  const { time, quantity, series = [] } = mapping.columns ?? USAGE_COLUMNS;
  const columns = { time, value: quantity, series };
  return readPoints(mapping, columns, tally, (seconds, value, name) => ({ seconds, quantity: value, series: name }));
}

function readPrices(mapping: PriceMapping, tally: TraceTally): AsyncGenerator<Price> {
  const { time, price, series = [] } = mapping.columns ?? PRICE_COLUMNS;
  const columns = { time, value: price, series };
  return readPoints(mapping, columns, tally, (seconds, value, name) => ({ seconds, price: value, series: name }));
}

interface PointColumns {
  readonly time: TimeColumn;
  readonly value: NumberColumn;
  readonly series: readonly string[];
}

/** Usage and prices alike. Of each series only the last row is remembered. */
async function* readPoints<Point>(
  mapping: UsageMapping | PriceMapping,
  { time, value: valueColumn, series }: PointColumns,
  tally: TraceTally,
  point: (seconds: number, value: number, series: string) => Point,
): AsyncGenerator<Point> {
  const origins = mapping.schema === 'usage' && mapping.after ? await originsOf(mapping, mapping.after) : null;
  const key = mapping.schema === 'usage' && mapping.after ? [mapping.after.key] : [];
  const follow = follower(mapping, mapping.gaps);
  const latest = new Map<string, number>();
  for await (const rows of mappedRows(mapping, [time], [valueColumn.column, ...series, ...key], tally)) {
    for (const row of rows) {
      const own = readTime(row, time);
      const value = readNumber(row, valueColumn);
      if (own === null || value === null) {
        tally.leftOut += 1;
        continue;
      }
      const name = series.map((column) => row.cell(column)).join('/');
      const seconds = own + (origins === null ? 0 : originOf(origins, row, key[0]!));
      const missing = follow(name, seconds, row, time.column);
      for (let step = missing; step > 0; step -= 1) {
        const filledSeconds = seconds - step * mapping.gaps!.everySeconds;
        tally.filled += 1;
        yield point(filledSeconds, mapping.gaps!.rule === 'hold' ? latest.get(name)! : 0, name);
      }
      if (mapping.gaps?.rule === 'hold') latest.set(name, value);
      yield point(seconds, value, name);
    }
  }
}

async function originsOf(
  mapping: UsageMapping,
  { file, key, time }: NonNullable<UsageMapping['after']>,
): Promise<ReadonlyMap<string, number>> {
  const origins = new Map<string, number>();
  checkUnit(basename(file), time);
  for await (const rows of readTable(join(dirname(mapping.file), file), [key, time.column])) {
    for (const row of rows) {
      const name = readName(row, key);
      if (origins.has(name))
        throw new TraceRefusal('TRACE-DUPLICATE', row.place(key), 'each key once', `${name} again`);
      const seconds = readTime(row, time);
      if (seconds !== null) origins.set(name, seconds);
    }
  }
  return origins;
}

function originOf(origins: ReadonlyMap<string, number>, row: TableRow, key: string): number {
  const origin = origins.get(row.cell(key));
  if (origin !== undefined) return origin;
  throw new TraceRefusal('TRACE-JOIN', row.place(key), 'a key of the other file', row.cell(key));
}

/** A gap longer than this is a wrong unit or a wrong step, whatever the rule. */
const FILLED_MAX = 1_000_000;

/**
 * Watches the times of each series: refuses one that goes back, one of usage or prices that comes twice, and gaps; and
 * gives the number of rows that are missing before this one.
 */
function follower(mapping: TraceMapping, gaps: GapRule | undefined) {
  const last = new Map<string, number>();
  const isPoint = mapping.schema === 'usage' || mapping.schema === 'price';
  return (series: string, seconds: number, row: TableRow, column: string): number => {
    const before = last.get(series);
    if (mapping.order !== 'any') last.set(series, seconds);
    if (before === undefined || mapping.order === 'any') return 0;
    const of = series === '' ? '' : ` of ${series}`;
    if (seconds < before)
      throw new TraceRefusal('TRACE-ORDER', row.place(column), `a time${of} after ${before} s`, `${seconds} s`);
    if (seconds === before && isPoint)
      throw new TraceRefusal('TRACE-DUPLICATE', row.place(column), `each time${of} once`, `${row.cell(column)} again`);
    if (gaps === undefined || seconds - before <= 1.5 * gaps.everySeconds) return 0;
    const missing = Math.max(1, Math.round((seconds - before) / gaps.everySeconds) - 1);
    if (gaps.rule !== 'refuse' && missing <= FILLED_MAX) return missing;
    const expected = `a row${of} every ${gaps.everySeconds} s`;
    throw new TraceRefusal('TRACE-GAP', row.place(column), expected, `${seconds - before} s without one`);
  };
}
