const BAR = 24;
const EVERY_MS = 200;

/** A line on a terminal that says how far a stage is and how long it will still take; nothing where nobody looks. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  readonly #isTold: boolean;
  #stage = '';
  #sinceMs = 0;
  #saidMs = Number.NEGATIVE_INFINITY;

  constructor(out: { readonly isTTY?: boolean; write(text: string): unknown }, nowMs: () => number, quiet: boolean) {
    this.#write = (text) => void out.write(text);
    this.#nowMs = nowMs;
    this.#isTold = out.isTTY === true && !quiet;
  }

  tell(stage: string, done: number, of: number): void {
    if (!this.#isTold) return;
    const now = this.#nowMs();
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#sinceMs = now;
      this.#saidMs = Number.NEGATIVE_INFINITY;
    }
    if (done < of && now - this.#saidMs < EVERY_MS) return;
    this.#saidMs = now;
    const share = of === 0 ? 1 : done / of;
    const filled = Math.round(share * BAR);
    const left = share === 0 ? '' : `, ${secondsText(((now - this.#sinceMs) * (1 - share)) / share / 1_000)} left`;
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
    this.#write(`\r\u001b[K${bar} ${stage}, ${done} of ${of}${left}`);
  }

  end(): void {
    if (this.#isTold && this.#stage !== '') this.#write('\r\u001b[K');
  }
}

export function secondsText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
