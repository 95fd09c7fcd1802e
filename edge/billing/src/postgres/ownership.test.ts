import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BillingRefusal } from '../refusals.ts';
import { refusalOf } from './ownership.ts';

test('BILLING-DATABASE-FULL: no room on the disk, which another try may find', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const refusal = refusalOf(Object.assign(new Error(code), { code }), '/data') as BillingRefusal;
    assert.deepEqual([refusal.code, refusal.where], ['BILLING-DATABASE-FULL', '/data']);
  }
});
