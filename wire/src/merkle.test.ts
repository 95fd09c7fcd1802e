import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertRefused } from '../test/values.ts';
import { concatBytes, merkleProof, merkleRoot, sha256, toHex, verifyMerkle } from './index.ts';

const native = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const leavesOf = (leafCount: number) =>
  Array.from({ length: leafCount }, (_, index) => Uint8Array.of(index >> 8, index));

/** RFC 9162 §2.1.1 word by word: the recursive definition. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return sha256(concatBytes(Uint8Array.of(0), leaves[0]!));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(concatBytes(Uint8Array.of(1), definition(leaves.slice(0, split)), definition(leaves.slice(split))));
}

test('roots of the leaves that Certificate Transparency implementations test with', () => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  roots.forEach((root, leafCount) => {
    const bytes = leaves.slice(0, leafCount).map((leaf) => new Uint8Array(Buffer.from(leaf, 'hex')));
    assert.equal(toHex(merkleRoot(bytes)), root);
  });
});

test('folding level by level gives the recursive definition, with either hash', () => {
  for (let leafCount = 0; leafCount <= 70; leafCount++) {
    const leaves = leavesOf(leafCount);
    const expected = toHex(definition(leaves));
    assert.equal(toHex(merkleRoot(leaves)), expected);
    assert.equal(toHex(merkleRoot(leaves, native)), expected);
  }
});

test('every proof of every size verifies', () => {
  for (let leafCount = 1; leafCount <= 34; leafCount++) {
    const leaves = leavesOf(leafCount);
    const root = merkleRoot(leaves);
    leaves.forEach((leaf, index) => {
      assert.ok(verifyMerkle({ root, leaf, index, leafCount, proof: merkleProof(leaves, index) }));
    });
  }
});

test('no claim with another leaf, index, root or proof verifies', () => {
  const sizes = fc.integer({ min: 1, max: 40 }).chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size - 1 })));
  fc.assert(
    fc.property(sizes, fc.nat({ max: 39 }), fc.nat(), ([leafCount, index], other, bit) => {
      const leaves = leavesOf(leafCount);
      const proof = merkleProof(leaves, index);
      const claim = { root: merkleRoot(leaves), leaf: leaves[index]!, index, leafCount, proof };
      if (other !== index) assert.ok(!verifyMerkle({ ...claim, index: other }));
      assert.ok(!verifyMerkle({ ...claim, leaf: flip(claim.leaf, bit) }));
      assert.ok(!verifyMerkle({ ...claim, root: flip(claim.root, bit) }));
      assert.ok(!verifyMerkle({ ...claim, proof: [...proof, claim.root] }));
      if (proof.length === 0) return;
      const at = bit % proof.length;
      assert.ok(!verifyMerkle({ ...claim, proof: proof.with(at, flip(proof[at]!, bit)) }));
      assert.ok(!verifyMerkle({ ...claim, proof: proof.slice(1) }));
    }),
  );
});

test('a claim that is not well-formed is false, not an error', () => {
  const [leaf, root] = [Uint8Array.of(0, 0), merkleRoot(leavesOf(2))];
  const claim = { root, leaf, index: 0, leafCount: 2, proof: merkleProof(leavesOf(2), 0) };
  assert.ok(verifyMerkle(claim));
  for (const index of [-1, 0.5, 2, Number.NaN, 2 ** 53]) assert.ok(!verifyMerkle({ ...claim, index }));
  for (const leafCount of [0, -1, 1.5, Number.POSITIVE_INFINITY]) assert.ok(!verifyMerkle({ ...claim, leafCount }));
  assert.ok(!verifyMerkle({ ...claim, proof: [new Uint8Array(31)] }));
});

test('a leaf is not a node: the second half of a tree does not pass for a leaf', () => {
  const leaves = leavesOf(2);
  const nodeAsLeaf = concatBytes(...leaves.map((leaf) => sha256(concatBytes(Uint8Array.of(0), leaf))));
  assert.notEqual(toHex(merkleRoot([nodeAsLeaf])), toHex(merkleRoot(leaves)));
});

test('MERKLE-INDEX', () => {
  for (const index of [-1, 3, 0.5]) assertRefused('MERKLE-INDEX', () => merkleProof(leavesOf(3), index));
  assertRefused('MERKLE-INDEX', () => merkleProof([], 0));
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit % (bytes.length * 8);
  return bytes.with(at >> 3, bytes[at >> 3]! ^ (1 << (at & 7)));
}
