/** Sum past which weights are scaled down: prefix sums must stay exact in a number. */
const SUM_MAX = 2 ** 52;

/**
 * Integer weights with prefix sums, changed and searched in O(log n) (Fenwick 1994). Weights whose sum passes 2^52 are
 * all halved until it does not, each staying at least one: a lottery's odds move by less than 2^-20.
 */
export class WeightTree {
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;
  readonly #topStep: number;

  constructor(weights: readonly number[]) {
    this.#weights = Float64Array.from(scaled(weights));
    this.#sums = new Float64Array(weights.length + 1);
    for (let index = 1; index <= weights.length; index += 1) {
      this.#sums[index]! += this.#weights[index - 1]!;
      const parent = index + (index & -index);
      if (parent <= weights.length) this.#sums[parent]! += this.#sums[index]!;
    }
    this.#topStep = weights.length === 0 ? 0 : 2 ** Math.floor(Math.log2(weights.length));
  }

  at(index: number): number {
    return this.#weights[index]!;
  }

  set(index: number, weight: number): void {
    const change = weight - this.#weights[index]!;
    if (change === 0) return;
    this.#weights[index] = weight;
    for (let node = index + 1; node < this.#sums.length; node += node & -node) this.#sums[node]! += change;
  }

  /** Sum of the weights before `index`. */
  sumBelow(index: number): number {
    let sum = 0;
    for (let node = index; node > 0; node -= node & -node) sum += this.#sums[node]!;
    return sum;
  }

  /** The index whose weight covers `position`, 0 <= position < total: sumBelow(i) <= position < sumBelow(i + 1). */
  find(position: number): number {
    let node = 0;
    let left = position;
    for (let step = this.#topStep; step >= 1; step /= 2) {
      const next = node + step;
      if (next < this.#sums.length && this.#sums[next]! <= left) {
        node = next;
        left -= this.#sums[next]!;
      }
    }
    return node;
  }
}

function scaled(weights: readonly number[]): readonly number[] {
  let current = weights;
  while (current.reduce((sum, weight) => sum + weight, 0) > SUM_MAX) {
    current = current.map((weight) => (weight === 0 ? 0 : Math.max(1, Math.floor(weight / 2))));
  }
  return current;
}
