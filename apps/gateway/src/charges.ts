import { chargeGrainsMax } from '@stannary/arbitration';
import type { Selectable } from 'kysely';
import type { Court, GatewayContext, Tables } from './context.ts';
import { NO_SLASH, revertOf } from './slashes.ts';

type FaultRow = Selectable<Tables['fault']>;

/**
 * Takes faults to committees, where those decide what bonds lose: each proposed fault becomes a case, of one node at most
 * one at a time, since the first that convicts may leave nothing for the next. What committees find is read back from final
 * blocks (chain follower), so a stop between sending and noting does no harm: a charge that is pending is not taken twice.
 */
export class Charges {
  readonly #context: GatewayContext;
  readonly #court: Court;

  constructor(context: GatewayContext, court: Court) {
    this.#context = context;
    this.#court = court;
  }

  async run(): Promise<boolean> {
    return (await this.#press()) || (await this.#open());
  }

  async #open(): Promise<boolean> {
    const fault = await this.#nextUncharged();
    if (fault === undefined) return false;
    const grains = await this.#takeableGrains(fault);
    if (grains === 0) {
      await this.#note(fault.fault_id, { chain_slash_id: NO_SLASH, slash_grains: 0 });
      return true;
    }
    const { node_id: nodeId, offence, evidence_hash: evidenceHash } = fault;
    try {
      const sent = await this.#court.sender.openCase({ nodeId, offence, evidenceHash, grains: BigInt(grains) });
      this.#context.count('chainSends', 'openCase');
      await this.#note(fault.fault_id, { case_id: sent.caseId });
    } catch (error) {
      if (revertOf(error) !== 'CasePending') throw error;
      return false; // somebody was faster: the follower will read it back
    }
    return true;
  }

  /** The oldest, of a node that no open case is about. */
  #nextUncharged(): Promise<FaultRow | undefined> {
    return this.#context.db
      .selectFrom('fault')
      .selectAll()
      .where('stage', '=', 'proposed')
      .where('case_id', 'is', null)
      .where('slash_grains', '>', 0)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('fault as other')
              .select('other.fault_id')
              .whereRef('other.node_id', '=', 'fault.node_id')
              .where('other.case_id', 'is not', null)
              .where('other.case_closed', '=', false),
          ),
        ),
      )
      .orderBy('proposed_epoch')
      .orderBy('fault_id')
      .limit(1)
      .executeTakeFirst();
  }

  /** Of what there is, no more than the offence costs: arbiters acquit whoever is charged with more. */
  async #takeableGrains(fault: FaultRow): Promise<number> {
    const { economy } = this.#context.policyAt(fault.proposed_epoch!);
    const rule = economy.offences.find(({ offence }) => offence === fault.offence)!;
    const slashableGrains = await this.#court.reader.slashable(fault.node_id);
    return Math.min(fault.slash_grains, chargeGrainsMax(rule, slashableGrains));
  }

  /** The vault refused what a committee decided: it is asked again, and says whether anything is left. */
  async #press(): Promise<boolean> {
    const fault = await this.#context.db
      .selectFrom('fault')
      .select(['fault_id', 'case_id'])
      .where('case_verdict', '=', 'guilty')
      .where('case_closed', '=', true)
      .where('chain_slash_id', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (fault === undefined) return false;
    try {
      await this.#court.sender.requestSlash(fault.case_id!);
      return false;
    } catch (error) {
      if (revertOf(error) !== 'NothingToSlash') throw error;
      await this.#note(fault.fault_id, { chain_slash_id: NO_SLASH });
      return true;
    }
  }

  async #note(
    faultId: string,
    change: Partial<Pick<FaultRow, 'case_id' | 'chain_slash_id' | 'slash_grains'>>,
  ): Promise<void> {
    await this.#context.db.updateTable('fault').set(change).where('fault_id', '=', faultId).execute();
  }
}
