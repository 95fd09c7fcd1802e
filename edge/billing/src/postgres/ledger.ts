import { type Kysely, sql, type Transaction } from 'kysely';
import { type Account, type Asset, type Balance, SOURCE_ACCOUNTS } from '../accounts.ts';
import { type Conservation, conservationOf } from '../conservation.ts';
import { checkPosting, type Posting, samePosting } from '../postings.ts';
import { BillingRefusal } from '../refusals.ts';
import type { LedgerSchema } from './migrations.ts';

// The ledger on PostgreSQL. It never opens a transaction: what a posting records and the posting itself belong into
// one, and only the caller knows both.

export interface Appended {
  /** Postings that were new. */
  readonly appended: number;
  /** Postings that were there before, with the same content: without effect. */
  readonly repeated: number;
}

/**
 * Appends postings, in their order, inside the caller's open transaction, and keeps the balances.
 *
 * All or nothing: when it refuses, nothing was written. Refuses with BILLING-UNBALANCED (and BILLING-ACCOUNT,
 * BILLING-AMOUNT, BILLING-RANGE) what is not a posting, BILLING-POSTING-CONFLICT an id whose recorded content is
 * another, BILLING-INSUFFICIENT the first posting that would take an account below zero.
 *
 * Two gateways that append the same posting at once meet at its primary key: the later transaction fails and, tried
 * again, finds it recorded.
 */
export async function appendPostings<Schema extends LedgerSchema>(
  trx: Transaction<Schema>,
  postings: readonly Posting[],
  atMs: number,
): Promise<Appended> {
  const ledger = trx as unknown as Transaction<LedgerSchema>;
  for (const posting of postings) checkPosting(posting);
  const fresh = await unrecorded(ledger, distinct(postings));
  if (fresh.length > 0) {
    const lines = await balancesAfter(ledger, fresh);
    await insertPostings(ledger, fresh, atMs);
    await writeBalances(ledger, lines);
  }
  return { appended: fresh.length, repeated: postings.length - fresh.length };
}

/** Balances of every account, or of those whose name starts with `prefix`; by asset, then account. */
export async function balances<Schema extends LedgerSchema>(db: Kysely<Schema>, prefix = ''): Promise<Balance[]> {
  const pattern = `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<{ asset: Asset; account: Account; balance: string }>`
    select asset, account, balance_grains::text as balance from ledger_balance
    where account like ${pattern} order by asset collate "C", account collate "C"`.execute(db);
  return rows.map(({ asset, account, balance }) => ({ asset, account, balanceGrains: balance }));
}

/** in = out + held of each asset, over the whole ledger. */
export async function ledgerTotals<Schema extends LedgerSchema>(
  db: Kysely<Schema>,
): Promise<Readonly<Record<Asset, Conservation>>> {
  return conservationOf(await balances(db));
}

/** An account whose kept balance is not the sum of its legs. */
export interface LedgerDifference {
  readonly asset: Asset;
  readonly account: Account;
  readonly balanceGrains: string;
  readonly legsGrains: string;
}

/** Adds up every leg and compares with the kept balances: empty, unless the database was changed behind the ledger. */
export async function ledgerDifferences<Schema extends LedgerSchema>(db: Kysely<Schema>): Promise<LedgerDifference[]> {
  const { rows } = await sql<LedgerDifference>`
    with counted as (
      select asset, account, sum(amount_grains) as grains
      from ledger_leg join ledger_posting on ledger_posting.id = posting_id group by asset, account
    )
    select coalesce(b.asset, c.asset) as asset, coalesce(b.account, c.account) as account,
      coalesce(b.balance_grains, 0)::text as "balanceGrains", coalesce(c.grains, 0)::text as "legsGrains"
    from ledger_balance b full join counted c on c.asset = b.asset and c.account = b.account
    where coalesce(b.balance_grains, 0) <> coalesce(c.grains, 0)
    order by 1, 2`.execute(db);
  return rows;
}

/** Postings of the same id and content count once. */
function distinct(postings: readonly Posting[]): Posting[] {
  const byId = new Map<string, Posting>();
  for (const posting of postings) {
    const earlier = byId.get(posting.id);
    if (earlier === undefined) byId.set(posting.id, posting);
    else if (!samePosting(earlier, posting)) throw conflict(posting, 'another posting of the same call');
  }
  return [...byId.values()];
}

async function unrecorded(trx: Transaction<LedgerSchema>, postings: readonly Posting[]): Promise<Posting[]> {
  const recorded = await recordedPostings(
    trx,
    postings.map(({ id }) => id),
  );
  return postings.filter((posting) => {
    const earlier = recorded.get(posting.id);
    if (earlier !== undefined && !samePosting(earlier, posting)) throw conflict(posting, 'the recorded posting');
    return earlier === undefined;
  });
}

async function recordedPostings(trx: Transaction<LedgerSchema>, ids: readonly string[]): Promise<Map<string, Posting>> {
  type Row = Omit<Posting, 'legs'> & { account: Account; amountGrains: number };
  const { rows } = await sql<Row>`
    select id, asset, cause, epoch, account, amount_grains as "amountGrains"
    from ledger_posting join ledger_leg on posting_id = id
    where id = any(${ids}::text[]) order by id, leg`.execute(trx);
  const found = new Map<string, Posting>();
  for (const { account, amountGrains, ...head } of rows) {
    const legs = [...(found.get(head.id)?.legs ?? []), { account, amountGrains }];
    found.set(head.id, { ...head, legs });
  }
  return found;
}

interface BalanceLine {
  readonly asset: Asset;
  readonly account: Account;
  balance: bigint;
  /** Not in the table yet. */
  isNew: boolean;
}

/** Locks the balances that the postings touch and runs the postings over them, one after the other. */
async function balancesAfter(trx: Transaction<LedgerSchema>, postings: readonly Posting[]): Promise<BalanceLine[]> {
  const lines = new Map<string, BalanceLine>();
  for (const { asset, legs } of postings)
    for (const { account } of legs) lines.set(`${asset} ${account}`, { asset, account, balance: 0n, isNew: true });
  for (const { asset, account, balance } of await lockBalances(trx, [...lines.values()]))
    lines.set(`${asset} ${account}`, { asset, account, balance: BigInt(balance), isNew: false });
  for (const posting of postings) applyPosting(lines, posting);
  return [...lines.values()];
}

async function lockBalances(trx: Transaction<LedgerSchema>, touched: readonly BalanceLine[]) {
  const { assets, accounts } = columnsOf(touched);
  // Always in the same order, so that two transactions cannot wait for each other.
  const { rows } = await sql<{ asset: Asset; account: Account; balance: string }>`
    select asset, account, balance_grains::text as balance from ledger_balance
    where (asset, account) in (select * from unnest(${assets}::text[], ${accounts}::text[]))
    order by asset, account for update`.execute(trx);
  return rows;
}

function applyPosting(lines: ReadonlyMap<string, BalanceLine>, posting: Posting): void {
  const touched = posting.legs.map(({ account, amountGrains }) => {
    const line = lines.get(`${posting.asset} ${account}`)!;
    line.balance += BigInt(amountGrains);
    return line;
  });
  const short = touched.find(({ account, balance }) => balance < 0n && !SOURCE_ACCOUNTS.includes(account));
  if (short) throw insufficient(posting, short.account, short.balance);
}

async function insertPostings(trx: Transaction<LedgerSchema>, postings: readonly Posting[], atMs: number) {
  const legs = postings.flatMap(({ id, legs }) => legs.map((leg, position) => ({ id, position, ...leg })));
  await sql`
    insert into ledger_posting (id, asset, cause, epoch, at_ms)
    select id, asset, cause, epoch, ${atMs}::bigint from unnest(
      ${postings.map(({ id }) => id)}::text[], ${postings.map(({ asset }) => asset)}::text[],
      ${postings.map(({ cause }) => cause)}::text[], ${postings.map(({ epoch }) => epoch)}::bigint[]
    ) as added (id, asset, cause, epoch)`.execute(trx);
  await sql`
    insert into ledger_leg (posting_id, leg, account, amount_grains)
    select * from unnest(
      ${legs.map(({ id }) => id)}::text[], ${legs.map(({ position }) => position)}::integer[],
      ${legs.map(({ account }) => account)}::text[], ${legs.map(({ amountGrains }) => amountGrains)}::bigint[]
    )`.execute(trx);
}

/** Locked balances are written as they now stand; a new one that another transaction also makes fails on its key. */
async function writeBalances(trx: Transaction<LedgerSchema>, lines: readonly BalanceLine[]): Promise<void> {
  const known = columnsOf(lines.filter(({ isNew }) => !isNew));
  const added = columnsOf(lines.filter(({ isNew }) => isNew));
  await sql`
    update ledger_balance as kept set balance_grains = line.balance
    from unnest(${known.assets}::text[], ${known.accounts}::text[], ${known.balances}::numeric[])
      as line (asset, account, balance)
    where kept.asset = line.asset and kept.account = line.account`.execute(trx);
  await sql`
    insert into ledger_balance (asset, account, balance_grains)
    select * from unnest(${added.assets}::text[], ${added.accounts}::text[], ${added.balances}::numeric[])
  `.execute(trx);
}

function columnsOf(lines: readonly BalanceLine[]) {
  return {
    assets: lines.map(({ asset }) => asset),
    accounts: lines.map(({ account }) => account),
    balances: lines.map(({ balance }) => String(balance)),
  };
}

function insufficient(posting: Posting, account: Account, balance: bigint): BillingRefusal {
  return new BillingRefusal('BILLING-INSUFFICIENT', {
    expected: `${account} at or above 0 ${posting.asset} grains`,
    got: String(balance),
    where: `posting ${posting.id}`,
  });
}

function conflict(posting: Posting, other: string): BillingRefusal {
  return new BillingRefusal('BILLING-POSTING-CONFLICT', {
    expected: `the content of ${other}`,
    got: 'another content under the same id',
    where: `posting ${posting.id}`,
  });
}
