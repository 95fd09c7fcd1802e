import { slashPpmOf } from '@stannary/arbitration';
import type { Selectable } from 'kysely';
import type { Court, GatewayContext, Tables } from './context.ts';
import { NO_SLASH, revertOf } from './slashes.ts';

type FaultRow = Selectable<Tables['fault']>;

/**
 * Takes faults to committees, where those decide what bonds lose: each proposed fault becomes a case, of one node one before
 * a committee at a time, since the first that convicts may leave nothing for the next. What committees find is read back
 * from final blocks (chain follower), so a stop between sending and noting does no harm: the contract takes a charge of one
 * account once. What others charge is no concern of these.
 */
export class Charges {
  readonly #context: GatewayContext;
  readonly #court: Court;
  /** Why the contract last took no charge of a fault. These are tried after all others, and said once. */
  readonly #refused = new Map<string, string>();

  constructor(context: GatewayContext, court: Court) {
    this.#context = context;
    this.#court = court;
  }

  async run(): Promise<boolean> {
    await this.#recall();
    return (await this.#press()) || (await this.#open());
  }

  /** A case is gone with its block where the chain was reorganised, and its number another's: its fault is charged again. */
  async #recall(): Promise<void> {
    const { db, log } = this.#context;
    const noted = await db
      .selectFrom('fault')
      .selectAll()
      .where('case_id', 'is not', null)
      .where('case_seen', '=', false)
      .execute();
    for (const fault of noted) {
      const { fault_id: faultId, case_id: caseId } = fault;
      if (await this.#isItsCase(fault)) continue;
      log('warn', 'case is gone', { faultId, caseId });
      await db
        .updateTable('fault')
        .set({ case_id: null })
        .where('fault_id', '=', faultId)
        .where('case_id', '=', caseId)
        .where('case_seen', '=', false)
        .execute();
    }
  }

  async #isItsCase({ case_id, node_id, offence, evidence_hash }: FaultRow): Promise<boolean> {
    try {
      const { charge, challenger } = await this.#court.reader.case(case_id!);
      const isSame = charge.nodeId === node_id && charge.offence === offence && charge.evidenceHash === evidence_hash;
      return isSame && challenger === this.#court.sender.account;
    } catch (error) {
      if ((error as { code?: string }).code === 'CHAIN-RANGE') return false;
      throw error;
    }
  }

  /** True when a fault was charged, or needs no charge: there may be more. One that cannot be charged keeps no other waiting. */
  async #open(): Promise<boolean> {
    const uncharged = await this.#uncharged();
    const isRefused = ({ fault_id: faultId }: FaultRow) => this.#refused.has(faultId);
    for (const fault of [...uncharged.filter((one) => !isRefused(one)), ...uncharged.filter(isRefused)]) {
      if (await this.#charge(fault)) return true;
    }
    return false;
  }

  async #charge(fault: FaultRow): Promise<boolean> {
    const { fault_id: faultId, node_id: nodeId, offence, evidence_hash: evidenceHash } = fault;
    const slashPpm = await this.#slashPpm(fault);
    if (slashPpm === 0 || (await this.#court.reader.slashable(nodeId)) === 0) {
      await this.#note(faultId, { chain_slash_id: fault.chain_slash_id ?? NO_SLASH, slash_grains: 0 });
      return true;
    }
    try {
      const sent = await this.#court.sender.openCase({ nodeId, offence, evidenceHash, slashPpm });
      this.#context.count('chainSends', 'openCase');
      await this.#note(faultId, { case_id: sent.caseId });
      this.#refused.delete(faultId);
      return true;
    } catch (error) {
      const revert = revertOf(error);
      if (revert === null) throw error;
      this.#refuse(fault, revert);
      return false;
    }
  }

  #refuse({ fault_id: faultId, node_id: nodeId }: FaultRow, revert: string): void {
    // One that is pending already was sent before a stop: the follower will read it back.
    const isNews = revert !== 'CasePending' && this.#refused.get(faultId) !== revert;
    if (isNews) this.#context.log('warn', 'no case could be opened', { faultId, nodeId, revert });
    this.#refused.set(faultId, revert);
  }

  /** Oldest first; of each node's offences the oldest fault, unless a committee has one of that node before it. */
  async #uncharged(): Promise<FaultRow[]> {
    const oldest = await this.#context.db
      .selectFrom('fault')
      .selectAll()
      .distinctOn(['node_id', 'offence'])
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
              .where('other.case_verdict', 'is', null),
          ),
        ),
      )
      .orderBy('node_id')
      .orderBy('offence')
      .orderBy('proposed_epoch')
      .orderBy('fault_id')
      .execute();
    return oldest.sort((one, other) => one.proposed_epoch! - other.proposed_epoch!);
  }

  /** By the rules that the node signed under, as arbiters will see it; 0 where the offence costs no bond there. */
  async #slashPpm({ node_id: nodeId, offence, evidence_hash: hash }: FaultRow): Promise<number> {
    const { db, policies } = this.#context;
    const { bytes } = await db
      .selectFrom('evidence')
      .select('bytes')
      .where('hash', '=', hash)
      .executeTakeFirstOrThrow();
    return slashPpmOf(bytes, { nodeId, offence }, (aad) => policies.signedUnder(aad)?.economy ?? null) ?? 0;
  }

  /**
   * The vault refused what a committee decided, or held it for another's case and gave it back: it is asked again, and says
   * whether anything is left.
   */
  async #press(): Promise<boolean> {
    const unpaid = await this.#context.db
      .selectFrom('fault')
      .select(['fault_id', 'case_id'])
      .where('case_verdict', '=', 'guilty')
      .where('case_closed', '=', true)
      .where('slash_grains', '>', 0)
      .where(({ eb, or }) => or([eb('chain_slash_id', 'is', null), eb('chain_slash_id', '=', NO_SLASH)]))
      .orderBy('case_id')
      .execute();
    for (const { fault_id: faultId, case_id: caseId } of unpaid) {
      if (await this.#hasNothingLeft(caseId!)) {
        await this.#note(faultId, { chain_slash_id: NO_SLASH, slash_grains: 0 });
        return true;
      }
    }
    return false;
  }

  /** False too where the vault holds it by now, for this case or for another's: the follower reads that back. */
  async #hasNothingLeft(caseId: number): Promise<boolean> {
    if ((await this.#court.reader.case(caseId)).slashId !== null) return false;
    try {
      await this.#court.sender.requestSlash(caseId);
      return false;
    } catch (error) {
      const revert = revertOf(error);
      if (revert === null) throw error;
      return revert === 'NothingToSlash';
    }
  }

  async #note(
    faultId: string,
    change: Partial<Pick<FaultRow, 'case_id' | 'chain_slash_id' | 'slash_grains'>>,
  ): Promise<void> {
    await this.#context.db.updateTable('fault').set(change).where('fault_id', '=', faultId).execute();
  }
}
