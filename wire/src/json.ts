import { toHex } from './bytes.ts';
import type { CborValue } from './cbor.ts';
import { CBOR_DEPTH_MAX, encodeCbor } from './cbor.ts';
import { type Hash, sha256 } from './hash.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/**
 * Plain data (economy profiles, statements) as a value of the CBOR profile: objects become maps with text keys.
 * As in JSON, a property whose value is undefined does not exist, so data and its JSON copy have the same bytes.
 *
 * Errors: CBOR-TYPE with the property's path (fractions, bigint, undefined in an array, functions, class instances),
 * CBOR-DEPTH (more than 16 levels, or a cycle).
 */
export function cborOf(json: unknown, where = '$', depth = 0): CborValue {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  if (json instanceof Uint8Array) return json;
  if (typeof json === 'number' && Number.isSafeInteger(json)) return json;
  if (depth >= CBOR_DEPTH_MAX)
    throw new WireRefusal('CBOR-DEPTH', { expected: `at most ${CBOR_DEPTH_MAX} levels`, where });
  if (Array.isArray(json)) return Array.from(json, (item, index) => cborOf(item, `${where}[${index}]`, depth + 1));
  if (!isPlainObject(json)) throw new WireRefusal('CBOR-TYPE', { expected: 'plain data', got: nameOf(json), where });
  const entries = new Map<string, CborValue>();
  for (const [key, value] of Object.entries(json)) {
    if (value !== undefined) entries.set(key, cborOf(value, `${where}.${key}`, depth + 1));
  }
  return entries;
}

/** SHA-256 of the deterministic CBOR of plain data, as hex: how profiles and statements are named. */
export function contentHash(json: unknown, hash: Hash = sha256): string {
  return toHex(hash(encodeCbor(cborOf(json))));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
