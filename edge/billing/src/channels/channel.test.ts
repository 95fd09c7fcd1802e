import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Epoch } from '@stannary/kernel';
import fc from 'fast-check';
import { conservationOf } from '../conservation.ts';
import { LedgerBook } from '../ledger-book.ts';
import { BillingRefusal } from '../refusals.ts';
import { type Channel, finishExit, startExit, topUpChannel } from './channel.ts';
import { channelPostings, channelTransferPosting } from './channel-postings.ts';
import { ALICE, BOB, CAROL, CHANNEL_ID, claimOf, END_MS, HOUR_MS, NOW_MS, TestPayer } from './channels.fixture.ts';
import { closeChannel } from './close.ts';
import { commitVouchers, redeemVouchers } from './redemption.ts';

const payer = new TestPayer();
const channel = payer.channel();
const atMs = NOW_MS;
const EPOCH = 3 as Epoch;

/** Outcomes of each voucher: what was paid, or the code. */
function redeem(from: Channel, vouchers: Uint8Array[], at = atMs, isMet?: (hash: string) => boolean) {
  const { channel: next, rows } = redeemVouchers(
    from,
    vouchers.map((voucher) => claimOf(voucher)),
    { atMs: at, ...(isMet && { isMet }) },
  );
  return { next, said: rows.map((row) => (row.outcome === 'paid' ? row.paidGrains : row.code)) };
}

test('a voucher pays the difference to what was paid, in any order and any number of times', () => {
  const vouchers = [payer.voucher(300), payer.voucher(100), payer.voucher(300), payer.voucher(450)];
  assert.deepEqual(redeem(channel, vouchers).said, [300, 'VOUCHER-NOTHING-DUE', 'VOUCHER-NOTHING-DUE', 150]);
});

test('what is not there yet stays claimable: a top-up of one grain burns nothing', () => {
  const voucher = payer.voucher(1_500);
  const first = redeem(channel, [voucher, voucher]);
  assert.deepEqual(first.said, [1_000, 'VOUCHER-UNFUNDED']);
  const second = redeem(topUpChannel(first.next, ALICE, 1), [voucher]);
  assert.deepEqual(second.said, [1]);
  assert.deepEqual(redeem(topUpChannel(second.next, ALICE, 10_000), [voucher]).said, [499]);
});

test('one bad row holds up no other, and each says why', () => {
  const rows: [Uint8Array, number | string][] = [
    [Uint8Array.of(1), 'VOUCHER-MALFORMED'],
    [payer.voucher(1, { channelId: 'dd'.repeat(32) }), 'VOUCHER-CHANNEL'],
    [payer.voucher(1, { payee: CAROL }), 'VOUCHER-PAYEE'],
    [payer.voucher(1, { conditionHash: 'cd'.repeat(32) }), 'VOUCHER-CONDITIONAL'],
    [new TestPayer().voucher(1), 'VOUCHER-SIGNATURE'],
    [payer.voucher(1, { deadlineMs: atMs - 1 }), 'VOUCHER-EXPIRED'],
    [payer.voucher(250), 250],
  ];
  const { said } = redeem(
    channel,
    rows.map(([bytes]) => bytes),
  );
  assert.deepEqual(
    said,
    rows.map(([, outcome]) => outcome),
  );
});

test('a condition that is met pays', () => {
  const conditionHash = 'cd'.repeat(32);
  const { said } = redeem(channel, [payer.voucher(5, { conditionHash })], atMs, (hash) => hash === conditionHash);
  assert.deepEqual(said, [5]);
});

test('an exit leaves what was committed, to be collected whenever', () => {
  const exiting = startExit(channel, atMs);
  const voucher = payer.voucher(600);
  const committed = commitVouchers(exiting, [voucher, voucher], { atMs });
  assert.equal(committed.rows[0]!.outcome, 'committed');
  assert.equal((committed.rows[1] as { code: string }).code, 'VOUCHER-NOTHING-DUE');
  const closed = finishExit(committed.channel, END_MS);
  assert.equal(closed.streams.get(ALICE)!.refundedGrains, 400);
  const late = redeem(closed, [payer.voucher(700), voucher, payer.voucher(10, { payee: BOB })], END_MS * 2);
  assert.deepEqual(late.said, [600, 'VOUCHER-PHASE', 'VOUCHER-PHASE']);
  const tooLate = commitVouchers(closed, [payer.voucher(700)], { atMs: END_MS });
  assert.equal((tooLate.rows[0] as { code: string }).code, 'VOUCHER-PHASE');
});

test('a commitment in the last quarter extends an exit once, and a top-up never', () => {
  const exiting = topUpChannel(startExit(channel, atMs), BOB, 1);
  assert.equal(exiting.exit!.endsAtMs, END_MS);
  const commit = (from: Channel, grains: number, hours: number) =>
    commitVouchers(from, [payer.voucher(grains)], { atMs: atMs + hours * HOUR_MS }).channel;
  const early = commit(exiting, 1, 17);
  const once = commit(early, 2, 18);
  assert.deepEqual(
    [early, once, commit(once, 3, 29)].map(({ exit }) => (exit!.endsAtMs - END_MS) / HOUR_MS),
    [0, 6, 6],
  );
});

test('CHANNEL-EXIT-EARLY: before the delay is over, and not before a pause is made up for', () => {
  const exiting = startExit(channel, atMs);
  assert.throws(() => finishExit(exiting, END_MS - 1), { code: 'CHANNEL-EXIT-EARLY' });
  assert.throws(() => finishExit(exiting, END_MS, 1), { code: 'CHANNEL-EXIT-EARLY' });
  assert.equal(finishExit(exiting, END_MS + 1, 1).phase, 'closed');
});

test('CHANNEL-PHASE: steps that are not those of its phase', () => {
  const closed = finishExit(startExit(channel, atMs), END_MS);
  const steps = [
    () => finishExit(channel, END_MS),
    () => startExit(closed, atMs),
    () => startExit(startExit(channel, atMs), atMs),
    () => topUpChannel(closed, ALICE, 1),
  ];
  for (const step of steps) assert.throws(step, { code: 'CHANNEL-PHASE' });
});

test('CHANNEL-PAYEE, BILLING-AMOUNT, BILLING-RANGE, BILLING-ACCOUNT: deposits that are none', () => {
  assert.throws(() => topUpChannel(channel, CAROL, 1), { code: 'CHANNEL-PAYEE' });
  assert.throws(() => topUpChannel(channel, ALICE, 0), { code: 'BILLING-AMOUNT' });
  assert.throws(() => topUpChannel(channel, ALICE, Number.MAX_SAFE_INTEGER - 1_000), { code: 'BILLING-RANGE' });
  assert.throws(() => payer.channel([]), { code: 'BILLING-AMOUNT' });
  assert.throws(() => payer.channel([[ALICE, 0]]), { code: 'BILLING-AMOUNT' });
  assert.throws(() => payer.channel([['alice', 1]]), { code: 'BILLING-ACCOUNT' });
});

test('a transfer takes what is due, once, and never more', () => {
  const book = new LedgerBook();
  book.append(channelPostings(null, channel, EPOCH));
  const { next } = redeem(channel, [payer.voucher(600)]);
  book.append(channelPostings(channel, next, EPOCH));
  const transfer = channelTransferPosting({ payee: ALICE, amountGrains: 600, transferredGrains: 600, epoch: EPOCH });
  assert.equal(book.append([transfer]), 1);
  assert.equal(book.append([transfer]), 0);
  const more = channelTransferPosting({ payee: ALICE, amountGrains: 1, transferredGrains: 601, epoch: EPOCH });
  assert.throws(() => book.append([more]), { code: 'BILLING-INSUFFICIENT' });
  assert.equal(book.balance('channels:paid'), 600n);
});

/** Anything that anyone may do to a channel, in any order. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('top-up'),
    grains: fc.integer({ min: 1, max: 400 }),
    payee: fc.constantFrom(ALICE, BOB),
  }),
  fc.record({
    kind: fc.constantFrom('redeem', 'commit'),
    grains: fc.integer({ min: 0, max: 2_000 }),
    payee: fc.constantFrom(ALICE, BOB),
  }),
  fc.record({
    kind: fc.constantFrom('exit', 'finish', 'close'),
    grains: fc.integer({ min: 0, max: 1_500 }),
    payee: fc.constant(ALICE),
  }),
);

test('whatever is done in whatever order: counters only rise, money is conserved, claimed <= charged and deposited', () => {
  const signed = new Map<string, Uint8Array>();
  const kept = (key: string, make: () => Uint8Array) => {
    if (!signed.has(key)) signed.set(key, make());
    return signed.get(key)!;
  };
  const apply = (from: Channel, { kind, grains, payee }: Step, at: number) => {
    const rounded = Math.floor(grains / 100) * 100;
    const voucher = () => kept(`${payee} ${rounded}`, () => payer.voucher(rounded, { payee }));
    if (kind === 'top-up') return topUpChannel(from, payee, grains);
    if (kind === 'redeem') return redeemVouchers(from, [claimOf(voucher(), chargeIn(grains))], { atMs: at }).channel;
    if (kind === 'commit') return commitVouchers(from, [voucher()], { atMs: at }).channel;
    if (kind === 'exit') return startExit(from, at);
    if (kind === 'finish') return finishExit(from, at);
    return closeChannel(
      from,
      kept(`close ${rounded}`, () => payer.close(rounded)),
      at,
    );
  };
  const plain = fc.constantFrom(channel, payer.channel([[ALICE, 1_000]]));
  fc.assert(
    fc.property(plain, fc.array(step, { maxLength: 30 }), (opened, steps) => {
      const book = new LedgerBook();
      let now = opened;
      const agreed = new Map<string, number>();
      book.append(channelPostings(null, now, EPOCH));
      for (const [index, one] of steps.entries()) {
        const next = stepOrSame(now, () => apply(now, one, atMs + index * 4 * HOUR_MS));
        const postings = channelPostings(now, next, EPOCH);
        book.append(postings);
        assert.equal(book.append(postings), 0);
        assertRisen(now, next, one.kind);
        if (next !== now) agree(agreed, one);
        assertAgreed(agreed, next);
        now = next;
        assertSound(now, book);
      }
    }),
    { numRuns: 60 },
  );
});

/** What is charged of a voucher of so many grains, rounded down to hundreds. */
function chargeIn(grains: number): number {
  return Math.min(Math.floor(grains / 100) * 100, grains % 700);
}

/** The most that the payee ever charged, or was given by a close. */
function agree(agreed: Map<string, number>, { kind, grains, payee }: Step): void {
  const amount = kind === 'redeem' ? chargeIn(grains) : kind === 'close' ? Math.floor(grains / 100) * 100 : 0;
  agreed.set(payee, Math.max(agreed.get(payee) ?? 0, amount));
}

function assertAgreed(agreed: ReadonlyMap<string, number>, { streams }: Channel): void {
  for (const [payee, { claimedGrains }] of streams) assert.ok(claimedGrains <= (agreed.get(payee) ?? 0), payee);
}

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function assertRisen(before: Channel, after: Channel, kind: string): void {
  for (const [payee, stream] of after.streams) {
    const had = before.streams.get(payee)!;
    for (const counter of ['depositedGrains', 'claimedGrains', 'refundedGrains'] as const)
      assert.ok(stream[counter] >= had[counter], counter);
    assert.ok(kind === 'close' || stream.committedGrains >= had.committedGrains);
  }
}

function stepOrSame(from: Channel, act: () => Channel): Channel {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof BillingRefusal)) throw error;
    return from;
  }
}

function assertSound({ streams, phase }: Channel, book: LedgerBook): void {
  let standing = 0;
  for (const { depositedGrains, claimedGrains, committedGrains, refundedGrains } of streams.values()) {
    assert.ok(claimedGrains + refundedGrains <= depositedGrains && committedGrains + refundedGrains <= depositedGrains);
    assert.ok(phase !== 'closed' || refundedGrains === depositedGrains - Math.max(claimedGrains, committedGrains));
    standing += depositedGrains - claimedGrains - refundedGrains;
  }
  assert.equal(book.balance(`channel:${CHANNEL_ID}:deposit`), BigInt(standing));
  assert.ok(conservationOf(book.balances()).credit.balanced);
}
