import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chargeDigest, encodeCharge } from '@stannary/wire';
import { finishExit, startExit } from './channel.ts';
import { ALICE, BOB, chargeOf, claimOf, END_MS, HOME, NOW_MS, readOf, TestKey, TestPayer } from './channels.fixture.ts';
import { judgeCharge, nextCharge } from './charge.ts';
import { commitVouchers, redeemVouchers } from './redemption.ts';

const payer = new TestPayer();
const channel = payer.channel();
const bytes = payer.voucher(300);
const { voucher } = readOf(bytes);

function codeOf(charge: Uint8Array): string {
  const judged = judgeCharge(channel, voucher, charge);
  return judged.outcome === 'refused' ? judged.code : judged.outcome;
}

test('a payee charges in steps up to the ceiling, and the payer can hold it to them', () => {
  const key = new TestKey();
  const own = {
    ...channel,
    verifyPayee: (_: string, ...signed: Parameters<TestKey['verify']>) => key.verify(...signed),
  };
  let chargedGrains = 0;
  for (const grains of [1, 99, 200]) {
    const charge = nextCharge(own, voucher, chargedGrains, grains);
    const judged = judgeCharge(own, voucher, encodeCharge({ charge, signature: key.sign(chargeDigest(HOME, charge)) }));
    assert.ok(judged.outcome === 'charged');
    chargedGrains = judged.charge.chargedGrains;
  }
  assert.equal(chargedGrains, 300);
});

test('what was charged is paid, not the ceiling, however high the payer signed', () => {
  const { channel: next, rows } = redeemVouchers(channel, [claimOf(bytes, 120), claimOf(bytes, 120)], { atMs: NOW_MS });
  assert.equal((rows[0] as { paidGrains: number }).paidGrains, 120);
  assert.equal((rows[1] as { code: string }).code, 'VOUCHER-NOTHING-DUE');
  const more = redeemVouchers(next, [claimOf(bytes, 80), claimOf(bytes)], { atMs: NOW_MS });
  assert.equal((more.rows[0] as { code: string }).code, 'VOUCHER-NOTHING-DUE');
  assert.equal((more.rows[1] as { paidGrains: number }).paidGrains, 180);
});

test('a ceiling is committed whole, and charged afterwards', () => {
  const exiting = startExit(channel, NOW_MS);
  const { channel: committed } = commitVouchers(exiting, [bytes], { atMs: NOW_MS });
  const closed = finishExit(committed, END_MS);
  assert.equal(closed.streams.get(ALICE)!.refundedGrains, 700);
  const { rows } = redeemVouchers(closed, [claimOf(bytes, 120)], { atMs: END_MS });
  assert.equal((rows[0] as { paidGrains: number }).paidGrains, 120);
});

test('CHARGE-MALFORMED: no charge in the one form of the wire', () => {
  const charge = chargeOf(bytes);
  for (const other of [charge.subarray(1), charge.with(charge.length - 32, 0xff), new Uint8Array(1_201)])
    assert.equal(codeOf(other), 'CHARGE-MALFORMED');
});

test("CHARGE-VOUCHER: under another voucher, another payee's among them", () => {
  assert.equal(codeOf(chargeOf(payer.voucher(299))), 'CHARGE-VOUCHER');
  assert.equal(codeOf(chargeOf(payer.voucher(300, { payee: BOB }))), 'CHARGE-VOUCHER');
});

test('CHARGE-CEILING: a grain above the voucher, written or read', () => {
  assert.equal(codeOf(chargeOf(bytes, 300)), 'charged');
  assert.equal(codeOf(chargeOf(bytes, 301)), 'CHARGE-CEILING');
  assert.throws(() => nextCharge(channel, voucher, 300, 1), { code: 'CHARGE-CEILING' });
});

test('CHARGE-SIGNATURE: of another key, of the payer', () => {
  assert.equal(codeOf(chargeOf(bytes, 300, new TestKey())), 'CHARGE-SIGNATURE');
  assert.equal(codeOf(chargeOf(bytes, 300, payer.key)), 'CHARGE-SIGNATURE');
});

test('BILLING-AMOUNT: a charge for nothing', () => {
  for (const grains of [0, -1, 0.5])
    assert.throws(() => nextCharge(channel, voucher, 10, grains), { code: 'BILLING-AMOUNT' });
});
