import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Epoch, epochIndex, grains, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import {
  collectableGrains,
  lockedBondGrains,
  releaseVested,
  unvestedGrains,
  type VestingEntry,
  type VestingNode,
  type VestingRule,
  vestedGrains,
} from './vesting.ts';

const DAY = 24;
const MONTH = 30 * DAY;
const era = { epochsPerEra: DAY };
const young: VestingNode = { joinedEpoch: epochIndex(0), isGracefulExit: false };
const wholeEras: VestingRule = { kind: 'whole-eras', holdbackEras: 7 };
const linear: VestingRule = { kind: 'linear', sharePpm: ppm(750_000), durationEpochs: 180 * DAY };
const graduated: VestingRule = {
  kind: 'graduated',
  withhold: [
    { ageEpochsMin: 0, sharePpm: ppm(750_000) },
    { ageEpochsMin: 3 * MONTH, sharePpm: ppm(500_000) },
    { ageEpochsMin: 6 * MONTH, sharePpm: ppm(250_000) },
    { ageEpochsMin: 9 * MONTH, sharePpm: ppm(0) },
  ],
  returns: [{ ageEpochsMin: 15 * MONTH, sharePpm: ppm(500_000) }],
};

function earned(epoch: number, amount: number): VestingEntry {
  return { earnedEpoch: epochIndex(epoch), earnedGrains: grains(amount), releasedGrains: grains(0) };
}

const vested = (rule: VestingRule, entry: VestingEntry, at: number, node = young) =>
  vestedGrains(rule, era, node, entry, epochIndex(at));

test('whole eras: what era 2 earned vests with the settlement of era 9, its last epoch', () => {
  for (const epoch of [2 * DAY, 3 * DAY - 1]) {
    assert.equal(vested(wholeEras, earned(epoch, 1_000), 10 * DAY - 2), 0);
    assert.equal(vested(wholeEras, earned(epoch, 1_000), 10 * DAY - 1), 1_000);
    assert.equal(vested(wholeEras, earned(epoch, 1_000), 10 * DAY), 1_000);
  }
});

test('linear: 25 % at once, and 75 % evenly over 180 days', () => {
  const at = (day: number) => vested(linear, earned(5, 1_000_000), 5 + day * DAY);
  assert.deepEqual([0, 1, 90, 179, 180, 400].map(at), [250_000, 254_166, 625_000, 995_833, 1_000_000, 1_000_000]);
  const reference: VestingRule = { kind: 'linear', sharePpm: ppm(250_000), durationEpochs: 90 * DAY };
  assert.equal(vested(reference, earned(0, 1_000), 45 * DAY), 875);
});

test('graduated: 4.5 months of revenue are withheld; half is back at month 15, the rest on graceful exit', () => {
  const revenue = 1_000_000;
  const months = Array.from({ length: 15 }, (_, month) => earned(month * MONTH, revenue));
  const held = (at: number, node = young) =>
    unvestedGrains(releaseVested(graduated, era, node, months, epochIndex(at)).entries);
  assert.equal(held(15 * MONTH - 1), 4.5 * revenue);
  assert.equal(held(15 * MONTH), 2.25 * revenue);
  assert.equal(held(100 * MONTH), 2.25 * revenue);
  assert.equal(held(15 * MONTH, { ...young, isGracefulExit: true }), 0);
});

const rules = fc.oneof(
  fc.record({ kind: fc.constant('whole-eras' as const), holdbackEras: fc.nat({ max: 10 }) }),
  fc.record({
    kind: fc.constant('linear' as const),
    sharePpm: fc.nat({ max: 1_000_000 }).map(ppm),
    durationEpochs: fc.nat({ max: 300 }),
  }),
  fc.constant({
    ...graduated,
    withhold: [
      { ageEpochsMin: 0, sharePpm: ppm(333_333) },
      { ageEpochsMin: 50, sharePpm: ppm(1) },
    ],
    returns: [
      { ageEpochsMin: 100, sharePpm: ppm(333_333) },
      { ageEpochsMin: 300, sharePpm: ppm(1_000_000) },
    ],
  } as VestingRule),
);

test('released step by step or at once: the same, never falling, and in the end all of it', () => {
  const earnings = fc.array(fc.tuple(fc.nat({ max: 90 }), fc.nat({ max: 1_000_000 })), { maxLength: 10 });
  const steps = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 });
  fc.assert(
    fc.property(rules, earnings, steps, (rule, list, waits) => {
      const all = list.map(([epoch, amount]) => earned(epoch, amount));
      const total = list.reduce((sum, [, amount]) => sum + amount, 0);
      let entries: readonly VestingEntry[] = all;
      let released = 0;
      let at = 90;
      for (const wait of [...waits, 1_000]) {
        at += wait;
        const result = releaseVested(rule, era, young, entries, at as Epoch);
        assert.ok(result.releasedGrains >= 0);
        released += result.releasedGrains;
        entries = result.entries;
        assert.equal(released + unvestedGrains(entries), total);
        assert.equal(released, releaseVested(rule, era, young, all, at as Epoch).releasedGrains);
      }
      assert.deepEqual([released, entries.length], [total, 0]);
    }),
  );
});

test('a rule that became stricter takes nothing back', () => {
  const entry = { ...earned(0, 1_000), releasedGrains: grains(900) };
  const { releasedGrains, entries } = releaseVested(linear, era, young, [entry], epochIndex(1));
  assert.deepEqual([releasedGrains, entries], [0, [entry]]);
});

describe('thaw lock', () => {
  const rule = { lockFactorPpm: 10_000_000, thawEpochs: 28 * DAY };
  const collections = [
    { epoch: epochIndex(0), feeGrains: grains(5) },
    { epoch: epochIndex(100), feeGrains: grains(7) },
  ];

  test('ten times the fee is locked for 28 days', () => {
    const at = [0, 99, 100, 28 * DAY - 1, 28 * DAY, 28 * DAY + 100];
    const locked = at.map((epoch) => lockedBondGrains(rule, collections, epochIndex(epoch)));
    assert.deepEqual(locked, [50, 50, 120, 120, 70, 0]);
  });

  test('a fee can be collected as long as its own lock fits', () => {
    assert.equal(collectableGrains(rule, grains(129), grains(120)), 0);
    assert.equal(collectableGrains(rule, grains(130), grains(120)), 1);
    assert.equal(collectableGrains(rule, grains(100), grains(120)), 0);
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.integer({ min: 1_000, max: 20_000_000 }), (bond, lockFactorPpm) => {
        const own = { ...rule, lockFactorPpm };
        const feeGrains = collectableGrains(own, grains(bond), grains(0));
        const lock = (fee: number) =>
          lockedBondGrains(own, [{ epoch: epochIndex(0), feeGrains: grains(fee) }], epochIndex(0));
        assert.ok(lock(feeGrains) <= bond && lock(feeGrains + 1) > bond);
      }),
    );
  });
});

test('refuses earnings of the future, or from before the node: KERNEL-EPOCH', () => {
  assert.throws(() => vested(linear, earned(10, 1), 9), refusal('KERNEL-EPOCH'));
  const late = { ...young, joinedEpoch: epochIndex(11) };
  assert.throws(() => vested(linear, earned(10, 1), 12, late), refusal('KERNEL-EPOCH'));
});
