import { compareBytes, concatBytes, toHex } from './bytes.ts';
import { type Hash, sha256 } from './hash.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/**
 * A device's id: SHA-256 of its P-256 SubjectPublicKeyInfo (DER), as hex. Only the one DER form with an uncompressed
 * point is taken, since a second form of the same key would make a second node.
 * Errors: KEY-SPKI.
 */
export function nodeIdOf(spkiDer: Uint8Array, hash: Hash = sha256): string {
  requireSpki(spkiDer);
  return toHex(hash(spkiDer));
}

/** The point's two coordinates, 32 bytes each: what contracts pass to P256VERIFY. Errors: KEY-SPKI. */
export function publicPointOf(spkiDer: Uint8Array): { x: Uint8Array; y: Uint8Array } {
  requireSpki(spkiDer);
  return { x: spkiDer.slice(27, 59), y: spkiDer.slice(59, 91) };
}

/**
 * SubjectPublicKeyInfo (DER, 91 bytes) of a point's coordinates, 32 bytes each. Whether the point is on the curve is
 * not checked. Errors: KEY-POINT.
 */
export function spkiOfPoint(x: Uint8Array, y: Uint8Array): Uint8Array {
  if (x.length !== 32 || y.length !== 32) {
    throw new WireRefusal('KEY-POINT', { expected: 'two coordinates of 32 bytes', got: `${x.length} and ${y.length}` });
  }
  return concatBytes(SPKI_PREFIX, x, y);
}

/**
 * The key as COSE_Key (RFC 9053 §7.1.1): {1: 2 (EC2), -1: 1 (P-256), -2: x, -3: y}, deterministic CBOR, 75 bytes.
 * Errors: KEY-SPKI.
 */
export function coseKeyOf(spkiDer: Uint8Array): Uint8Array {
  const { x, y } = publicPointOf(spkiDer);
  return concatBytes(COSE_KEY_PREFIX, x, COSE_KEY_Y, y);
}

/** SubjectPublicKeyInfo of a COSE_Key in exactly the form of coseKeyOf. Errors: KEY-COSE. */
export function spkiOfCoseKey(coseKey: Uint8Array): Uint8Array {
  const isPrefixed = compareBytes(coseKey.subarray(0, 8), COSE_KEY_PREFIX) === 0;
  if (coseKey.length !== 75 || !isPrefixed || compareBytes(coseKey.subarray(40, 43), COSE_KEY_Y) !== 0) {
    throw new WireRefusal('KEY-COSE', { expected: 'an EC2 P-256 COSE_Key of 75 bytes', got: nameOf(coseKey) });
  }
  return spkiOfPoint(coseKey.subarray(8, 40), coseKey.subarray(43, 75));
}

/** SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING } and the point's 0x04 (RFC 5480 §2). */
const SPKI_PREFIX = Uint8Array.of(
  ...[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04],
);
/** Map of 4, 1: 2, -1: 1, -2: head of 32 bytes; then -3: head of 32 bytes. */
const COSE_KEY_PREFIX = Uint8Array.of(0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20);
const COSE_KEY_Y = Uint8Array.of(0x22, 0x58, 0x20);

function requireSpki(spkiDer: Uint8Array): void {
  const prefix = spkiDer.subarray(0, SPKI_PREFIX.length);
  if (spkiDer.length === 91 && compareBytes(prefix, SPKI_PREFIX) === 0) return;
  throw new WireRefusal('KEY-SPKI', { expected: 'a P-256 SubjectPublicKeyInfo of 91 bytes', got: nameOf(spkiDer) });
}
