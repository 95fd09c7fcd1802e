import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { incompleteBeta, lnGamma, normalCdf, normalQuantile, studentCdf, studentQuantile } from './distributions.ts';

function assertRows(rows: readonly (readonly [number, number])[], relative: number): void {
  for (const [actual, expected] of rows) {
    assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `got ${actual}, expected ${expected}`);
  }
}

test('the normal distribution, from tables', () => {
  assertRows(
    [
      [normalQuantile(1e-300), -37.0470963],
      [normalQuantile(1e-10), -6.3613409],
      [normalQuantile(0.001), -3.09023231],
      [normalQuantile(0.025), -1.95996398],
      [normalQuantile(0.3), -0.52440051],
      [normalQuantile(0.9999999), 5.19933758],
      [normalCdf(-30), 4.90671393e-198],
      [normalCdf(-8), 6.22096057e-16],
      [normalCdf(-3.5), 2.32629079e-4],
      [normalCdf(-1), 0.158655254],
      [normalCdf(0.5), 0.691462461],
      [normalCdf(2.9), 0.998134187],
      [normalCdf(4), 0.999968329],
    ],
    1e-8,
  );
  assert.deepEqual([normalCdf(-40), normalCdf(40), normalCdf(0)], [0, 1, 0.5]);
});

test("the normal quantile has AS 241's own check values", () => {
  assert.equal(normalQuantile(0.5), 0);
  for (const [p, expected, within] of [
    [0.25, -0.6744897501960817, 1e-15],
    [0.975, 1.959963984540054, 1e-14],
    [0.001, -3.090232306167813, 1e-14],
    [1e-20, -9.26234008979841, 1e-13],
  ] as const) {
    assert.ok(Math.abs(normalQuantile(p) - expected) < within, `${p}`);
  }
});

test('the normal quantile is the inverse', () => {
  const shares = fc.double({ min: 1e-12, max: 0.5, noNaN: true });
  fc.assert(fc.property(shares, (p) => assertRows([[normalCdf(normalQuantile(p)), p]], 1e-12 + 1e-16 / p)));
});

test('ln Γ and the incomplete beta, from tables', () => {
  assertRows(
    [
      [lnGamma(0.1), 2.252712651734206],
      [lnGamma(1.5), -0.12078223763524526],
      [lnGamma(7), 6.579251212010101],
      [lnGamma(100), 359.1342053695754],
      [lnGamma(1e5), 1051287.7089736569],
      [incompleteBeta(0.4, 2, 3), 0.5248],
      [incompleteBeta(0.99, 500, 0.5), 0.0015273578790529906],
      [incompleteBeta(0.2, 0.5, 0.5), 0.2951672353008665],
      [incompleteBeta(0.002, 30, 1e4), 0.0224388158349514],
    ],
    1e-10,
  );
  assert.deepEqual([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)], [0, 1]);
});

test("Student's t, from tables", () => {
  assertRows(
    [
      [studentQuantile(0.001, 1), -318.30883899],
      [studentQuantile(0.05, 2.5), -2.55821861],
      [studentQuantile(0.9, 7), 1.41492393],
      [studentQuantile(0.975, 199), 1.97195654],
      [studentQuantile(0.95, 29), 1.699127],
      [studentCdf(-40, 3), 1.71903404e-5],
      [studentCdf(-2, 30), 2.73125225e-2],
      [studentCdf(0.3, 1.7), 6.01598541e-1],
      [studentCdf(5, 1000), 0.999999662],
      [studentQuantile(0.975, 1e9), 1.959963985],
    ],
    5e-7,
  );
  assert.equal(studentQuantile(0.5, 4), 0);
});

test('refused: a quantile of a share outside (0, 1) (EXPERIMENT-RANGE)', () => {
  for (const p of [0, 1, -0.1, Number.NaN]) {
    assert.throws(() => normalQuantile(p), { code: 'EXPERIMENT-RANGE' });
    assert.throws(() => studentQuantile(p, 3), { code: 'EXPERIMENT-RANGE' });
  }
});
