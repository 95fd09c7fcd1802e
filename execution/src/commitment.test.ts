import assert from 'node:assert/strict';
import { hash as nodeHash } from 'node:crypto';
import { test } from 'node:test';
import { merkleRoot, sha256, toHex } from '@stannary/wire';
import fc from 'fast-check';
import { PageTree, STATE_PAGE_BYTES, stateLeaf, type TaskState } from './commitment.ts';
import { WASM_PAGE_BYTES } from './engine.ts';

const native = (bytes: Uint8Array): Uint8Array => nodeHash('sha256', bytes, 'buffer');

/** The same tree by another way: all pages, padded with zero pages to a power of two. */
function fullRoot(memory: Uint8Array): Uint8Array {
  const pages = memory.length / STATE_PAGE_BYTES;
  const width = 2 ** Math.ceil(Math.log2(pages));
  const leaves = Array.from({ length: width }, (_, page) =>
    page < pages
      ? memory.subarray(page * STATE_PAGE_BYTES, (page + 1) * STATE_PAGE_BYTES)
      : new Uint8Array(STATE_PAGE_BYTES),
  );
  return merkleRoot(leaves, native);
}

const writes = fc.array(
  fc.record({
    growPages: fc.constantFrom(0, 0, 0, 1, 3),
    at: fc.array(
      fc.record({ position: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), byte: fc.nat(2) }),
      {
        maxLength: 4,
      },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

test('a page tree kept up to date equals one computed afresh, through writes and growth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), writes, (firstPages, rounds) => {
      const tree = new PageTree(native);
      let memory = new Uint8Array(firstPages * WASM_PAGE_BYTES);
      for (const { growPages, at } of rounds) {
        const grown = new Uint8Array(memory.length + growPages * WASM_PAGE_BYTES);
        grown.set(memory);
        memory = grown;
        for (const { position, byte } of at) memory[Math.floor(position * memory.length)] = byte;
        assert.deepEqual(tree.update(memory), fullRoot(memory));
      }
    }),
    { numRuns: 60 },
  );
});

test('the portable hash and a native one commit to the same state', () => {
  const memory = new Uint8Array(WASM_PAGE_BYTES).map((_, index) => index % 251);
  assert.deepEqual(new PageTree(sha256).update(memory), new Uint8Array(new PageTree(native).update(memory)));
});

test('only pages that changed are hashed again', () => {
  const tree = new PageTree(native);
  const memory = new Uint8Array(16 * WASM_PAGE_BYTES);
  tree.update(memory);
  assert.equal(tree.pagesHashed, 1);
  memory[5 * STATE_PAGE_BYTES] = 1;
  memory[200 * STATE_PAGE_BYTES + 7] = 1;
  tree.update(memory);
  assert.equal(tree.pagesHashed, 2);
  tree.update(memory);
  assert.equal(tree.pagesHashed, 0);
});

const STATE: TaskState = {
  index: 3,
  fuel: 2 ** 40 + 5,
  memoryBytes: 2 * WASM_PAGE_BYTES,
  memoryRoot: new Uint8Array(32).fill(7),
  globals: new Uint8Array([1, 0, 0, 0]),
};

test('a state leaf is the hash of its documented bytes', () => {
  const head = [0x77, 0x6d, 0x31, 3, 0, 0, 0, 5, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0];
  const globals = native(STATE.globals);
  assert.deepEqual(stateLeaf(STATE, sha256), sha256(new Uint8Array([...head, ...STATE.memoryRoot, ...globals])));
});

test('a state leaf commits to every part of the state', () => {
  const others: Partial<TaskState>[] = [
    { index: 4 },
    { fuel: STATE.fuel + 1 },
    { memoryBytes: 3 * WASM_PAGE_BYTES },
    { memoryRoot: new Uint8Array(32).fill(8) },
    { globals: new Uint8Array([2, 0, 0, 0]) },
  ];
  const leaves = [STATE, ...others.map((other) => ({ ...STATE, ...other }))].map((state) =>
    toHex(stateLeaf(state, sha256)),
  );
  assert.equal(new Set(leaves).size, leaves.length);
});
