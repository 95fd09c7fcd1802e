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
    if (!this.#isRung) {
      const rung = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      // The timer of a wait that was cut short runs out by itself; joining two signals for each wait would cost more.
      await Promise.race([rung, this.#sleep(ms, signal)]);
      this.#wake = null;
    }
    this.#isRung = false;
  }
}
