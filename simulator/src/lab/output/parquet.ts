import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Cell, Column } from './rows.ts';

/** Rows that wait in memory and make one row group. */
const GROUP_ROWS = 4_096;
const TYPES = { whole: 'INT32', number: 'DOUBLE', text: 'STRING' } as const;

/** Apache Parquet, Snappy, written group by group as rows come: numbers as doubles, to the bit. */
export class ParquetFile {
  readonly #columns: readonly Column[];
  readonly #writer: ParquetWriter;
  #rows: (readonly Cell[])[] = [];

  constructor(path: string, columns: readonly Column[]) {
    this.#columns = columns;
    const columnData = columns.map(({ name, type }) => ({ name, type: TYPES[type], data: [], nullable: true }));
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema: schemaFromColumnData({ columnData }) });
  }

  row(cells: readonly Cell[]): void {
    this.#rows.push(cells);
    if (this.#rows.length >= GROUP_ROWS) this.#flush();
  }

  close(): void {
    if (this.#rows.length > 0) this.#flush();
    this.#writer.finish();
  }

  #flush(): void {
    const rows = this.#rows;
    this.#rows = [];
    const columnData = this.#columns.map(({ name, type }, at) => {
      return { name, type: TYPES[type], data: rows.map((row) => row[at] ?? null) };
    });
    this.#writer.write({ columnData, rowGroupSize: rows.length });
  }
}
