interface Spent {
  /** Transactions with a voucher of the channel in them, less one for every hour since. */
  readonly acts: number;
  readonly atMs: number;
  /** Of them those that came to nothing. */
  readonly failures: number;
}

const NOTHING: Spent = { acts: 0, atMs: 0, failures: 0 };
/** So many at once, then one an hour: a voucher is committed an hour before its end, and a later one says no less. */
const ACTS_MAX = 8;
const HOUR_MS = 3_600_000;
/** More of them, and the payer's wallet says one thing when it is asked and another when it is shown a voucher. */
const FAILURES_MAX = 3;

/**
 * What each channel may cost a tower. Payer and payee may be one, who could have it pay for one more grain at every look, as
 * long as an exit lasts.
 */
export class GasAllowance {
  readonly #spent = new Map<string, Spent>();

  /** At a time of the chain. */
  allows(channelId: string, atMs: number): boolean {
    const { acts, failures } = this.#at(channelId, atMs);
    return acts <= ACTS_MAX - 1 && failures < FAILURES_MAX;
  }

  spend(channelId: string, atMs: number, isFailure: boolean): void {
    const { acts, failures } = this.#at(channelId, atMs);
    this.#spent.set(channelId, { acts: acts + 1, atMs, failures: failures + (isFailure ? 1 : 0) });
  }

  delete(channelId: string): void {
    this.#spent.delete(channelId);
  }

  #at(channelId: string, atMs: number): Spent {
    const spent = this.#spent.get(channelId) ?? NOTHING;
    const hours = Math.max(0, atMs - spent.atMs) / HOUR_MS;
    return { ...spent, acts: Math.max(0, spent.acts - hours) };
  }
}
