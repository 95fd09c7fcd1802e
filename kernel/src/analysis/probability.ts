// Exact tails and quantiles, in floating point: for thresholds that people read. Nothing in this room feeds a payout.

/** ln C(n, k), summed; exact to a few units in the last place for n up to a million. */
function lnChoose(n: number, k: number): number {
  const few = Math.min(k, n - k);
  let sum = 0;
  for (let index = 1; index <= few; index += 1) sum += Math.log((n - few + index) / index);
  return sum;
}

/** P(X >= k) for X ~ Binomial(n, p). @example binomialTail(21, .2, 14) // 4.51e-6 */
export function binomialTail(n: number, p: number, k: number): number {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  const odds = p / (1 - p);
  // From the far end: each term from the one before, the small ones first.
  let term = Math.exp(lnChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
  const terms: number[] = [];
  for (let count = k; count <= n; count += 1) {
    terms.push(term);
    term *= ((n - count) / (count + 1)) * odds;
  }
  return Math.min(1, sumFromEnd(terms));
}

/** P(X >= k) for X ~ Hypergeometric: a committee of n, without replacement, from `pool` members of whom `bad` are bad. */
export function hypergeometricTail(pool: number, bad: number, n: number, k: number): number {
  const first = Math.max(k, 0, n - (pool - bad));
  const last = Math.min(n, bad);
  if (first > last) return 0;
  let term = Math.exp(lnChoose(bad, first) + lnChoose(pool - bad, n - first) - lnChoose(pool, n));
  const terms: number[] = [];
  for (let count = first; count <= last; count += 1) {
    terms.push(term);
    term *= ((bad - count) * (n - count)) / ((count + 1) * (pool - bad - n + count + 1));
  }
  return Math.min(1, sumFromEnd(terms));
}

/**
 * P(|T| <= t) for Student's t with a whole number of degrees of freedom: the finite series of Abramowitz and Stegun
 * 26.7.3 and 26.7.4.
 */
export function studentWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let index = isOdd ? 3 : 2; index <= degrees - 2; index += 2) {
    term *= ((index - 1) / index) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/**
 * One-sided quantile of Student's t: P(T <= t) = confidence, for confidence of at least one half. A metering rule's table
 * holds it in ppm, rounded up, for `samples` - 1 degrees of freedom.
 * @example studentQuantile(.95, 29) // 1.699127
 */
export function studentQuantile(confidence: number, degrees: number): number {
  const within = 2 * confidence - 1;
  let low = 0;
  let high = 1;
  while (studentWithin(high, degrees) < within) high *= 2;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, degrees) < within) low = middle;
    else high = middle;
  }
  return high;
}

function sumFromEnd(terms: readonly number[]): number {
  return terms.reduceRight((sum, term) => sum + term, 0);
}
