// Long lists as plain columns: no object a row, and JSON keeps them as they are. Columns are never changed once made.

/** One field of every row; a single entry is that of all rows. */
export type Column<Value> = readonly Value[];

/** A field that is the same in nearly every row, and the rows in which it is not, rising. null: the row has none. */
export interface SparseColumn<Value> {
  readonly usual: Value;
  readonly at: readonly number[];
  readonly values: readonly Value[];
}

/** Numbers and names have columns, lists and what may be absent sparse ones, records columns of their own. */
export type Columns<Row> = {
  readonly [Field in keyof Row]-?: object extends Pick<Row, Field>
    ? SparseColumn<Exclude<Row[Field], undefined> | null>
    : ColumnOf<Row[Field]>;
};

type ColumnOf<Value> = [Value] extends [number | string]
  ? Column<Value>
  : Value extends readonly unknown[]
    ? SparseColumn<Value>
    : Columns<Value>;

export interface Table<Row> {
  /** Of rows. */
  readonly length: number;
  readonly columns: Columns<Row>;
}

type AnyColumn = Column<unknown> | SparseColumn<unknown> | { readonly [field: string]: AnyColumn };

/** A row as an object of its own. */
export function rowOf<Row>({ columns }: Table<Row>, index: number): Row {
  return valueAt(columns as AnyColumn, index) as Row;
}

/** All rows, in order. */
export function rowsOf<Row>(table: Table<Row>): Row[] {
  return Array.from({ length: table.length }, (_, index) => rowOf(table, index));
}

export function cellAt<Value>(column: Column<Value>, index: number): Value {
  return column[column.length === 1 ? 0 : index]!;
}

/** The rows that are not as usual. */
export function exceptionsOf<Value>({ at, values }: SparseColumn<Value>): Map<number, Value> {
  return new Map(at.map((row, index) => [row, values[index]!]));
}

export function sparseColumn<Value>(usual: Value, exceptions: ReadonlyMap<number, Value>): SparseColumn<Value> {
  const at = [...exceptions.keys()].sort((x, y) => x - y);
  return { usual, at, values: at.map((row) => exceptions.get(row)!) };
}

/** The list itself is taken, not copied. */
export function column<Value>(values: readonly Value[]): Column<Value> {
  return isUniform(values) ? values.slice(0, 1) : values;
}

export function numberColumn<Kind extends number>(values: Float64Array): Column<Kind> {
  if (isUniform(values)) return [values[0]! as Kind];
  // Six times as fast as Array.from.
  const entries = new Array<Kind>(values.length);
  for (let index = 0; index < values.length; index += 1) entries[index] = values[index]! as Kind;
  return entries;
}

/** Fills numbers, to be changed, from a column. */
export function numbersOf(entries: Column<number>, length: number): Float64Array {
  const numbers = new Float64Array(length);
  if (entries.length === 1) return numbers.fill(entries[0]!);
  for (let index = 0; index < length; index += 1) numbers[index] = entries[index]!;
  return numbers;
}

/**
 * The rows that an order names: from 0 on rows of the table; below it added ones, -1 the first. What is added has the
 * table's fields.
 */
export function reorderedTable<Row>(table: Table<Row>, order: readonly number[], added: readonly Row[]): Table<Row> {
  const columns = reordered(table.columns as AnyColumn, order, added);
  return { length: order.length, columns: columns as Columns<Row> };
}

function reordered(source: AnyColumn, order: readonly number[], added: readonly unknown[]): AnyColumn {
  if (isDense(source)) {
    return column(order.map((from) => (from < 0 ? added[-1 - from] : cellAt(source, from))));
  }
  if (isSparse(source)) {
    const known = exceptionsOf(source);
    const exceptions = new Map<number, unknown>();
    order.forEach((from, row) => {
      const isException = from < 0 ? !isEmptyList(added[-1 - from]) : known.has(from);
      if (isException) exceptions.set(row, from < 0 ? added[-1 - from] : known.get(from));
    });
    return sparseColumn(source.usual, exceptions);
  }
  return Object.fromEntries(
    Object.entries(source).map(([field, one]) => {
      const values = added.map((row) => (row as Readonly<Record<string, unknown>>)[field]);
      return [field, reordered(one, order, values)];
    }),
  );
}

function valueAt(source: AnyColumn, index: number): unknown {
  if (isDense(source)) return cellAt(source, index);
  if (isSparse(source)) return sparseEntry(source, index);
  const row: Record<string, unknown> = {};
  for (const field of Object.keys(source)) {
    const value = valueAt(source[field]!, index);
    if (value !== null) row[field] = value;
  }
  return row;
}

function sparseEntry({ usual, at, values }: SparseColumn<unknown>, index: number): unknown {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! < index) low = middle + 1;
    else high = middle;
  }
  return at[low] === index ? values[low] : usual;
}

function isUniform(values: ArrayLike<unknown>): boolean {
  const first = values[0];
  for (let index = 1; index < values.length; index += 1) if (values[index] !== first) return false;
  return values.length > 0;
}

function isDense(source: AnyColumn): source is Column<unknown> {
  return Array.isArray(source);
}

function isSparse(source: AnyColumn): source is SparseColumn<unknown> {
  return Array.isArray((source as SparseColumn<unknown>).at) && 'usual' in source;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
