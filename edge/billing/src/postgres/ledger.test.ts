import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Epoch, Grains } from '@stannary/kernel';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type Account, type Asset, walletAccount } from '../accounts.ts';
import { channelPostings } from '../channels/channel-postings.ts';
import { TestPayer } from '../channels/channels.fixture.ts';
import { LedgerBook } from '../ledger-book.ts';
import { depositPosting, escrowPosting, type Posting, releasePosting, samePosting } from '../postings.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
import { appendPostings, balances, ledgerDifferences, ledgerTotals } from './ledger.ts';
import { LEDGER_MIGRATIONS, type LedgerSchema, migrate } from './migrations.ts';

const ALICE = `0x${'a1'.repeat(20)}`;
const EPOCH = 3 as Epoch;
let database: OpenDatabase<LedgerSchema>;

const deposit = (logIndex: number, creditsGrains: number, account = ALICE) =>
  depositPosting({
    chain: 'eip155:31337',
    transactionHash: `0x${'77'.repeat(32)}`,
    logIndex,
    epoch: EPOCH,
    account,
    creditsGrains: creditsGrains as Grains,
  });
const task = (taskId: string, amountGrains: number) => ({
  taskId,
  consumer: ALICE,
  amountGrains: amountGrains as Grains,
  epoch: EPOCH,
});
const append = (...postings: Posting[]) =>
  database.db.transaction().execute((trx) => appendPostings(trx, postings, 1_000));
const balanceOf = async (account: string, asset: Asset = 'credit') =>
  (await balances(database.db, account)).find((line) => line.account === account && line.asset === asset)
    ?.balanceGrains ?? '0';

describe('the ledger', () => {
  before(async () => {
    database = await openDatabase({ memory: true });
    await migrate(database.db, LEDGER_MIGRATIONS);
  });
  after(() => database.close());
  beforeEach(async () => {
    await sql`alter table ledger_posting disable trigger user`.execute(database.db);
    await sql`alter table ledger_leg disable trigger user`.execute(database.db);
    await sql`truncate ledger_posting, ledger_leg, ledger_balance`.execute(database.db);
    await sql`alter table ledger_posting enable trigger user`.execute(database.db);
    await sql`alter table ledger_leg enable trigger user`.execute(database.db);
  });

  test('value enters through channels, too', async () => {
    const channel = new TestPayer().channel();
    await append(...channelPostings(null, channel, EPOCH));
    assert.equal(await balanceOf('channels:deposited'), '-1500');
    assert.equal((await ledgerTotals(database.db)).credit.balanced, true);
  });

  test('keeps balances with the postings', async () => {
    assert.deepEqual(await append(deposit(0, 100), escrowPosting(task('t1', 60))), { appended: 2, repeated: 0 });
    await append(releasePosting(task('t1', 15)));
    assert.deepEqual(await balances(database.db), [
      { asset: 'credit', account: 'chain:deposited', balanceGrains: '-100' },
      { asset: 'credit', account: `consumer:${ALICE}:escrow`, balanceGrains: '45' },
      { asset: 'credit', account: `consumer:${ALICE}:wallet`, balanceGrains: '55' },
    ]);
    assert.deepEqual(await balances(database.db, 'chain:'), [
      { asset: 'credit', account: 'chain:deposited', balanceGrains: '-100' },
    ]);
    assert.deepEqual((await ledgerTotals(database.db)).credit, {
      inGrains: '100',
      outGrains: '0',
      heldGrains: '100',
      differenceGrains: '0',
      balanced: true,
    });
    assert.deepEqual(await ledgerDifferences(database.db), []);
  });

  test('a posting that is appended again has no effect, in the same call or later', async () => {
    assert.deepEqual(await append(deposit(0, 100), deposit(0, 100)), { appended: 1, repeated: 1 });
    assert.deepEqual(await append(deposit(0, 100)), { appended: 0, repeated: 1 });
    assert.equal(await balanceOf(walletAccount(ALICE)), '100');
  });

  test('sums beyond 2^53 are exact', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    await append(deposit(0, most), deposit(1, most), deposit(2, most));
    assert.equal(await balanceOf(walletAccount(ALICE)), String(3n * BigInt(most)));
    assert.equal((await ledgerTotals(database.db)).credit.inGrains, String(3n * BigInt(most)));
  });

  test('a prefix is taken literally', async () => {
    await append(deposit(0, 100));
    assert.deepEqual(await balances(database.db, 'chain%'), []);
    assert.deepEqual(await balances(database.db, 'chain_d'), []);
  });

  test('BILLING-INSUFFICIENT: more than the wallet holds, and nothing of the call is written', async () => {
    await append(deposit(0, 100));
    await assert.rejects(append(deposit(1, 5), escrowPosting(task('t1', 106))), {
      code: 'BILLING-INSUFFICIENT',
      refusalClass: 'input',
      got: '-1',
    });
    assert.equal(await balanceOf(walletAccount(ALICE)), '100');
  });

  test('BILLING-INSUFFICIENT is about order too: nothing may be spent before it is there', async () => {
    await assert.rejects(append(escrowPosting(task('t1', 5)), deposit(0, 5)), { code: 'BILLING-INSUFFICIENT' });
  });

  test('a refusal leaves the open transaction usable', async () => {
    await database.db.transaction().execute(async (trx) => {
      await assert.rejects(appendPostings(trx, [escrowPosting(task('t1', 5))], 0), { code: 'BILLING-INSUFFICIENT' });
      await appendPostings(trx, [deposit(0, 5)], 0);
    });
    assert.equal(await balanceOf(walletAccount(ALICE)), '5');
  });

  test('BILLING-POSTING-CONFLICT: another content under a recorded id', async () => {
    await append(deposit(0, 100));
    await assert.rejects(append(deposit(0, 101)), { code: 'BILLING-POSTING-CONFLICT', refusalClass: 'give-up' });
    await assert.rejects(append(deposit(1, 1), deposit(1, 2)), { code: 'BILLING-POSTING-CONFLICT' });
    assert.equal(await balanceOf(walletAccount(ALICE)), '100');
  });

  test('BILLING-UNBALANCED: legs that do not sum to zero', async () => {
    const [from, to] = deposit(0, 100).legs;
    await assert.rejects(append({ ...deposit(0, 100), legs: [from!, { ...to!, amountGrains: 99 }] }), {
      code: 'BILLING-UNBALANCED',
      got: '-1',
    });
  });

  test('BILLING-RANGE: a bigint column beyond 2^53 - 1 is refused when it is read', async () => {
    await assert.rejects(sql`select 9007199254740993::bigint as epoch`.execute(database.db), { code: 'BILLING-RANGE' });
    const { rows } = await sql`select -9007199254740991::bigint as epoch`.execute(database.db);
    assert.deepEqual(rows, [{ epoch: -9007199254740991 }]);
  });

  test('the database itself refuses to change or remove a posting', async () => {
    await append(deposit(0, 100));
    for (const statement of [
      'update ledger_posting set cause = cause',
      'update ledger_leg set amount_grains = 1',
      'delete from ledger_leg',
      'delete from ledger_posting',
      'truncate ledger_leg',
    ])
      await assert.rejects(sql.raw(statement).execute(database.db), /append-only/);
  });

  test('the database itself refuses an unbalanced posting and a balance below zero', async () => {
    await append(deposit(0, 100));
    await assert.rejects(
      sql`insert into ledger_leg values (${deposit(0, 100).id}, 2, 'chain:claimed', 1)`.execute(database.db),
      /not balanced/,
    );
    await assert.rejects(
      sql`update ledger_balance set balance_grains = -1 where account = ${walletAccount(ALICE)}`.execute(database.db),
      /ledger_balance_not_negative/,
    );
  });

  test('a balance changed behind the ledger shows', async () => {
    await append(deposit(0, 100));
    await sql`update ledger_balance set balance_grains = 101 where account = ${walletAccount(ALICE)}`.execute(
      database.db,
    );
    assert.deepEqual(await ledgerDifferences(database.db), [
      { asset: 'credit', account: walletAccount(ALICE), balanceGrains: '101', legsGrains: '100' },
    ]);
    assert.equal((await ledgerTotals(database.db)).credit.balanced, false);
  });

  test('law: any schedule of appends, repeats included, leaves what a plain model and the ledger in memory leave', async () => {
    const accounts: Account[] = ['chain:deposited', walletAccount(ALICE), 'take:unvested', 'chain:claimed'];
    const amounts = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
    const anyPosting = fc
      .record({ id: fc.nat(30), from: fc.nat(3), to: fc.nat(3), amount: amounts })
      .map(({ id, from, to, amount }) => madePosting(id, accounts[from]!, accounts[to]!, amount));
    const book = new LedgerBook();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyPosting, { maxLength: 5 }), { maxLength: 12 }), async (calls) => {
        run += 1;
        let model = new Map<string, Posting>();
        const unchanged = new Map(
          (await balances(database.db)).map((line) => [line.account, BigInt(line.balanceGrains)]),
        );
        for (const call of calls) {
          const postings = call.map((made) => ({ ...made, id: `${run}/${made.id}` }));
          const next = modelAfter(model, unchanged, postings);
          if (typeof next === 'string') {
            await assert.rejects(append(...postings), { code: next });
            assert.throws(() => book.append(postings), { code: next });
          } else {
            const { appended } = await append(...postings);
            assert.equal(book.append(postings), appended);
            model = next;
          }
        }
        for (const account of accounts) assert.equal(await balanceOf(account), String(book.balance(account)));
        assert.deepEqual(
          new Map((await balances(database.db)).map((line) => [line.account, BigInt(line.balanceGrains)])),
          sums(model, unchanged),
        );
        assert.deepEqual(await ledgerDifferences(database.db), []);
      }),
      { numRuns: 25 },
    );
    assert.equal((await ledgerTotals(database.db)).credit.balanced, true);
  });
});

/** The recorded postings after a call, or the code with which it must be refused. */
function modelAfter(recorded: Map<string, Posting>, opening: Map<Account, bigint>, call: readonly Posting[]) {
  const next = new Map(recorded);
  const fresh = call.filter(
    ({ id }, index) => !recorded.has(id) && call.findIndex((other) => other.id === id) === index,
  );
  const first = (id: string) => recorded.get(id) ?? fresh.find((other) => other.id === id)!;
  if (call.some((made) => !samePosting(made, first(made.id)))) return 'BILLING-POSTING-CONFLICT';
  for (const made of fresh) {
    next.set(made.id, made);
    const after = sums(next, opening);
    if ([...after].some(([account, sum]) => sum < 0n && account !== 'chain:deposited')) return 'BILLING-INSUFFICIENT';
  }
  return next;
}

function sums(recorded: Map<string, Posting>, opening: Map<Account, bigint>): Map<Account, bigint> {
  const total = new Map(opening);
  for (const { legs } of recorded.values())
    for (const { account, amountGrains } of legs) total.set(account, (total.get(account) ?? 0n) + BigInt(amountGrains));
  return total;
}

function madePosting(id: number, from: Account, to: Account, amountGrains: number): Posting {
  const legs = [
    { account: from, amountGrains: -amountGrains },
    { account: to, amountGrains },
  ];
  return { id: String(id), asset: 'credit', cause: 'test', epoch: EPOCH, legs };
}
