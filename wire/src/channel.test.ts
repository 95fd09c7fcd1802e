import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1';
import { GOLDEN_VOUCHER } from '../test/golden.ts';
import { assertRefused } from '../test/values.ts';
import { type VoucherVectors, voucherVectors } from '../test/voucher-vectors.ts';
import { VOUCHER_FILE } from '../test/write-vectors.ts';
import {
  channelId,
  channelSeparator,
  decodeCharge,
  decodeClose,
  decodeVoucher,
  encodeCbor,
  encodeVoucher,
  fromHex,
  keccak256,
  spkiOfPoint,
  toHex,
  voucherDigest,
} from './index.ts';

const DOMAIN = { chain: 'eip155:31337', contract: `0x${'c4'.repeat(20)}` };
const HOME = channelSeparator(DOMAIN);
const CONFIG = {
  payer: `0x${'a1'.repeat(20)}`,
  payerSigner: '7e'.repeat(84),
  payee: `0x${'b2'.repeat(20)}`,
  payeeOperator: `0x${'b3'.repeat(20)}`,
  token: `0x${'70'.repeat(20)}`,
  exitDelaySeconds: 86_400,
  minConfirmations: 12,
  policyHash: '90'.repeat(32),
  salt: '5a'.repeat(32),
};
const VECTORS: VoucherVectors = JSON.parse(readFileSync(VOUCHER_FILE, 'utf8'));

// The digests as viem 2.x's hashTypedData has them for the same domain, types and message.
test('a channel is named by the EIP-712 digest of its config', () => {
  assert.equal(channelId(HOME, CONFIG), 'aa8a08188757f9747d5734d505ef4c6e45cf1dde00908766ab7e7862c146719f');
});

test('a voucher is signed over its EIP-712 digest', () => {
  const voucher = { ...GOLDEN_VOUCHER.voucher, cumulativeGrains: Number.MAX_SAFE_INTEGER };
  const digest = (differing = {}) => toHex(voucherDigest(HOME, { ...voucher, ...differing }));
  assert.equal(digest(), '6ee1353e9bfecd99598d16b278a2250b22800953e2c1defc4c326423a1830c6d');
  assert.equal(
    digest({ conditionHash: 'cd'.repeat(32) }),
    '234815c57f92fa0298287857148809b0b8f1ddc784edc0f64740e71118e3a59a',
  );
});

test('types, digests, signatures and messages are the pinned ones, which contracts read as well', () => {
  assert.deepEqual(voucherVectors(), VECTORS);
});

test('one digest, any signer: each pinned signature is of its key, in the form that is taken', () => {
  const [x, y] = [VECTORS.p256Key.x, VECTORS.p256Key.y].map((hex) => fromHex(hex.slice(2))) as [Uint8Array, Uint8Array];
  const key = createPublicKey({ key: Buffer.from(spkiOfPoint(x, y)), format: 'der', type: 'spki' });
  for (const { digest, p256Signature, ecdsaSignature } of [
    ...VECTORS.vouchers,
    ...VECTORS.charges,
    ...VECTORS.closes,
  ]) {
    const [hash, byKey, byAccount] = [digest, p256Signature, ecdsaSignature].map((hex) => fromHex(hex.slice(2))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    assert.ok(verify('sha256', hash, { key, dsaEncoding: 'ieee-p1363' }, byKey));
    const signature = secp256k1.Signature.fromCompact(byAccount.subarray(0, 64)).addRecoveryBit(byAccount[64]! - 27);
    const point = signature.recoverPublicKey(hash).toRawBytes(false);
    assert.equal(`0x${toHex(keccak256(point.subarray(1)).subarray(12))}`, VECTORS.ecdsaAddress);
    const { voucher } = GOLDEN_VOUCHER;
    for (const [signer, bytes] of [
      ['p256', byKey],
      ['ecdsa', byAccount],
    ] as const)
      assert.deepEqual(decodeVoucher(encodeVoucher({ voucher, signature: { signer, bytes } })).signature.bytes, bytes);
  }
});

test('a message carries its fields, who signed, and the signature', () => {
  const [voucher, charge, close] = [VECTORS.vouchers[2]!, VECTORS.charges[2]!, VECTORS.closes[2]!];
  const read = decodeVoucher(fromHex(voucher.message.slice(2)));
  assert.equal(`0x${toHex(voucherDigest(HOME, read.voucher))}`, voucher.digest);
  assert.deepEqual(read.signature, { signer: 'p256', bytes: fromHex(voucher.p256Signature.slice(2)) });
  assert.equal(`0x${decodeCharge(fromHex(charge.message.slice(2))).charge.voucherDigest}`, voucher.digest);
  assert.equal(decodeClose(fromHex(close.message.slice(2))).close.paidGrains, 250);
});

test('whatever differs makes another channel', () => {
  const others = [
    channelId(channelSeparator({ ...DOMAIN, chain: 'eip155:1' }), CONFIG),
    channelId(channelSeparator({ ...DOMAIN, contract: `0x${'c5'.repeat(20)}` }), CONFIG),
    ...Object.entries(CONFIG).map(([field, value]) =>
      channelId(HOME, { ...CONFIG, [field]: typeof value === 'number' ? value + 1 : value.replace(/..$/, '00') }),
    ),
  ];
  assert.equal(new Set([...others, channelId(HOME, CONFIG)]).size, 12);
});

test('CHANNEL-CHAIN: a chain that has no EIP-712 number', () => {
  assertRefused('CHANNEL-CHAIN', () => channelSeparator({ ...DOMAIN, chain: 'solana:5eykt4' }));
});

test('MESSAGE-FIELD, HEX-FORM: no delay, an address of another length', () => {
  assertRefused('MESSAGE-FIELD', () => channelId(HOME, { ...CONFIG, exitDelaySeconds: -1 }));
  assertRefused('HEX-FORM', () => channelId(HOME, { ...CONFIG, payee: '0x12' }));
  const voucher = { ...GOLDEN_VOUCHER.voucher, payee: '12' };
  assertRefused('HEX-FORM', () => encodeVoucher({ ...GOLDEN_VOUCHER, voucher }));
});

test('MESSAGE-FIELD, SIGNER-KIND: a payee of another length, a signer of no kind', () => {
  const [id, payee] = [GOLDEN_VOUCHER.voucher.channelId, GOLDEN_VOUCHER.voucher.payee.slice(2)].map((hex) =>
    fromHex(hex),
  ) as [Uint8Array, Uint8Array];
  const bytes = (of: Uint8Array, signer: number) => {
    const fields: [number, number | Uint8Array][] = [
      [1, id],
      [2, of],
      [3, 1],
      [4, 1],
      [6, signer],
      [7, GOLDEN_VOUCHER.signature.bytes],
    ];
    return encodeCbor(new Map(fields));
  };
  assert.equal(decodeVoucher(bytes(payee, 1)).voucher.payee, GOLDEN_VOUCHER.voucher.payee);
  assertRefused('MESSAGE-FIELD', () => decodeVoucher(bytes(payee.subarray(1), 1)));
  for (const signer of [0, 4]) assertRefused('SIGNER-KIND', () => decodeVoucher(bytes(payee, signer)));
});

test('SIGNATURE-HIGH-S, SIGNATURE-LENGTH: no second form of a voucher is written or read', () => {
  const { voucher, signature } = GOLDEN_VOUCHER;
  const good = encodeVoucher(GOLDEN_VOUCHER);
  const high = good.with(good.length - 32, 0xff);
  assertRefused('SIGNATURE-HIGH-S', () => decodeVoucher(high));
  const short = { ...signature, bytes: signature.bytes.subarray(0, 63) };
  assertRefused('SIGNATURE-LENGTH', () => encodeVoucher({ voucher, signature: short }));
});
