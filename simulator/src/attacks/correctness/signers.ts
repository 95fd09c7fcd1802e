import { createECDH, createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import {
  coseOf,
  type DigestSignature,
  nodeIdOf,
  p256Signature,
  signStructure,
  spkiOfPoint,
  type Verify,
  type VerifyDigest,
} from '@stannary/wire';

/** A device, a payer or a payee with a real P-256 key. */
export interface Signer {
  /** SHA-256 of its SubjectPublicKeyInfo. */
  readonly nodeId: string;
  readonly verify: Verify;
  /** COSE_Sign1 of a payload. ECDSA draws a nonce, so the signature differs from call to call; nothing else does. */
  readonly seal: (payload: Uint8Array, aad: Uint8Array) => Uint8Array;
  /** Over the digest of a voucher, a charge or a close; with a drawn nonce as well. */
  readonly signDigest: (digest: Uint8Array) => DigestSignature;
  readonly verifyDigest: VerifyDigest;
}

const IEEE = { dsaEncoding: 'ieee-p1363' } as const;
const signers = new Map<string, Signer>();

/** The signer of a name: the same key for the same name, on any machine. Made once, since a key costs as much as ten uses. */
export function signerOf(name: string): Signer {
  const known = signers.get(name);
  if (known !== undefined) return known;
  const made = makeSigner(createHash('sha256').update(`stannary attack ${name}`).digest());
  signers.set(name, made);
  return made;
}

/** All but 2^-32 of the numbers of 32 bytes are keys of P-256; the curve refuses the others. */
function makeSigner(secret: Uint8Array): Signer {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  const [d, encodedX, encodedY] = [secret, x, y].map((bytes) => Buffer.from(bytes).toString('base64url'));
  const jwk = { kty: 'EC', crv: 'P-256', x: encodedX!, y: encodedY! };
  const privateKey = { key: createPrivateKey({ key: { ...jwk, d: d! }, format: 'jwk' }), ...IEEE };
  const publicKey = { key: createPublicKey({ key: jwk, format: 'jwk' }), ...IEEE };
  const isOwn: Verify = (message, signature) => verify('sha256', message, publicKey, signature);
  return {
    nodeId: nodeIdOf(spkiOfPoint(x, y)),
    verify: isOwn,
    seal: (payload, aad) => coseOf(payload, sign('sha256', signStructure(payload, aad), privateKey)),
    signDigest: (digest) => p256Signature(sign('sha256', digest, privateKey)),
    verifyDigest: (digest, { signer, bytes }) => signer === 'p256' && isOwn(digest, bytes),
  };
}
