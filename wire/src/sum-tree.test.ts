import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { payoutVectors } from '../test/payout-vectors.ts';
import { assertRefused } from '../test/values.ts';
import { PAYOUT_TREE_FILE } from '../test/write-vectors.ts';
import {
  genericSumTree,
  keccak256,
  type PayoutLeaf,
  payoutLeaf,
  type SumLeaf,
  type SumProof,
  sumTree,
  toHex,
  verifySum,
} from './index.ts';

const UINT128_MAX = (1n << 128n) - 1n;
const account = (value: number) => `0x${value.toString(16).padStart(40, '0')}`;
const leaf = (value: number, credits = 1n, tokens = 1n): PayoutLeaf => ({ account: account(value), credits, tokens });

const payoutLeaves: fc.Arbitrary<PayoutLeaf[]> = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 2 ** 31 - 1 }), fc.bigInt(0n, 1n << 100n), fc.bigInt(0n, 1n << 100n)), {
    minLength: 1,
    maxLength: 40,
    selector: ([key]) => key,
  })
  .map((rows) =>
    rows.sort(([left], [right]) => left - right).map(([key, credits, tokens]) => leaf(key, credits, tokens)),
  );

const leavesAndIndex = payoutLeaves.chain((leaves) =>
  fc.tuple(fc.constant(leaves), fc.nat({ max: leaves.length - 1 }), fc.bigInt(1n, 1n << 20n)),
);

test('every proof verifies and the totals are the sums', () => {
  fc.assert(
    fc.property(payoutLeaves, (leaves) => {
      const tree = sumTree(leaves);
      leaves.forEach((entry, index) => {
        assert.ok(verifySum(tree.root, payoutLeaf(entry), tree.proof(index)));
      });
      assert.equal(
        tree.totals.credits,
        leaves.reduce((sum, { credits }) => sum + credits, 0n),
      );
      assert.equal(
        tree.totals.tokens,
        leaves.reduce((sum, { tokens }) => sum + tokens, 0n),
      );
    }),
    { numRuns: 60 },
  );
});

test('no leaf with other sums or another account verifies', () => {
  fc.assert(
    fc.property(leavesAndIndex, ([leaves, index, more]) => {
      const tree = sumTree(leaves);
      const [entry, proof] = [payoutLeaf(leaves[index]!), tree.proof(index)];
      assert.ok(!verifySum(tree.root, { ...entry, credits: entry.credits + more }, proof));
      assert.ok(!verifySum(tree.root, { ...entry, tokens: entry.tokens + more }, proof));
      assert.ok(!verifySum(tree.root, { ...entry, key: entry.key.with(0, 0xff) }, proof));
    }),
    { numRuns: 60 },
  );
});

test('no proof with another sibling, length, index or leaf count verifies', () => {
  fc.assert(
    fc.property(leavesAndIndex, ([leaves, index, more]) => {
      const tree = sumTree(leaves);
      const proof = tree.proof(index);
      const refused = (changed: Partial<SumProof>) =>
        assert.ok(!verifySum(tree.root, payoutLeaf(leaves[index]!), { ...proof, ...changed }));
      proof.siblings.forEach((sibling, level) => {
        const flipped = (sibling.hash[0] === '0' ? '1' : '0') + sibling.hash.slice(1);
        refused({ siblings: proof.siblings.with(level, { ...sibling, hash: flipped }) });
        refused({ siblings: proof.siblings.with(level, { ...sibling, credits: sibling.credits + more }) });
        refused({ siblings: proof.siblings.with(level, { ...sibling, tokens: sibling.tokens + more }) });
      });
      refused({ siblings: [...proof.siblings, { hash: '00'.repeat(32), credits: 0n, tokens: 0n }] });
      refused({ leafCount: proof.leafCount + 1 });
      if (leaves.length > 1) refused({ index: (index + 1) % leaves.length });
    }),
    { numRuns: 40 },
  );
});

test('the encoding is the one that the contracts have', () => {
  const uint128 = (amount: bigint) => amount.toString(16).padStart(32, '0');
  const hash = (hex: string) => toHex(keccak256(new Uint8Array(Buffer.from(hex, 'hex'))));
  const [first, second, third] = [leaf(1, 5n, 7n), leaf(2, 11n, 13n), leaf(3, UINT128_MAX - 16n, 0n)];
  const leafHex = ({ account: address, credits, tokens }: PayoutLeaf) =>
    hash(`00${address.slice(2)}${uint128(credits)}${uint128(tokens)}`) + uint128(credits) + uint128(tokens);
  const left = hash(`01${leafHex(first)}${leafHex(second)}`) + uint128(16n) + uint128(20n);
  const right =
    hash(`01${leafHex(third)}${hash('02')}${uint128(0n)}${uint128(0n)}`) + uint128(UINT128_MAX - 16n) + uint128(0n);
  const top = hash(`01${left}${right}`) + uint128(UINT128_MAX) + uint128(20n);
  assert.equal(sumTree([first, second, third]).root, hash(`03${top}00000003`));
  assert.equal(sumTree([first]).root, hash(`03${leafHex(first)}00000001`));
  assert.equal(sumTree([first]).proof(0).siblings.length, 0);
});

test('a generic leaf is its key and data before the sums', () => {
  const [key, data] = [Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5)];
  const whole = genericSumTree([{ key: Uint8Array.of(1, 2, 3, 4, 5), credits: 1n, tokens: 2n }]);
  const split = genericSumTree([{ key, data, credits: 1n, tokens: 2n }]);
  assert.equal(split.root, whole.root);
  assert.ok(verifySum(split.root, { key, data, credits: 1n, tokens: 2n }, split.proof(0)));
});

test('padding is not a leaf: no proof stands at or past the leaf count', () => {
  const tree = sumTree([leaf(1), leaf(2), leaf(3)]);
  const { siblings } = tree.proof(2);
  for (const index of [3, 4, -1, 0.5]) {
    assert.ok(!verifySum(tree.root, payoutLeaf(leaf(3)), { index, leafCount: 3, siblings }));
  }
});

test('a claim that is not well-formed is false, not an error', () => {
  const tree = sumTree([leaf(1), leaf(2)]);
  const proof = tree.proof(0);
  const [sibling] = proof.siblings;
  for (const changed of [
    { hash: 'zz' },
    { hash: sibling!.hash.toUpperCase() },
    { credits: -1n },
    { tokens: UINT128_MAX + 1n },
  ]) {
    assert.ok(!verifySum(tree.root, payoutLeaf(leaf(1)), { ...proof, siblings: [{ ...sibling!, ...changed }] }));
  }
  assert.ok(!verifySum(tree.root, payoutLeaf(leaf(1, -1n)), proof));
  assert.ok(
    !verifySum(tree.root, payoutLeaf(leaf(1)), { ...proof, siblings: [{ ...sibling!, credits: UINT128_MAX }] }),
  );
  for (const leafCount of [0, 2 ** 32, 1.5])
    assert.ok(!verifySum(tree.root, payoutLeaf(leaf(1)), { ...proof, leafCount }));
});

test('the committed payout trees are the ones that the code makes', () => {
  assert.deepEqual(JSON.parse(readFileSync(PAYOUT_TREE_FILE, 'utf8')), payoutVectors());
});

test('SUM-EMPTY', () => {
  assertRefused('SUM-EMPTY', () => sumTree([]));
});

test('SUM-ORDER', () => {
  assert.equal(assertRefused('SUM-ORDER', () => sumTree([leaf(2), leaf(1)])).where, 'leaf 1');
  assertRefused('SUM-ORDER', () => sumTree([leaf(1), leaf(1)]));
});

test('SUM-RANGE', () => {
  assertRefused('SUM-RANGE', () => sumTree([leaf(1, -1n)]));
  assertRefused('SUM-RANGE', () => sumTree([leaf(1, 0n, UINT128_MAX + 1n)]));
  assertRefused('SUM-RANGE', () => sumTree([leaf(1, UINT128_MAX), leaf(2, 1n)]));
});

test('SUM-LEAF-LENGTH', () => {
  const generic = (key: Uint8Array, data?: Uint8Array): SumLeaf =>
    data === undefined ? { key, credits: 1n, tokens: 0n } : { key, data, credits: 1n, tokens: 0n };
  const [short, long] = [Uint8Array.of(1), Uint8Array.of(2, 0)];
  assertRefused('SUM-LEAF-LENGTH', () => genericSumTree([generic(short), generic(long)]));
  assertRefused('SUM-LEAF-LENGTH', () => genericSumTree([generic(short), generic(Uint8Array.of(2), long)]));
});

test('SUM-INDEX', () => {
  const tree = sumTree([leaf(1), leaf(2), leaf(3)]);
  for (const index of [-1, 3, 0.5]) assertRefused('SUM-INDEX', () => tree.proof(index));
});

test('HEX-FORM: an account that is not a lower-case address', () => {
  for (const bad of ['01'.repeat(20), `0x${'AB'.repeat(20)}`, '0x01', `0x${'0g'.repeat(20)}`]) {
    assertRefused('HEX-FORM', () => sumTree([{ account: bad, credits: 1n, tokens: 1n }]));
  }
});
