import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { TraceRefusal } from './refusal.ts';

/** Rows that do not count are passed over: only those whose cells equal these are read. */
export interface RowCondition {
  readonly column: string;
  readonly equals: string;
}

/** One row of a CSV file: its cells by column, and where each stands, for messages. */
export interface TableRow {
  readonly line: number;
  /** The cell as it stands. A column that was not asked for is a bug. */
  cell(column: string): string;
  /** `file line 7, column x`. */
  place(column?: string): string;
}

export type TableFault = 'FILE' | 'CSV' | 'COLUMN' | 'EMPTY';
/** What a reader refuses with: traces and programmes have codes of their own. */
export type TableRefusal = (fault: TableFault, where: string, expected: string, got: string) => Error;

const ofTrace: TableRefusal = (fault, where, expected, got) => new TraceRefusal(`TRACE-${fault}`, where, expected, got);

/** A quote that is never closed would swallow the file: no row is longer. */
const ROW_CHARACTERS_MAX = 1_048_576;

/**
 * Streams the rows of one CSV file, in lots, in its order, in bounded memory. Every column must be in the header, once; every row
 * must have as many cells as the header; other columns are ignored, and so are empty lines.
 * @throws what `refuse` makes of FILE, CSV, COLUMN and EMPTY (no row counts). Default: TraceRefusal TRACE-FILE and so on
 */
export async function* readTable(
  path: string,
  columns: readonly string[],
  where: readonly RowCondition[] = [],
  refuse: TableRefusal = ofTrace,
): AsyncGenerator<readonly TableRow[]> {
  const file = basename(path);
  let positions: ReadonlyMap<string, number> | null = null;
  let counted = 0;
  let read = 0;
  for await (const records of recordsOf(path, refuse)) {
    const header = positions === null ? records.shift() : undefined;
    if (header !== undefined)
      positions = positionsOf(file, header.record, [...columns, ...where.map(({ column }) => column)], refuse);
    const rows = records.map(({ record, info }) => tableRow(file, positions!, record, info.lines));
    const those =
      where.length === 0 ? rows : rows.filter((row) => where.every((one) => row.cell(one.column) === one.equals));
    read += rows.length;
    counted += those.length;
    if (those.length > 0) yield those;
  }
  if (counted > 0) return;
  const wanted = where.map(({ column, equals }) => `${column} = ${equals}`).join(', ');
  const expected = `${positions === null ? 'a header and ' : ''}at least one row${wanted === '' ? '' : ` with ${wanted}`}`;
  throw refuse(
    'EMPTY',
    file,
    expected,
    positions === null ? 'an empty file' : read === 0 ? 'a header alone' : `none among ${read}`,
  );
}

/** Names of the columns; none of an empty file. @throws as `readTable`, FILE and CSV */
export async function readHeader(path: string, refuse: TableRefusal = ofTrace): Promise<readonly string[]> {
  for await (const [header] of recordsOf(path, refuse)) return header!.record;
  return [];
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const RECORDS_MAX = 1_024;

/** In lots, as many as the parser has ready: a promise a row would cost more than the row. */
async function* recordsOf(path: string, refuse: TableRefusal): AsyncGenerator<CsvRecord[]> {
  const options = { bom: true, info: true, skip_empty_lines: true, max_record_size: ROW_CHARACTERS_MAX };
  const parser = parse({ ...options, readableHighWaterMark: RECORDS_MAX } as typeof options);
  let wake = (): void => {};
  for (const event of ['readable', 'end', 'close']) parser.on(event, () => wake());
  // The pipeline carries a fault of either end to the parser, where the loop below meets it.
  const fed = pipeline(createReadStream(path), parser).catch(() => {});
  try {
    while (!parser.readableEnded) {
      const records: CsvRecord[] = [];
      for (let one = parser.read(); one !== null; one = parser.read()) records.push(one as CsvRecord);
      if (records.length > 0) yield records;
      else if (parser.errored) throw readFault(path, parser.errored, refuse);
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    parser.destroy();
    await fed;
  }
}

function readFault(path: string, error: unknown, refuse: TableRefusal): unknown {
  if (error instanceof CsvError) {
    const line = (error as unknown as { lines?: number }).lines ?? 1;
    return refuse('CSV', `${basename(path)} line ${line}`, 'well-formed CSV', error.message);
  }
  const { code, syscall } = error as { code?: string; syscall?: string };
  if (code === undefined || syscall === undefined) return error;
  return refuse('FILE', path, 'a readable CSV file', code);
}

function positionsOf(
  file: string,
  header: readonly string[],
  columns: readonly string[],
  refuse: TableRefusal,
): ReadonlyMap<string, number> {
  const positions = new Map(header.map((name, index) => [name, index]));
  const repeated = header.find((name, index) => positions.get(name) !== index);
  if (repeated !== undefined) throw refuse('COLUMN', `${file} line 1`, 'each column once', `${repeated} twice`);
  const missing = columns.find((column) => !positions.has(column));
  if (missing === undefined) return positions;
  throw refuse('COLUMN', `${file} line 1`, `a column ${missing}`, header.join(', ').slice(0, 200));
}

function tableRow(
  file: string,
  positions: ReadonlyMap<string, number>,
  record: readonly string[],
  line: number,
): TableRow {
  return {
    line,
    cell: (column) => record[positions.get(column)!]!,
    place: (column) => `${file} line ${line}${column === undefined ? '' : `, column ${column}`}`,
  };
}
