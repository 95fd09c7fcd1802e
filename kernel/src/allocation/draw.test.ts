import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testBeacon } from '../economy.fixture.ts';
import { refusal } from '../refusal.fixture.ts';
import { beaconWords, Draws, drawPpm, drawWord } from './draw.ts';

/** Pearson's statistic of counts that should be equal. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** 99.99 % quantile of chi-squared with 99 degrees of freedom. The draws are fixed: the test never flickers. */
const CHI_SQUARED_99_MAX = 161.3;

test('draws are the same everywhere and for ever', () => {
  const draws = ['audit', 'seat', ''].map((label) => drawPpm(testBeacon, label, 0));
  assert.deepEqual(draws, GOLDEN_DRAWS);
});

const GOLDEN_DRAWS = [364_801, 797_256, 541_870];

test('draws are uniform over indexes, labels and beacons', () => {
  const vary = {
    index: (number: number) => drawPpm(testBeacon, 'audit', number),
    label: (number: number) => drawPpm(testBeacon, `task-${number}`, 0),
    beacon: (number: number) => drawPpm(number.toString(16).padStart(64, '0'), 'audit', 0),
  };
  for (const [name, draw] of Object.entries(vary)) {
    const counts = new Array<number>(100).fill(0);
    for (let number = 0; number < 100_000; number += 1) counts[Math.floor(draw(number) / 10_000)]! += 1;
    const statistic = chiSquared(counts);
    assert.ok(statistic < CHI_SQUARED_99_MAX, `${name}: ${statistic}`);
  }
});

test('neighbouring draws are independent', () => {
  const counts = new Array<number>(100).fill(0);
  for (let index = 0; index < 100_000; index += 1) {
    const x = Math.floor(drawPpm(testBeacon, 'audit', index) / 100_000);
    const y = Math.floor(drawPpm(testBeacon, 'audit', index + 1) / 100_000);
    counts[x * 10 + y]! += 1;
  }
  assert.ok(chiSquared(counts) < CHI_SQUARED_99_MAX);
});

test('every bit of the beacon moves about half the bits of the draw', () => {
  const base = drawWord(beaconWords(testBeacon), 'audit', 1);
  let flipped = 0;
  for (let digit = 0; digit < 64; digit += 1) {
    for (const bit of [1, 2, 4, 8]) {
      const changed = (Number.parseInt(testBeacon[digit]!, 16) ^ bit).toString(16);
      const beacon = testBeacon.slice(0, digit) + changed + testBeacon.slice(digit + 1);
      let difference = (drawWord(beaconWords(beacon), 'audit', 1) ^ base) >>> 0;
      for (; difference > 0; difference = (difference & (difference - 1)) >>> 0) flipped += 1;
    }
  }
  const mean = flipped / 256;
  assert.ok(mean > 15 && mean < 17, `${mean} of 32 bits`);
});

test('draws below a bound are its share of 52 bits, without rounding', () => {
  const draws = new Draws(beaconWords(testBeacon), 'seat');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 52 }), fc.nat(), (bound, index) => {
      // Bounds that are powers of two show the draw's bits.
      const bits = BigInt(draws.below(index, 2 ** 52));
      assert.equal(draws.below(index, bound), Number((bits * BigInt(bound)) >> 52n));
    }),
  );
  const seen = new Set(Array.from({ length: 200 }, (_, index) => draws.below(index, 7)));
  assert.equal(seen.size, 7);
});

test('draws of a sequence are uniform over indexes and labels', () => {
  const words = beaconWords(testBeacon);
  const sequence = new Draws(words, 'seat');
  const vary = {
    index: (number: number) => sequence.below(number, 100),
    word: (number: number) => Math.floor((sequence.word(number) * 100) / 2 ** 32),
    label: (number: number) => new Draws(words, `task-${number}`).below(0, 100),
  };
  for (const [name, draw] of Object.entries(vary)) {
    const counts = new Array<number>(100).fill(0);
    for (let number = 0; number < 100_000; number += 1) counts[draw(number)]! += 1;
    const statistic = chiSquared(counts);
    assert.ok(statistic < CHI_SQUARED_99_MAX, `${name}: ${statistic}`);
  }
});

test('sequences of different labels differ, however short or long', () => {
  const words = beaconWords(testBeacon);
  const labels = ['', '\0', '\0\0', 'a', 'a\0', 'ab', 'aba', 'abab'];
  assert.equal(new Set(labels.map((label) => new Draws(words, label).word(0))).size, labels.length);
});

test('draws of a sequence are the same everywhere and for ever', () => {
  const draws = new Draws(beaconWords(testBeacon), 'seat');
  assert.deepEqual([draws.word(0), draws.word(1), draws.below(0, 1_000_000)], GOLDEN_SEQUENCE);
});

const GOLDEN_SEQUENCE = [835_004_775, 4_006_129_387, 194_414];

test('refuses what is no beacon: KERNEL-BEACON', () => {
  for (const beacon of ['', '0x'.padEnd(64, '0'), 'A'.repeat(64), '0'.repeat(63)]) {
    assert.throws(() => drawPpm(beacon, 'audit', 0), refusal('KERNEL-BEACON'));
  }
});
