// How unequal a distribution is (anchor 31). Shares are of amounts >= 0, of holders by attested operator: identities are
// free, so a measure over identities says nothing.

/** Jain's fairness (Σx)² / (n·Σx²): 1 when all are equal, 1 / n when one has all. Linear time. */
export function jainIndex(values: readonly number[]): number {
  const total = sum(values);
  if (total === 0) return 1;
  const squares = values.reduce((all, value) => all + (value / total) ** 2, 0);
  return 1 / (values.length * squares);
}

/** Herfindahl–Hirschman: the sum of squared shares. Linear time. */
export function herfindahlIndex(values: readonly number[]): number {
  const total = sum(values);
  return total === 0 ? 0 : values.reduce((all, value) => all + (value / total) ** 2, 0);
}

/** Gini Σ_i Σ_j |x_i − x_j| / (2n²·mean), by the sorted form; n log n. */
export function giniCoefficient(values: readonly number[]): number {
  const total = sum(values);
  if (total === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const weighted = sorted.reduce((all, value, index) => all + (2 * index + 1 - sorted.length) * (value / total), 0);
  return weighted / sorted.length;
}

/** Fewest holders who together have more than a share of all; n log n. */
export function nakamotoCoefficient(values: readonly number[], share = 0.5): number {
  const bar = share * sum(values);
  const sorted = Float64Array.from(values).sort().reverse();
  let held = 0;
  for (let count = 0; count < sorted.length; count += 1) {
    held += sorted[count]!;
    if (held > bar) return count + 1;
  }
  return sorted.length;
}

/** The largest holder's share. */
export function largestShare(values: readonly number[]): number {
  const total = sum(values);
  return total === 0 ? 0 : values.reduce((most, value) => Math.max(most, value), 0) / total;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
