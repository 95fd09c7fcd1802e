import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Epoch } from '@stannary/kernel';
import { LedgerBook } from '../ledger-book.ts';
import { finishExit, startExit } from './channel.ts';
import { channelPostings } from './channel-postings.ts';
import { ALICE, BOB, CHANNEL_ID, claimOf, END_MS, NOW_MS, TestKey, TestPayer } from './channels.fixture.ts';
import { closeChannel } from './close.ts';
import { commitVouchers, redeemVouchers } from './redemption.ts';

const payer = new TestPayer();
const channel = payer.channel([[ALICE, 1_000]]);
const EPOCH = 3 as Epoch;
const voucher = payer.voucher(600);

function claimed(grains: number) {
  return redeemVouchers(channel, [claimOf(voucher, grains)], { atMs: NOW_MS }).channel;
}

test('both sign, and it is over at once: the payee has what they say, the payer the rest', () => {
  const before = claimed(200);
  const closed = closeChannel(before, payer.close(350), NOW_MS);
  assert.equal(closed.phase, 'closed');
  assert.deepEqual(closed.streams.get(ALICE), {
    depositedGrains: 1_000,
    claimedGrains: 350,
    committedGrains: 350,
    refundedGrains: 650,
  });
  const book = new LedgerBook();
  book.append(channelPostings(null, channel, EPOCH));
  book.append(channelPostings(channel, before, EPOCH));
  book.append(channelPostings(before, closed, EPOCH));
  assert.equal(book.append(channelPostings(before, closed, EPOCH)), 0);
  assert.equal(book.balance(`channel:${CHANNEL_ID}:deposit`), 0n);
  assert.equal(book.balance(`due:${ALICE as `0x${string}`}`), 350n);
  assert.equal(book.balance('channels:paid'), 650n);
});

test('a running exit, a commitment and an end give way to what both sign', () => {
  const { channel: committed } = commitVouchers(startExit(channel, NOW_MS), [voucher], { atMs: NOW_MS });
  assert.equal(closeChannel(committed, payer.close(100), NOW_MS).streams.get(ALICE)!.refundedGrains, 900);
  const over = finishExit(committed, END_MS);
  const shared = closeChannel(over, payer.close(100), END_MS);
  assert.deepEqual(
    [over, shared].map(({ streams }) => streams.get(ALICE)!.refundedGrains),
    [400, 900],
  );
  const [row] = redeemVouchers(shared, [claimOf(voucher)], { atMs: END_MS }).rows;
  assert.equal((row as { code: string }).code, 'VOUCHER-PHASE');
});

test('CLOSE-MALFORMED: no close in the one form of the wire', () => {
  const close = payer.close(1);
  for (const bytes of [close.subarray(1), close.with(close.length - 32, 0xff)])
    assert.throws(() => closeChannel(channel, bytes, NOW_MS), { code: 'CLOSE-MALFORMED' });
});

test('CLOSE-CHANNEL: another channel, or one with many payees', () => {
  const other = payer.close(1, { channelId: 'dd'.repeat(32) });
  assert.throws(() => closeChannel(channel, other, NOW_MS), { code: 'CLOSE-CHANNEL' });
  const wallet = payer.channel([
    [ALICE, 1_000],
    [BOB, 1],
  ]);
  assert.throws(() => closeChannel(wallet, payer.close(1), NOW_MS), { code: 'CLOSE-CHANNEL' });
});

test('CHANNEL-PHASE: closed, and nothing committed that was not collected', () => {
  const closed = closeChannel(channel, payer.close(100), NOW_MS);
  assert.throws(() => closeChannel(closed, payer.close(100), NOW_MS), { code: 'CHANNEL-PHASE' });
  assert.throws(() => closeChannel(closed, payer.close(200), NOW_MS), { code: 'CHANNEL-PHASE' });
});

test('CLOSE-EXPIRED: what was not closed in time is not bound by it', () => {
  const close = payer.close(1, { deadlineMs: NOW_MS });
  assert.equal(closeChannel(channel, close, NOW_MS).phase, 'closed');
  assert.throws(() => closeChannel(channel, close, NOW_MS + 1), { code: 'CLOSE-EXPIRED' });
});

test('CLOSE-BOUNDS: below what was claimed, above what is there, and not above what an exit left', () => {
  for (const grains of [199, 1_001])
    assert.throws(() => closeChannel(claimed(200), payer.close(grains), NOW_MS), { code: 'CLOSE-BOUNDS' });
  const { channel: committed } = commitVouchers(startExit(channel, NOW_MS), [voucher], { atMs: NOW_MS });
  const over = finishExit(committed, END_MS);
  assert.throws(() => closeChannel(over, payer.close(601), END_MS), { code: 'CLOSE-BOUNDS' });
});

test('CLOSE-SIGNATURE: one side alone, whichever', () => {
  const thief = new TestKey();
  assert.throws(() => closeChannel(channel, payer.close(0, {}, thief), NOW_MS), { code: 'CLOSE-SIGNATURE' });
  assert.throws(() => closeChannel(channel, new TestPayer().close(1_000), NOW_MS), { code: 'CLOSE-SIGNATURE' });
  assert.throws(() => closeChannel(channel, payer.close(0, {}, payer.key), NOW_MS), { code: 'CLOSE-SIGNATURE' });
});
