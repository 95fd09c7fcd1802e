// Square symmetric matrices, as rows one after the other.

export interface Eigen {
  readonly values: Float64Array;
  /** Column k, at [row·n + k], belongs to value k. */
  readonly vectors: Float64Array;
}

const SWEEPS_MAX = 60;

/**
 * Eigenvalues and orthonormal eigenvectors by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5): only
 * + − × ÷ and square roots, so the same on every engine. About ten sweeps of n³.
 */
export function eigenOf(matrix: ArrayLike<number>, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(n * n);
  for (let at = 0; at < n; at += 1) vectors[at * n + at] = 1;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let rotations = 0;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) rotations += rotated(a, vectors, n, p, q);
    }
    if (rotations === 0) break;
  }
  return { values: Float64Array.from({ length: n }, (_, at) => a[at * n + at]!), vectors };
}

/** Rotates entry (p, q) to 0; 0 where it is nothing beside its diagonal already. */
function rotated(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): number {
  const entry = a[p * n + q]!;
  const [pp, qq] = [a[p * n + p]!, a[q * n + q]!];
  if (Math.abs(entry) <= 1e-17 * Math.sqrt(Math.abs(pp * qq)) || entry === 0) return 0;
  const theta = (qq - pp) / (2 * entry);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k += 1) turn(a, k * n + p, k * n + q, cosine, sine);
  for (let k = 0; k < n; k += 1) turn(a, p * n + k, q * n + k, cosine, sine);
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  for (let k = 0; k < n; k += 1) turn(vectors, k * n + p, k * n + q, cosine, sine);
  return 1;
}

function turn(values: Float64Array, i: number, j: number, cosine: number, sine: number): void {
  const [x, y] = [values[i]!, values[j]!];
  values[i] = cosine * x - sine * y;
  values[j] = sine * x + cosine * y;
}
