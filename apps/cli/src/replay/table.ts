import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TableLayout } from '@stannary/kernel';
import { readHeader, readTable, type TableFault, type TableRow } from '@stannary/simulator/lab';
import { replayRefusal } from './refusal.ts';

const refuse = (fault: TableFault, where: string, expected: string, got: string) =>
  replayRefusal(`REPLAY-${fault}`, where, expected, got);

/**
 * Reads the rows of one file that count, in the file's order. Every column must be in the header, every row must have
 * as many cells as the header; other columns are ignored.
 * Refuses REPLAY-FILE, REPLAY-CSV, REPLAY-COLUMN and REPLAY-EMPTY.
 */
export async function rowsOf(
  folder: string,
  { file, where }: TableLayout,
  columns: readonly string[],
): Promise<readonly TableRow[]> {
  const rows: TableRow[] = [];
  for await (const lot of readTable(pathIn(folder, file), columns, where, refuse)) rows.push(...lot);
  return rows;
}

/** Whether a file is there with these columns: the payments to compare with may be missing. */
export async function hasColumns(folder: string, { file }: TableLayout, columns: readonly string[]): Promise<boolean> {
  if (!existsSync(join(folder, file))) return false;
  const header = await readHeader(pathIn(folder, file), refuse);
  return columns.every((column) => header.includes(column));
}

/** A layout names files of the data folder and nothing outside it. Refuses REPLAY-FILE. */
function pathIn(folder: string, file: string): string {
  if (file === basename(file)) return join(folder, file);
  throw replayRefusal('REPLAY-FILE', file, 'a file name without a folder', file);
}
