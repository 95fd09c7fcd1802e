/**
 * Sums of integer weights, changed and searched in O(log n) (Fenwick 1994). Their total must be at most 2^53 - 1.
 */
export class WeightTree {
  readonly #sums: Float64Array;
  readonly #topStep: number;

  constructor(length: number, weightAt: (index: number) => number) {
    this.#sums = new Float64Array(length + 1);
    for (let index = 1; index <= length; index += 1) {
      this.#sums[index]! += weightAt(index - 1);
      const parent = index + (index & -index);
      if (parent <= length) this.#sums[parent]! += this.#sums[index]!;
    }
    this.#topStep = length === 0 ? 0 : 2 ** (31 - Math.clz32(length));
  }

  /** Adds to a weight, which must not fall below zero. */
  add(index: number, change: number): void {
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
