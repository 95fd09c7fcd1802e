import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDecimal, scaleExactly } from './decimal.ts';

test('a decimal keeps every digit', () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 30n });
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 20 }), (value, places) => {
      const text = value.toString().padStart(places + 1, '0');
      const written = `${text.slice(0, -places)}.${text.slice(-places)}`;
      const decimal = parseDecimal(written)!;
      assert.equal(scaleExactly(decimal, 10n ** BigInt(places), 1n), value);
      // One digit finer than the unit is not a whole number of units.
      const finer = scaleExactly(decimal, 10n ** BigInt(places - 1), 1n);
      assert.equal(finer, value % 10n === 0n ? value / 10n : null);
    }),
  );
});

test('underscores separate digits and nothing else', () => {
  assert.deepEqual(parseDecimal('1_000.25_5'), { digits: 1000255n, places: 3 });
  for (const text of ['', '_1', '1_', '1__0', '1.', '.5', '-1', '+1', '1e3', '0x10', '1,5', ' 1']) {
    assert.equal(parseDecimal(text), null, text);
  }
});
