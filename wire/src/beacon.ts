import { fromHex, toHex } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import { type Hash, sha256 } from './hash.ts';
import { WireRefusal } from './refusal.ts';

// The beacon's two halves: a preimage that the poster fixed long ago, and the chain's randomness that nobody knew when
// the epoch's batches were committed. Neither side can choose the outcome alone.

/** Keeps the beacon's preimage apart from every other hash of the protocol. */
const BEACON_TAG = 'stannary-beacon-1';

/** A poster's hash chain: `tip` is registered first, then each epoch reveals the preimage of what was revealed before. */
export interface HashChain {
  /** Hash of epoch 0's preimage, 64 hex characters. */
  readonly tip: string;
  readonly length: number;
  /** The 32 bytes that epoch `epoch` reveals. Errors: BEACON-EXHAUSTED outside 0..length-1. */
  readonly preimage: (epoch: number) => Uint8Array;
}

/**
 * The chain x, H(x), H(H(x)) … of a secret seed: epoch e reveals H^(length-1-e)(seed), so that each revealed value
 * hashes to the one before it. Keeps every sqrt(length)-th value; the rest is hashed again when asked for.
 */
export function hashChain(seed: Uint8Array, length: number, hash: Hash = sha256): HashChain {
  const stride = Math.max(1, Math.ceil(Math.sqrt(length)));
  const kept: Uint8Array[] = [];
  let value = seed;
  for (let step = 0; step < length; step += 1) {
    if (step % stride === 0) kept.push(value);
    value = hash(value);
  }
  const preimage = (epoch: number): Uint8Array => {
    if (!Number.isInteger(epoch) || epoch < 0 || epoch >= length) {
      throw new WireRefusal('BEACON-EXHAUSTED', { expected: `an epoch in 0–${length - 1}`, got: `${epoch}` });
    }
    const steps = length - 1 - epoch;
    let from = kept[Math.floor(steps / stride)]!;
    for (let step = 0; step < steps % stride; step += 1) from = hash(from);
    return from;
  };
  return { tip: toHex(value), length, preimage };
}

/** Whether `preimage` is what the poster with this tip must reveal for `epoch`. */
export function isPreimage(tip: string, epoch: number, preimage: Uint8Array, hash: Hash = sha256): boolean {
  let value = preimage;
  for (let step = 0; step <= epoch; step += 1) value = hash(value);
  return toHex(value) === tip;
}

/**
 * beacon(e) = SHA-256(CBOR[tag, chain, e, preimage_e, prevrandao]), 64 hex characters; `prevrandao` is that of the first
 * block after the epoch's cut-off. Before the first settled epoch there is neither, and the beacon is of zeros.
 */
export function beaconOf(
  draw: { readonly chain: string; readonly epoch: number; readonly preimage: Uint8Array; readonly prevrandao: string },
  hash: Hash = sha256,
): string {
  const prevrandao = fromHex(draw.prevrandao, 32, 'prevrandao');
  return toHex(hash(encodeCbor([BEACON_TAG, draw.chain, draw.epoch, draw.preimage, prevrandao])));
}
