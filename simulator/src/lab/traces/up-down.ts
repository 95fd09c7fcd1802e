import { readName, readNumber, readTime } from './cells.ts';
import { mappedRows } from './mapped-rows.ts';
import { TraceRefusal } from './refusal.ts';
import type { TraceTally, UpDown, UpDownColumns, UpDownMapping } from './schemas.ts';
import type { TableRow } from './table.ts';

const EVENT_COLUMNS: UpDownColumns = {
  kind: 'events',
  node: ['node'],
  time: { column: 'time', unit: 's' },
  state: 'state',
  states: { up: 'up', down: 'down' },
};

/**
 * Streams when nodes went up and down, in the order of time within each node. Memory grows with the number of nodes.
 * @throws TraceRefusal TRACE-STATE, TRACE-ORDER, TRACE-DUPLICATE, TRACE-NEGATIVE and those of tables and cells
 */
export function readUpDown(mapping: UpDownMapping, tally: TraceTally): AsyncGenerator<UpDown> {
  const columns = mapping.columns ?? EVENT_COLUMNS;
  if (columns.kind === 'events') return readEvents(mapping, columns, tally);
  if (columns.kind === 'intervals') return readIntervals(mapping, columns, tally);
  return readCounts(mapping, columns, tally);
}

type Columns<Kind extends UpDownColumns['kind']> = Extract<UpDownColumns, { kind: Kind }>;

async function* readEvents(
  mapping: UpDownMapping,
  { node, time, state, states }: Columns<'events'>,
  tally: TraceTally,
): AsyncGenerator<UpDown> {
  const last = new Map<string, UpDown>();
  for await (const rows of mappedRows(mapping, [time], [...node, state], tally)) {
    for (const row of rows) {
      const word = row.cell(state);
      const meaning = Object.hasOwn(states, word) ? states[word] : undefined;
      if (meaning === undefined)
        throw new TraceRefusal('TRACE-STATE', row.place(state), `one of ${Object.keys(states).join(', ')}`, word);
      const seconds = readTime(row, time);
      if (meaning === 'ignored' || seconds === null) {
        tally.leftOut += 1;
        continue;
      }
      const event = { node: nameOf(row, node), seconds, isUp: meaning === 'up' };
      checkOrder(last.get(event.node), event, row, time.column);
      last.set(event.node, event);
      yield event;
    }
  }
}

function checkOrder(before: UpDown | undefined, event: UpDown, row: TableRow, column: string): void {
  if (before === undefined || event.seconds > before.seconds) return;
  const isTwice = event.seconds === before.seconds;
  const expected = `${isTwice ? 'one state' : 'a time'} of ${event.node} ${isTwice ? 'at' : 'after'} ${before.seconds} s`;
  throw new TraceRefusal(
    isTwice ? 'TRACE-DUPLICATE' : 'TRACE-ORDER',
    row.place(column),
    expected,
    isTwice ? 'another' : `${event.seconds} s`,
  );
}

async function* readIntervals(
  mapping: UpDownMapping,
  columns: Columns<'intervals'>,
  tally: TraceTally,
): AsyncGenerator<UpDown> {
  const { node, start, end, state } = columns;
  const times = 'column' in end ? [start, end] : [start];
  const open = new Map<string, { start: number; end: number }>();
  const edges = function* (name: string, { start: from, end: to }: { start: number; end: number }): Generator<UpDown> {
    yield { node: name, seconds: from, isUp: state === 'up' };
    yield { node: name, seconds: to, isUp: state !== 'up' };
  };
  for await (const rows of mappedRows(mapping, times, node, tally)) {
    for (const row of rows) {
      const stretch = stretchOf(row, columns);
      if (stretch === null) {
        tally.leftOut += 1;
        continue;
      }
      const name = nameOf(row, node);
      const before = open.get(name);
      if (before !== undefined && stretch.start < before.start)
        throw new TraceRefusal(
          'TRACE-ORDER',
          row.place(start.column),
          `a start of ${name} after ${before.start} s`,
          `${stretch.start} s`,
        );
      if (before !== undefined && stretch.start <= before.end) {
        before.end = Math.max(before.end, stretch.end);
        continue;
      }
      if (before !== undefined) yield* edges(name, before);
      open.set(name, stretch);
    }
  }
  for (const [name, stretch] of open) yield* edges(name, stretch);
}

function stretchOf(
  row: TableRow,
  { start, end, whenBackwards }: Columns<'intervals'>,
): { start: number; end: number } | null {
  const from = readTime(row, start);
  if (from === null) return null;
  const to = 'column' in end ? readTime(row, end) : from + end.lengthSeconds;
  if (to === null) return null;
  if (to > from) return { start: from, end: to };
  if (whenBackwards === 'leave-out') return null;
  throw new TraceRefusal('TRACE-NEGATIVE', row.place(start.column), 'an end after the start', `${to - from} s`);
}

/** Nodes are slots: as many as were ever up at once. */
async function* readCounts(
  mapping: UpDownMapping,
  { time, count }: Columns<'count'>,
  tally: TraceTally,
): AsyncGenerator<UpDown> {
  const [up, down]: [string[], string[]] = [[], []];
  let before = 0;
  for await (const rows of mappedRows(mapping, [time], [count.column], tally)) {
    for (const row of rows) {
      const [seconds, wanted] = [readTime(row, time), readNumber(row, count)];
      if (seconds === null || wanted === null) {
        tally.leftOut += 1;
        continue;
      }
      if (!Number.isInteger(wanted) || wanted > NODES_MAX)
        throw new TraceRefusal('TRACE-HUGE', row.place(count.column), `a whole number up to ${NODES_MAX}`, `${wanted}`);
      if (seconds < before)
        throw new TraceRefusal('TRACE-ORDER', row.place(time.column), `a time after ${before} s`, `${seconds} s`);
      before = seconds;
      while (up.length > wanted) yield move(up, down, seconds, false);
      while (up.length < wanted) yield move(down, up, seconds, true);
    }
  }
}

const NODES_MAX = 1_000_000;

function move(from: string[], to: string[], seconds: number, isUp: boolean): UpDown {
  const node = from.shift() ?? `node-${to.length + 1}`;
  to.push(node);
  return { node, seconds, isUp };
}

function nameOf(row: TableRow, columns: readonly string[]): string {
  return columns.length === 1 ? readName(row, columns[0]!) : columns.map((column) => row.cell(column)).join('/');
}
