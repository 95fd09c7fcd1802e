import { addressBytes, compareBytes, concatBytes, fromHex, toHex } from './bytes.ts';
import { type Hash, keccak256 } from './hash.ts';
import { WireRefusal } from './refusal.ts';
import { RECORD_BYTES, SumLevels, writeAmount } from './sum-levels.ts';

// Merkle sum trees over keccak256, bit for bit as the Solidity library has them; amounts are uint128 big-endian.
//   leaf  = H(0x00 ‖ key ‖ data ‖ credits ‖ tokens)
//   node  = H(0x01 ‖ leftHash ‖ leftCredits ‖ leftTokens ‖ rightHash ‖ rightCredits ‖ rightTokens)
//   empty = H(0x02), sums 0: pads the leaves on the right to a power of two
//   root  = H(0x03 ‖ topHash ‖ totalCredits ‖ totalTokens ‖ leafCount as uint32)
// A node commits to both children's sums, so no proof can show a sum that the root does not hold.

/** A leaf of any sum tree. All keys of a tree have one length, and all data has one. */
export interface SumLeaf {
  /** What the tree is sorted by, strictly ascending, bytewise. */
  readonly key: Uint8Array;
  readonly data?: Uint8Array;
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** A leaf of the payout tree: vested, cumulative grains of one account (0x, lower case). */
export interface PayoutLeaf {
  readonly account: string;
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** A subtree as its parent hashes it. */
export interface SumNode {
  /** 64 hex characters. */
  readonly hash: string;
  readonly credits: bigint;
  readonly tokens: bigint;
}

/** The way from one leaf up: siblings from the leaf's own level to below the top. */
export interface SumProof {
  readonly index: number;
  readonly leafCount: number;
  readonly siblings: readonly SumNode[];
}

export interface SumTree {
  /** What goes on chain, 64 hex characters. */
  readonly root: string;
  readonly totals: { readonly credits: bigint; readonly tokens: bigint };
  readonly leafCount: number;
  /** Errors: SUM-INDEX. */
  readonly proof: (index: number) => SumProof;
}

/**
 * The payout tree; key = the account's 20 bytes, no data.
 * Errors: HEX-FORM (an account), and those of genericSumTree.
 */
export function sumTree(leaves: readonly PayoutLeaf[], hash: Hash = keccak256): SumTree {
  return genericSumTree(leaves.map(payoutLeaf), hash);
}

/** The payout leaf as the tree has it. Errors: HEX-FORM. */
export function payoutLeaf(leaf: PayoutLeaf): SumLeaf {
  return { key: addressBytes(leaf.account, 'account'), credits: leaf.credits, tokens: leaf.tokens };
}

/**
 * A sum tree over any leaves (accrual and void trees: key = the sorted fields, data = the rest).
 * Errors: SUM-EMPTY, SUM-LEAF-LENGTH, SUM-ORDER, SUM-RANGE (an amount or a total outside uint128).
 */
export function genericSumTree(leaves: readonly SumLeaf[], hash: Hash = keccak256): SumTree {
  const totals = checkedTotals(leaves);
  const empty = subtreeBytes({ hash: hash(TAG.empty), credits: 0n, tokens: 0n });
  const levels = new SumLevels(leafRecords(leaves, hash), empty, TAG.node[0]!, hash);
  const top = subtreeOf(levels.record(levels.depth, 0));
  return {
    root: rootHash(top, leaves.length, hash),
    totals,
    leafCount: leaves.length,
    proof: (index) => proofOf(levels, index, leaves.length),
  };
}

/** True when `leaf` stands at the proof's index under `root`, with sums that add up; false for any other claim. */
export function verifySum(root: string, leaf: SumLeaf, proof: SumProof, hash: Hash = keccak256): boolean {
  const { index, leafCount, siblings } = proof;
  if (!isCount(leafCount) || !Number.isInteger(index) || index < 0 || index >= leafCount) return false;
  if (siblings.length !== depthOf(leafCount) || ![leaf, ...siblings].every(inRange)) return false;
  let running = leafNode(leaf, hash);
  let position = index;
  for (const { hash: siblingHash, credits, tokens } of siblings) {
    if (!HASH_HEX.test(siblingHash)) return false;
    const sibling = { hash: fromHex(siblingHash), credits, tokens };
    running = position % 2 === 0 ? parent(running, sibling, hash) : parent(sibling, running, hash);
    if (!inRange(running)) return false;
    position = Math.floor(position / 2);
  }
  return rootHash(running, leafCount, hash) === root;
}

interface Amounts {
  readonly credits: bigint;
  readonly tokens: bigint;
}

interface Subtree extends Amounts {
  readonly hash: Uint8Array;
}

const UINT128_MAX = (1n << 128n) - 1n;
/** What uint32 holds, and as many items as a JavaScript array can have. */
const LEAF_COUNT_MAX = 0xffffffff;
const HASH_HEX = /^[0-9a-f]{64}$/;

function leafNode(leaf: SumLeaf, hash: Hash): Subtree {
  const { key, data = NOTHING, credits, tokens } = leaf;
  return { hash: hash(concatBytes(TAG.leaf, key, data, uint128(credits), uint128(tokens))), credits, tokens };
}

function parent(left: Subtree, right: Subtree, hash: Hash): Subtree {
  return {
    hash: hash(concatBytes(TAG.node, subtreeBytes(left), subtreeBytes(right))),
    credits: left.credits + right.credits,
    tokens: left.tokens + right.tokens,
  };
}

function rootHash(top: Subtree, leafCount: number, hash: Hash): string {
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, leafCount);
  return toHex(hash(concatBytes(TAG.root, subtreeBytes(top), count)));
}

const TAG = { leaf: Uint8Array.of(0), node: Uint8Array.of(1), empty: Uint8Array.of(2), root: Uint8Array.of(3) };
const NOTHING = new Uint8Array(0);

function subtreeBytes(subtree: Subtree): Uint8Array {
  return concatBytes(subtree.hash, uint128(subtree.credits), uint128(subtree.tokens));
}

function subtreeOf(record: Uint8Array): Subtree {
  const view = new DataView(record.buffer, record.byteOffset);
  const amount = (at: number) => (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
  return { hash: record.slice(0, 32), credits: amount(32), tokens: amount(48) };
}

function uint128(amount: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  writeAmount(new DataView(bytes.buffer), 0, amount);
  return bytes;
}

/** One preimage for all leaves, since their keys and data have one length. */
function leafRecords(leaves: readonly SumLeaf[], hash: Hash): Uint8Array {
  const { key: first, data: firstData = NOTHING } = leaves[0]!;
  const records = new Uint8Array(leaves.length * RECORD_BYTES);
  const view = new DataView(records.buffer);
  const preimage = new Uint8Array(1 + first.length + firstData.length + 32);
  preimage.set(TAG.leaf);
  for (const [index, { key, data = NOTHING, credits, tokens }] of leaves.entries()) {
    const at = index * RECORD_BYTES;
    writeAmount(view, at + 32, credits);
    writeAmount(view, at + 48, tokens);
    preimage.set(key, 1);
    preimage.set(data, 1 + key.length);
    preimage.set(records.subarray(at + 32, at + RECORD_BYTES), preimage.length - 32);
    records.set(hash(preimage), at);
  }
  return records;
}

function proofOf(levels: SumLevels, index: number, leafCount: number): SumProof {
  if (!Number.isInteger(index) || index < 0 || index >= leafCount) {
    throw new WireRefusal('SUM-INDEX', { expected: `an index below ${leafCount}`, got: `${index}` });
  }
  const siblings = Array.from({ length: levels.depth }, (_, height) => {
    const { hash, credits, tokens } = subtreeOf(levels.record(height, (index >>> height) ^ 1));
    return { hash: toHex(hash), credits, tokens };
  });
  return { index, leafCount, siblings };
}

/** Levels between the leaves and the top: ceil(log2(leafCount)). */
function depthOf(leafCount: number): number {
  return 32 - Math.clz32(leafCount - 1);
}

function checkedTotals(leaves: readonly SumLeaf[]): Amounts {
  if (leaves.length === 0) throw new WireRefusal('SUM-EMPTY', { expected: 'at least one leaf' });
  const totals = { credits: 0n, tokens: 0n };
  for (const [index, leaf] of leaves.entries()) {
    totals.credits += leaf.credits;
    totals.tokens += leaf.tokens;
    if (!inRange(leaf) || !inRange(totals)) {
      throw new WireRefusal('SUM-RANGE', { expected: 'sums in uint128', where: `leaf ${index}` });
    }
    if (index > 0) checkNeighbours(leaves[index - 1]!, leaf, index);
  }
  return totals;
}

function checkNeighbours(before: SumLeaf, leaf: SumLeaf, index: number): void {
  if (before.key.length !== leaf.key.length || (before.data ?? NOTHING).length !== (leaf.data ?? NOTHING).length) {
    throw new WireRefusal('SUM-LEAF-LENGTH', {
      expected: 'one length of keys and one of data',
      where: `leaf ${index}`,
    });
  }
  if (compareBytes(before.key, leaf.key) < 0) return;
  throw new WireRefusal('SUM-ORDER', {
    expected: 'keys strictly ascending',
    got: toHex(leaf.key),
    where: `leaf ${index}`,
  });
}

function inRange({ credits, tokens }: Amounts): boolean {
  return credits >= 0n && credits <= UINT128_MAX && tokens >= 0n && tokens <= UINT128_MAX;
}

function isCount(leafCount: number): boolean {
  return Number.isInteger(leafCount) && leafCount >= 1 && leafCount <= LEAF_COUNT_MAX;
}
