import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIGURES } from '@stannary/simulator/lab';
import { tableText } from '../explore/table.ts';
import { errorsText, estimateText } from './calibration-text.ts';
import { shownFigure } from './figure-text.ts';

test('figures in what people reckon in, five digits', () => {
  const shown = (name: string, value: number) => {
    const { unit, text } = shownFigure(name, { grainsPerUnit: 1_000_000 });
    return `${text(value)} ${unit}`;
  };
  assert.equal(shown('price', 2_800_000), '0.01008 credits/NCU·h');
  assert.equal(shown('tokenPrice', 250_000), '0.25 credits/token');
  assert.equal(shown('supplyTokensGrains', 1.5e15), '1,500,000,000 tokens');
  assert.equal(shown('usedNcuMs', 7.2e9), '2,000 NCU·h');
  assert.equal(shown('coverage', 1.0015), '100.15 %');
  assert.equal(shown('exits', 0), '0 nodes');
  assert.equal(shown('dailyMoveLow', -0.123456), '−0.12346 logarithm');
  for (const name of Object.keys(FIGURES)) assert.notEqual(shown(name, 1), '1 ', name);
});

test('a table has columns as wide as they need to be, numbers to the right', () => {
  const rows = [
    ['ccc', '1', 'x'],
    ['d', '–', 'yy'],
  ];
  assert.equal(tableText(['a', 'bbb', 'z'], rows, ''), 'a    bbb  z\nccc    1  x\nd      –  yy');
});

test('an estimate with its interval, or why there is none; errors over what was seen', () => {
  const estimate = { kind: 'estimate', value: 0.123456, low: 0.1, high: 0.2, confidence: 0.95, count: 9 } as const;
  assert.equal(estimateText(estimate), '0.1235 (0.1 … 0.2 at 95 %, 9 seen)');
  assert.equal(estimateText({ kind: 'not-shown', reason: 'too few' }), 'not shown: too few');
  const errors = { count: 3, mape: null, zeros: 3, wape: 0.25, quantileLoss: [{ share: 0.5, loss: 0.1 }] };
  assert.equal(errorsText(errors), '3 values: off by 25.0 % of the total, none of each, quantile loss p50 10.0 %');
});
