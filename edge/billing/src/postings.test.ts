import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Epoch } from '@stannary/kernel';
import { grainsOf, walletAccount } from './accounts.ts';
import { checkPosting, type Posting } from './postings.ts';

const CONSUMER = `0x${'c0'.repeat(20)}`;

function posting(legs: Posting['legs']): Posting {
  return { id: 'a', asset: 'credit', cause: 'a test', epoch: 0 as Epoch, legs };
}

test('BILLING-ACCOUNT: a leg on no account of the plan, and an address that is none', () => {
  const nowhere = posting([{ account: 'nowhere' as 'chain:deposited', amountGrains: 1 }]);
  assert.throws(() => checkPosting(nowhere), { code: 'BILLING-ACCOUNT' });
  assert.throws(() => walletAccount('0xABC'), { code: 'BILLING-ACCOUNT' });
});

test('BILLING-AMOUNT: no legs, a leg of nothing, a fraction, a text that is no number', () => {
  assert.throws(() => checkPosting(posting([])), { code: 'BILLING-AMOUNT' });
  assert.throws(() => checkPosting(posting([{ account: walletAccount(CONSUMER), amountGrains: 0 }])), {
    code: 'BILLING-AMOUNT',
  });
  assert.throws(() => grainsOf(0.5), { code: 'BILLING-AMOUNT' });
  assert.throws(() => grainsOf('1e3'), { code: 'BILLING-AMOUNT' });
});
