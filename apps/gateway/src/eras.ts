import type { Selectable } from 'kysely';
import type { GatewayContext, Tables } from './context.ts';
import { chainHeader, parentHashOf, postedEra, recordHeader, type StoredHeader } from './era-trees.ts';

type EraRow = Pick<Selectable<Tables['era']>, 'era' | 'status' | 'voided' | 'header_json'>;

/**
 * Takes each era's root to the chain: posted in order, whether or not those before it are contested, finalised in order as
 * their windows pass, and only final blocks count. An era that was proven wrong is made again from its statements and
 * posted anew, and so is one whose posting a reorganisation dropped.
 */
export class Eras {
  readonly #context: GatewayContext;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** One step for the eras that are not final; true when one of them moved. */
  async run(): Promise<boolean> {
    const rows = await this.#context.db
      .selectFrom('era')
      .select(['era', 'status', 'voided', 'header_json'])
      .where('status', '!=', 'finalised')
      .orderBy('era')
      .execute();
    const posted = rows.filter(({ status }) => status === 'posted');
    const next = rows.find(({ status }) => status !== 'posted');
    if (await this.#forgetDropped(posted)) return true;
    const [oldest] = posted;
    return inTurn([
      ...posted.map((row) => () => this.#showLeaves(row)),
      async () => oldest !== undefined && this.#finalise(headerIn(oldest)),
      async () => next !== undefined && this.#advance(next),
    ]);
  }

  /** Towards its posting. */
  async #advance(row: EraRow): Promise<boolean> {
    const header = headerIn(row);
    const isStale = row.status === 'voided' || header.parentHash !== (await parentHashOf(this.#context.db, row.era));
    if (isStale) return this.#compose(row.era, row.voided);
    // A parent that is void already, in a block that is not final yet, will be another.
    const parent = row.era === 0 ? null : await this.#context.chain.era(row.era - 1);
    if (row.era > 0 && parent?.headerHash !== header.parentHash) return false;
    return this.#post(header);
  }

  /** Postings that the chain had and has no longer, though nobody voided them, are made again. */
  async #forgetDropped(posted: readonly EraRow[]): Promise<boolean> {
    const { chain, db, log } = this.#context;
    let from: number | null = null;
    for (const { era, voided } of posted.toReversed()) {
      if ((await chain.era(era)) !== null || (await chain.timesVoided(era)) > voided) break;
      from = era;
    }
    if (from === null) return false;
    await db
      .updateTable('era')
      .set({ status: 'computed', posted_tx: null, posted_ms: null })
      .where('era', '>=', from)
      .where('status', '=', 'posted')
      .execute();
    log('warn', 'posting dropped by the chain', { era: from });
    return true;
  }

  async #compose(era: number, voided: number): Promise<boolean> {
    const { db, log } = this.#context;
    await db.transaction().execute((open) => recordHeader(open, this.#context, era, voided));
    log('warn', 'era made again', { era, voided });
    return true;
  }

  /** A root that the chain has already (a stop came between sending and noting) is not posted twice. */
  async #post(header: StoredHeader): Promise<boolean> {
    const { chain, sender, db } = this.#context;
    const known = await chain.postedEra(header.era);
    if (known === null) await this.#fillBond(header.era);
    const sent = known ?? (await sender.postEra(chainHeader(header)));
    if (known === null) this.#context.count('chainSends', 'postEra');
    await db
      .updateTable('era')
      .set({ status: 'posted', posted_tx: sent.txHash, posted_ms: this.#context.nowMs() })
      .where('era', '=', header.era)
      .execute();
    this.#context.log('info', 'era posted', { era: header.era, txHash: sent.txHash, payoutRoot: header.payout.root });
    return true;
  }

  /** Nothing is posted without the whole bond, and a poster that was proven wrong has none. */
  async #fillBond(era: number): Promise<void> {
    const { chain, sender, policyAt, log } = this.#context;
    const { posterBondGrains } = policyAt(0).economy.settlement;
    const { posterBond } = await chain.balances();
    const missing = posterBondGrains - Number(posterBond);
    if (missing <= 0) return;
    await sender.depositPosterBond(missing);
    this.#context.count('chainSends', 'depositPosterBond');
    log('warn', 'poster bonded anew', { era, grains: missing });
  }

  /** Whoever asks for a leaf sees it: an era is not final before, and void if it takes too long. */
  async #showLeaves(row: EraRow): Promise<boolean> {
    const { chain, sender, db } = this.#context;
    const header = headerIn(row);
    const asked = await chain.openAsks(header.era);
    if (asked.length === 0) return false;
    const { bundle, trees } = await postedEra(db, this.#context, header.era, row.voided);
    for (const leaf of asked) {
      await sender.revealLeaf(chainHeader(header), trees, bundle.batches, leaf);
      this.#context.count('chainSends', 'revealLeaf');
      this.#context.log('info', 'leaf shown', { era: header.era, ...leaf });
    }
    return false;
  }

  async #finalise(header: StoredHeader): Promise<boolean> {
    const { chain, sender, db } = this.#context;
    const known = await chain.finalisedEra(header.era);
    if (known === null && !(await chain.isFinalisable(header.era))) return false;
    const sent = known ?? (await sender.finaliseEra(chainHeader(header)));
    if (known === null) this.#context.count('chainSends', 'finaliseEra');
    const { number } = await chain.finalBlock();
    if (sent.blockNumber > number) return false;
    await db
      .updateTable('era')
      .set({ status: 'finalised', finalised_tx: sent.txHash })
      .where('era', '=', header.era)
      .execute();
    this.#context.log('info', 'era final', { era: header.era, txHash: sent.txHash });
    return true;
  }
}

/** True when one of the steps moved something. One that fails holds up none after it; the first failure is thrown then. */
async function inTurn(steps: readonly (() => Promise<boolean>)[]): Promise<boolean> {
  const failures: unknown[] = [];
  let hasMoved = false;
  for (const step of steps) {
    try {
      hasMoved = (await step()) || hasMoved;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return hasMoved;
}

function headerIn({ header_json }: EraRow): StoredHeader {
  return JSON.parse(header_json) as StoredHeader;
}
