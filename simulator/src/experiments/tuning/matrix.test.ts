import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eigenOf } from './matrix.ts';

const sizes = fc.integer({ min: 1, max: 8 }).chain((n) =>
  fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: n * n, maxLength: n * n }).map((half) => {
    const full = half.map(
      (_, at) => half[Math.floor(at / n) * n + (at % n)]! + half[(at % n) * n + Math.floor(at / n)]!,
    );
    return [n, full] as const;
  }),
);

test('the vectors are orthonormal, and put the matrix together again', () => {
  fc.assert(
    fc.property(sizes, ([n, matrix]) => {
      const { values, vectors } = eigenOf(matrix, n);
      for (let i = 0; i < n; i += 1) {
        for (let j = 0; j < n; j += 1) {
          let [product, entry] = [0, 0];
          for (let k = 0; k < n; k += 1) {
            product += vectors[k * n + i]! * vectors[k * n + j]!;
            entry += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!;
          }
          assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-12);
          assert.ok(Math.abs(entry - matrix[i * n + j]!) < 1e-10);
        }
      }
    }),
  );
});

test('known values', () => {
  const close = (actual: Float64Array, expected: number[]): void => {
    for (const [at, value] of [...actual].sort((a, b) => a - b).entries())
      assert.ok(Math.abs(value - expected[at]!) < 1e-14);
  };
  close(eigenOf([2, 1, 1, 2], 2).values, [1, 3]);
  close(eigenOf([5], 1).values, [5]);
  close(eigenOf([0, 0, 0, 0], 2).values, [0, 0]);
});
