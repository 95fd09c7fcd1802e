import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Epoch, Grains } from '@stannary/kernel';
import { type Kysely, sql } from 'kysely';
import { depositPosting, escrowPosting, type Posting } from '../postings.ts';
import { openDatabase } from './database.ts';
import { appendPostings, balances, ledgerDifferences, ledgerTotals } from './ledger.ts';
import { LEDGER_MIGRATIONS, type Migrations, migrate } from './migrations.ts';

const CONSUMER = `0x${'c0'.repeat(20)}`;
const EPOCH = 0 as Epoch;

// This file is also the program of the processes that the tests kill: started with a folder as argument, it opens the
// database there and appends postings until it dies.
const victimFolder = process.argv[2];
if (victimFolder !== undefined && process.send) await writeUntilKilled(victimFolder, process.argv[3] === 'stop-inside');
else defineTests();

function defineTests(): void {
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'stannary-database-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  describe('opening', () => {
    test('a database keeps what was committed over close and open', async () => {
      const place = { dataDirectory: join(root, 'deep', 'kept') };
      const first = await openDatabase(place);
      await migrate(first.db, LEDGER_MIGRATIONS);
      await first.db.transaction().execute((trx) => appendPostings(trx, [deposit(1)], 0));
      await first.close();
      await first.close();
      const second = await openDatabase(place);
      await migrate(second.db, LEDGER_MIGRATIONS);
      assert.equal((await balances(second.db, 'chain:'))[0]?.balanceGrains, '-10');
      await second.close();
      assert.deepEqual(readdirSync(place.dataDirectory), ['postgres']);
    });

    test('BILLING-DATABASE-IN-USE: a second opener in this process, at once, and not after the first has closed', async () => {
      const place = { dataDirectory: join(root, 'twice') };
      const first = await openDatabase(place);
      await assert.rejects(openDatabase(place), {
        code: 'BILLING-DATABASE-IN-USE',
        refusalClass: 'retry',
        got: `process ${process.pid}, which has it`,
        where: place.dataDirectory,
      });
      await first.close();
      await (await openDatabase(place)).close();
    });

    test('BILLING-DATABASE-IN-USE: an opener in another process', async () => {
      const place = { dataDirectory: join(root, 'other-process') };
      const victim = startVictim(place.dataDirectory);
      await nextMessage(victim);
      await assert.rejects(openDatabase(place), {
        code: 'BILLING-DATABASE-IN-USE',
        got: `process ${victim.pid}, which has it`,
      });
      await killed(victim);
      await (await openDatabase(place)).close();
    });

    test('a file left by a dead process, or by one that a later process has the number of, is taken over', async () => {
      const dataDirectory = join(root, 'left-over');
      mkdirSync(dataDirectory);
      const left = [{ pid: 2 ** 22 + 1 }, { pid: process.pid, startedTicks: '1' }, { pid: 1, bootId: 'another boot' }];
      for (const [index, owner] of left.entries()) {
        writeFileSync(join(dataDirectory, `owner-${index + 7}`), JSON.stringify(owner));
        await (await openDatabase({ dataDirectory })).close();
        assert.deepEqual(readdirSync(dataDirectory), ['postgres']);
      }
    });

    test('BILLING-DATABASE-UNWRITABLE: a folder that cannot be', async () => {
      writeFileSync(join(root, 'a-file'), '');
      for (const dataDirectory of [join(root, 'a-file'), join(root, 'a-file', 'below'), '/proc'])
        await assert.rejects(openDatabase({ dataDirectory }), {
          code: 'BILLING-DATABASE-UNWRITABLE',
          refusalClass: 'give-up',
          where: dataDirectory,
        });
    });

    test('BILLING-MIGRATION: a migration that fails leaves the schema as it was', async () => {
      const { db, close } = await openDatabase({ memory: true });
      await assert.rejects(migrate(db, { ...LEDGER_MIGRATIONS, 'test-0001-bad': running('create tabel x (y int)') }), {
        code: 'BILLING-MIGRATION',
        refusalClass: 'give-up',
        where: 'test-0001-bad',
      });
      await assert.rejects(balances(db), /ledger_balance/);
      await close();
    });

    test('BILLING-MIGRATION: a database of a later program', async () => {
      const { db, close } = await openDatabase({ memory: true });
      await migrate(db, { ...LEDGER_MIGRATIONS, 'billing-0002': running('create table later (x int)') });
      await assert.rejects(migrate(db, LEDGER_MIGRATIONS), {
        code: 'BILLING-MIGRATION',
        got: /billing-0002 is missing/,
      });
      await close();
    });

    test('a package adds migrations later, before and after those of others by name', async () => {
      const { db, close } = await openDatabase({ memory: true });
      let migrations: Migrations = LEDGER_MIGRATIONS;
      for (const table of ['another_0001', 'zoo_0001', 'billing_0002']) {
        migrations = { ...migrations, [table]: running(`create table ${table} (x int)`) };
        await migrate(db, migrations);
        await sql`select x from ${sql.table(table)}`.execute(db);
      }
      await migrate(db, migrations);
      await close();
    });
  });

  describe('kill -9', () => {
    test('inside a transaction: what was committed is there and nothing else', async () => {
      const dataDirectory = join(root, 'killed-inside');
      const victim = startVictim(dataDirectory, 'stop-inside');
      const inside = await nextMessage(victim, (message) => message.inside !== undefined);
      await killed(victim);
      assert.deepEqual(await committedIn(dataDirectory), { committed: inside.inside });
    });

    test('at any moment, again and again: nothing acknowledged is lost, and pairs are whole', async () => {
      const dataDirectory = join(root, 'killed-anytime');
      for (const delayMs of [0, 7, 40]) {
        const victim = startVictim(dataDirectory);
        let acknowledged = (await nextMessage(victim)).committed ?? 0;
        victim.on('message', ({ committed }: Message) => {
          acknowledged = committed ?? acknowledged;
        });
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        await killed(victim);
        const { committed } = await committedIn(dataDirectory);
        // One transaction may have been committed and not told of.
        assert.ok(committed === acknowledged || committed === acknowledged + 1, `${committed} of ${acknowledged}`);
      }
    });

    test('while the database is being made: the next start makes it', async () => {
      const dataDirectory = join(root, 'killed-making');
      const victim = startVictim(dataDirectory);
      const draft = join(dataDirectory, 'postgres.draft');
      // A busy machine takes its time until it begins.
      for (let waits = 0; waits < 6_000 && !holds(draft, 'base'); waits += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.ok(holds(draft, 'base'), 'it was killed half-way');
      await killed(victim);
      const { db, close } = await openDatabase({ dataDirectory });
      await migrate(db, LEDGER_MIGRATIONS);
      await close();
    });
  });
}

interface Message {
  /** So many transactions are acknowledged. */
  readonly committed?: number;
  /** Stands inside a transaction, after so many committed ones. */
  readonly inside?: number;
}

/** Appends a deposit and its escrow in one transaction after another, and tells of each that is committed. */
async function writeUntilKilled(dataDirectory: string, stopInside: boolean): Promise<void> {
  const { db } = await openDatabase({ dataDirectory });
  await migrate(db, LEDGER_MIGRATIONS);
  const { committed } = await countedTransactions(db);
  for (let count = committed; ; count += 1) {
    await db.transaction().execute(async (trx) => {
      await appendPostings(trx, [deposit(count)], count);
      if (stopInside && count === committed + 20) {
        process.send?.({ inside: count } satisfies Message);
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      }
      await appendPostings(trx, [escrow(count)], count);
    });
    process.send?.({ committed: count + 1 } satisfies Message);
  }
}

async function committedIn(dataDirectory: string): Promise<{ committed: number }> {
  const { db, close } = await openDatabase({ dataDirectory });
  try {
    assert.deepEqual(await ledgerDifferences(db), []);
    assert.equal((await ledgerTotals(db)).credit.balanced, true);
    return await countedTransactions(db);
  } finally {
    await close();
  }
}

/** How many transactions of the victim there are; fails where a half of one is. */
async function countedTransactions(db: Awaited<ReturnType<typeof openDatabase>>['db']): Promise<{ committed: number }> {
  const postings = await db.selectFrom('ledger_posting').select('id').execute();
  const ids = new Set(postings.map(({ id }) => id));
  const committed = ids.size / 2;
  for (let count = 0; count < committed; count += 1)
    for (const { id } of [deposit(count), escrow(count)]) assert.ok(ids.has(id), `${id} of ${committed}`);
  return { committed };
}

function deposit(count: number): Posting {
  return depositPosting({
    chain: 'eip155:31337',
    transactionHash: `0x${'00'.repeat(32)}`,
    logIndex: count,
    epoch: EPOCH,
    account: CONSUMER,
    creditsGrains: 10 as Grains,
  });
}

function escrow(count: number): Posting {
  return escrowPosting({ taskId: String(count), consumer: CONSUMER, amountGrains: 10 as Grains, epoch: EPOCH });
}

function running(statement: string) {
  return { up: async (schema: Kysely<unknown>) => void (await sql.raw(statement).execute(schema)) };
}

function startVictim(dataDirectory: string, ...more: string[]): ChildProcess {
  return fork(import.meta.filename, [dataDirectory, ...more], { execArgv: [] });
}

async function nextMessage(victim: ChildProcess, wanted = (_: Message) => true): Promise<Message> {
  return new Promise((resolve, reject) => {
    const hear = (message: Message) => {
      if (!wanted(message)) return;
      victim.off('message', hear).off('exit', fail);
      resolve(message);
    };
    const fail = (status: number | null) => reject(new Error(`the process ended by itself with status ${status}`));
    victim.on('message', hear).once('exit', fail);
  });
}

async function killed(victim: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => victim.once('exit', resolve));
  victim.kill('SIGKILL');
  await gone;
}

function holds(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    return false;
  }
}
