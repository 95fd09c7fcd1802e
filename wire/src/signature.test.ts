import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { assertRefused } from '../test/values.ts';
import { checkedSignature, concatBytes, type DigestSignature, fromHex, signDigest, toHex } from './index.ts';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const DIGEST = fromHex('5d'.repeat(32));
const LOW = concatBytes(new Uint8Array(63), Uint8Array.of(1));

function twin({ bytes }: DigestSignature): Uint8Array {
  const s = ORDER - BigInt(`0x${toHex(bytes.subarray(32))}`);
  return concatBytes(bytes.subarray(0, 32), fromHex(s.toString(16).padStart(64, '0')));
}

test("a session key's signature verifies over SHA-256 of the digest, and its s is the lower one whatever the key gave", async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const raw = (digest: Uint8Array) => sign('sha256', digest, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const low = await signDigest(DIGEST, raw);
  const high = twin(low);
  assert.ok(verify('sha256', DIGEST, { key: publicKey, dsaEncoding: 'ieee-p1363' }, low.bytes));
  assert.equal(toHex((await signDigest(DIGEST, () => high)).bytes), toHex(low.bytes));
  assert.deepEqual(checkedSignature(low), low);
  assertRefused('SIGNATURE-HIGH-S', () => checkedSignature({ signer: 'p256', bytes: high }));
});

test("SIGNATURE-HIGH-S: above half of each curve's own order, and not at it", () => {
  const half = fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');
  const account = (s: Uint8Array) => concatBytes(new Uint8Array(32), s, Uint8Array.of(27));
  assert.equal(checkedSignature({ signer: 'ecdsa', bytes: account(half) }).bytes.length, 65);
  const above = half.with(31, 0xa1);
  assertRefused('SIGNATURE-HIGH-S', () => checkedSignature({ signer: 'ecdsa', bytes: account(above) }));
});

test('SIGNATURE-LENGTH: compact, with a byte of recovery too many, in DER, empty, or too long for a wallet', () => {
  const wrong: [DigestSignature['signer'], number][] = [
    ['p256', 63],
    ['p256', 65],
    ['p256', 71],
    ['ecdsa', 64],
    ['ecdsa', 66],
    ['contract', 0],
    ['contract', 1_025],
  ];
  for (const [signer, length] of wrong)
    assertRefused('SIGNATURE-LENGTH', () => checkedSignature({ signer, bytes: new Uint8Array(length) }));
  assert.equal(checkedSignature({ signer: 'contract', bytes: new Uint8Array(1_024) }).bytes.length, 1_024);
});

test('SIGNATURE-RECOVERY: another v than the two that contracts take', () => {
  for (const v of [0, 1, 26, 29, 37])
    assertRefused('SIGNATURE-RECOVERY', () =>
      checkedSignature({ signer: 'ecdsa', bytes: concatBytes(LOW, Uint8Array.of(v)) }),
    );
});

test('COSE-SIGNATURE-FORM: a signer that gives no signature', async () => {
  await assert.rejects(
    signDigest(DIGEST, () => new Uint8Array(70)),
    { code: 'COSE-SIGNATURE-FORM' },
  );
});
