/** Inversion of a Poisson mean beyond this is slow and loses digits: larger means are drawn in parts. */
const PART_MEAN = 30;

/** Into how many equal parts a mean is cut, at least one. */
export function poissonParts(mean: number): number {
  return Math.max(1, Math.ceil(mean / PART_MEAN));
}

/** The count that a share `uniform` of a Poisson distribution stays below, by summing its terms; for a mean of one part. */
export function poissonQuantile(mean: number, uniform: number): number {
  let term = Math.exp(-mean);
  let left = uniform - term;
  let count = 0;
  // Past this count the terms no longer change the sum.
  const most = mean + 40 * Math.sqrt(mean + 1) + 40;
  while (left > 0 && count < most) {
    count += 1;
    term *= mean / count;
    left -= term;
  }
  return count;
}
