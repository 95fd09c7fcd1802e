import { closeSync, openSync, writeSync } from 'node:fs';
import type { Cell, Column } from './rows.ts';

/** Bytes that wait in memory. */
const BUFFER_CHARACTERS = 1 << 16;

/** CSV as RFC 4180 has it, written as rows come. Numbers have all their digits; no value is an empty cell. */
export class CsvFile {
  readonly #file: number;
  #buffer = '';

  constructor(path: string, columns: readonly Column[]) {
    this.#file = openSync(path, 'w');
    this.row(columns.map(({ name }) => name));
  }

  row(cells: readonly Cell[]): void {
    this.#buffer += `${cells.map(cellText).join(',')}\r\n`;
    if (this.#buffer.length > BUFFER_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer);
    this.#buffer = '';
  }
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  const text = `${cell}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
