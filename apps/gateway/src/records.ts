import { publishTrees } from '@stannary/chain';
import {
  epochAt,
  epochEndMs,
  eraOf,
  genesisState,
  type NodeLine,
  nodeLines,
  priceOf,
  type Statement,
} from '@stannary/kernel';
import type {
  AllocationAnswer,
  ClaimAnswer,
  ConservationAnswer,
  EraAnswer,
  FaultAnswer,
  InputsAnswer,
  NetworkAnswer,
  NodeAnswer,
  PolicyAnswer,
  PolicyEconomyAnswer,
  StatementAnswer,
  StatusAnswer,
  TimelineAnswer,
  TimelineQuery,
} from './client/api.ts';
import type { GatewayRefusal } from './client/refusal.ts';
import type { GatewayContext } from './context.ts';
import type { Epochs } from './epochs.ts';
import { payoutTree, postedEra, type StoredHeader } from './era-trees.ts';
import { readFact } from './network-clock.ts';
import { refuse } from './refusals.ts';
import { readTimeline } from './timeline.ts';
import { isSealed } from './work.ts';

const HISTORY_EPOCHS = 120;
const STATUS_FRESH_MS = 300;

/** What of a network never changes. */
export type NetworkFacts = Omit<NetworkAnswer, 'clock' | 'economy' | 'economyHash' | 'policies'>;

/** What the network has on record, for everybody to read. */
export class Records {
  readonly #context: GatewayContext;
  readonly #epochs: Epochs;
  readonly #network: NetworkFacts;
  #status: { atMs: number; answer: Promise<StatusAnswer> } | null = null;

  constructor(context: GatewayContext, epochs: Epochs, network: NetworkFacts) {
    this.#context = context;
    this.#epochs = epochs;
    this.#network = network;
  }

  async health(): Promise<{ status: 'ok'; epoch: number; settledEpoch: number }> {
    const last = await this.#context.db
      .selectFrom('statement')
      .select(({ fn }) => fn.max('epoch').as('epoch'))
      .executeTakeFirst();
    return { status: 'ok', epoch: this.#epochs.current, settledEpoch: last?.epoch ?? -1 };
  }

  network(): NetworkAnswer {
    const { clock, nowMs, policies } = this.#context;
    const now = nowMs();
    const { economyHash, economy } = policies.atMs(clock(), now);
    return { ...this.#network, economyHash, economy, policies: policies.answers, clock: { ...clock(), nowMs: now } };
  }

  /** The rules behind a hash that a statement names. */
  policy(economyHash: string): PolicyEconomyAnswer {
    const { aad: _, ...policy } = this.#context.policies.named(economyHash);
    return policy;
  }

  async statement(epoch: number): Promise<StatementAnswer> {
    const row = await this.#context.db
      .selectFrom('statement')
      .select(['statement_json', 'statement_hash'])
      .where('epoch', '=', epoch)
      .executeTakeFirst();
    if (row === undefined) throw this.#unsettled(epoch);
    return { statement: JSON.parse(row.statement_json) as Statement, statementHash: row.statement_hash };
  }

  /** Everything that settled an epoch: the state before it, its inputs and the beacon's preimage. */
  async inputs(epoch: number): Promise<InputsAnswer> {
    const { db, policyAt, accounts } = this.#context;
    const row = await db
      .selectFrom('statement')
      .select(['inputs_json', 'preimage'])
      .where('epoch', '=', epoch)
      .executeTakeFirst();
    if (row === undefined) throw this.#unsettled(epoch);
    const before = await db
      .selectFrom('statement')
      .select('state_json')
      .where('epoch', '=', epoch - 1)
      .executeTakeFirst();
    const commit = await db.selectFrom('epoch_commit').selectAll().where('epoch', '=', epoch).executeTakeFirst();
    return {
      inputs: JSON.parse(row.inputs_json),
      stateBefore: before === undefined ? genesisState(policyAt(0).economy, accounts) : JSON.parse(before.state_json),
      beaconPreimage: row.preimage,
      batchesRoot: commit?.batches_root ?? null,
      batchesTx: commit?.tx_hash ?? null,
    };
  }

  #unsettled(epoch: number): GatewayRefusal {
    const last = this.#epochs.state.epoch - 1;
    return refuse('EPOCH-UNSETTLED', 'epoch', last < 0 ? 'one that is settled; none is yet' : `0–${last}`, `${epoch}`);
  }

  async allocation(epoch: number): Promise<AllocationAnswer> {
    const row = await this.#context.db
      .selectFrom('allocation')
      .selectAll()
      .where('epoch', '=', epoch)
      .executeTakeFirst();
    if (row === undefined) throw await this.#withoutAllocation(epoch);
    return { inputs: JSON.parse(row.inputs_json), result: JSON.parse(row.result_json) };
  }

  /** Once an epoch is sealed nothing is allotted in it any more, and the answer is final. */
  async #withoutAllocation(epoch: number): Promise<GatewayRefusal> {
    return (await isSealed(this.#context.db, epoch))
      ? refuse('EPOCH-UNALLOTTED', 'epoch', 'an epoch with an allocation', `${epoch}`)
      : refuse('EPOCH-UNSETTLED', 'epoch', 'an epoch that has begun', `${epoch}`);
  }

  timeline(query: TimelineQuery): Promise<TimelineAnswer> {
    return readTimeline(this.#context.db, query);
  }

  async eras(): Promise<EraAnswer[]> {
    const rows = await this.#context.db
      .selectFrom('era')
      .select(['era', 'header_json', 'status', 'posted_tx', 'finalised_tx', 'voided', 'voided_tx'])
      .orderBy('era')
      .execute();
    return rows.map((row) => {
      const { payout } = JSON.parse(row.header_json) as StoredHeader;
      return {
        era: row.era,
        payoutRoot: payout.root,
        totalCreditsGrains: payout.credits,
        totalTokensGrains: payout.tokens,
        postedTx: row.posted_tx,
        finalisedTx: row.finalised_tx,
        status: row.status as EraAnswer['status'],
        voided: row.voided,
        voidedTx: row.voided_tx,
      };
    });
  }

  /**
   * One era's header, its trees as they were posted, everything that they follow from (`eraTreesOf` takes the answer as
   * it is), and the inputs of its settlements.
   */
  async bundle(era: number): Promise<unknown> {
    const row = await this.#era(era);
    const { epochsPerEra } = this.#context.clock();
    const epochs = Array.from({ length: epochsPerEra }, (_, index) => era * epochsPerEra + index);
    const { bundle, trees } = await postedEra(this.#context.db, this.#context, era, row.voided);
    return {
      ...bundle,
      header: JSON.parse(row.header_json),
      payouts: JSON.parse(row.leaves_json),
      trees: publishTrees(trees),
      inputs: await Promise.all(epochs.map((epoch) => this.inputs(epoch))),
    };
  }

  async claim(era: number, account: string): Promise<ClaimAnswer> {
    const row = await this.#era(era);
    const header = JSON.parse(row.header_json) as StoredHeader;
    const tree = payoutTree(row.leaves_json);
    const index = tree.leaves.findIndex((leaf) => leaf.account === account);
    const leaf = tree.leaves[index];
    if (leaf === undefined) throw refuse('CLAIM-UNKNOWN', 'account', 'a payee of the era', account);
    return {
      era,
      account,
      cumulativeCredits: `${leaf.credits}`,
      cumulativeTokens: `${leaf.tokens}`,
      index,
      leafCount: tree.leaves.length,
      proof: tree.proof(index),
      header,
    };
  }

  async #era(era: number) {
    const row = await this.#context.db
      .selectFrom('era')
      .select(['header_json', 'leaves_json', 'voided'])
      .where('era', '=', era)
      .executeTakeFirst();
    if (row === undefined) throw refuse('ERA-UNKNOWN', 'era', 'an era that has ended', `${era}`);
    return row;
  }

  async evidence(hash: string): Promise<Uint8Array> {
    const row = await this.#context.db
      .selectFrom('evidence')
      .select('bytes')
      .where('hash', '=', hash)
      .executeTakeFirst();
    if (row === undefined) throw refuse('EVIDENCE-UNKNOWN', 'hash', 'evidence of a fault', hash);
    return row.bytes;
  }

  /** Computed at most every 300 ms, however many ask. */
  status(): Promise<StatusAnswer> {
    const nowMs = this.#context.nowMs();
    if (this.#status !== null && nowMs - this.#status.atMs < STATUS_FRESH_MS) return this.#status.answer;
    const answer = this.#computeStatus(nowMs);
    this.#status = { atMs: nowMs, answer };
    answer.catch(() => {
      this.#status = null;
    });
    return answer;
  }

  async #computeStatus(nowMs: number): Promise<StatusAnswer> {
    const { clock, policies } = this.#context;
    const epoch = epochAt(clock(), nowMs);
    const settledEpoch = this.#epochs.state.epoch - 1;
    const history = await this.#history();
    const nodes = await this.#nodes();
    return {
      nowMs,
      epoch,
      era: eraOf(clock(), epoch),
      epochEndsInMs: Math.max(0, epochEndMs(clock(), epoch) - nowMs),
      settledEpoch,
      phase: await this.phase(),
      priceMicrograinsPerNcuS: this.#price(epoch),
      utilisationPpm: history.at(-1)?.utilisationPpm ?? 0,
      policy: policyStatus(policies.answers, epoch),
      grainsPerUnit: policies.at(epoch).economy.grainsPerUnit,
      tasks: await this.#tasks(),
      totals: await this.#totals(),
      history,
      nodes,
      faults: await this.#faults(),
      eras: await this.eras(),
      conservation: await this.conservation(),
    };
  }

  #price(epoch: ReturnType<typeof epochAt>): number {
    const { state } = this.#epochs;
    const known = Math.min(Math.max(epoch, state.epoch), state.epoch + 1) as typeof epoch;
    return priceOf(state, known);
  }

  async #history(): Promise<StatusAnswer['history']> {
    const rows = await this.#context.db
      .selectFrom('statement')
      .select(['epoch', 'price', 'utilisation_ppm', 'used_ncu_ms', 'charged_grains', 'tokens_grains'])
      .orderBy('epoch', 'desc')
      .limit(HISTORY_EPOCHS)
      .execute();
    return rows.reverse().map((row) => ({
      epoch: row.epoch,
      priceMicrograinsPerNcuS: row.price,
      utilisationPpm: row.utilisation_ppm,
      usedNcuMs: row.used_ncu_ms,
      chargedGrains: row.charged_grains,
      tokensGrains: row.tokens_grains,
    }));
  }

  async #totals(): Promise<StatusAnswer['totals']> {
    const { fn } = this.#context.db;
    const sums = await this.#context.db
      .selectFrom('statement')
      .select([fn.sum('charged_grains').as('charged'), fn.sum('tokens_grains').as('tokens')])
      .executeTakeFirst();
    const refunds = await this.#context.db
      .selectFrom('fault')
      .select(fn.sum('refunded_grains').as('refunded'))
      .executeTakeFirst();
    return {
      chargedGrains: `${sums?.charged ?? 0}`,
      refundedGrains: `${refunds?.refunded ?? 0}`,
      tokensGrains: `${sums?.tokens ?? 0}`,
    };
  }

  async #tasks(): Promise<StatusAnswer['tasks']> {
    const rows = await this.#context.db
      .selectFrom('task')
      .select(({ fn }) => ['purpose', 'status', fn.countAll().as('n')])
      .groupBy(['purpose', 'status'])
      .execute();
    const count = (purpose: string, status?: string) =>
      rows
        .filter((row) => row.purpose === purpose && (status ?? row.status) === row.status)
        .reduce((sum, row) => sum + Number(row.n), 0);
    return {
      submitted: count('task'),
      queued: count('task', 'queued'),
      assigned: count('task', 'assigned'),
      done: count('task', 'done'),
      audits: count('audit', 'done'),
    };
  }

  async #nodes(): Promise<NodeAnswer[]> {
    const { db } = this.#context;
    const last = await db
      .selectFrom('statement')
      .select('statement_json')
      .orderBy('epoch', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (last === undefined) return [];
    const lines = nodeLines(JSON.parse(last.statement_json) as Statement);
    const totals = new Map((await db.selectFrom('node_total').selectAll().execute()).map((row) => [row.node_id, row]));
    return lines.map((line) => nodeAnswer(line, totals.get(line.nodeId)));
  }

  async #faults(): Promise<FaultAnswer[]> {
    const rows = await this.#context.db
      .selectFrom('fault')
      .innerJoin('evidence', 'evidence.hash', 'fault.evidence_hash')
      .innerJoin('device', 'device.node_id', 'fault.node_id')
      .selectAll('fault')
      .select(['evidence.description', 'device.operator'])
      .where('stage', '!=', 'found')
      .orderBy('proposed_epoch')
      .orderBy('fault_id')
      .execute();
    const groups = Map.groupBy(rows, (row) => `${row.node_id} ${row.offence}`);
    return [...groups.values()].map((group) => {
      // The vault took the bond for one piece of evidence; the others found nothing more to take.
      const row =
        group.find(({ proposed_tx }) => proposed_tx !== null) ??
        group.find(({ case_id }) => case_id !== null) ??
        group[0]!;
      return {
        faultId: row.fault_id,
        nodeId: row.node_id,
        operator: row.operator,
        offence: row.offence,
        stage: row.stage as FaultAnswer['stage'],
        proposedEpoch: row.proposed_epoch ?? -1,
        finalEpoch: row.final_epoch ?? -1,
        evidenceHash: row.evidence_hash,
        evidence: row.description,
        proofs: group.length,
        slashedGrains: row.stage === 'final' ? row.slash_grains : 0,
        refundedGrains: group.reduce((sum, { refunded_grains }) => sum + refunded_grains, 0),
        caseId: row.case_id,
        caseVerdict: row.case_verdict as FaultAnswer['caseVerdict'],
        proposedTx: row.proposed_tx,
        finalTx: row.final_tx,
      };
    });
  }

  async conservation(): Promise<ConservationAnswer> {
    const books = await readFact<ConservationAnswer>(this.#context.db, 'books');
    return books ?? { ledger: EMPTY_LEDGER, chain: null, agree: false };
  }

  /**
   * Running while work is sold. Then draining, until every task is done, every audit and fault is decided, every
   * holdback has vested, and every root that owes anything is final on the chain.
   */
  async phase(): Promise<StatusAnswer['phase']> {
    const { workEras, clock } = this.#context;
    const workEpochs = workEras === null ? Number.POSITIVE_INFINITY : workEras * clock().epochsPerEra;
    if (this.#epochs.current < workEpochs) return 'running';
    return (await this.#drained(workEpochs)) ? 'drained' : 'draining';
  }

  async #drained(workEpochs: number): Promise<boolean> {
    const { state } = this.#epochs;
    const { db } = this.#context;
    if (state.epoch < workEpochs) return false;
    const owed =
      state.nodes.holdback.eras.length + state.nodes.columns.held.at.length > 0 ||
      state.take.length + state.heldTake.length + state.openFaults.length > 0;
    if (owed) return false;
    const counts = await Promise.all([
      db.selectFrom('task').select('task_id').where('status', 'in', ['queued', 'assigned']).limit(1).execute(),
      db
        .selectFrom('task')
        .select('task_id')
        .where('escrow_open', '=', true)
        .where('status', '=', 'done')
        .limit(1)
        .execute(),
      db.selectFrom('audit').select('lease_id').where('status', '=', 'open').limit(1).execute(),
      db.selectFrom('verdict').select('verdict_id').where('settled_epoch', 'is', null).limit(1).execute(),
      db.selectFrom('withdrawal').select('withdrawal_id').where('settled_epoch', 'is', null).limit(1).execute(),
      db.selectFrom('usage').select('lease_id').where('settled_epoch', 'is', null).limit(1).execute(),
      db
        .selectFrom('fault')
        .select('fault_id')
        .where('chain_slash_id', 'is not', null)
        .where('chain_slash_id', '!=', 'none')
        .where('final_tx', 'is', null)
        .limit(1)
        .execute(),
      db.selectFrom('era').select('era').where('status', '!=', 'finalised').limit(1).execute(),
    ]);
    return counts.every((rows) => rows.length === 0) && (await this.#lastRootCoversPayouts());
  }

  /** The newest root owes exactly what the state has vested: nothing waits for another era. */
  async #lastRootCoversPayouts(): Promise<boolean> {
    const row = await this.#context.db
      .selectFrom('era')
      .select('header_json')
      .orderBy('era', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return false;
    const { payout: posted } = JSON.parse(row.header_json) as StoredHeader;
    const vested = (pick: 'cumulativeCredits' | 'cumulativeTokens') =>
      this.#epochs.state.payouts.reduce((sum, payout) => sum + BigInt(payout[pick]), 0n);
    return (
      BigInt(posted.credits) === vested('cumulativeCredits') && BigInt(posted.tokens) === vested('cumulativeTokens')
    );
  }
}

const EMPTY_LEDGER: ConservationAnswer['ledger'] = {
  balanced: true,
  creditsInGrains: '0',
  creditsOutGrains: '0',
  creditsHeldGrains: '0',
  tokensEmittedGrains: '0',
};

function policyStatus(policies: readonly PolicyAnswer[], epoch: number): StatusAnswer['policy'] {
  const next = policies.find(({ fromEpoch }) => fromEpoch > epoch) ?? null;
  return { ...(policies.findLast(({ fromEpoch }) => fromEpoch <= epoch) ?? policies[0]!), next };
}

interface NodeTotals {
  readonly credits_grains: number;
  readonly tokens_grains: number;
  readonly vested_credits_grains: number;
  readonly leases_done: number;
  readonly fuel: number;
  readonly cpu_us: number;
}

function nodeAnswer(line: NodeLine, totals: NodeTotals | undefined): NodeAnswer {
  return {
    nodeId: line.nodeId,
    operator: line.operator,
    className: line.className,
    status: line.status,
    bondGrains: line.bondGrains,
    bondRequiredGrains: line.bondRequiredGrains,
    earnedCreditsGrains: `${totals?.credits_grains ?? 0}`,
    earnedTokensGrains: `${totals?.tokens_grains ?? 0}`,
    vestedCreditsGrains: `${totals?.vested_credits_grains ?? 0}`,
    holdbackCreditsGrains: `${line.holdbackCreditsGrains}`,
    heldCreditsGrains: `${line.heldCreditsGrains}`,
    reputationPpm: line.reputationPpm,
    tasksDone: totals?.leases_done ?? 0,
    cpuMs: Math.floor((totals?.cpu_us ?? 0) / 1000),
    fuel: totals?.fuel ?? 0,
    margins: line.margins,
  };
}
