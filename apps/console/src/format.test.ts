import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ago,
  amountDown,
  change,
  compactCount,
  count,
  creditsPerNcuS,
  decimalsFor,
  duration,
  epochs,
  exactGrains,
  largestOf,
  NO_BREAK_SPACE,
  percentDown,
  ratioDown,
  scaleFor,
  sentence,
  shortHash,
  shortId,
  significant,
  stepped,
  THIN_SPACE,
  wholeDuration,
  words,
} from './format.ts';

/** Expected texts are written with plain spaces. */
function plain(text: string): string {
  return text.replaceAll(THIN_SPACE, ' ').replaceAll(NO_BREAK_SPACE, ' ');
}

test('amountDown groups digits and cuts toward zero', () => {
  assert.equal(plain(amountDown('1234567890', 1_000_000, 2)), '1 234.56');
  assert.equal(plain(amountDown(1_999_999, 1_000_000, 2)), '1.99');
  assert.equal(plain(amountDown(-1_999_999, 1_000_000, 2)), '−1.99');
  assert.equal(plain(amountDown(3_214, 1_000_000, 6)), '0.003 214');
  assert.equal(plain(amountDown('12345678901234567890', 1_000_000, 0)), '12 345 678 901 234');
  assert.equal(plain(amountDown(12_345, 1, 0)), '12 345');
});

test('amountDown never shows an amount as nothing, nor nothing as an amount', () => {
  assert.equal(amountDown(9_999, 1_000_000, 2), '<0.01');
  assert.equal(amountDown(-9_999, 1_000_000, 2), '−<0.01');
  assert.equal(amountDown(999_999, 1_000_000, 0), '<1');
  assert.equal(amountDown(0, 1_000_000, 4), '0');
  assert.equal(amountDown('-0', 1_000_000, 4), '0');
});

test('amountDown at full resolution reads back to the same grains', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (grains) => {
      const text = amountDown(grains, 1_000_000, 6).replaceAll(THIN_SPACE, '').replace('−', '-');
      const [whole = '', fraction = ''] = text.replace('-', '').split('.');
      const magnitude = BigInt(whole + fraction.padEnd(6, '0'));
      assert.equal(text.startsWith('-') ? -magnitude : magnitude, grains);
    }),
  );
});

test('amountDown never shows more than there is', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 6 }), (grains, decimals) => {
      const text = amountDown(grains, 1_000_000, decimals);
      if (text.startsWith('<')) return;
      assert.ok(Number(text.replaceAll(THIN_SPACE, '')) <= grains / 1_000_000);
    }),
  );
});

test('amountDown refuses what is not a whole number of grains', () => {
  assert.throws(() => amountDown('12.5', 1_000_000, 2), /expected a whole number, got "12.5"/);
  assert.throws(() => amountDown(12.5, 1_000_000, 2), /expected a whole number, got 12.5/);
  assert.throws(() => amountDown(1, 0, 2), /grainsPerUnit: expected more than 0, got 0/);
});

test('exactGrains writes every digit', () => {
  assert.equal(plain(exactGrains('12345678901234567890')), '12 345 678 901 234 567 890 grains');
  assert.equal(exactGrains(1), '1 grain');
});

test('decimalsFor gives small amounts more places, and never finer than a grain', () => {
  const decimals = (units: number) => decimalsFor(Math.round(units * 1e6), 1_000_000);
  assert.deepEqual([0, 0.5, 3, 250, 25_000].map(decimals), [6, 6, 4, 2, 0]);
  assert.equal(decimalsFor(5, 100), 2);
  assert.equal(decimalsFor(5, 1), 0);
});

test('largestOf compares magnitudes of any size', () => {
  assert.equal(largestOf([]), 0n);
  assert.equal(largestOf([3, '-12345678901234567890', 7n]), 12345678901234567890n);
});

test('significant keeps the wanted digits and groups both sides of the point', () => {
  assert.equal(significant(3.21487, 4), '3.215');
  assert.equal(plain(significant(12_345.678, 4)), '12 346');
  assert.equal(plain(significant(0.000123456, 4)), '0.000 123 5');
  assert.equal(significant(-2.5, 2), '−2.5');
  assert.equal(significant(0, 4), '0');
  assert.equal(significant(Number.NaN, 4), '–');
});

test('stepped gives an axis the places that its step needs', () => {
  assert.deepEqual(stepped([0, 0.25, 0.5, 0.75, 1]), ['0', '0.25', '0.50', '0.75', '1.00']);
  assert.deepEqual(stepped([3, 3.5]), ['3.0', '3.5']);
  assert.deepEqual(stepped([0.30000000000000004, 0.4, 0.5]), ['0.3', '0.4', '0.5']);
  assert.deepEqual(stepped([0, 50_000, 100_000]).map(plain), ['0', '50 000', '100 000']);
  assert.deepEqual(stepped([0.003, 0.0035]), ['0.0030', '0.0035']);
  assert.deepEqual(stepped([-1, 0]), ['−1', '0']);
  assert.deepEqual([stepped([]), stepped([7]), stepped([0])], [[], ['7'], ['0']]);
});

test('prices are scaled by a power of a thousand that is named', () => {
  const price = creditsPerNcuS(2_777_778, 1_000_000);
  const scale = scaleFor(price);
  assert.equal(plain(significant(price * scale.factor, 4) + scale.suffix), '2.778 × 10⁻⁶');
  assert.equal(scaleFor(0.02).suffix, '');
  assert.equal(scaleFor(0).suffix, '');
  assert.equal(plain(scaleFor(1e-20).suffix), ' × 10⁻¹²');
});

test('percentDown and ratioDown', () => {
  assert.equal(plain(percentDown(632_149, 1)), '63.2 %');
  assert.equal(plain(percentDown(-632_149, 0)), '−63 %');
  assert.equal(plain(percentDown(-4, 0)), '0 %');
  assert.equal(plain(percentDown(999_999, 1)), '99.9 %');
  assert.equal(plain(percentDown(1_250_000, 0)), '125 %');
  assert.equal(ratioDown(987_999), '0.987');
  assert.equal(ratioDown(1_000_000), '1.000');
});

test('change says the direction in words', () => {
  assert.deepEqual(change(110, 100), { direction: 'up', text: `up 10.0${THIN_SPACE}%` });
  assert.deepEqual(change(99.5, 100), { direction: 'down', text: `down 0.50${THIN_SPACE}%` });
  assert.deepEqual(change(100, 100), { direction: 'level', text: 'unchanged' });
  assert.equal(change(100, undefined), null);
  assert.equal(change(100, 0), null);
});

test('counts', () => {
  assert.equal(plain(count(1_234_567)), '1 234 567');
  assert.equal(count(-12), '−12');
  assert.deepEqual(
    [999, 9_999, 12_345, 1_240_000, 48_211_904_000, 2.5e12].map((value) => plain(compactCount(value))),
    ['999', '9 999', '12.3 k', '1.24 M', '48.2 G', '2.50 T'],
  );
  assert.equal(epochs(1), '1 epoch');
  assert.equal(epochs(0), '0 epochs');
});

test('lengths of time', () => {
  const texts = [0, 840, 12_345, 59_999, 60_000, 200_000, 7_500_000, 360_000_000].map((ms) => plain(duration(ms)));
  assert.deepEqual(texts, ['0 ms', '840 ms', '12.3 s', '59.9 s', '1 min', '3 min 20 s', '2 h 5 min', '4 d 4 h']);
  assert.equal(plain(wholeDuration(12_999)), '12 s');
  assert.equal(plain(wholeDuration(-5)), '0 s');
  assert.equal(ago(400), 'just now');
  assert.equal(plain(ago(65_000)), '1 min 5 s ago');
});

test('identifiers', () => {
  assert.equal(shortId('a1b2c3d4e5f6'), 'a1b2c3d4…');
  assert.equal(shortId('a1b2'), 'a1b2');
  assert.equal(shortHash('0x70997970c51812dc3a010c7d01b50e0d17dc79c8'), '0x7099…79c8');
  assert.equal(shortHash('0x7099'), '0x7099');
  assert.equal(words('wrong-result'), 'wrong result');
  assert.equal(sentence('low-reputation'), 'Low reputation');
});
