import { addressBytes, compareBytes, concatBytes, fromHex, toHex } from './bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts';
import { type Hash, sha256 } from './hash.ts';
import { nameOf, WireRefusal } from './refusal.ts';

// COSE_Sign1 (RFC 9052 §4.2) with ES256 (RFC 9053 §2.1). Messages of the protocol have one form only: tag 18, the
// protected header {1: -7} and nothing else, an empty unprotected header, an attached payload, a raw 64-byte r‖s.
// One form means one set of bytes per (payload, signature): nothing outside the signature can be altered in transit.

/** ES256: the raw 64 bytes r‖s over SHA-256(message). */
export type Sign = (message: Uint8Array) => Promise<Uint8Array> | Uint8Array;

/** True when the raw 64-byte signature over SHA-256(message) is the key's. */
export type Verify = (message: Uint8Array, signature: Uint8Array) => boolean;

/** A parsed COSE_Sign1: readable, not yet verified. */
export interface ParsedCose {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The bytes that the signature must cover, given the external data. */
  readonly toBeSigned: (aad: Uint8Array) => Uint8Array;
}

/** What every signature of a deployment is bound to, so that none is valid in another. */
export interface Domain {
  /** CAIP-2 id of the home chain, e.g. `eip155:31337`. */
  readonly chain: string;
  /** Address of the home Settlement contract, 0x and lower case. */
  readonly settlement: string;
  /** Hash of the economy in force in the message's epoch, 64 hex characters. */
  readonly economyHash: string;
}

/** external_aad: CBOR[chain text, Settlement's 20 bytes, economyHash's 32 bytes]. Errors: HEX-FORM, CBOR-UTF8. */
export function externalAad(domain: Domain): Uint8Array {
  const settlement = addressBytes(domain.settlement, 'settlement');
  return encodeCbor([domain.chain, settlement, fromHex(domain.economyHash, 32, 'economyHash')]);
}

/** The protocol's Sig_structure: CBOR["Signature1", h'a10126', aad, payload] (RFC 9052 §4.4). */
export function signStructure(payload: Uint8Array, aad: Uint8Array): Uint8Array {
  return sigStructure(PROTECTED, aad, payload);
}

/** SHA-256 of the Sig_structure as hex: what names a signed message. Never a hash of the malleable signature. */
export function signedId(payload: Uint8Array, aad: Uint8Array, hash: Hash = sha256): string {
  return toHex(hash(signStructure(payload, aad)));
}

/**
 * A signed message in the protocol's form, with the signature's low s.
 * Errors: COSE-SIGNATURE-FORM when `sign` gives anything but 64 bytes with s in 1..n-1.
 */
export async function coseSign1(payload: Uint8Array, aad: Uint8Array, sign: Sign): Promise<Uint8Array> {
  return coseOf(payload, await sign(signStructure(payload, aad)));
}

/** The signed message from its parts, for a signer that is at hand. Errors: COSE-SIGNATURE-FORM. */
export function coseOf(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(TAG_18, encodeCbor([PROTECTED, new Map(), payload, normaliseLowS(signature)]));
}

/**
 * Reads a signed message without verifying it, so that the key can be looked up by what the payload says.
 * Errors: those of decodeCbor; COSE-TAG (not tag 18), COSE-SHAPE, COSE-ALGORITHM (ES256 not in the protected header),
 * COSE-HEADER (any other header parameter), COSE-SIGNATURE-FORM (not 64 bytes).
 */
export function parseCose(bytes: Uint8Array): ParsedCose {
  const sign1 = parseSign1(bytes);
  if (compareBytes(sign1.protectedHeader, PROTECTED) !== 0 || sign1.unprotectedHeader.size !== 0) {
    throw new WireRefusal('COSE-HEADER', { expected: 'the algorithm as the only header parameter' });
  }
  return sign1;
}

/**
 * Reads and verifies. `verifyFor` finds the sender's key from the payload, or says null.
 * Errors: those of parseCose; COSE-KEY-UNKNOWN; COSE-SIGNATURE (does not verify).
 */
export function coseOpen(
  bytes: Uint8Array,
  aad: Uint8Array,
  verifyFor: (payload: Uint8Array) => Verify | null,
): { payload: Uint8Array; signature: Uint8Array } {
  const { payload, signature, toBeSigned } = parseCose(bytes);
  const verify = verifyFor(payload);
  if (verify === null) throw new WireRefusal('COSE-KEY-UNKNOWN', { expected: 'a known sender' });
  if (!verify(toBeSigned(aad), signature))
    throw new WireRefusal('COSE-SIGNATURE', { expected: "the sender's signature" });
  return { payload, signature };
}

/**
 * The same signature with s <= n/2. P-256 accepts (r, s) and (r, n - s) alike; contracts take the low form only.
 * Errors: COSE-SIGNATURE-FORM (not 64 bytes, or s outside 1..n-1).
 */
export function normaliseLowS(signature: Uint8Array): Uint8Array {
  if (signature.length !== 64) throw signatureForm(`${signature.length} bytes`);
  const s = BigInt(`0x${toHex(signature.subarray(32))}`);
  if (s === 0n || s >= P256_ORDER) throw signatureForm('s outside 1..n-1');
  if (s <= P256_ORDER >> 1n) return signature.slice();
  return concatBytes(signature.subarray(0, 32), fromHex((P256_ORDER - s).toString(16).padStart(64, '0')));
}

/** A COSE_Sign1 with ES256 and any further headers, as RFC 9052 allows it; `parseCose` narrows it. */
export interface Sign1 extends ParsedCose {
  readonly protectedHeader: Uint8Array;
  readonly unprotectedHeader: ReadonlyMap<number | string, CborValue>;
}

export function parseSign1(bytes: Uint8Array): Sign1 {
  if (bytes[0] !== TAG_18[0]) throw new WireRefusal('COSE-TAG', { expected: 'tag 18', where: 'byte 0' });
  const outer = decodeCbor(bytes.subarray(1));
  if (!Array.isArray(outer) || outer.length !== 4) throw shape('an array of 4', outer);
  const [protectedHeader, unprotectedHeader, payload, signature] = outer as readonly CborValue[];
  if (!(protectedHeader instanceof Uint8Array)) throw shape('protected header bytes', protectedHeader);
  if (!(unprotectedHeader instanceof Map)) throw shape('an unprotected header map', unprotectedHeader);
  if (!(payload instanceof Uint8Array)) throw shape('an attached payload', payload);
  if (!(signature instanceof Uint8Array)) throw shape('signature bytes', signature);
  if (signature.length !== 64) throw signatureForm(`${signature.length} bytes`);
  requireEs256(protectedHeader);
  const toBeSigned = (aad: Uint8Array) => sigStructure(protectedHeader, aad, payload);
  return { protectedHeader, unprotectedHeader, payload, signature, toBeSigned };
}

/** An empty protected map is signed as a zero-length string, however it was sent (RFC 9052 §3). */
export function sigStructure(protectedHeader: Uint8Array, aad: Uint8Array, payload: Uint8Array): Uint8Array {
  const isEmptyMap = protectedHeader.length === 1 && protectedHeader[0] === 0xa0;
  return encodeCbor(['Signature1', isEmptyMap ? new Uint8Array(0) : protectedHeader, aad, payload]);
}

/** {1: -7}, encoded: alg = ES256. */
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x26);
const ES256 = -7;
/** Head of tag 18, COSE_Sign1. */
const TAG_18 = Uint8Array.of(0xd2);
/** n, the order of P-256's base point (SEC 2 §2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The algorithm counts only where the signature covers it. */
function requireEs256(protectedHeader: Uint8Array): void {
  const header = protectedHeader.length === 0 ? null : decodeCbor(protectedHeader);
  const algorithm = header instanceof Map ? header.get(1) : undefined;
  if (algorithm === ES256) return;
  throw new WireRefusal('COSE-ALGORITHM', { expected: 'ES256 (-7) in the protected header', got: nameOf(algorithm) });
}

function shape(expected: string, got: unknown): WireRefusal {
  return new WireRefusal('COSE-SHAPE', { expected, got: nameOf(got) });
}

function signatureForm(got: string): WireRefusal {
  return new WireRefusal('COSE-SIGNATURE-FORM', { expected: '64 bytes r‖s', got });
}
