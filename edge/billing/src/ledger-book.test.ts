import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Epoch, Grains } from '@stannary/kernel';
import { walletAccount } from './accounts.ts';
import { LedgerBook } from './ledger-book.ts';
import { depositPosting, escrowPosting, type Posting } from './postings.ts';

const consumer = `0x${'c0'.repeat(20)}`;
const epoch = 3 as Epoch;
const deposit = (logIndex: number, grains: number): Posting =>
  depositPosting({
    ...{ chain: 'eip155:31337', transactionHash: `0x${'77'.repeat(32)}`, logIndex, epoch },
    ...{ account: consumer, creditsGrains: grains as Grains },
  });
const escrow = (taskId: string, grains: number) =>
  escrowPosting({ taskId, consumer, amountGrains: grains as Grains, epoch });

test('the same posting twice has no further effect, in one call or two', () => {
  const book = new LedgerBook();
  assert.equal(book.append([deposit(0, 100), deposit(0, 100)]), 1);
  assert.equal(book.append([deposit(0, 100), escrow('a', 60)]), 1);
  assert.equal(book.balance(walletAccount(consumer)), 40n);
});

test('BILLING-POSTING-CONFLICT: one id with two contents', () => {
  const book = new LedgerBook();
  book.append([deposit(0, 100)]);
  assert.throws(() => book.append([deposit(0, 101)]), { code: 'BILLING-POSTING-CONFLICT' });
  assert.throws(() => book.append([deposit(1, 1), deposit(1, 2)]), { code: 'BILLING-POSTING-CONFLICT' });
});

test('BILLING-INSUFFICIENT, BILLING-UNBALANCED: all or nothing', () => {
  const book = new LedgerBook();
  assert.throws(() => book.append([deposit(0, 10), escrow('a', 60)]), { code: 'BILLING-INSUFFICIENT' });
  const unbalanced = { ...deposit(1, 10), legs: [{ account: 'take:held' as const, amountGrains: 1 }] };
  assert.throws(() => book.append([deposit(0, 10), unbalanced]), { code: 'BILLING-UNBALANCED' });
  assert.deepEqual([...book.balances()], []);
});
