import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { filesMatching } from '../../../../tools/source-tree.ts';
import { exp, ln, power } from './elementary.ts';

const within = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `got ${actual}, expected ${expected}`);

test('exp and ln agree with the engine to a few units in the last place', () => {
  fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => within(exp(x), Math.exp(x), 4e-16)));
  const positive = fc.double({ min: 5e-324, max: 1.7e308, noNaN: true });
  fc.assert(fc.property(positive, (x) => within(ln(x), Math.log(x), 4e-16)));
  fc.assert(fc.property(fc.double({ min: 0.9, max: 1.1, noNaN: true }), (x) => within(ln(x), Math.log(x), 4e-16)));
});

test('their ends are those of the engine', () => {
  for (const x of [
    0,
    1,
    -1,
    709.78,
    -745.1,
    -800,
    710,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ]) {
    if (Number.isFinite(Math.exp(x)) && Math.exp(x) > 1e-300) within(exp(x), Math.exp(x), 4e-16);
    else assert.equal(exp(x), Math.exp(x));
  }
  for (const x of [0, -1, 1, Number.POSITIVE_INFINITY, Number.NaN]) assert.equal(ln(x), Math.log(x));
});

test('power has exact corners', () => {
  assert.deepEqual(
    [power(0, 0), power(0, 2), power(0, -1), power(7, 0), power(1, 9)],
    [1, 0, Number.POSITIVE_INFINITY, 1, 1],
  );
  within(power(2, 10), 1024, 2e-15);
});

// What differs between engines differs between machines: a run would not resume, nor a report be reproduced.
test('no experiment calls a function of Math that engines may round differently', () => {
  const inexact =
    /Math\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|hypot|random)\b|\*\*\s*[\d.]*\.5\b/;
  const sources = filesMatching('simulator/src/experiments/**/*.ts').filter(
    (path) => !/\.(test|fixture|bench)\.ts$/.test(path),
  );
  assert.ok(sources.length > 5);
  for (const path of sources) {
    const code = readFileSync(path, 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
    assert.doesNotMatch(code, inexact, path);
  }
});
