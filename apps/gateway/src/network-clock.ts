import type { EpochClock } from '@stannary/kernel';
import type { Database } from './context.ts';

/** Fact: work tokens that final slashes have burned since the last settlement, grains. */
export const BURNED_TOKENS = 'burned-tokens';
/** A stop longer than this many epochs is a pause: no epoch passes in it. A shorter one is caught up with. */
const EPOCHS_TO_PAUSE = 2;

/**
 * The network's clock, kept in the database: when it began and when it stood still. Only a network whose economy
 * runs where the gateway runs may pause (`mayPause`); elsewhere time goes on without the gateway.
 */
export class NetworkClock {
  readonly #db: Database;
  #clock: EpochClock;

  private constructor(db: Database, clock: EpochClock) {
    this.#db = db;
    this.#clock = clock;
  }

  static async open(
    db: Database,
    cadence: { epochMs: number; epochsPerEra: number },
    nowMs: number,
    options: { mayPause: boolean; beginInMs: number },
  ): Promise<NetworkClock> {
    const genesisMs = (await readFact<number>(db, 'genesis-ms')) ?? nowMs + options.beginInMs;
    const pauses = (await readFact<EpochClock['pauses'][number][]>(db, 'pauses')) ?? [];
    const aliveMs = await readFact<number>(db, 'alive-ms');
    if (
      options.mayPause &&
      aliveMs !== null &&
      nowMs - aliveMs > EPOCHS_TO_PAUSE * cadence.epochMs &&
      aliveMs > genesisMs
    ) {
      pauses.push({ fromMs: aliveMs, toMs: nowMs + options.beginInMs });
    }
    await writeFact(db, 'genesis-ms', genesisMs);
    await writeFact(db, 'pauses', pauses);
    return new NetworkClock(db, { genesisMs, epochMs: cadence.epochMs, epochsPerEra: cadence.epochsPerEra, pauses });
  }

  readonly read = (): EpochClock => this.#clock;

  /** Says that the network lives now; what the next start measures the stop from. */
  async beat(nowMs: number): Promise<void> {
    await writeFact(this.#db, 'alive-ms', nowMs);
  }
}

export async function readFact<Value>(db: Database, key: string): Promise<Value | null> {
  const row = await db.selectFrom('network_fact').select('value_json').where('key', '=', key).executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.value_json) as Value);
}

export async function writeFact(db: Database, key: string, value: unknown): Promise<void> {
  const row = { value_json: JSON.stringify(value) };
  await db
    .insertInto('network_fact')
    .values({ key, ...row })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute();
}
