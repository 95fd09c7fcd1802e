import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DrawSequence } from '../numbers/draws.ts';
import { exp } from '../numbers/elementary.ts';
import { ascending, QUANTILE_ERROR, QuantileSketch, quantileOf } from './quantiles.ts';

const sketchOf = (values: Iterable<number>): QuantileSketch => {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

test('quantiles of a few values are interpolated as by other programs', () => {
  const sketch = sketchOf([2.1, 3.4, 1.9, 5.6, 4.4, 9.8, 3.3, 2.7]);
  const near = (p: number, expected: number): void => assert.ok(Math.abs(sketch.quantile(p) - expected) < 1e-12);
  near(0.1, 2.04);
  near(0.5, 3.35);
  near(0.83, 5.372);
  assert.deepEqual([sketch.quantile(0), sketch.quantile(1), sketchOf([7]).quantile(0.3)], [1.9, 9.8, 7]);
});

test('of many values, within the error of the value at that rank, on both sides of 0 and over many sizes', () => {
  const draws = new DrawSequence(4);
  const values = Array.from({ length: 20_000 }, () => exp(6 * draws.normal()) * (draws.uniform() < 0.3 ? -1 : 1));
  const sketch = sketchOf(values);
  const sorted = values.sort(ascending);
  for (let p = 0; p <= 1; p += 0.01) {
    const exact = sorted[Math.floor(p * (sorted.length - 1))]!;
    assert.ok(Math.abs(sketch.quantile(p) - exact) <= QUANTILE_ERROR * Math.abs(exact), `p ${p}`);
  }
  assert.deepEqual([sketch.quantile(0), sketch.quantile(1)], [sorted[0], sorted.at(-1)]);
});

test('neither order nor parts leave a trace, before and after values go into buckets', () => {
  const many = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { maxLength: 40 });
  fc.assert(
    fc.property(many, fc.constantFrom(1, 40), fc.nat({ max: 40 }), (few, times, cut) => {
      const values = Array.from({ length: times }, (_, round) => few.map((value) => value + round)).flat();
      const whole = sketchOf(values);
      const parts = new QuantileSketch(sketchOf(values.slice(cut).reverse()).state());
      parts.absorb(JSON.parse(JSON.stringify(sketchOf(values.slice(0, cut)).state()), infinities));
      assert.deepEqual(parts.state(), whole.state());
      assert.equal(whole.count, values.length);
    }),
  );
});

/** JSON has no infinities; only an empty sketch holds any. */
function infinities(key: string, value: unknown): unknown {
  if (value !== null) return value;
  return key === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

test('refused: no number (EXPERIMENT-VALUE), no values (EXPERIMENT-COUNT), no share (EXPERIMENT-RANGE)', () => {
  assert.throws(() => sketchOf([Number.NaN]), { code: 'EXPERIMENT-VALUE' });
  assert.throws(() => sketchOf([]).quantile(0.5), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => quantileOf([], 0.5), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => sketchOf([1]).quantile(1.1), { code: 'EXPERIMENT-RANGE' });
  assert.throws(() => sketchOf(Array.from({ length: 2_000 }, (_, i) => i)).quantile(-1), { code: 'EXPERIMENT-RANGE' });
});
