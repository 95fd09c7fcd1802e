import { openShare } from '../refusal.ts';
import { exp, ln } from './elementary.ts';

const SQRT_TWO_PI = 2.5066282746310002;
const HALF_LN_TWO_PI = 0.9189385332046728;

/** Φ(x) = P(N(0, 1) ≤ x): Marsaglia's series near 0 (J. Stat. Softw. 11(4), 2004), Laplace's continued fraction beyond 3. */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 39) return x > 0 ? 1 : 0;
  const density = exp((-x * x) / 2) / SQRT_TWO_PI;
  if (Math.abs(x) <= 3) {
    let term = x;
    let sum = x;
    for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
      term *= (x * x) / odd;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = Math.abs(x);
  for (let depth = 100; depth >= 1; depth -= 1) fraction = Math.abs(x) + depth / fraction;
  return x > 0 ? 1 - density / fraction : density / fraction;
}

// Coefficients of algorithm AS 241, PPND16 (M. J. Wichura, Appl. Statist. 37(3), 1988): about 1 part in 10^16.
const CENTRE = {
  above: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  below: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
};
const SHOULDER = {
  above: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  below: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const TAIL = {
  above: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  below: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

/** By rising power, written out: every meter reading with noise is one of these. */
function polynomial(c: readonly number[], x: number): number {
  const upper = (((c[7]! * x + c[6]!) * x + c[5]!) * x + c[4]!) * x + c[3]!;
  return ((upper * x + c[2]!) * x + c[1]!) * x + c[0]!;
}

/** Φ⁻¹(p). Refuses EXPERIMENT-RANGE outside (0, 1). @example normalQuantile(.975) // 1.959963984540054 */
export function normalQuantile(p: number): number {
  const fromMiddle = openShare(p, 'normalQuantile') - 0.5;
  if (Math.abs(fromMiddle) <= 0.425) {
    const r = 0.180625 - fromMiddle * fromMiddle;
    return (fromMiddle * polynomial(CENTRE.above, r)) / polynomial(CENTRE.below, r);
  }
  const r = Math.sqrt(-ln(fromMiddle < 0 ? p : 1 - p));
  const { above, below } = r <= 5 ? SHOULDER : TAIL;
  const beyond = r - (r <= 5 ? 1.6 : 5);
  const size = polynomial(above, beyond) / polynomial(below, beyond);
  return fromMiddle < 0 ? -size : size;
}

/** ln Γ(x) for x > 0: Stirling's series from 12 on, reached by Γ(x + 1) = x·Γ(x). */
export function lnGamma(x: number): number {
  let product = 1;
  let at = x;
  for (; at < 12; at += 1) product *= at;
  const inverse = 1 / (at * at);
  const series = 1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)));
  return (at - 0.5) * ln(at) - at + HALF_LN_TWO_PI + series / at - ln(product);
}

/** I_x(a, b), by the continued fraction DLMF 8.17.22 from its far end; b and a change places where it converges faster. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = exp(a * ln(x) + b * ln(1 - x) - ln(a) - lnGamma(a) - lnGamma(b) + lnGamma(a + b));
  let fraction = 1;
  // Terms needed grow as the root of the larger parameter.
  const depth = 40 + Math.ceil(4 * Math.sqrt(Math.max(a, b)));
  for (let m = depth; m >= 1; m -= 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    fraction = 1 + odd / (1 + even / fraction);
  }
  return Math.min(1, front / fraction);
}

/** P(T ≤ t) for Student's t; the degrees of freedom need not be whole (Welch). */
export function studentCdf(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** Quantile of Student's t, by bisection to the last bit. Refuses EXPERIMENT-RANGE. @example studentQuantile(.95, 29) // 1.699127 */
export function studentQuantile(p: number, degrees: number): number {
  if (openShare(p, 'studentQuantile') === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, degrees);
  let low = -1;
  while (studentCdf(low, degrees) > p) low *= 2;
  let high = low === -1 ? 0 : low / 2;
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentCdf(middle, degrees) > p) high = middle;
    else low = middle;
  }
  return low;
}
