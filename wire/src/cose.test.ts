import assert from 'node:assert/strict';
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { vectorTest } from '../test/shared-vectors.ts';
import { assertRefused, mutations } from '../test/values.ts';
import { parseSign1, sigStructure } from './cose.ts';
import {
  type CborValue,
  concatBytes,
  coseOpen,
  coseSign1,
  encodeCbor,
  externalAad,
  normaliseLowS,
  parseCose,
  signedId,
  signStructure,
  toHex,
  type Verify,
  WireRefusal,
} from './index.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signWithKey = (message: Uint8Array) => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
const payload = bytesOf('a10102');
const aad = bytesOf('830102');

function verifierOf(key: KeyObject): Verify {
  return (message, signature) => verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

const verifyWithKey = verifierOf(publicKey);

test('a signed message opens to its payload', async () => {
  const bytes = await coseSign1(payload, aad, signWithKey);
  assert.deepEqual(coseOpen(bytes, aad, () => verifyWithKey).payload, payload);
  assert.equal(toHex(bytes.subarray(0, 7)), 'd28443a10126a0');
});

test('the payload is readable before anything is verified', async () => {
  const bytes = await coseSign1(payload, aad, () => new Uint8Array(64).fill(1));
  const parsed = parseCose(bytes);
  assert.deepEqual(parsed.payload, payload);
  assert.deepEqual(parsed.toBeSigned(aad), signStructure(payload, aad));
});

test('a message is named by its Sig_structure, never by its signature', async () => {
  const digest = createHash('sha256').update(signStructure(payload, aad)).digest('hex');
  assert.equal(signedId(payload, aad), digest);
  const native = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  assert.equal(signedId(payload, aad, native), digest);
});

test('the empty protected map is signed as a zero-length string', () => {
  const expected = '846a5369676e617475726531404043a10102';
  assert.equal(toHex(sigStructure(bytesOf('a0'), new Uint8Array(0), payload)), expected);
  assert.equal(toHex(sigStructure(new Uint8Array(0), new Uint8Array(0), payload)), expected);
});

test('external data is the chain, the contract and the economy', () => {
  const domain = { chain: 'eip155:1', settlement: `0x${'01'.repeat(20)}`, economyHash: '02'.repeat(32) };
  assert.equal(toHex(externalAad(domain)), `83686569703135353a3154${'01'.repeat(20)}5820${'02'.repeat(32)}`);
  assertRefused('HEX-FORM', () => externalAad({ ...domain, settlement: '01'.repeat(20) }));
  assertRefused('HEX-FORM', () => externalAad({ ...domain, settlement: `0x${'AB'.repeat(20)}` }));
  assertRefused('HEX-FORM', () => externalAad({ ...domain, economyHash: '02' }));
});

test('mutated messages are refused or do not verify', async () => {
  const bytes = await coseSign1(payload, aad, signWithKey);
  const survives = (mutated: Uint8Array) => {
    try {
      coseOpen(mutated, aad, () => verifyWithKey);
      return true;
    } catch (error) {
      assert.ok(error instanceof WireRefusal, String(error));
      return false;
    }
  };
  const changed = mutations(bytes).filter((mutated) => toHex(mutated) !== toHex(bytes));
  fc.assert(
    fc.property(changed, (mutated) => !survives(mutated)),
    { numRuns: 300 },
  );
});

const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const withS = (s: bigint) => concatBytes(new Uint8Array(32).fill(7), bytesOf(s.toString(16).padStart(64, '0')));

test('low s stays, high s becomes n - s, and both verify', () => {
  const message = Buffer.from('message');
  for (let run = 0; run < 8; run++) {
    const signature = new Uint8Array(signWithKey(message));
    const low = normaliseLowS(signature);
    assert.ok(BigInt(`0x${toHex(low.subarray(32))}`) <= N / 2n);
    assert.ok(verifyWithKey(message, low) && verifyWithKey(message, signature));
    assert.deepEqual(normaliseLowS(low), low);
  }
  assert.deepEqual(normaliseLowS(withS(N - 1n)), withS(1n));
  assert.deepEqual(normaliseLowS(withS(N / 2n)), withS(N / 2n));
  assert.deepEqual(normaliseLowS(withS(N / 2n + 1n)), withS(N / 2n));
});

test('coseSign1 writes the low form', async () => {
  const { signature } = parseCose(await coseSign1(payload, aad, () => withS(N - 5n)));
  assert.deepEqual(signature, withS(5n));
});

const PROTECTED = bytesOf('a10126');
const SIGNATURE = new Uint8Array(64).fill(1);

function sign1(...items: readonly CborValue[]): Uint8Array {
  return concatBytes(Uint8Array.of(0xd2), encodeCbor(items));
}

test('COSE-TAG', () => {
  const untagged = encodeCbor([PROTECTED, new Map(), payload, SIGNATURE]);
  assertRefused('COSE-TAG', () => parseCose(untagged));
  assertRefused('COSE-TAG', () => parseCose(concatBytes(bytesOf('d812'), untagged)));
  assertRefused('COSE-TAG', () => parseCose(new Uint8Array(0)));
});

test('COSE-SHAPE', () => {
  assertRefused('COSE-SHAPE', () => parseCose(bytesOf('d200')));
  assertRefused('COSE-SHAPE', () => parseCose(sign1(PROTECTED, new Map(), payload)));
  assertRefused('COSE-SHAPE', () => parseCose(sign1(PROTECTED, new Map(), payload, SIGNATURE, 0)));
  assertRefused('COSE-SHAPE', () => parseCose(sign1('a', new Map(), payload, SIGNATURE)));
  assertRefused('COSE-SHAPE', () => parseCose(sign1(PROTECTED, [], payload, SIGNATURE)));
  assertRefused('COSE-SHAPE', () => parseCose(sign1(PROTECTED, new Map(), null, SIGNATURE)));
  assertRefused('COSE-SHAPE', () => parseCose(sign1(PROTECTED, new Map(), payload, 'a')));
});

test('COSE-ALGORITHM', () => {
  const unprotected = new Map([[1, -7]]);
  for (const header of ['', 'a0', 'a10127', 'a10326', '26', '8126']) {
    assertRefused('COSE-ALGORITHM', () => parseCose(sign1(bytesOf(header), unprotected, payload, SIGNATURE)));
  }
});

test('COSE-HEADER', () => {
  assertRefused('COSE-HEADER', () => parseCose(sign1(bytesOf('a201260300'), new Map(), payload, SIGNATURE)));
  assertRefused('COSE-HEADER', () => parseCose(sign1(PROTECTED, new Map([[4, PROTECTED]]), payload, SIGNATURE)));
});

test('a protected header outside the CBOR profile is refused', () => {
  assertRefused('CBOR-LONG-FORM', () => parseCose(sign1(bytesOf('a1180126'), new Map(), payload, SIGNATURE)));
  assertRefused('CBOR-TRAILING', () => parseCose(sign1(bytesOf('a1012600'), new Map(), payload, SIGNATURE)));
});

test('COSE-SIGNATURE-FORM', async () => {
  assertRefused('COSE-SIGNATURE-FORM', () => parseCose(sign1(PROTECTED, new Map(), payload, new Uint8Array(63))));
  for (const signature of [new Uint8Array(63), new Uint8Array(72), withS(0n), withS(N), withS(2n ** 256n - 1n)]) {
    assertRefused('COSE-SIGNATURE-FORM', () => normaliseLowS(signature));
  }
  await assert.rejects(
    coseSign1(payload, aad, () => new Uint8Array(70)),
    { code: 'COSE-SIGNATURE-FORM' },
  );
});

test('COSE-KEY-UNKNOWN', async () => {
  const bytes = await coseSign1(payload, aad, signWithKey);
  assertRefused('COSE-KEY-UNKNOWN', () => coseOpen(bytes, aad, () => null));
});

test('COSE-SIGNATURE: another domain or another key', async () => {
  const bytes = await coseSign1(payload, aad, signWithKey);
  const stranger = verifierOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
  assertRefused('COSE-SIGNATURE', () => coseOpen(bytes, bytesOf('830103'), () => verifyWithKey));
  assertRefused('COSE-SIGNATURE', () => coseOpen(bytes, aad, () => stranger));
});

interface CoseExample {
  readonly title: string;
  readonly input: { readonly sign0: { readonly key: JsonWebKey; readonly external?: string } };
  readonly intermediates: { readonly ToBeSign_hex: string };
  readonly output: { readonly cbor: string };
}

/**
 * What the wire does with each example; `verifies` false: well-formed, the signature is over other bytes. Two examples
 * that RFC 9052 lets pass are refused: an algorithm that no signature covers, and the untagged form.
 */
const EXAMPLES: Record<string, { readonly verifies: boolean } | { readonly refused: string }> = {
  'sign1-tests/sign-pass-01': { refused: 'COSE-ALGORITHM' },
  'sign1-tests/sign-pass-02': { verifies: true },
  'sign1-tests/sign-pass-03': { refused: 'COSE-TAG' },
  'sign1-tests/sign-fail-01': { refused: 'COSE-TAG' },
  'sign1-tests/sign-fail-02': { verifies: false },
  'sign1-tests/sign-fail-03': { refused: 'COSE-ALGORITHM' },
  'sign1-tests/sign-fail-04': { refused: 'COSE-ALGORITHM' },
  'sign1-tests/sign-fail-06': { verifies: false },
  'sign1-tests/sign-fail-07': { verifies: false },
  'ecdsa-examples/ecdsa-sig-01': { verifies: true },
  'ecdsa-examples/ecdsa-sig-02': { refused: 'COSE-SIGNATURE-FORM' },
  'ecdsa-examples/ecdsa-sig-03': { refused: 'COSE-SIGNATURE-FORM' },
};

for (const [path, expected] of Object.entries(EXAMPLES)) {
  vectorTest<CoseExample>(`COSE working group example ${path}`, [`cose/${path}.json`], (example) => {
    const bytes = bytesOf(example.output.cbor);
    if ('refused' in expected) {
      assertRefused(expected.refused, () => parseSign1(bytes));
      return;
    }
    const { key, external = '' } = example.input.sign0;
    const sign1 = parseSign1(bytes);
    const toBeSigned = sign1.toBeSigned(bytesOf(external));
    const verifier = verifierOf(createPublicKey({ key, format: 'jwk' }));
    assert.equal(verifier(toBeSigned, sign1.signature), expected.verifies);
    const published = example.intermediates.ToBeSign_hex.toLowerCase();
    assert.equal(toHex(toBeSigned) === published, expected.verifies);
    assertRefused('COSE-HEADER', () => parseCose(bytes));
  });
}

vectorTest<CoseExample>(
  'an algorithm in the unprotected header alone is refused though its example passes',
  ['cose/sign1-tests/sign-pass-01.json'],
  (example) => {
    const toBeSigned = sigStructure(bytesOf('a0'), new Uint8Array(0), Buffer.from('This is the content.'));
    assert.equal(toHex(toBeSigned), example.intermediates.ToBeSign_hex.toLowerCase());
  },
);

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
      readonly tcId: number;
    }[];
  }[];
}

vectorTest<WycheproofFile>(
  'Wycheproof P-256 r‖s signatures, as sent and with low s',
  ['wycheproof/ecdsa_secp256r1_sha256_p1363_test.json'],
  (file) => {
    let tests = 0;
    for (const { publicKeyDer, tests: cases } of file.testGroups) {
      const verifier = verifierOf(
        createPublicKey({ key: Buffer.from(publicKeyDer, 'hex'), format: 'der', type: 'spki' }),
      );
      for (const { msg, sig, result, tcId } of cases) {
        assert.equal(acceptsBoth(verifier, bytesOf(msg), bytesOf(sig)), result === 'valid', `case ${tcId}`);
        tests++;
      }
    }
    assert.equal(tests, 262);
  },
);

/** The wire's length check, then the platform's verification of the signature and of its low form. */
function acceptsBoth(verifier: Verify, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || !verifier(message, signature)) return false;
  return verifier(message, normaliseLowS(signature));
}
