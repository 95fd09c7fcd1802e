import { createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto';
import { type CborValue, encodeCbor, fromHex, toHex } from '@stannary/wire';

/** ES256 over what is signed, with the key beside it: public key as SubjectPublicKeyInfo (DER), signature as r‖s, hex. */
export interface DetachedSignature {
  readonly algorithm: 'ES256';
  readonly publicKey: string;
  readonly value: string;
}

/**
 * The bytes that are signed: deterministic CBOR of plain data. The profile knows no fractions, so a number that is no safe
 * integer is the map {"$": its shortest decimal}; data that has that key itself is refused. What is undefined does not exist.
 * Throws on what is not plain data, NaN and infinities among it: a report with one is a bug.
 */
export function signedBytes(data: unknown): Uint8Array {
  return encodeCbor(cborValue(data, '$'));
}

function cborValue(data: unknown, where: string): CborValue {
  if (data === null || typeof data === 'string' || typeof data === 'boolean') return data;
  if (typeof data === 'number') {
    if (!Number.isFinite(data)) throw new Error(`${where}: ${data} in what is to be signed`);
    return Number.isSafeInteger(data) ? data : new Map([['$', JSON.stringify(data)]]);
  }
  if (Array.isArray(data)) return data.map((item, index) => cborValue(item, `${where}[${index}]`));
  if (typeof data !== 'object') throw new Error(`${where}: ${typeof data} in what is to be signed`);
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  if (Object.hasOwn(data, '$')) throw new Error(`${where}: a key $ in what is to be signed`);
  return new Map(entries.map(([key, value]) => [key, cborValue(value, `${where}.${key}`)]));
}

export function signData(data: unknown, key: KeyObject): DetachedSignature {
  const value = createSign('sha256').update(signedBytes(data)).sign({ key, dsaEncoding: 'ieee-p1363' });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { algorithm: 'ES256', publicKey: toHex(publicKey), value: toHex(value) };
}

/**
 * Whether the key beside a signature signed this data; false for whatever is no key or no signature. The key is a P-256
 * SubjectPublicKeyInfo, or the uncompressed point alone.
 */
export function isSigned(data: unknown, { algorithm, publicKey, value }: DetachedSignature): boolean {
  if (algorithm !== 'ES256') return false;
  try {
    const key = keyOf(publicKey);
    const signature = fromHex(value, 64);
    return createVerify('sha256').update(signedBytes(data)).verify({ key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

/** What stands before the two coordinates of a P-256 point in a SubjectPublicKeyInfo. */
const SPKI_HEAD = '3059301306072a8648ce3d020106082a8648ce3d030107034200';
const POINT_DIGITS = 130;

/** The one text of a key that may be written as its SubjectPublicKeyInfo or as the point alone, in large letters or small. */
export function canonicalKey(hex: string): string {
  const digits = hex.toLowerCase();
  return digits.length === POINT_DIGITS ? SPKI_HEAD + digits : digits;
}

function keyOf(hex: string): KeyObject {
  const spki = canonicalKey(hex);
  if (!spki.startsWith(SPKI_HEAD)) throw new Error('a key of another curve');
  return createPublicKey({ key: Buffer.from(fromHex(spki)), format: 'der', type: 'spki' });
}
