import type { GatewayContext } from './context.ts';

/** What a fault without a bond to take has in place of a slash on the chain. */
export const NO_SLASH = 'none';

/**
 * Takes faults to the bonds: a proposed one is held by the vault, a final one taken. Where committees decide, they have the
 * vault hold it, and `Charges` takes faults to them. What happened is read back from final blocks (chain follower), so a stop
 * between sending and noting does no harm: the contract knows each piece of evidence once.
 */
export class Slashes {
  readonly #context: GatewayContext;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  async run(): Promise<boolean> {
    if (await this.#finalise()) return true;
    return this.#context.court === null && (await this.#propose());
  }

  /** The vault holds the amount from now on: it can neither be withdrawn nor count as bond. */
  async #propose(): Promise<boolean> {
    const { db, sender } = this.#context;
    const fault = await db
      .selectFrom('fault')
      .selectAll()
      .where('stage', 'in', ['proposed', 'final'])
      .where('chain_slash_id', 'is', null)
      .where('slash_grains', '>', 0)
      .orderBy('proposed_epoch')
      .orderBy('fault_id')
      .limit(1)
      .executeTakeFirst();
    if (fault === undefined) return false;
    try {
      const { node_id: nodeId, offence, evidence_hash: evidenceHash, challenger } = fault;
      const sent = await sender.proposeSlash({ nodeId, grains: fault.slash_grains, offence, evidenceHash, challenger });
      this.#context.count('chainSends', 'proposeSlash');
      await this.#note(fault.fault_id, {
        chain_slash_id: `${sent.slashId}`,
        slash_grains: sent.heldGrains,
        proposed_tx: sent.txHash,
      });
    } catch (error) {
      const revert = revertOf(error);
      if (revert === 'SlashAlreadyProposed') return false; // the follower will read it back
      if (revert !== 'NothingToSlash') throw error;
      await this.#note(fault.fault_id, { chain_slash_id: NO_SLASH, slash_grains: 0 });
    }
    return true;
  }

  /** A fault that is final here, or that a committee has convicted for, and whose appeal has passed there. */
  async #finalise(): Promise<boolean> {
    const { db, chain, sender } = this.#context;
    const fault = await db
      .selectFrom('fault')
      .select(['fault_id', 'chain_slash_id', 'slash_due_ms'])
      .where(({ or, eb }) => or([eb('stage', '=', 'final'), eb('case_verdict', '=', 'guilty')]))
      .where('chain_slash_id', 'is not', null)
      .where('chain_slash_id', '!=', NO_SLASH)
      .where('slash_due_ms', 'is not', null)
      .where('final_tx', 'is', null)
      .orderBy('slash_due_ms')
      .limit(1)
      .executeTakeFirst();
    if (fault === undefined || (await chain.latestBlock()).timestampMs < fault.slash_due_ms!) return false;
    try {
      const sent = await sender.finaliseSlash(Number(fault.chain_slash_id));
      this.#context.count('chainSends', 'finaliseSlash');
      await this.#note(fault.fault_id, { final_tx: sent.txHash });
    } catch (error) {
      const revert = revertOf(error);
      if (revert === 'AppealStillOpen' || revert === 'SlashNotHeld') return false; // too early, or read back soon
      throw error;
    }
    return true;
  }

  async #note(
    faultId: string,
    change: { chain_slash_id?: string; slash_grains?: number; proposed_tx?: string; final_tx?: string },
  ): Promise<void> {
    await this.#context.db.updateTable('fault').set(change).where('fault_id', '=', faultId).execute();
  }
}

/** The contract's error behind a refused transaction, null for anything else. */
export function revertOf(error: unknown): string | null {
  return (error as { revert?: { name: string } }).revert?.name ?? null;
}
