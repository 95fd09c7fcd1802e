import type { Log } from './context.ts';

/** One thing that is done again and again. Resolves to true when it did something and should be called again at once. */
export interface Duty {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<boolean>;
}

/** After this many failures in a row a duty is reported as an error, not a warning. */
const FAILURES_TO_ALARM = 10;

/**
 * Runs duties side by side, each one never twice at once. A duty that fails is logged and tried again: every duty is
 * written so that repeating it is harmless.
 */
export class Conductor {
  readonly #log: Log;
  readonly #loops: Promise<void>[] = [];
  readonly #stopping = new AbortController();

  constructor(log: Log) {
    this.#log = log;
  }

  start(duties: readonly Duty[]): void {
    for (const duty of duties) this.#loops.push(this.#loop(duty));
  }

  /** Resolves when every duty in progress has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(duty: Duty): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      let again = false;
      try {
        again = await duty.run();
        failures = 0;
      } catch (error) {
        failures += 1;
        const level = failures >= FAILURES_TO_ALARM ? 'error' : 'warn';
        this.#log(level, 'duty failed', { duty: duty.name, failures, error: describe(error) });
      }
      if (!again) await this.#pause(duty.everyMs * Math.min(1 + failures, FAILURES_TO_ALARM));
    }
  }

  #pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, forMs);
      signal.addEventListener('abort', end);
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`
    : String(error);
}
