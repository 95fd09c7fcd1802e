import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  alignedTexts,
  columnTexts,
  countText,
  figureText,
  figureTexts,
  lineText,
  listText,
  measuredText,
  numberText,
  probabilityText,
  quantityText,
  roughText,
  shareText,
  shortText,
  withDecimals,
} from './number-text.ts';

const exact = (value: number) => ({ value, interval: null, confidence: null, samples: 1 });
const measured = (value: number, low: number, high: number) => ({
  value,
  interval: [low, high] as const,
  confidence: 0.95,
  samples: 200,
});

test('numbers of a terminal’s table: thousands apart, no idle zeros, the whole part complete', () => {
  const texts = [0, 0.7, 1234567, 1234567.8, -12.3456, 0.000123456, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  assert.deepEqual(
    texts.map((value) => shortText(value)),
    ['0', '0.7', '1,234,567', '1,234,568', '−12.35', '0.0001235', '∞', '−∞'],
  );
  assert.equal(shortText(0.70001, 5), '0.70001');
  assert.throws(() => shortText(Number.NaN));
});

test('a number has three significant digits, a whole one all of them', () => {
  const texts: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '0'],
    [1234567, '1,234,567'],
    [-1234.56, '−1,235'],
    [12.345, '12.3'],
    [1, '1'],
    [0.012345, '0.0123'],
    [0.5, '0.500'],
    [0.00001234, '1.23\u00a0×\u00a010⁻⁵'],
    [-1.5e21, '−1.50\u00a0×\u00a010²¹'],
    [999.99, '1,000'],
  ];
  for (const [value, text] of texts) assert.equal(numberText(value), text);
  assert.throws(() => numberText(Number.NaN), /NaN/);
});

test('any number reads back within half a unit of its last digit', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), (value) => {
      const text = numberText(value).replaceAll(',', '').replace('−', '-');
      const parts = /^(\S+)\u00a0×\u00a010(.+)$/.exec(text);
      const power = parts?.[2]?.replace(/./g, (one) => '0123456789-'['⁰¹²³⁴⁵⁶⁷⁸⁹⁻'.indexOf(one)]!);
      const back = parts === null ? Number(text) : Number(`${parts[1]}e${power}`);
      assert.ok(Math.abs(back - value) <= Math.abs(value) * 0.0051 + 1e-320, `${value} as ${text}`);
      assert.doesNotMatch(text, /^-0(\.0*)?$/);
    }),
  );
});

test('roughly', () => assert.deepEqual([2791110, 0.25, 7].map(roughText), ['2,790,000', '0.250', '7']));

test('what rounds to zero has no sign', () => assert.equal(withDecimals(-0.001, 2), '0.00'));

test('value and interval have the decimals that the width of the interval allows', () => {
  assert.deepEqual(figureTexts(measured(2.5012, 2.2134, 2.9271)), { value: '2.50', interval: '2.21 to 2.93' });
  assert.equal(figureText(measured(12345.6, 11000, 13500), 'credits'), '12,346 (11,000 to 13,500)\u00a0credits');
  assert.equal(figureText(measured(0.0667123, 0.0667021, 0.0667227), ''), '0.06671 (0.06670 to 0.06672)');
  assert.equal(figureText(exact(0), ''), '0');
  assert.equal(figureText(measured(3, 3, 3), '%'), '3 (3 to 3)\u00a0%');
});

test('figures of one kind have the decimals of the least certain', () => {
  const figures = [measured(9.2, 8.1, 10.3), measured(14.1, 13.3, 14.9)];
  assert.deepEqual(columnTexts(figures), ['9.2', '14.1']);
  assert.deepEqual(columnTexts([...figures, exact(7)]), ['9.2', '14.10', '7']);
});

test('a figure that misses its line by little does not read as the line', () => {
  const line = { relation: '<=', value: 15 } as const;
  assert.equal(measuredText(exact(15.0004), line), '15.0004');
  assert.equal(measuredText(exact(0.1500004), { relation: '<', value: 0.15 }), '0.1500004');
  assert.equal(measuredText(measured(15.004, 13, 17), line), '15.004');
  assert.equal(measuredText(exact(15), line), '15');
});

test('lines, shares, probabilities, counts and lists', () => {
  assert.equal(lineText({ relation: '>=', value: 0.0001 }, 'of price'), '≥\u00a00.0001\u00a0of price');
  assert.equal(lineText(null, '%'), '');
  assert.equal(quantityText(168, 'epochs'), '168\u00a0epochs');
  assert.equal(shareText(0.253), '25.3\u00a0%');
  assert.deepEqual([probabilityText(0.0128), probabilityText(1e-9)], ['0.013', '<\u00a00.001']);
  assert.deepEqual([countText(1, 'run', 'runs'), countText(0, 'run', 'runs')], ['1\u00a0run', '0\u00a0runs']);
  assert.deepEqual([listText([]), listText(['a']), listText(['a', 'b', 'c'])], ['', 'a', 'a, b and c']);
});

test('the points of a column stand below one another', () => {
  const texts = alignedTexts(['1,234', '2.50', '0.0123', 'none', '']);
  assert.deepEqual(texts.slice(3), ['none', '']);
  const after = texts.slice(0, 3).map((text) => text.length - /[.\u2008]/.exec(text)!.index);
  assert.deepEqual(after, [5, 5, 5]);
});
