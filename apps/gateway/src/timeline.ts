import { TIMELINE_KINDS, type TimelineEvent } from '@stannary/chain';
import type { TimelineAnswer, TimelineEntry, TimelineQuery } from './client/api.ts';
import type { Database, Open } from './context.ts';
import { refuse } from './refusals.ts';

// The timeline of the chain as the gateway keeps it: each event once, by its transaction and log, as it is served.

export const TIMELINE_LIMIT_MAX = 500;
const LIMIT = 100;
/** A block has fewer logs: at its least cost of 375 gas so many are 390 million gas. */
const LOGS_PER_BLOCK = 2 ** 20;
const ROWS_PER_INSERT = 500;

/** A bigint's JSON is a decimal string. */
type InJson<Value> = Value extends bigint
  ? string
  : Value extends object
    ? { readonly [Key in keyof Value]: InJson<Value[Key]> }
    : Value;

/** Takes events in, in the transaction that moves the cursor; those that are there already stay as they are. */
export async function keepTimeline(open: Open, events: readonly TimelineEvent[]): Promise<void> {
  const rows = events.map(entryOf).map((entry) => ({
    tx_hash: entry.txHash,
    log_index: entry.logIndex,
    position: entry.position,
    kind: entry.kind,
    entry_json: JSON.stringify(entry),
  }));
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await open
      .insertInto('timeline')
      .values(rows.slice(from, from + ROWS_PER_INSERT))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** For a chain that began anew. */
export async function forgetTimeline(open: Open): Promise<void> {
  await open.deleteFrom('timeline').execute();
}

/** In the chain's order: the oldest after a position, or else the newest. Errors: REQUEST-MALFORMED (no such kind). */
export async function readTimeline(
  db: Database,
  { after, limit = LIMIT, kind }: TimelineQuery,
): Promise<TimelineAnswer> {
  if (kind !== undefined && !TIMELINE_KINDS.includes(kind))
    throw refuse('REQUEST-MALFORMED', 'kind', `one of ${TIMELINE_KINDS.join(', ')}`, kind);
  let query = db
    .selectFrom('timeline')
    .select('entry_json')
    .limit(limit + 1);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (after !== undefined) query = query.where('position', '>', after);
  const rows = await query.orderBy('position', after === undefined ? 'desc' : 'asc').execute();
  const entries = rows.slice(0, limit).map((row) => JSON.parse(row.entry_json) as TimelineEntry);
  if (after === undefined) return { entries: entries.reverse(), hasMore: false };
  return { entries, hasMore: rows.length > limit };
}

/** Position: by block, then by log. */
function entryOf(event: TimelineEvent): TimelineEntry {
  const position = event.block * LOGS_PER_BLOCK + event.logIndex;
  const inJson: InJson<TimelineEvent> = JSON.parse(
    JSON.stringify(event, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  return { ...inJson, position };
}
