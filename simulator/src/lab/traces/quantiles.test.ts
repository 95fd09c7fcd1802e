import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { interpolate, QuantileSample, quantileAt } from './quantiles.ts';
import { hashUniform, near, refusal } from './traces.fixture.ts';

function tableOf(values: readonly number[]) {
  const sample = new QuantileSample();
  for (const value of values) sample.add(value);
  return sample.table('test', '1');
}

test('quantiles of 1 to 5, as NumPy and R give them', () => {
  const { rows, mean, deviation, count } = tableOf([3, 1, 5, 2, 4]);
  const at = (share: number) => rows.find((row) => row.share === share)?.value;
  assert.deepEqual([at(0), at(0.1), at(0.25), at(0.5), at(1)], [1, 1.4, 2, 3, 5]);
  assert.deepEqual([mean, count], [3, 5]);
  near(deviation, Math.sqrt(2.5), 1e-12);
});

test('beyond 131,072 values every quantile is within 0.1 % of one at its rank', () => {
  const uniform = hashUniform(0);
  // Pareto: a heavy tail over six decades.
  const values = Array.from({ length: 200_000 }, (_, at) => (1 - uniform('tail', at, 0, 0)) ** -1.2);
  const { rows, relativeError, mean } = tableOf(values);
  assert.equal(relativeError, 0.001);
  const sorted = Float64Array.from(values).sort();
  for (const { share, value } of rows) {
    const rank = Math.floor(share * (sorted.length - 1));
    const [low, high] = [sorted[rank]!, sorted[Math.min(rank + 1, sorted.length - 1)]!];
    assert.ok(value >= low * 0.999 && value <= high * 1.001, `${share}: ${value} against ${low} to ${high}`);
  }
  near(mean, values.reduce((sum, value) => sum + value, 0) / values.length, mean * 1e-9);
});

test('many zeros stay zeros', () => {
  const values = Array.from({ length: 140_000 }, (_, at) => (at % 4 === 0 ? 7 : 0));
  const { rows } = tableOf(values);
  assert.equal(rows.find(({ share }) => share === 0.5)?.value, 0);
  near(rows.find(({ share }) => share === 0.9)!.value, 7, 0.007);
});

test('a draw stays within the sample and rises with its number', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, x, y) => {
        const table = tableOf(all);
        const [low, high] = [quantileAt(table, Math.min(x, y)), quantileAt(table, Math.max(x, y))];
        assert.ok(low <= high * (1 + 1e-12));
        assert.ok(low >= Math.min(...all) && high <= Math.max(...all));
      },
    ),
  );
});

test('a single value is every quantile', () => {
  assert.equal(interpolate([4], 0.3), 4);
  assert.deepEqual(new Set(tableOf([4]).rows.map(({ value }) => value)), new Set([4]));
  assert.equal(tableOf([4]).deviation, 0);
});

test('refused: a table of nothing', () => {
  assert.throws(() => new QuantileSample().table('test', '1'), refusal('TRACE-SHORT', /^test$/));
});

test('a NaN is a bug of the caller', () => {
  for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY])
    assert.throws(() => new QuantileSample().add(value), /a sample of/);
});
