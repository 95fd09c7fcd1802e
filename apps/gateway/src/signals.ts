import type { Signal } from './context.ts';

/** Lets a request wait for something to happen, with an end. */
export class Signals {
  readonly #waiting = new Map<Signal, Set<() => void>>();

  readonly signal = (name: Signal): void => {
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const wake of waiting ?? []) wake();
  };

  readonly waitFor = (name: Signal, withinMs: number): Promise<void> => {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      waiting.add(wake);
    });
  };

  /** Wakes everybody: the gateway is stopping. */
  close(): void {
    for (const name of [...this.#waiting.keys()]) this.signal(name);
  }
}
