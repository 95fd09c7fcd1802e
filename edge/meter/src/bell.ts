import type { Sleep } from './sender.ts';

/** Wakes one waiting loop before its time is up. A ring with nobody waiting is kept for the next wait. */
export class Bell {
  readonly #sleep: Sleep;
  #isRung = false;
  #wake: (() => void) | null = null;

  constructor(sleep: Sleep) {
    this.#sleep = sleep;
  }

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves on a ring, after `ms`, or when the signal is given. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await this.#sleep(ms, AbortSignal.any([woken.signal, signal]));
      this.#wake = null;
    }
    this.#isRung = false;
  }
}
