import { type SaltelliShape, saltelliBlock } from '../designs/saltelli.ts';
import { countFrom, sameLength } from '../refusal.ts';
import { type BootstrapOptions, bootstrap } from '../statistics/bootstrap.ts';
import { type Replicates, replicatesOf } from './replicates.ts';
import { type Judged, judged } from './wording.ts';

export interface SobolAnalysis extends BootstrapOptions {
  /** Of the first order: Saltelli et al. 2010 (default), sharper for small indices; Jansen 1999 for large ones. */
  readonly firstOrder?: 'saltelli' | 'jansen';
  /** Runs of each row, row after row; 1. */
  readonly replicates?: number;
  /** Replicate k has the same draws in every row: then noise cancels in differences and is not taken off. */
  readonly sharedDraws?: boolean;
}

export interface SecondOrder {
  readonly parameters: readonly [number, number];
  readonly index: Judged;
}

export interface SobolIndices {
  readonly base: number;
  /** Variance of the expected output over the parameters, without the draws' noise. */
  readonly variance: number;
  /** Variance of one run about its row's expectation. */
  readonly noiseVariance: number;
  /** Noise's part of the variance of single runs. */
  readonly noiseShare: number;
  readonly first: readonly Judged[];
  readonly total: readonly Judged[];
  /** Empty unless the design has it. */
  readonly second: readonly SecondOrder[];
}

/**
 * Variance-based sensitivity of the expected output, from the runs of a `SaltelliDesign` in its order:
 * S(i) = mean f(B)·(f(AB(i)) − f(A)) / V (Saltelli et al., Comput. Phys. Commun. 181, 2010, table 2b), or
 * 1 − mean (f(B) − f(AB(i)))² / 2V; ST(i) = mean (f(A) − f(AB(i)))² / 2V (Jansen, ibid. 117, 1999);
 * S(i,j) = mean (f(BA(i))·f(AB(j)) − f(A)·f(B)) / V − S(i) − S(j) (Saltelli, ibid. 145, 2002).
 * Outputs are centred first. With replicates, the noise of their means is taken off V, ST and Jansen's S. Intervals by
 * bootstrap over base points. An output that does not vary has indices of 0.
 * Refuses EXPERIMENT-LENGTH, EXPERIMENT-VALUE, EXPERIMENT-COUNT, EXPERIMENT-RANGE, EXPERIMENT-SEED.
 */
export function sobolIndices(shape: SaltelliShape, outputs: ArrayLike<number>, analysis: SobolAnalysis): SobolIndices {
  const runs = replicatesOf(outputs, analysis.replicates ?? 1);
  sameLength(shape.base * saltelliBlock(shape), runs.means.length, 'outputs');
  const pairs = shape.secondOrder ? pairsOf(shape.parameters) : [];
  const jansen = analysis.firstOrder === 'jansen';
  const columns = columnsOf(shape, runs, pairs, { jansen, takeOff: analysis.sharedDraws !== true });
  const { parameters } = shape;
  const statistic = (sums: readonly number[], rows: number): number[] => {
    const variance = varianceFrom(sums, rows);
    const shareAt = (column: number): number => (variance > 0 ? sums[column]! / rows / variance : 0);
    const first = Array.from({ length: parameters }, (_, i) =>
      jansen && variance > 0 ? 1 - shareAt(3 + i) : shareAt(3 + i),
    );
    const total = Array.from({ length: parameters }, (_, i) => shareAt(3 + parameters + i));
    const second = pairs.map(([i, j], at) => shareAt(3 + 2 * parameters + at) - first[i]! - first[j]!);
    return [...first, ...total, ...second];
  };
  const estimates = bootstrap(columns, statistic, analysis).map((estimate) => judged(estimate));
  const noiseVariance = runs.variances.reduce((sum, value) => sum + value, 0) / runs.variances.length;
  const variance = Math.max(0, varianceFrom(columns.slice(0, 3).map(sumOf), shape.base));
  return {
    base: shape.base,
    variance,
    noiseVariance,
    noiseShare: noiseVariance === 0 ? 0 : noiseVariance / (variance + noiseVariance),
    first: estimates.slice(0, parameters),
    total: estimates.slice(parameters, 2 * parameters),
    second: pairs.map((pair, at) => ({ parameters: pair, index: estimates[2 * parameters + at]! })),
  };
}

/** From the first three columns: the variance of f over A and B, less the noise of means. */
function varianceFrom(sums: readonly number[], rows: number): number {
  const mean = sums[0]! / (2 * rows);
  return ((sums[1]! / (2 * rows) - mean * mean) * 2 * rows) / (2 * rows - 1) - sums[2]! / rows;
}

function pairsOf(parameters: number): (readonly [number, number])[] {
  const all = Array.from({ length: parameters }, (_, i) => i);
  return all.flatMap((i) => all.slice(i + 1).map((j) => [i, j] as const));
}

/** For each base point: f(A) + f(B), their squares, their noise; then the terms of S, ST and S(i,j). */
function columnsOf(
  { parameters, base, secondOrder }: SaltelliShape,
  { means, variances, perRow }: Replicates,
  pairs: readonly (readonly [number, number])[],
  { jansen, takeOff }: { readonly jansen: boolean; readonly takeOff: boolean },
): Float64Array[] {
  const block = saltelliBlock({ parameters, base, secondOrder });
  const columns = Array.from({ length: 3 + 2 * parameters + pairs.length }, () => new Float64Array(base));
  const centre = centreOf(means, block);
  for (let point = 0; point < base; point += 1) {
    const f = (place: number): number => means[point * block + place]! - centre;
    const noise = (place: number): number => (takeOff ? variances[point * block + place]! / perRow : 0);
    const last = block - 1;
    const [a, b] = [f(0), f(last)];
    columns[0]![point] = a + b;
    columns[1]![point] = a * a + b * b;
    columns[2]![point] = (noise(0) + noise(last)) / 2;
    const halfSquare = (place: number, from: number): number =>
      ((f(place) - f(from)) * (f(place) - f(from)) - noise(place) - noise(from)) / 2;
    for (let i = 0; i < parameters; i += 1) {
      columns[3 + i]![point] = jansen ? halfSquare(1 + i, last) : b * (f(1 + i) - a);
      columns[3 + parameters + i]![point] = halfSquare(1 + i, 0);
    }
    for (const [at, [i, j]] of pairs.entries()) {
      columns[3 + 2 * parameters + at]![point] = f(1 + parameters + i) * f(1 + j) - a * b;
    }
  }
  return columns;
}

/** The mean over A and B: what is subtracted does not change the indices, only their error. */
function centreOf(means: Float64Array, block: number): number {
  let sum = 0;
  for (let row = 0; row < means.length; row += block) sum += means[row]! + means[row + block - 1]!;
  return (sum * block) / (2 * means.length);
}

function sumOf(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}

export interface ConvergenceRow {
  readonly base: number;
  readonly first: readonly number[];
  readonly total: readonly number[];
  /** Half the width of the widest BCa interval of the first and total order. */
  readonly halfWidthMax: number;
  /** Largest change since half as many base points; null in the first row. */
  readonly changeMax: number | null;
}

export interface Convergence {
  readonly rows: readonly ConvergenceRow[];
  /** Within the tolerance both of itself at half the runs and of its intervals' ends. */
  readonly settled: boolean;
}

/**
 * The indices over growing designs: n, n/2, n/4 … down to `from` base points, each the beginning of the next.
 * Refuses as `sobolIndices`.
 */
export function sobolConvergence(
  shape: SaltelliShape,
  outputs: ArrayLike<number>,
  analysis: SobolAnalysis & { readonly from?: number; readonly tolerance: number },
): Convergence {
  const least = countFrom(2, analysis.from ?? 64, 'from');
  const bases: number[] = [];
  for (let base = shape.base; base >= least; base = Math.floor(base / 2)) bases.unshift(base);
  const perBase = saltelliBlock(shape) * (analysis.replicates ?? 1);
  sameLength(shape.base * perBase, outputs.length, 'outputs');
  const rows: ConvergenceRow[] = [];
  for (const base of bases) {
    const part = Float64Array.from({ length: base * perBase }, (_, at) => outputs[at]!);
    const { first, total } = sobolIndices({ ...shape, base }, part, analysis);
    const widths = [...first, ...total].map(({ bca }) => (bca.high - bca.low) / 2);
    const row = { base, first: first.map(({ estimate }) => estimate), total: total.map(({ estimate }) => estimate) };
    rows.push({ ...row, halfWidthMax: Math.max(...widths), changeMax: largestChange(rows.at(-1), row) });
  }
  const last = rows.at(-1);
  const within = (value: number | null | undefined): boolean =>
    typeof value === 'number' && value <= analysis.tolerance;
  return { rows, settled: within(last?.changeMax) && within(last?.halfWidthMax) };
}

type Indices = Pick<ConvergenceRow, 'first' | 'total'>;

function largestChange(before: Indices | undefined, now: Indices): number | null {
  if (before === undefined) return null;
  const old = [...before.first, ...before.total];
  return Math.max(...[...now.first, ...now.total].map((value, at) => Math.abs(value - old[at]!)));
}
