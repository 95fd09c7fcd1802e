import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelSeparator, type DigestSignature, encodeVoucher, toHex, voucherDigest } from '@stannary/wire';
import { type Acceptance, acceptWalletVoucher } from './acceptance.ts';
import { startExit, topUpChannel } from './channel.ts';
import { ALICE, accept, BOB, claimOf, factsOf, HOME, HOUR_MS, NOW_MS, readOf, TestPayer } from './channels.fixture.ts';
import { redeemVouchers } from './redemption.ts';
import { readVoucher } from './voucher.ts';

const payer = new TestPayer();
const channel = payer.channel();
const head = readOf(payer.voucher(400));

function assertRefused(code: string, outcome: Acceptance | ReturnType<typeof readVoucher>): void {
  assert.ok(outcome.outcome === 'refused', outcome.outcome);
  assert.equal(outcome.code, code);
}

/** The words of a voucher under a wallet's signature. */
function walletVoucher(cumulativeGrains: number, signer: DigestSignature['signer'] = 'contract') {
  const { voucher } = readOf(payer.voucher(cumulativeGrains));
  const bytes = signer === 'ecdsa' ? new Uint8Array(65).with(64, 27) : Uint8Array.of(1, 2, 3);
  return readOf(encodeVoucher({ voucher, signature: { signer, bytes } }));
}

test('a voucher takes the place of the last one, and the step is the difference', () => {
  const first = accept(channel, payer.voucher(300));
  assert.ok(first.outcome === 'accepted');
  assert.equal(first.stepGrains, 300);
  const second = accept(channel, payer.voucher(1_000), { head: first.head });
  assert.ok(second.outcome === 'accepted');
  assert.equal(second.stepGrains, 700);
});

test('the same words again are acknowledged, under whatever signature', () => {
  assert.equal(accept(channel, head.bytes, { head }).outcome, 'duplicate');
  const again = payer.voucher(400);
  assert.notDeepEqual(again, head.bytes);
  assert.equal(accept(channel, again, { head }).outcome, 'duplicate');
});

test('VOUCHER-MALFORMED: no voucher in the one form of the wire, or too long to be one', () => {
  for (const bytes of [head.bytes.subarray(1), head.bytes.subarray(0, -1), new Uint8Array(1_201)])
    assertRefused('VOUCHER-MALFORMED', readVoucher(bytes));
});

test("VOUCHER-MALFORMED: a signature's second form, said with the code of the wire", () => {
  const high = readVoucher(head.bytes.with(head.bytes.length - 32, 0xff));
  assertRefused('VOUCHER-MALFORMED', high);
  assert.equal((high as { wireCode: string }).wireCode, 'SIGNATURE-HIGH-S');
});

test("VOUCHER-SIGNER: a wallet's signature on the hot path", () => {
  for (const signer of ['ecdsa', 'contract'] as const)
    assertRefused('VOUCHER-SIGNER', accept(channel, walletVoucher(400, signer).bytes));
});

test("a wallet's voucher is accepted off the hot path, over the same digest", async () => {
  const read = walletVoucher(400);
  const asked: string[] = [];
  const verify = async (digest: Uint8Array, signature: DigestSignature) => {
    asked.push(toHex(digest));
    return signature.signer === 'contract' && signature.bytes.length === 3;
  };
  const answer = await acceptWalletVoucher(read, () => factsOf(channel), verify);
  assert.ok(answer.outcome === 'accepted');
  assert.equal(answer.stepGrains, 400);
  assert.deepEqual(asked, [toHex(voucherDigest(HOME, head.voucher))]);
  const device = await acceptWalletVoucher(
    head,
    () => factsOf(channel),
    async (...of) => payer.key.verify(...of),
  );
  assert.equal(device.outcome, 'accepted');
  assertRefused(
    'VOUCHER-SIGNATURE',
    await acceptWalletVoucher(
      read,
      () => factsOf(channel),
      async () => false,
    ),
  );
});

test('a wallet is not asked about what is refused anyway, and what changed while it was asked counts', async () => {
  const never = () => assert.fail('asked');
  const tooMuch = await acceptWalletVoucher(walletVoucher(1_001), () => factsOf(channel), never);
  assertRefused('VOUCHER-ALLOTMENT', tooMuch);
  let now = factsOf(channel);
  const overtaken = await acceptWalletVoucher(
    walletVoucher(300),
    () => now,
    async () => {
      now = factsOf(channel, { head });
      return true;
    },
  );
  assertRefused('VOUCHER-STALE', overtaken);
});

test('VOUCHER-CHANNEL: a channel that is not on chain, or another', () => {
  assertRefused('VOUCHER-CHANNEL', accept(null, payer.voucher(1)));
  assertRefused('VOUCHER-CHANNEL', accept(channel, payer.voucher(1, { channelId: 'dd'.repeat(32) })));
});

test("VOUCHER-PAYEE: another payee's", () => {
  assertRefused('VOUCHER-PAYEE', accept(channel, payer.voucher(1, { payee: BOB })));
});

test('VOUCHER-PHASE: no more credit once the payer wants out', () => {
  assertRefused('VOUCHER-PHASE', accept(startExit(channel, NOW_MS), payer.voucher(1)));
});

test('VOUCHER-CONDITIONAL: no work for what may never be owed', () => {
  assertRefused('VOUCHER-CONDITIONAL', accept(channel, payer.voucher(1, { conditionHash: 'cd'.repeat(32) })));
});

test('VOUCHER-STALE: not above the last one, whatever else it says', () => {
  assertRefused('VOUCHER-STALE', accept(channel, payer.voucher(399), { head }));
  const later = { deadlineMs: head.voucher.deadlineMs + 1 };
  assertRefused('VOUCHER-STALE', accept(channel, payer.voucher(400, later), { head }));
  assertRefused('VOUCHER-STALE', accept(channel, payer.voucher(0)));
});

test('VOUCHER-DEADLINE: no time to collect, or less than the last one gave', () => {
  const soon = { deadlineMs: NOW_MS + HOUR_MS - 1 };
  assertRefused('VOUCHER-DEADLINE', accept(channel, payer.voucher(1, soon)));
  const earlier = { deadlineMs: head.voucher.deadlineMs - 1 };
  assertRefused('VOUCHER-DEADLINE', accept(channel, payer.voucher(500, earlier), { head }));
});

test("VOUCHER-ALLOTMENT: beyond the payee's own deposit, whatever lies there for others; not after a top-up", () => {
  assertRefused('VOUCHER-ALLOTMENT', accept(channel, payer.voucher(1_001)));
  assertRefused('VOUCHER-ALLOTMENT', accept(channel, payer.voucher(501, { payee: BOB }), { payee: BOB }));
  const other = `0x${'99'.repeat(20)}`;
  assertRefused('VOUCHER-ALLOTMENT', accept(channel, payer.voucher(1, { payee: other }), { payee: other }));
  assert.equal(accept(topUpChannel(channel, ALICE, 1), payer.voucher(1_001)).outcome, 'accepted');
});

test('VOUCHER-EXPOSURE: more than the payee wants outstanding, until it has collected', () => {
  const policy = { marginMs: HOUR_MS, unredeemedGrainsMax: 100 };
  assertRefused('VOUCHER-EXPOSURE', accept(channel, payer.voucher(450), { head, policy }));
  const { channel: collected } = redeemVouchers(channel, [claimOf(head.bytes)], { atMs: NOW_MS });
  assert.equal(accept(collected, payer.voucher(450), { head, policy }).outcome, 'accepted');
});

test('VOUCHER-SIGNATURE: of another key, another chain, another contract', () => {
  assertRefused('VOUCHER-SIGNATURE', accept(channel, new TestPayer().voucher(1)));
  for (const domain of [
    { chain: 'eip155:1', contract: `0x${'cc'.repeat(20)}` },
    { chain: 'eip155:31337', contract: `0x${'cd'.repeat(20)}` },
  ])
    assertRefused('VOUCHER-SIGNATURE', accept(channel, payer.voucher(1, {}, channelSeparator(domain))));
});
