import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { initialNumbers } from './joe-kuo.ts';
import { type Scramble, SobolSequence } from './sobol-sequence.ts';

test('the first points are those of Joe and Kuo', () => {
  const points = new SobolSequence(3).points(5).map((point) => [...point]);
  const expected = [
    [0, 0, 0],
    [0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25],
    [0.25, 0.75, 0.75],
    [0.375, 0.375, 0.625],
  ];
  assert.deepEqual(points, expected);
});

test('points far out, of dimensions 10, 100, 500 and 1000, are those of other programs', () => {
  const sequence = new SobolSequence(1_000);
  const at = (index: number): number[] => [9, 99, 499, 999].map((dimension) => sequence.point(index)[dimension]!);
  assert.deepEqual(at(5), [0.125, 0.375, 0.125, 0.625]);
  assert.deepEqual(at(1_000), [0.0693359375, 0.1865234375, 0.2548828125, 0.2001953125]);
  assert.deepEqual(at(2_047), [0.44580078125, 0.86083984375, 0.84912109375, 0.44873046875]);
});

test('the polynomials are in the order of the table, the numbers odd and below 2^k', () => {
  const all = initialNumbers(1_000);
  assert.deepEqual(
    all.slice(0, 8).map(({ polynomial }) => polynomial),
    [3, 7, 11, 13, 19, 25, 37, 41],
  );
  assert.deepEqual(all[998], { polynomial: 14985, initial: [1, 1, 3, 9, 3, 3, 105, 201, 373, 877, 919, 1263, 6649] });
  for (const { initial } of all) assert.ok(initial.every((m, index) => m % 2 === 1 && m < 2 ** (index + 1)));
});

// What the table's makers promise up to dimension 1111, and what a wrong digit anywhere would most likely break.
test('property A of Sobol: 2^d points have one in each of the 2^d parts that halving every dimension makes', () => {
  const dimensions = 1_000;
  const rows: bigint[] = Array.from({ length: dimensions }, () => 0n);
  for (const [index, { polynomial, initial }] of [
    { polynomial: 1, initial: [] },
    ...initialNumbers(dimensions),
  ].entries()) {
    for (const [k, bit] of leadingBits(polynomial, initial, dimensions).entries()) {
      if (bit === 1n) rows[k]! |= 1n << BigInt(index);
    }
  }
  assert.equal(rankOf(rows), dimensions);
});

/** The upper bit of each direction number, by the recurrence on whole numbers m(k): it is bit k − 1 of m(k). */
function leadingBits(polynomial: number, initial: readonly number[], count: number): bigint[] {
  const degree = initial.length;
  const m = initial.map(BigInt);
  for (let k = degree; k < count; k += 1) {
    let next = degree === 0 ? 1n : m[k - degree]! ^ (m[k - degree]! << BigInt(degree));
    for (let back = 1; back < degree; back += 1) {
      if (((polynomial >>> (degree - back)) & 1) === 1) next ^= m[k - back]! << BigInt(back);
    }
    m.push(next);
  }
  return m.map((value, k) => (value >> BigInt(k)) & 1n);
}

function rankOf(rows: readonly bigint[]): number {
  const pivots = new Map<number, bigint>();
  for (const row of rows) {
    let rest = row;
    while (rest !== 0n) {
      const top = rest.toString(2).length;
      const pivot = pivots.get(top);
      if (pivot === undefined) {
        pivots.set(top, rest);
        break;
      }
      rest ^= pivot;
    }
  }
  return pivots.size;
}

for (const scramble of ['none', 'shift', 'owen'] satisfies Scramble[]) {
  test(`scramble ${scramble}: the first 2^m points fill every part of every dimension, and of the first pair`, () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 2, max: 30 }), (seed, m, dimensions) => {
        const points = new SobolSequence(dimensions, scramble, seed).points(2 ** m);
        for (let dimension = 0; dimension < dimensions; dimension += 1) {
          assert.equal(new Set(points.map((point) => Math.floor(point[dimension]! * 2 ** m))).size, 2 ** m);
        }
        for (let split = 0; split <= m; split += 1) {
          const cell = (point: Float64Array): string =>
            `${Math.floor(point[0]! * 2 ** split)} ${Math.floor(point[1]! * 2 ** (m - split))}`;
          assert.equal(new Set(points.map(cell)).size, 2 ** m);
        }
      }),
      { numRuns: 30 },
    );
  });
}

test('any point at once is the point of the sequence, and prefixes agree over dimensions', () => {
  const wide = new SobolSequence(40, 'owen', 3);
  const narrow = new SobolSequence(7, 'owen', 3);
  assert.deepEqual(wide.points(3, 1_000)[2], wide.point(1_002));
  assert.deepEqual(wide.point(77).slice(0, 7), narrow.point(77));
});

test('scrambled points are inside (0, 1), differ between seeds, and are unbiased', () => {
  let sum = 0;
  for (let seed = 0; seed < 2_000; seed += 1) {
    const value = new SobolSequence(1, 'owen', seed).point(0)[0]!;
    assert.ok(value > 0 && value < 1);
    sum += value;
  }
  assert.ok(Math.abs(sum / 2_000 - 0.5) < 4 / Math.sqrt(12 * 2_000));
});

test('nested scrambling integrates smooth functions better than a shift', () => {
  const squareError = (scramble: Scramble): number => {
    let sum = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const points = new SobolSequence(3, scramble, seed).points(512);
      const mean = points.reduce((total, [a, b, c]) => total + a! * b! * b! * (1 + c!), 0) / 512;
      sum += (mean - 0.25) ** 2 / 40;
    }
    return sum;
  };
  const owen = squareError('owen');
  assert.ok(owen < squareError('shift') / 2 && Math.sqrt(owen) < 3e-4, `${owen}`);
});

test('refused: more dimensions than there are numbers, none (EXPERIMENT-DIMENSIONS)', () => {
  for (const dimensions of [0, 1_001, 1.5]) {
    assert.throws(() => new SobolSequence(dimensions), { code: 'EXPERIMENT-DIMENSIONS' });
  }
});

test('refused: a point past 2^32, a broken index (EXPERIMENT-COUNT)', () => {
  const sequence = new SobolSequence(2);
  assert.ok(sequence.point(2 ** 32 - 1)[0]! > 0);
  for (const index of [2 ** 32, -1, 0.5]) assert.throws(() => sequence.point(index), { code: 'EXPERIMENT-COUNT' });
});
