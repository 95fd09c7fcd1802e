import assert from 'node:assert/strict';
import { hash as nodeHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { PageTree, stateLeaf } from './commitment.ts';
import { compileTask } from './compile.ts';
import { WASM_PAGE_BYTES } from './engine.ts';
import { countdownTask, i32, i64 } from './handmade.fixture.ts';
import type { Snapshot } from './instance.ts';
import { I32, I64 } from './module.ts';
import { runTask } from './run.ts';
import { bisect, type IntervalClaim, verifyInterval, verifyOpening } from './verify.ts';

const hash = (bytes: Uint8Array): Uint8Array => nodeHash('sha256', bytes, 'buffer');

// Each step multiplies an i64 global by an odd number and adds the steps left, and stores it where the steps left say.
const MIXING = countdownTask(
  [
    ...[0x23, 1, ...i64(0x9e37_79b9_7f4b), 0x7e, 0x23, 0, 0xad, 0x7c, 0x24, 1],
    ...[0x23, 0, ...i32(5), 0x74, 0x23, 1, 0x37, 3, ...[0x80, 0x10]],
  ],
  {
    globals: [
      [I32, 1, ...i32(0), 0x0b],
      [I64, 1, ...i64(88_172_645), 0x0b],
    ],
    memoryPagesMax: 2,
  },
);

const TERMS = { module: compileTask(MIXING), fuelMax: 10_000_000, checkpointFuel: 10_000, hash };
const INPUT = new Uint8Array(200).fill(9);

interface Chain {
  readonly leaves: Uint8Array[];
  readonly snapshots: Snapshot[];
}

/** A provider that runs honestly or, from checkpoint `from` on, commits to states it has changed. */
function prove(change: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot): Chain {
  const snapshots: Snapshot[] = [];
  runTask({ ...TERMS, input: INPUT, onCheckpoint: (_, takeSnapshot) => snapshots.push(change(takeSnapshot())) });
  return { snapshots, leaves: snapshots.map(leafOf) };
}

function leafOf(snapshot: Snapshot): Uint8Array {
  const memoryRoot = new PageTree(hash).update(snapshot.memory);
  return stateLeaf({ ...snapshot, memoryBytes: snapshot.memory.length, memoryRoot }, hash);
}

function claimOf({ leaves, snapshots }: Chain, index: number): IntervalClaim {
  return {
    ...TERMS,
    snapshot: snapshots[index]!,
    leafBefore: leaves[index]!,
    leafAfter: leaves[index + 1]!,
    isLast: index + 2 === leaves.length,
  };
}

function findings(chain: Chain): string[] {
  return chain.leaves.slice(1).map((_, index) => verifyInterval(claimOf(chain, index)).finding);
}

const HONEST = prove();

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

test('the honest run has enough intervals to be worth checking, and leaves that its snapshots open', () => {
  assert.ok(HONEST.leaves.length > 10);
  const run = runTask({ ...TERMS, input: INPUT });
  assert.deepEqual(HONEST.leaves, [...run.leaves]);
});

test('every interval of an honest run agrees, and the last gives the output', () => {
  assert.deepEqual(new Set(findings(HONEST)), new Set(['agrees']));
  const last = verifyInterval(claimOf(HONEST, HONEST.leaves.length - 2));
  assert.deepEqual(last.output, runTask({ ...TERMS, input: INPUT }).output);
});

// Steps store eight bytes at multiples of 32: a bit flipped there may be written over before the next checkpoint.
const isKept = (bit: number): boolean => (bit >> 3) % 32 >= 8;

test('one flipped bit in one state fails the two intervals that touch it, and no other', () => {
  const anyBit = fc.oneof(
    fc
      .nat(WASM_PAGE_BYTES * 8 - 1)
      .filter(isKept)
      .map((bit) => (snapshot: Snapshot) => ({ ...snapshot, memory: flipped(snapshot.memory, bit) })),
    fc.nat(12 * 8 - 1).map((bit) => (snapshot: Snapshot) => ({ ...snapshot, globals: flipped(snapshot.globals, bit) })),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: HONEST.leaves.length - 2 }), anyBit, (at, flip) => {
      const snapshots = HONEST.snapshots.with(at, flip(HONEST.snapshots[at]!));
      const cheat = { snapshots, leaves: snapshots.map(leafOf) };
      assert.equal(verifyInterval(claimOf(cheat, at - 1)).finding, 'state');
      assert.notEqual(verifyInterval(claimOf(cheat, at)).finding, 'agrees');
      assert.equal(
        bisect(HONEST.leaves, cheat.leaves.length, (index) => cheat.leaves[index]!),
        at,
      );
    }),
    { numRuns: 40 },
  );
});

test('a flipped bit that the next interval writes over still fails the interval that claimed it', () => {
  const at = 3;
  const [before, after] = [HONEST.snapshots[at]!.memory, HONEST.snapshots[at + 1]!.memory];
  const written = before.findIndex((byte, address) => byte !== after[address]);
  const memory = flipped(before, written * 8);
  const snapshots = HONEST.snapshots.with(at, { ...HONEST.snapshots[at]!, memory });
  const cheat = { snapshots, leaves: snapshots.map(leafOf) };
  const failing = findings(cheat).flatMap((finding, index) => (finding === 'agrees' ? [] : [index]));
  assert.deepEqual(failing, [at - 1]);
});

test('fuel inflated by 1 per interval fails every interval', () => {
  const cheat = prove((snapshot) => ({ ...snapshot, fuel: snapshot.fuel + snapshot.index }));
  assert.deepEqual(new Set(findings(cheat)), new Set(['state']));
  assert.equal(
    bisect(HONEST.leaves, cheat.leaves.length, (index) => cheat.leaves[index]!),
    1,
  );
});

test('a snapshot that does not open the leaf is no snapshot', () => {
  const claim = claimOf(HONEST, 3);
  const others: Partial<Snapshot>[] = [
    { index: 4 },
    { fuel: claim.snapshot.fuel + 1 },
    { memory: flipped(claim.snapshot.memory, 77) },
    { memory: claim.snapshot.memory.slice(1) },
    { memory: new Uint8Array(0) },
    { memory: new Uint8Array(3 * WASM_PAGE_BYTES) },
    { globals: claim.snapshot.globals.slice(4) },
    { fuel: TERMS.fuelMax + 1 },
    { fuel: -1 },
    { fuel: Number.NaN },
  ];
  for (const other of others) {
    assert.equal(verifyInterval({ ...claim, snapshot: { ...claim.snapshot, ...other } }).finding, 'snapshot');
  }
});

test('a run cut short, or drawn out, ends where it should not', () => {
  const last = HONEST.leaves.length - 2;
  assert.equal(verifyInterval({ ...claimOf(HONEST, 2), isLast: true }).finding, 'end');
  assert.equal(verifyInterval({ ...claimOf(HONEST, last), isLast: false }).finding, 'end');
});

test('an interval that cannot be run is refused with its reason', () => {
  const verdict = verifyInterval({ ...claimOf(HONEST, 2), fuelMax: HONEST.snapshots[2]!.fuel });
  assert.equal(verdict.finding, 'refused');
  assert.equal(verdict.refusal?.code, 'EXECUTION-OUT-OF-FUEL');
});

test('the opening binds the chain to its input', () => {
  const leaf = HONEST.leaves[0]!;
  assert.equal(verifyOpening({ ...TERMS, input: INPUT, leaf }).finding, 'agrees');
  assert.equal(verifyOpening({ ...TERMS, input: flipped(INPUT, 5), leaf }).finding, 'state');
  assert.equal(verifyOpening({ ...TERMS, input: INPUT, leaf, fuelMax: 1 }).finding, 'refused');
});

test('a snapshot of grown memory is taken up in a fresh instance', () => {
  const module = compileTask(countdownTask([...i32(1), 0x40, 0, 0x1a], { memoryPagesMax: 4 }));
  const terms = { module, fuelMax: 10_000_000, checkpointFuel: 1_000, hash };
  const snapshots: Snapshot[] = [];
  const { leaves } = runTask({ ...terms, input: new Uint8Array(6), onCheckpoint: (_, take) => snapshots.push(take()) });
  leaves.slice(1).forEach((leafAfter, index) => {
    const isLast = index + 2 === leaves.length;
    const claim = { ...terms, snapshot: snapshots[index]!, leafBefore: leaves[index]!, leafAfter, isLast };
    assert.equal(verifyInterval(claim).finding, 'agrees');
  });
});

test('bisection asks for a logarithm of the leaves and finds the first of those that differ from there on', () => {
  const leaf = (value: number) => new Uint8Array(32).fill(value);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), fc.nat(), (count, seed) => {
      const first = seed % count;
      const ours = Array.from({ length: count }, () => leaf(1));
      let asked = 0;
      const found = bisect(ours, count, (index) => {
        asked++;
        return leaf(index < first ? 1 : 2);
      });
      assert.equal(found, first);
      assert.ok(asked <= Math.ceil(Math.log2(count)) + 2, `${asked} of ${count}`);
    }),
  );
});

test('bisection of equal runs, of runs of different length, of a difference that heals', () => {
  const leaves = [1, 2, 3, 4].map((value) => new Uint8Array(32).fill(value));
  const at = (list: Uint8Array[]) => (index: number) => list[index]!;
  assert.equal(bisect(leaves, 4, at(leaves)), null);
  assert.equal(bisect(leaves, 3, at(leaves)), 3);
  assert.equal(bisect(leaves, 5, at([...leaves, leaves[0]!])), 4);
  assert.equal(bisect(leaves, 0, at([])), 0);
  assert.equal(bisect(leaves, 4, at(leaves.with(1, leaves[0]!))), 1);
});
