import { compareBytes, fromHex } from './bytes.ts';
import { normaliseLowS, type Sign } from './cose.ts';
import { nameOf, WireRefusal } from './refusal.ts';

// One digest, any signer. A signature has one form per signer and digest as far as its kind allows, so that its second
// form is no second message: the lower s, the full length.

/**
 * `p256`: session keys of devices and browsers, which hash once more: r‖s over SHA-256(digest), 64 bytes. `ecdsa`: an
 * account's key, r‖s‖v over the digest, 65 bytes. `contract`: whatever an account with code takes for a signature
 * (ERC-1271).
 */
export type SignerKind = 'p256' | 'ecdsa' | 'contract';

export interface DigestSignature {
  readonly signer: SignerKind;
  readonly bytes: Uint8Array;
}

/** True when the signature is the signer's over the digest of 32 bytes. */
export type VerifyDigest = (digest: Uint8Array, signature: DigestSignature) => boolean;

/** A wallet's owners and passkeys fit; nothing longer is taken. */
export const CONTRACT_SIGNATURE_BYTES_MAX = 1_024;

/** Numbers of kinds on the wire. */
const KIND_CODES: Readonly<Record<SignerKind, number>> = { p256: 1, ecdsa: 2, contract: 3 };

/** n / 2 of both curves (SEC 2 §2.4.1, §2.4.2), rounded down. */
const HALF_ORDERS = {
  p256: fromHex('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8'),
  ecdsa: fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'),
};

/**
 * A session key's signature over a digest, its s mapped to the lower one: Node, WebCrypto and enclaves give either.
 * Errors: COSE-SIGNATURE-FORM when `sign` gives anything but 64 bytes with s in 1..n-1.
 */
export async function signDigest(digest: Uint8Array, sign: Sign): Promise<DigestSignature> {
  return p256Signature(await sign(digest));
}

/** As `signDigest`, for a signature that is at hand. */
export function p256Signature(raw: Uint8Array): DigestSignature {
  return { signer: 'p256', bytes: normaliseLowS(raw) };
}

/**
 * The same signature, if it is in the one form of its kind. Errors: SIGNATURE-LENGTH (compact, DER, empty), SIGNATURE-HIGH-S,
 * SIGNATURE-RECOVERY (v neither 27 nor 28).
 */
export function checkedSignature(signature: DigestSignature): DigestSignature {
  const { signer, bytes } = signature;
  if (signer === 'contract') {
    if (bytes.length >= 1 && bytes.length <= CONTRACT_SIGNATURE_BYTES_MAX) return signature;
    throw lengthRefusal(`1 to ${CONTRACT_SIGNATURE_BYTES_MAX} bytes`, bytes);
  }
  const length = signer === 'p256' ? 64 : 65;
  if (bytes.length !== length) throw lengthRefusal(`${length} bytes`, bytes);
  if (compareBytes(bytes.subarray(32, 64), HALF_ORDERS[signer]) > 0)
    throw new WireRefusal('SIGNATURE-HIGH-S', { expected: 'the lower of the two s' });
  if (signer === 'ecdsa' && bytes[64] !== 27 && bytes[64] !== 28)
    throw new WireRefusal('SIGNATURE-RECOVERY', { expected: 'v of 27 or 28', got: String(bytes[64]) });
  return signature;
}

/** The kind's number on the wire. */
export function codeOfKind(kind: SignerKind): number {
  return KIND_CODES[kind];
}

/** Errors: SIGNER-KIND. */
export function kindOfCode(code: number): SignerKind {
  for (const kind of ['p256', 'ecdsa', 'contract'] as const) if (KIND_CODES[kind] === code) return kind;
  throw new WireRefusal('SIGNER-KIND', { expected: '1, 2 or 3', got: nameOf(code) });
}

function lengthRefusal(expected: string, got: Uint8Array): WireRefusal {
  return new WireRefusal('SIGNATURE-LENGTH', { expected, got: nameOf(got) });
}
