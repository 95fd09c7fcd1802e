import {
  describeEvidence,
  type EquivocationProof,
  type Evidence,
  encodeEvidence,
  evidenceHash,
} from '@stannary/arbitration';
import {
  type ChargedWindow,
  type ChargeLine,
  type Epoch,
  mulDivUp,
  nodeLine,
  type OpenFault,
  type Statement,
  type Verdict,
} from '@stannary/kernel';
import { contentHash } from '@stannary/wire';
import type { GatewayContext, Open } from './context.ts';
import type { Devices } from './devices.ts';

/** Who did what, in which lease (none for an offence that no lease shows), and who exposed it. */
interface Found {
  readonly nodeId: string;
  readonly offence: Evidence['kind'];
  readonly leaseId: string | null;
  readonly challenger: string;
  readonly evidence: Evidence;
}

/** The register of faults: from evidence to verdict, and what the kernel made of it. */
export class Faults {
  readonly #context: GatewayContext;
  readonly #devices: Devices;

  constructor(context: GatewayContext, devices: Devices) {
    this.#context = context;
    this.#devices = devices;
  }

  /** Two signed headers of one number: the pair is the whole proof. What exposes it is the gateway's own work. */
  async equivocation(open: Open, nodeId: string, proof: EquivocationProof): Promise<void> {
    const { insurance } = this.#context.accounts;
    await this.#record(open, {
      nodeId,
      offence: 'equivocation',
      leaseId: null,
      challenger: insurance,
      evidence: { kind: 'equivocation', proof },
    });
  }

  /** An executed task whose result enough blind replicas contradict. */
  async wrongResult(
    open: Open,
    fault: { nodeId: string; leaseId: string; challenger: string; evidence: Evidence },
  ): Promise<void> {
    await this.#record(open, { ...fault, offence: 'wrong-result' });
  }

  /** Keeps the evidence and hands the kernel a verdict; the same offence is proposed once. */
  async #record(open: Open, found: Found): Promise<void> {
    const bytes = encodeEvidence(found.evidence);
    const hash = evidenceHash(bytes);
    const faultId = contentHash(['fault', found.offence, found.nodeId, found.leaseId ?? hash]);
    const known = await open.selectFrom('fault').select('fault_id').where('fault_id', '=', faultId).executeTakeFirst();
    if (known !== undefined || this.#devices.get(found.nodeId) === null) return;
    await open
      .insertInto('evidence')
      .values({ hash, bytes, description: describeEvidence(bytes) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // A case is opened by the poster's account: whoever stakes the deposit has the challenger's share.
    const challenger = this.#context.court?.sender.account ?? found.challenger;
    await open
      .insertInto('fault')
      .values({
        fault_id: faultId,
        node_id: found.nodeId,
        offence: found.offence,
        stage: 'found',
        evidence_hash: hash,
        challenger,
        slash_grains: 0,
        refunded_grains: 0,
        case_closed: false,
        case_seen: false,
      })
      .execute();
    const windows = found.leaseId === null ? [] : await windowsOf(open, found.leaseId);
    const { nodeId, offence } = found;
    await addVerdict(open, this.#context.nowMs(), faultId, {
      kind: 'fault-proposed',
      faultId,
      nodeId,
      offence,
      evidence: hash,
      challenger,
      windows,
    });
    this.#context.count('faults', offence);
    this.#context.log('warn', 'fault found', { nodeId, offence, evidence: hash });
  }

  /**
   * What committees make of the open faults, as verdicts for the settlement of `epoch`: one that is acquitted is taken back,
   * and so is one whose time is over without a conviction. Where a bond has nothing left no committee sits, and the
   * evidence speaks for itself.
   */
  async acquittals(open: Open, openFaults: readonly OpenFault[], epoch: Epoch): Promise<Verdict[]> {
    if (this.#context.court === null) return [];
    const live = new Map(
      openFaults.filter(({ terms }) => terms.mode === 'live').map((fault) => [fault.faultId, fault]),
    );
    if (live.size === 0) return [];
    const rows = await open
      .selectFrom('fault')
      .select(['fault_id', 'slash_grains', 'case_verdict', 'case_closed'])
      .where('fault_id', 'in', [...live.keys()])
      .orderBy('fault_id')
      .execute();
    const isAcquitted = (row: (typeof rows)[number]) => {
      const isDue = row.slash_grains > 0 && live.get(row.fault_id)!.finalEpoch <= epoch;
      return row.case_verdict !== 'guilty' && (row.case_closed || isDue);
    };
    return rows.filter(isAcquitted).map((row) => ({ kind: 'fault-reversed', faultId: row.fault_id }));
  }

  /** Takes over what a statement says of faults; from here the chain's side follows (slashes). */
  async applyStatement(open: Open, statement: Statement): Promise<void> {
    for (const line of statement.faults) {
      const stage = { stage: line.stage, proposed_epoch: line.proposedEpoch, final_epoch: line.finalEpoch };
      const refunded = line.refunds.reduce((sum, refund) => sum + refund.creditsGrains, 0);
      const slash =
        line.stage === 'proposed' ? { slash_grains: this.#slashGrains(statement, line.nodeId, line.offence) } : {};
      await open
        .updateTable('fault')
        .set({ ...stage, ...slash, refunded_grains: refunded })
        .where('fault_id', '=', line.faultId)
        .execute();
    }
  }

  /** The bond that stands for the offence while it is open; nothing in shadow mode. */
  #slashGrains(statement: Statement, nodeId: string, offence: string): number {
    const { economy } = this.#context.policyAt(statement.epoch);
    const rule = economy.offences.find((candidate) => candidate.offence === offence);
    const node = nodeLine(statement, nodeId);
    if (rule?.mode !== 'live' || node === undefined) return 0;
    return mulDivUp(node.bondGrains, rule.slashPpm, 1_000_000);
  }
}

/** A verdict waits for the next settlement; its id keeps it single. */
export async function addVerdict(open: Open, nowMs: number, verdictId: string, verdict: Verdict): Promise<void> {
  await open
    .insertInto('verdict')
    .values({ verdict_id: verdictId, verdict_json: JSON.stringify(verdict), settled_epoch: null, created_ms: nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The lease's charges as past statements fixed them. */
async function windowsOf(open: Open, leaseId: string): Promise<ChargedWindow[]> {
  const rows = await open
    .selectFrom('charge')
    .select('line_json')
    .where('lease_id', '=', leaseId)
    .orderBy('resource')
    .orderBy('settled_epoch')
    .execute();
  const lines = rows.map((row) => JSON.parse(row.line_json) as ChargeLine).filter((line) => line.chargeGrains > 0);
  return lines.map(
    ({ epoch, resource, consumer, chargeGrains, earnedGrains, burnGrains, insuranceGrains, treasuryGrains }) => ({
      epoch,
      leaseId,
      resource,
      consumer,
      chargeGrains,
      earnedGrains,
      burnGrains,
      insuranceGrains,
      treasuryGrains,
    }),
  );
}
