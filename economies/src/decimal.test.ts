import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compare,
  decimalText,
  distance,
  over,
  parseDecimal,
  plus,
  ratio,
  ratioOf,
  roundedText,
  times,
  wholeOf,
} from './decimal.ts';

test('a decimal keeps every digit', () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 30n });
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 20 }), (value, places) => {
      const text = value.toString().padStart(places + 1, '0');
      const read = ratioOf(parseDecimal(`${text.slice(0, -places)}.${text.slice(-places)}`)!);
      assert.equal(wholeOf(times(read, ratio(10n ** BigInt(places)))), value);
      // One digit finer than the unit is not a whole number of units.
      const finer = wholeOf(times(read, ratio(10n ** BigInt(places - 1))));
      assert.equal(finer, value % 10n === 0n ? value / 10n : null);
    }),
  );
});

test('what is written as a decimal is read back as the same', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat({ max: 20 }), (numerator, places) => {
      const value = ratio(numerator, 10n ** BigInt(places));
      assert.equal(compare(ratioOf(parseDecimal(decimalText(value)!)!), value), 0);
    }),
  );
  assert.equal(decimalText(ratio(9n, 2_500n)), '0.0036');
  assert.equal(decimalText(ratio(1_000_000n)), '1_000_000');
  assert.equal(decimalText(ratio(1n, 3n)), null);
});

test('underscores separate digits and nothing else', () => {
  assert.deepEqual(parseDecimal('1_000.25_5'), { digits: 1000255n, places: 3 });
  for (const text of ['', '_1', '1_', '1__0', '1.', '.5', '-1', '+1', '1e3', '0x10', '1,5', ' 1']) {
    assert.equal(parseDecimal(text), null, text);
  }
});

test('ratios add, divide and compare exactly', () => {
  const [third, sixth] = [ratio(1n, 3n), ratio(1n, 6n)];
  assert.equal(compare(plus(third, sixth), ratio(1n, 2n)), 0);
  assert.equal(compare(over(third, sixth), ratio(2n)), 0);
  assert.equal(compare(distance(sixth, third), sixth), 0);
  assert.ok(compare(ratio(10n ** 30n, 10n ** 30n + 1n), ratio(1n)) < 0);
});

test('a shown number has six digits, rounded down', () => {
  for (const [value, text] of [
    [ratio(0n), '0'],
    [ratio(1n, 3n), '0.333333'],
    [ratio(2n, 3n), '0.666666'],
    [ratio(60_000n), '60_000'],
    [ratio(1_234_567n, 10n), '123_456'],
    [ratio(1n, 2_000_000n), '0.0000005'],
  ] as const) {
    assert.equal(roundedText(value), text);
  }
});
