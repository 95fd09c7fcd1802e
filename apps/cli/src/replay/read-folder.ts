import type {
  PaidLayout,
  Participant,
  ParticipantLayout,
  PeriodLayout,
  ProgrammePeriod,
  ReplayLayout,
} from '@stannary/kernel';
import type { TableRow } from '@stannary/simulator/lab';
import { readAmountCell, readFlagCell, readKeyCell, readPercentCell, readTimeCell } from './cells.ts';
import { replayRefusal } from './refusal.ts';
import { hasColumns, rowsOf } from './table.ts';

/** By period, then by account. */
type ByPeriod<Value> = ReadonlyMap<string, ReadonlyMap<string, Value>>;

export interface ReplayInputs {
  /** In the order of time. */
  readonly periods: readonly ProgrammePeriod[];
  readonly participants: ByPeriod<Participant>;
  /** What was really paid; a period that is not in it cannot be compared. Null where the folder does not say. */
  readonly paid: ByPeriod<bigint> | null;
  /** Stretches between two periods that belong to neither. */
  readonly gaps: readonly { readonly afterId: string; readonly seconds: number }[];
}

/**
 * Reads a data folder by its layout, strictly: what is missing, doubled, negative or of an unknown period is refused
 * with its file, line and column. Payments that the folder does not have are not compared.
 * Refuses with every `REPLAY-…` code.
 */
export async function readFolder(folder: string, layout: ReplayLayout): Promise<ReplayInputs> {
  const periods = await readPeriods(folder, layout.periods);
  const known = new Set(periods.map(({ id }) => id));
  const gaps = gapsBetween(periods, layout.periods);
  const sources: PlacedByPeriod<Participant>[] = [];
  for (const source of layout.participants) sources.push(await readParticipants(folder, source, known));
  const [first, ...others] = sources;
  const participants = others.reduce((joined, other) => join(joined, other), first!);
  const paid = layout.paid === null ? null : await readPaid(folder, layout.paid, known);
  return { periods, participants: values(participants), paid, gaps };
}

async function readPeriods(folder: string, layout: PeriodLayout): Promise<readonly ProgrammePeriod[]> {
  const { id, start, end, pool, time } = layout;
  const columns = [id, start, end, ...(pool === null ? [] : [pool.column])];
  const periods = new Map<string, ProgrammePeriod>();
  for (const row of await rowsOf(folder, layout, columns)) {
    const period: ProgrammePeriod = {
      id: readKeyCell(row, id),
      startSeconds: readTimeCell(row, start, time),
      endSeconds: readTimeCell(row, end, time),
      pool: pool === null ? null : readAmountCell(row, pool),
    };
    if (period.endSeconds <= period.startSeconds)
      throw replayRefusal('REPLAY-PERIOD', row.place(end), `a time after ${row.cell(start)}`, row.cell(end));
    const before = periods.get(period.id);
    if (before !== undefined && !layout.repeats)
      throw replayRefusal('REPLAY-DUPLICATE', row.place(id), 'each period once', `${period.id} again`);
    if (before !== undefined && !samePeriod(before, period))
      throw replayRefusal('REPLAY-PERIOD', row.place(), `the times and pool that ${period.id} has above`, 'others');
    periods.set(period.id, period);
  }
  return [...periods.values()].sort((x, y) => x.startSeconds - y.startSeconds);
}

function samePeriod(x: ProgrammePeriod, y: ProgrammePeriod): boolean {
  return x.startSeconds === y.startSeconds && x.endSeconds === y.endSeconds && x.pool === y.pool;
}

/** Refuses REPLAY-PERIOD (two periods overlap) and REPLAY-GAP (where the layout does not allow gaps). */
function gapsBetween(periods: readonly ProgrammePeriod[], layout: PeriodLayout): ReplayInputs['gaps'] {
  return periods.slice(1).flatMap((period, index) => {
    const before = periods[index]!;
    const seconds = period.startSeconds - before.endSeconds;
    if (seconds === 0) return [];
    if (seconds < 0)
      throw replayRefusal(
        'REPLAY-PERIOD',
        `${layout.file}, period ${period.id}`,
        `a start after ${before.id}'s end`,
        `${-seconds} s before it`,
      );
    if (layout.gaps === 'refuse')
      throw replayRefusal(
        'REPLAY-GAP',
        `${layout.file}, period ${period.id}`,
        `a start at ${before.id}'s end`,
        `${seconds} s after it`,
      );
    return [{ afterId: before.id, seconds }];
  });
}

interface Placed<Value> {
  readonly value: Value;
  readonly row: TableRow;
}

type PlacedByPeriod<Value> = ReadonlyMap<string, ReadonlyMap<string, Placed<Value>>>;

async function readParticipants(
  folder: string,
  layout: ParticipantLayout,
  known: ReadonlySet<string>,
): Promise<PlacedByPeriod<Participant>> {
  const columns = Object.values(layout.columns).map(({ column }) => column);
  const rows = await rowsOf(folder, layout, [layout.period, layout.account, ...columns]);
  return byPeriod(rows, layout, known, (row, account) => {
    const amounts: Record<string, bigint> = {};
    const flags: Record<string, boolean> = {};
    for (const [name, column] of Object.entries(layout.columns)) {
      if (column.kind === 'flag') flags[name] = readFlagCell(row, column);
      else amounts[name] = column.kind === 'amount' ? readAmountCell(row, column) : readPercentCell(row, column);
    }
    return { account, amounts, flags };
  });
}

/** Rows by period and account. `known` null takes any period. Refuses REPLAY-PERIOD-UNKNOWN and REPLAY-DUPLICATE. */
function byPeriod<Value>(
  rows: readonly TableRow[],
  layout: { readonly period: string; readonly account: string },
  known: ReadonlySet<string> | null,
  read: (row: TableRow, account: string) => Value,
): PlacedByPeriod<Value> {
  const found = new Map<string, Map<string, Placed<Value>>>();
  for (const row of rows) {
    const period = readKeyCell(row, layout.period);
    const account = readKeyCell(row, layout.account);
    if (known !== null && !known.has(period))
      throw replayRefusal('REPLAY-PERIOD-UNKNOWN', row.place(layout.period), 'a period of the folder', period);
    const accounts = found.get(period) ?? new Map<string, Placed<Value>>();
    const before = accounts.get(account);
    if (before !== undefined)
      throw replayRefusal(
        'REPLAY-DUPLICATE',
        row.place(layout.account),
        `one row for ${account} in ${period}`,
        `another after line ${before.row.line}`,
      );
    accounts.set(account, { value: read(row, account), row });
    found.set(period, accounts);
  }
  return found;
}

/** The first file's rows with the other's columns. Refuses REPLAY-JOIN. */
function join(first: PlacedByPeriod<Participant>, other: PlacedByPeriod<Participant>): PlacedByPeriod<Participant> {
  return mapAccounts(first, ({ value, row }, period) => {
    const more = other.get(period)?.get(value.account)?.value;
    if (more === undefined)
      throw replayRefusal('REPLAY-JOIN', row.place(), `a row for ${value.account} in ${period} in every file`, 'none');
    const amounts = { ...value.amounts, ...more.amounts };
    return { value: { account: value.account, amounts, flags: { ...value.flags, ...more.flags } }, row };
  });
}

async function readPaid(
  folder: string,
  layout: PaidLayout,
  known: ReadonlySet<string>,
): Promise<ByPeriod<bigint> | null> {
  if (!(await hasColumns(folder, layout, [layout.amount.column]))) return null;
  const rows = await rowsOf(folder, layout, [layout.period, layout.account, layout.amount.column]);
  const amounts = byPeriod(rows, layout, layout.cumulative ? null : known, (row) => readAmountCell(row, layout.amount));
  return layout.cumulative ? increases(amounts, layout) : values(amounts);
}

/** What each lifetime sum gained since the period before. An account keeps its sum where it has no row. Refuses REPLAY-FALLING. */
function increases(sums: PlacedByPeriod<bigint>, layout: PaidLayout): ByPeriod<bigint> {
  const ids = [...sums.keys()].sort();
  const lifetime = new Map<string, bigint>();
  const gained = new Map<string, ReadonlyMap<string, bigint>>();
  for (const [index, id] of ids.entries()) {
    const inPeriod = new Map<string, bigint>();
    for (const [account, { value, row }] of sums.get(id)!) {
      const before = lifetime.get(account) ?? 0n;
      if (value < before)
        throw replayRefusal(
          'REPLAY-FALLING',
          row.place(layout.amount.column),
          `at least ${before}, as before`,
          `${value}`,
        );
      lifetime.set(account, value);
      inPeriod.set(account, value - before);
    }
    if (index > 0) gained.set(id, inPeriod);
  }
  return gained;
}

function mapAccounts<Value, Result>(
  periods: ReadonlyMap<string, ReadonlyMap<string, Value>>,
  change: (value: Value, period: string) => Result,
): ReadonlyMap<string, ReadonlyMap<string, Result>> {
  return new Map(
    [...periods].map(([period, accounts]) => [
      period,
      new Map([...accounts].map(([account, value]) => [account, change(value, period)])),
    ]),
  );
}

function values<Value>(placed: PlacedByPeriod<Value>): ByPeriod<Value> {
  return mapAccounts(placed, ({ value }) => value);
}
