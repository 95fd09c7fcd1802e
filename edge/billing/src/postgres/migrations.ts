import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Account, Asset } from '../accounts.ts';
import { BillingRefusal } from '../refusals.ts';

/** The ledger's tables. Postings and legs are append-only (triggers refuse anything else); balances follow them. */
export interface LedgerSchema {
  ledger_posting: {
    id: string;
    asset: Asset;
    cause: string;
    epoch: number;
    /** When it was appended: told by the caller, no part of the posting's content. */
    at_ms: number;
  };
  ledger_leg: {
    posting_id: string;
    /** Position in the posting, from 0. */
    leg: number;
    account: Account;
    amount_grains: number;
  };
  ledger_balance: {
    asset: Asset;
    account: Account;
    /** Decimal string. */
    balance_grains: string;
  };
}

/** Migrations by name; names are namespaced by package so that each package can add its own later. */
export type Migrations = Readonly<Record<string, Migration>>;

export const LEDGER_MIGRATIONS: Migrations = {
  'billing-0001-ledger': { up: createLedger },
  'billing-0002-channels': { up: admitChannels },
};

/**
 * Brings a database up to date with all migrations there are: the ledger's and, in the same call, the caller's own.
 * Each runs once, those of a call in one transaction. Refuses with BILLING-MIGRATION, and leaves the schema as it was,
 * when one fails or when the database has had one that is not among them: it belongs to a later program.
 *
 * A migration works on the database handed to it: inside it, as inside any transaction, using the outer one waits for
 * the transaction's own end.
 */
export async function migrate<Schema>(db: Kysely<Schema>, migrations: Migrations): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    // Packages number their migrations independently, so a later one of the first package sorts before older ones.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName ?? 'the migration table';
  throw new BillingRefusal(
    'BILLING-MIGRATION',
    { expected: 'a schema that can be brought up to date', got: String(error), where: failed },
    { cause: error },
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a migration sees the schema of its time, not today's
async function createLedger(db: Kysely<any>): Promise<void> {
  for (const statement of CREATE_LEDGER) await sql.raw(statement).execute(db);
}

/** Value enters through the contract of channels, too. */
// biome-ignore lint/suspicious/noExplicitAny: a migration sees the schema of its time, not today's
async function admitChannels(db: Kysely<any>): Promise<void> {
  await sql`
    alter table ledger_balance
      drop constraint ledger_balance_not_negative,
      add constraint ledger_balance_not_negative
        check (balance_grains >= 0 or account in ('chain:deposited', 'channels:deposited', 'emission:source'))
  `.execute(db);
}

const CREATE_LEDGER = [
  `create table ledger_posting (
     id text primary key,
     asset text not null check (asset in ('credit', 'token')),
     cause text not null,
     epoch bigint not null,
     at_ms bigint not null
   )`,
  `create table ledger_leg (
     posting_id text not null references ledger_posting (id),
     leg integer not null,
     account text not null,
     amount_grains bigint not null check (amount_grains <> 0),
     primary key (posting_id, leg)
   )`,
  'create index ledger_posting_epoch on ledger_posting (epoch)',
  'create index ledger_leg_account on ledger_leg (account text_pattern_ops)',
  // Balances are sums over the ledger's lifetime: numeric, because they may pass 2^63 on a long-lived network.
  `create table ledger_balance (
     asset text not null,
     account text not null,
     balance_grains numeric(39, 0) not null,
     primary key (asset, account),
     constraint ledger_balance_not_negative
       check (balance_grains >= 0 or account in ('chain:deposited', 'emission:source'))
   )`,
  `create function ledger_refuse_change() returns trigger language plpgsql as $$
     begin raise exception 'the ledger is append-only: % on %', tg_op, tg_table_name; end $$`,
  ...['ledger_posting', 'ledger_leg'].map(
    (table) => `create trigger ${table}_append_only before update or delete or truncate on ${table}
     for each statement execute function ledger_refuse_change()`,
  ),
  // All legs of a posting come in one statement, so the whole of it can be weighed when the statement ends.
  `create function ledger_refuse_unbalanced() returns trigger language plpgsql as $$
     declare unbalanced text;
     begin
       select posting_id into unbalanced from added group by posting_id having sum(amount_grains) <> 0 limit 1;
       if unbalanced is not null then raise exception 'the posting % is not balanced', unbalanced; end if;
       return null;
     end $$`,
  `create trigger ledger_leg_balanced after insert on ledger_leg referencing new table as added
   for each statement execute function ledger_refuse_unbalanced()`,
];
