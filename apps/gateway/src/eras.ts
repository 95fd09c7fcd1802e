import type { GatewayContext } from './context.ts';
import { chainHeader, parentHashOf, postedEra, recordHeader, type StoredHeader } from './era-trees.ts';

/**
 * Takes each era's root to the chain: posted in order, finalised when its window has passed, and only final blocks count. An
 * era that was proven wrong is made again from its statements and posted anew.
 */
export class Eras {
  readonly #context: GatewayContext;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  /** One step for the oldest era that is not final; true when it moved. */
  async run(): Promise<boolean> {
    const row = await this.#context.db
      .selectFrom('era')
      .selectAll()
      .where('status', '!=', 'finalised')
      .orderBy('era')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return false;
    const header = JSON.parse(row.header_json) as StoredHeader;
    if (row.status === 'posted') return this.#finalise(header, row.voided);
    const isStale = row.status === 'voided' || header.parentHash !== (await parentHashOf(this.#context.db, row.era));
    return isStale ? this.#compose(row.era, row.voided) : this.#post(header);
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
  async #showLeaves(header: StoredHeader, voided: number): Promise<void> {
    const { chain, sender, db } = this.#context;
    const asked = await chain.openAsks(header.era);
    if (asked.length === 0) return;
    const { bundle, trees } = await postedEra(db, this.#context, header.era, voided);
    for (const leaf of asked) {
      await sender.revealLeaf(chainHeader(header), trees, bundle.batches, leaf);
      this.#context.count('chainSends', 'revealLeaf');
      this.#context.log('info', 'leaf shown', { era: header.era, ...leaf });
    }
  }

  async #finalise(header: StoredHeader, voided: number): Promise<boolean> {
    const { chain, sender, db } = this.#context;
    const known = await chain.finalisedEra(header.era);
    if (known === null) await this.#showLeaves(header, voided);
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
