export interface BackoffOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Default 200 ms. */
  readonly firstMs?: number;
  /** Default 10 s: shorter than any epoch, so that an outage does not outlast itself. */
  readonly maxMs?: number;
}

/** Waits between tries: doubling, with the upper half left to chance so that a fleet does not come back at once. */
export class Backoff {
  readonly #random: () => number;
  readonly #firstMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor({ random, firstMs = 200, maxMs = 10_000 }: BackoffOptions) {
    this.#random = random;
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** How long to wait after one more failure, whole ms. */
  nextMs(): number {
    const fullMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    if (fullMs < this.#maxMs) this.#failures++;
    return Math.floor(fullMs * (0.5 + this.#random() / 2));
  }

  reset(): void {
    this.#failures = 0;
  }
}
