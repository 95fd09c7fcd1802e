import { compareBytes } from './bytes.ts';
import { type Hash, sha256 } from './hash.ts';
import { WireRefusal } from './refusal.ts';

// Merkle trees of RFC 9162 §2.1 (the ones of RFC 6962): leaf = H(0x00 ‖ leaf), node = H(0x01 ‖ left ‖ right), a list
// splits at the largest power of two below its length, and the empty list's root is H(""). Pairing neighbours level
// by level and carrying an odd last one up gives the same tree without recursion.

/** The root over any number of leaves, 32 bytes. */
export function merkleRoot(leaves: readonly Uint8Array[], hash: Hash = sha256): Uint8Array {
  const level = new Uint8Array(leaves.length * 32 + 1);
  leaves.forEach((leaf, index) => {
    level.set(leafHash(leaf, hash), index * 32 + 1);
  });
  return foldLevels(level, leaves.length, hash);
}

/**
 * The sibling hashes from leaf `index` up to the root (RFC 9162 §2.1.3.1).
 * Errors: MERKLE-INDEX when there is no such leaf.
 */
export function merkleProof(leaves: readonly Uint8Array[], index: number, hash: Hash = sha256): Uint8Array[] {
  requireIndex(index, leaves.length);
  const proof: Uint8Array[] = [];
  let level = leaves.map((leaf) => leafHash(leaf, hash));
  for (let position = index; level.length > 1; position >>= 1) {
    const sibling = level[position ^ 1];
    if (sibling !== undefined) proof.push(sibling);
    level = pairUp(level, hash);
  }
  return proof;
}

/** What a proof claims: that `leaf` stands at `index` among `leafCount` leaves under `root`. */
export interface MerkleClaim {
  readonly root: Uint8Array;
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly leafCount: number;
  readonly proof: readonly Uint8Array[];
}

/** True when the proof holds (RFC 9162 §2.1.3.2); false for any claim that is not well-formed. */
export function verifyMerkle(claim: MerkleClaim, hash: Hash = sha256): boolean {
  const { index, leafCount, proof } = claim;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(leafCount) || index < 0 || index >= leafCount) return false;
  let running = leafHash(claim.leaf, hash);
  let used = 0;
  for (let position = index, last = leafCount - 1; last > 0; position = half(position), last = half(last)) {
    const isCarried = position === last && position % 2 === 0;
    if (isCarried) continue;
    const sibling = proof[used++];
    if (sibling?.length !== 32) return false;
    running = position % 2 === 0 ? nodeHash(running, sibling, hash) : nodeHash(sibling, running, hash);
  }
  return used === proof.length && compareBytes(running, claim.root) === 0;
}

/**
 * The root over leaf hashes that stand one after another in `level` from byte 1 on; `level` is used up. One buffer
 * serves the whole tree, and the byte before a pair (the last one of a pair already hashed) takes the node's tag, so
 * nothing is copied or allocated per node: the batch path folds a thousand records at a time.
 */
export function foldLevels(level: Uint8Array, leafCount: number, hash: Hash): Uint8Array {
  if (leafCount === 0) return hash(new Uint8Array(0));
  for (let count = leafCount; count > 1; count = (count + 1) >>> 1) {
    const pairs = count >>> 1;
    for (let pair = 0; pair < pairs; pair++) {
      level[pair * 64] = 1;
      level.set(hash(level.subarray(pair * 64, pair * 64 + 65)), pair * 32 + 1);
    }
    if (count % 2 === 1) level.copyWithin(pairs * 32 + 1, (count - 1) * 32 + 1, count * 32 + 1);
  }
  return level.slice(1, 33);
}

/** H(0x00 ‖ leaf). */
function leafHash(leaf: Uint8Array, hash: Hash): Uint8Array {
  const message = new Uint8Array(leaf.length + 1);
  message.set(leaf, 1);
  return hash(message);
}

function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash): Uint8Array {
  const message = new Uint8Array(65);
  message[0] = 1;
  message.set(left, 1);
  message.set(right, 33);
  return hash(message);
}

function pairUp(level: readonly Uint8Array[], hash: Hash): Uint8Array[] {
  const next: Uint8Array[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const right = level[index + 1];
    next.push(right === undefined ? level[index]! : nodeHash(level[index]!, right, hash));
  }
  return next;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function requireIndex(index: number, leafCount: number): void {
  if (Number.isInteger(index) && index >= 0 && index < leafCount) return;
  throw new WireRefusal('MERKLE-INDEX', { expected: `an index below ${leafCount}`, got: `${index}` });
}
