import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { BillingRefusal } from '../refusals.ts';
import type { LedgerSchema } from './migrations.ts';
import { type Ownership, takeOwnership } from './ownership.ts';

export type DatabasePlace = { readonly dataDirectory: string } | { readonly memory: true };

export interface OpenDatabase<Schema> {
  readonly db: Kysely<Schema>;
  /** Writes everything out and lets the folder go. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens (and at first makes) the PostgreSQL that runs inside this process, in a folder or in memory.
 *
 * One opener at a time: a second one, in this or another process, is refused at once with BILLING-DATABASE-IN-USE; a
 * dead owner's folder is taken over. A folder that cannot be written is BILLING-DATABASE-UNWRITABLE, a full disk
 * BILLING-DATABASE-FULL.
 *
 * What a transaction committed outlives the process, killed or not; PGlite does not flush to the disk itself, so a
 * power cut may take the last seconds. `bigint` columns are numbers, and one outside ±(2^53 - 1) is refused with
 * BILLING-RANGE when it is read; `numeric` columns and sums are decimal strings.
 *
 * `Schema` is the caller's tables with the ledger's: `openDatabase<LedgerSchema & MyTables>(…)`; run `migrate` next.
 *
 * @example
 * const { db, close } = await openDatabase({ memory: true });
 * await migrate(db, LEDGER_MIGRATIONS);
 * await close();
 */
export async function openDatabase<Schema extends LedgerSchema = LedgerSchema>(
  place: DatabasePlace,
): Promise<OpenDatabase<Schema>> {
  const ownership = 'memory' in place ? null : takeOwnership(place.dataDirectory);
  try {
    return opened(await startPGlite(place), ownership);
  } catch (error) {
    ownership?.release();
    throw error;
  }
}

function opened<Schema>(pglite: PGlite, ownership: Ownership | null): OpenDatabase<Schema> {
  // Kysely closes only what it has started: an instance that never ran a query would stay open behind `destroy`.
  const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
  let closing: Promise<void> | null = null;
  const shut = async () => {
    try {
      await db.destroy();
      if (!pglite.closed) await pglite.close();
    } finally {
      ownership?.release();
    }
  };
  const close = () => {
    closing ??= shut();
    return closing;
  };
  return { db, close };
}

async function startPGlite(place: DatabasePlace): Promise<PGlite> {
  if ('memory' in place) return PGlite.create({ parsers: PARSERS });
  const folder = join(place.dataDirectory, 'postgres');
  if (!existsSync(folder)) await initialise(place.dataDirectory, folder);
  return PGlite.create({ dataDir: folder, parsers: PARSERS });
}

/** Makes the cluster beside its place and moves it there whole: a start that is killed half-way leaves nothing behind. */
async function initialise(dataDirectory: string, folder: string): Promise<void> {
  const draft = join(dataDirectory, 'postgres.draft');
  rmSync(draft, { recursive: true, force: true });
  const pglite = await PGlite.create({ dataDir: draft });
  await pglite.close();
  renameSync(draft, folder);
}

const PARSERS = { [types.INT8]: safeInteger };

function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new BillingRefusal('BILLING-RANGE', { expected: 'a bigint within ±(2^53 - 1)', got: text, where: 'database' });
}
