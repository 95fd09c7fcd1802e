import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SaltelliDesign, type SaltelliOptions } from '../designs/saltelli.ts';
import { DrawSequence } from '../numbers/draws.ts';
import { ishigami, ishigamiIndices, sobolG, sobolGIndices } from './known-functions.fixture.ts';
import { type SobolAnalysis, sobolConvergence, sobolIndices } from './sobol-indices.ts';

const ANALYSIS: SobolAnalysis = { seed: 1, resamples: 200, confidence: 0.95 };
const ISHIGAMI: SaltelliOptions = { parameters: 3, base: 1_024, secondOrder: true, seed: 7 };

type Model = (point: Float64Array) => number;
const runsOf = (options: SaltelliOptions, model: Model): number[] => new SaltelliDesign(options).points().map(model);
const digits = (values: readonly number[]): number[] => values.map((value) => Number(value.toFixed(10)));

function assertClose(
  actual: readonly { readonly estimate: number }[],
  expected: readonly number[],
  error: number,
): void {
  for (const [at, { estimate }] of actual.entries()) {
    assert.ok(Math.abs(estimate - expected[at]!) <= error, `${at}: got ${estimate}, expected ${expected[at]}`);
  }
}

test('the closed forms are the printed numbers', () => {
  const { first, total } = ishigamiIndices();
  assert.deepEqual(digits(first), [0.3139051911, 0.4424111448, 0]);
  assert.deepEqual(digits(total), [0.5575888552, 0.4424111448, 0.2436836641]);
  const g = sobolGIndices();
  assert.deepEqual(digits(g.first.slice(0, 4)), [0.7161921689, 0.1790480422, 0.0236757742, 0.0071619217]);
  assert.equal(g.variance.toFixed(7), '0.4654244');
});

for (const firstOrder of ['saltelli', 'jansen'] as const) {
  test(`Ishigami by ${firstOrder}: every order is near its closed form at 1,024 base points, and inside its interval`, () => {
    const { first, total, pair13, variance } = ishigamiIndices();
    const found = sobolIndices(ISHIGAMI, runsOf(ISHIGAMI, ishigami), { ...ANALYSIS, firstOrder });
    assertClose(found.first, first, 0.015);
    assertClose(found.total, total, 0.015);
    assertClose(
      found.second.map(({ index }) => index),
      [0, pair13, 0],
      0.03,
    );
    assert.deepEqual(
      found.second.map(({ parameters }) => parameters),
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ],
    );
    assert.ok(Math.abs(found.variance / variance - 1) < 0.01);
    for (const [at, { bca, percentile }] of found.total.entries()) {
      assert.ok(bca.low < total[at]! && total[at]! < bca.high && percentile.low < percentile.high);
    }
  });
}

test("Sobol's G of eight parameters, at 4,096 base points", () => {
  const options = { parameters: 8, base: 4_096, secondOrder: false, seed: 3 };
  const found = sobolIndices(options, runsOf(options, sobolG), { ...ANALYSIS, resamples: 50 });
  const { first, total } = sobolGIndices();
  assertClose(found.first, first, 0.005);
  assertClose(found.total, total, 0.005);
  assert.deepEqual(found.second, []);
});

test('what cannot be told from 0 is said in words', () => {
  const found = sobolIndices(ISHIGAMI, runsOf(ISHIGAMI, ishigami), ANALYSIS);
  assert.match(found.first[2]!.words, /^not distinguishable from 0 \(-?0\.\d+ to 0\.\d+\)$/);
  assert.match(found.first[1]!.words, /^0\.4\d* \(0\.\d+ to 0\.\d+\)$/);
  assert.deepEqual(
    found.first.map(({ distinguishable }) => distinguishable),
    [true, true, false],
  );
  assert.ok(found.total[2]!.distinguishable);
});

test('a parameter that does nothing has a total of exactly 0', () => {
  const options = { parameters: 2, base: 64, secondOrder: false, seed: 1 };
  const { total } = sobolIndices(
    options,
    runsOf(options, ([x]) => x!),
    ANALYSIS,
  );
  assert.deepEqual(
    [total[1]!.estimate, total[1]!.distinguishable, total[1]!.words],
    [0, false, 'not distinguishable from 0 (0 to 0)'],
  );
});

test('an output that does not vary has indices of 0, not NaN', () => {
  for (const firstOrder of ['saltelli', 'jansen'] as const) {
    const found = sobolIndices(
      ISHIGAMI,
      runsOf(ISHIGAMI, () => 5),
      { ...ANALYSIS, resamples: 5, firstOrder },
    );
    assert.deepEqual(
      [...found.first, ...found.total].map(({ estimate }) => estimate),
      [0, 0, 0, 0, 0, 0],
    );
    assert.deepEqual([found.variance, found.noiseShare], [0, 0]);
  }
});

test('of a sum, first and total order are the shares of the variance, whatever is added or the unit', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(weights, fc.integer({ min: -50, max: 50 }), fc.constantFrom(1e-6, 1, 1e9), (w, added, unit) => {
      const options = { parameters: w.length, base: 512, secondOrder: true, seed: 5 };
      const model = (point: Float64Array): number => unit * w.reduce((sum, one, at) => sum + one * point[at]!, added);
      const { first, total, second } = sobolIndices(options, runsOf(options, model), { ...ANALYSIS, resamples: 2 });
      const all = w.reduce((sum, one) => sum + one * one, 0);
      const shares = w.map((one) => (one * one) / all);
      assertClose(first, shares, 0.01);
      assertClose(total, shares, 0.01);
      assertClose(
        second.map(({ index }) => index),
        second.map(() => 0),
        0.02,
      );
    }),
    { numRuns: 25 },
  );
});

/** Ishigami with noise of variance 9 on each of `replicates` runs, independent or by replicate. */
function noisyRuns(replicates: number, shared: boolean): number[] {
  return new SaltelliDesign(ISHIGAMI).points().flatMap((point, row) =>
    Array.from({ length: replicates }, (_, run) => {
      return ishigami(point) + 3 * new DrawSequence(9, shared ? 0 : 1 + row, run).normal();
    }),
  );
}

test("the draws' noise is taken apart from the parameters' effect", () => {
  const { total, variance } = ishigamiIndices();
  const replicates = 4;
  const found = sobolIndices(ISHIGAMI, noisyRuns(replicates, false), { ...ANALYSIS, replicates });
  assertClose(found.total, total, 0.05);
  assert.ok(Math.abs(found.noiseVariance - 9) < 0.3 && Math.abs(found.variance / variance - 1) < 0.05);
  assert.ok(Math.abs(found.noiseShare - 9 / (9 + variance)) < 0.02);
  // Taken for effect, the same noise lifts every total by its share.
  const naive = sobolIndices(ISHIGAMI, noisyRuns(1, false), ANALYSIS);
  assert.ok(naive.total[2]!.estimate > total[2]! + 0.1);
});

test('shared draws cancel, so nothing is taken off', () => {
  const analysis = { ...ANALYSIS, replicates: 2, sharedDraws: true };
  const found = sobolIndices(ISHIGAMI, noisyRuns(2, true), analysis);
  assertClose(found.total, ishigamiIndices().total, 0.01);
});

test('convergence: each row is the analysis of the beginning, and the last is settled within its tolerance', () => {
  const runs = runsOf(ISHIGAMI, ishigami);
  const { rows, settled } = sobolConvergence(ISHIGAMI, runs, { ...ANALYSIS, tolerance: 0.1, from: 128 });
  assert.deepEqual(
    rows.map(({ base }) => base),
    [128, 256, 512, 1_024],
  );
  const half = { ...ISHIGAMI, base: 512 };
  const alone = sobolIndices(half, runsOf(half, ishigami), ANALYSIS);
  assert.deepEqual(
    rows[2]!.first,
    alone.first.map(({ estimate }) => estimate),
  );
  assert.equal(rows[0]!.changeMax, null);
  assert.ok(rows[3]!.changeMax! < 0.07 && rows[3]!.halfWidthMax < rows[0]!.halfWidthMax && settled);
  assert.ok(!sobolConvergence(ISHIGAMI, runs, { ...ANALYSIS, tolerance: 0.001, from: 512 }).settled);
  assert.ok(!sobolConvergence(ISHIGAMI, runs, { ...ANALYSIS, tolerance: 1, from: 1_024 }).settled);
});

test('refused: outputs of another design (EXPERIMENT-LENGTH), a NaN among them (EXPERIMENT-VALUE)', () => {
  const runs = runsOf(ISHIGAMI, ishigami);
  assert.throws(() => sobolIndices(ISHIGAMI, runs.slice(1), ANALYSIS), { code: 'EXPERIMENT-LENGTH' });
  assert.throws(() => sobolIndices(ISHIGAMI, runs, { ...ANALYSIS, replicates: 3 }), { code: 'EXPERIMENT-LENGTH' });
  assert.throws(() => sobolConvergence(ISHIGAMI, runs.slice(1), { ...ANALYSIS, tolerance: 1 }), {
    code: 'EXPERIMENT-LENGTH',
  });
  assert.throws(() => sobolIndices(ISHIGAMI, runs.with(5, Number.NaN), ANALYSIS), {
    code: 'EXPERIMENT-VALUE',
    where: 'outputs[5]',
  });
});
