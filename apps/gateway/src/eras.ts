import { eraTreesOf } from '@stannary/chain';
import type { GatewayContext } from './context.ts';
import { chainHeader, eraBundle, type StoredHeader } from './era-trees.ts';

/** Takes each era's root to the chain: posted in order, finalised when its window has passed, and only final blocks count. */
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
    return row.status === 'computed' ? this.#post(header) : this.#finalise(header);
  }

  /** A root that the chain has already (a stop came between sending and noting) is not posted twice. */
  async #post(header: StoredHeader): Promise<boolean> {
    const { chain, sender, db } = this.#context;
    const known = await chain.postedEra(header.era);
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

  /** Whoever asks for a leaf sees it: an era is not final before, and void if it takes too long. */
  async #showLeaves(header: StoredHeader): Promise<void> {
    const { chain, sender, db } = this.#context;
    const asked = await chain.openAsks(header.era);
    if (asked.length === 0) return;
    const bundle = await eraBundle(db, this.#context, header.era);
    const trees = eraTreesOf(bundle);
    for (const leaf of asked) {
      await sender.revealLeaf(chainHeader(header), trees, bundle.batches, leaf);
      this.#context.count('chainSends', 'revealLeaf');
      this.#context.log('info', 'leaf shown', { era: header.era, ...leaf });
    }
  }

  async #finalise(header: StoredHeader): Promise<boolean> {
    const { chain, sender, db } = this.#context;
    const known = await chain.finalisedEra(header.era);
    if (known === null) await this.#showLeaves(header);
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
