import { basename } from 'node:path';
import { checkUnit, type TimeColumn } from './cells.ts';
import type { TraceMapping, TraceTally } from './schemas.ts';
import { readTable, type TableRow } from './table.ts';

/** The rows of a mapped file that count, in lots, after a look at the columns' own units. */
export async function* mappedRows(
  mapping: TraceMapping,
  times: readonly TimeColumn[],
  others: readonly string[],
  tally: TraceTally,
): AsyncGenerator<readonly TableRow[]> {
  for (const time of times) checkUnit(basename(mapping.file), time);
  const columns = [...times.map(({ column }) => column), ...others];
  for await (const rows of readTable(mapping.file, columns, mapping.where)) {
    tally.rows += rows.length;
    yield rows;
  }
}
