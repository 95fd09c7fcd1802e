import {
  type DeliveredResult,
  drawAudits,
  type Evidence,
  judgeReplicas,
  replicaNodes,
  type SignedReceipt,
  type TaskResultFact,
} from '@stannary/arbitration';
import { chargeLines, type EconomyState, type Epoch, type Grains, nodeStates, type Statement } from '@stannary/kernel';
import { decodeTaskReceipt, encodeCbor, parseCose, sha256, toHex } from '@stannary/wire';
import type { GatewayContext, Open } from './context.ts';
import type { Devices } from './devices.ts';
import { addVerdict, type Faults } from './faults.ts';

/** A replica that nobody took for this many epochs may be run by any operator that is still eligible. */
const EPOCHS_TO_WIDEN = 2;

/** One execution of a task's work, as it is stored. */
interface Execution {
  readonly leaseId: string;
  readonly taskId: string;
  readonly nodeId: string;
  readonly epoch: number;
  readonly operator: string;
  readonly receipt: Uint8Array;
}

/**
 * Sampled re-execution. What is drawn is sold again as ordinary work to another operator, who cannot tell it from a
 * task; when results differ, more replicas decide. Arbitration decides; this class asks it and keeps what it said.
 */
export class Audits {
  readonly #context: GatewayContext;
  readonly #devices: Devices;
  readonly #faults: Faults;
  #latest: { readonly state: EconomyState; readonly beacon: string } | null = null;

  constructor(context: GatewayContext, devices: Devices, faults: Faults) {
    this.#context = context;
    this.#devices = devices;
    this.#faults = faults;
  }

  /** What draws and judgements start from: the last settled state and its beacon. */
  know(state: EconomyState, beacon: string): void {
    this.#latest = { state, beacon };
  }

  /** Draws the audits of an epoch that is just settled, in the settlement's own transaction. */
  async draw(open: Open, statement: Statement, state: EconomyState): Promise<void> {
    const results = await this.#delivered(open, statement);
    const taskOf = new Map(results.map((result) => [result.taskId, result]));
    for (const draw of drawAudits(this.#context.policyAt(statement.epoch).economy, state, statement.beacon, results)) {
      if (draw.isAudited)
        await this.#open(open, taskOf.get(draw.taskId)!.leaseId, statement.epoch, { state, beacon: statement.beacon });
    }
  }

  async #delivered(open: Open, statement: Statement): Promise<(DeliveredResult & { leaseId: string })[]> {
    const rows = await open
      .selectFrom('lease')
      .innerJoin('task', 'task.task_id', 'lease.task_id')
      .where('lease.epoch', '=', statement.epoch)
      .where('lease.status', '=', 'done')
      .where('task.purpose', '=', 'task')
      .select(['lease.lease_id', 'lease.task_id', 'lease.node_id', 'task.disputed'])
      .orderBy('lease.task_id')
      .execute();
    const pay = new Map(chargeLines(statement).map((line) => [line.leaseId, line.earnedGrains]));
    return rows.map((row) => ({
      taskId: row.task_id,
      nodeId: row.node_id,
      leaseId: row.lease_id,
      payGrains: pay.get(row.lease_id) ?? (0 as Grains),
      isDisputed: row.disputed,
    }));
  }

  /** Puts a result under re-execution: one blind replica first. */
  async #open(
    open: Open,
    leaseId: string,
    epoch: number,
    known: { state: EconomyState; beacon: string },
  ): Promise<void> {
    const added = await open
      .insertInto('audit')
      .values({ lease_id: leaseId, epoch, status: 'open', reason: null })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 0n) return;
    this.#context.count('audits', 'opened');
    const original = await this.#execution(open, leaseId);
    await this.#addReplicas(open, original, [], 1, known);
  }

  /** Judges every open audit that has news, and opens those that consumers asked for; false: nothing to hurry for. */
  async judge(): Promise<boolean> {
    const known = this.#latest;
    if (known === null) return false;
    await this.#openDisputed(known);
    const rows = await this.#context.db
      .selectFrom('audit')
      .select(['lease_id', 'epoch'])
      .where('status', '=', 'open')
      .orderBy('epoch')
      .orderBy('lease_id')
      .execute();
    for (const row of rows) await this.#context.db.transaction().execute((open) => this.#judgeOne(open, row, known));
    return false;
  }

  async #openDisputed(known: { state: EconomyState; beacon: string }): Promise<void> {
    const rows = await this.#context.db
      .selectFrom('task')
      .innerJoin('lease', 'lease.task_id', 'task.task_id')
      .leftJoin('audit', 'audit.lease_id', 'lease.lease_id')
      .where('task.disputed', '=', true)
      .where('lease.status', '=', 'done')
      .where('lease.epoch', '<', known.state.epoch)
      .where('audit.lease_id', 'is', null)
      .select(['lease.lease_id', 'lease.epoch'])
      .execute();
    for (const row of rows)
      await this.#context.db.transaction().execute((open) => this.#open(open, row.lease_id, row.epoch, known));
  }

  async #judgeOne(
    open: Open,
    { lease_id: leaseId, epoch }: { lease_id: string; epoch: number },
    known: { state: EconomyState; beacon: string },
  ): Promise<void> {
    const replicas = await this.#replicas(open, leaseId);
    const waiting = replicas.filter((replica) => replica.status !== 'done');
    if (replicas.length > 0 && waiting.length > 0) {
      await this.#widen(open, leaseId, replicas, known.state.epoch);
      return;
    }
    const original = await this.#execution(open, leaseId);
    const executions = await Promise.all(replicas.map((replica) => this.#execution(open, replica.leaseId!)));
    const judged = executions.map(factOf);
    const judgement = judgeReplicas(
      factOf(original),
      judged,
      this.#context.policyAt(epoch).economy.verification.replicasToConvict,
      this.#operatorsLeft(original, executions, known.state),
    );
    switch (judgement.kind) {
      case 'pending':
        return this.#addReplicas(open, original, executions, judgement.need, known);
      case 'confirmed':
        await this.#close(open, leaseId, 'confirmed', null);
        return this.#confirm(open, leaseId, judgement.agreeing);
      case 'unresolved':
        return this.#close(open, leaseId, 'unresolved', judgement.reason);
      case 'fault':
        await this.#close(open, leaseId, 'fault', null);
        await this.#confirm(open, leaseId, judgement.agreeing);
        return this.#convict(open, original, executions, judgement.convicted, judgement.agreeing);
    }
  }

  async #close(open: Open, leaseId: string, status: string, reason: string | null): Promise<void> {
    await open.updateTable('audit').set({ status, reason }).where('lease_id', '=', leaseId).execute();
    this.#context.count('audits', status);
  }

  /** Everybody whose result stands gets an observation, replicas too: running them well is work done well. */
  async #confirm(open: Open, leaseId: string, nodeIds: readonly string[]): Promise<void> {
    for (const nodeId of nodeIds) {
      await addVerdict(open, this.#context.nowMs(), `confirmed ${leaseId} ${nodeId}`, {
        kind: 'observation',
        nodeId,
        outcome: 'confirmed',
        count: 1,
      });
    }
  }

  /** The challenger is the first replica's operator that the truth agrees with. */
  async #convict(
    open: Open,
    original: Execution,
    replicas: readonly Execution[],
    convicted: readonly string[],
    agreeing: readonly string[],
  ): Promise<void> {
    const challenger = replicas.find((replica) => agreeing.includes(replica.nodeId))!.operator;
    const evidence: Evidence = {
      kind: 'wrong-result',
      proof: {
        taskId: original.taskId,
        original: this.#signed(original),
        replicas: replicas.map((replica) => this.#signed(replica)),
      },
    };
    for (const execution of [original, ...replicas].filter(({ nodeId }) => convicted.includes(nodeId))) {
      await this.#faults.wrongResult(open, {
        nodeId: execution.nodeId,
        leaseId: execution.leaseId,
        challenger,
        evidence,
      });
    }
  }

  #signed({ nodeId, epoch, receipt }: Execution): SignedReceipt {
    return { nodeId, aad: this.#context.policyAt(epoch).aad, cose: receipt };
  }

  /** Sells the work again to operators drawn by the beacon, each under a task id that says nothing of the first. */
  async #addReplicas(
    open: Open,
    original: Execution,
    before: readonly Execution[],
    count: number,
    known: { state: EconomyState; beacon: string },
  ): Promise<void> {
    const candidates = nodeStates(known.state)
      .filter((node) => node.status === 'active')
      .map(({ nodeId, operator, bondGrains }) => ({ nodeId, operator, bondGrains }));
    const excludedOperators = before.map(({ operator }) => operator);
    const drawn = replicaNodes({
      beacon: known.beacon,
      taskId: original.taskId,
      accusedOperator: original.operator,
      candidates,
      count,
      excludedOperators,
    });
    const task = await open
      .selectFrom('task')
      .selectAll()
      .where('task_id', '=', original.taskId)
      .executeTakeFirstOrThrow();
    for (const [index, nodeId] of drawn.entries()) {
      const chosen = this.#devices.get(nodeId)!.operator;
      const others = this.#devices
        .all()
        .filter(({ operator }) => operator !== chosen)
        .map(({ operator }) => operator);
      await open
        .insertInto('task')
        .values({
          ...task,
          task_id: toHex(
            sha256(encodeCbor(['replica', original.leaseId, before.length + index, this.#context.randomBytes(16)])),
          ),
          purpose: 'audit',
          audit_of: original.leaseId,
          charge_grains_max: Number.MAX_SAFE_INTEGER,
          status: 'queued',
          reason: null,
          excluded_json: JSON.stringify([...new Set(others)].sort()),
          submitted_ms: this.#context.nowMs(),
          done_ms: null,
          disputed: false,
          escrow_open: false,
        })
        .execute();
    }
  }

  /** A drawn operator that offers nothing must not stall the audit for ever. */
  async #widen(open: Open, leaseId: string, replicas: readonly Replica[], epoch: Epoch): Promise<void> {
    const { epochMs } = this.#context.clock();
    const stale = replicas.filter(
      (replica) =>
        replica.status === 'queued' && this.#context.nowMs() - replica.submittedMs > EPOCHS_TO_WIDEN * epochMs,
    );
    if (stale.length === 0) return;
    const original = await this.#execution(open, leaseId);
    const taken = replicas
      .filter((replica) => replica.nodeId !== null)
      .map((replica) => this.#devices.get(replica.nodeId!)!.operator);
    const excluded = JSON.stringify([...new Set([original.operator, ...taken])].sort());
    const [first] = stale;
    const { numUpdatedRows } = await open
      .updateTable('task')
      .set({ excluded_json: excluded })
      .where('task_id', '=', first!.taskId)
      .where('excluded_json', '!=', excluded)
      .executeTakeFirstOrThrow();
    // Judged several times a second, it is said once.
    if (numUpdatedRows > 0n)
      this.#context.log('warn', 'replica offered to everybody', { leaseId, taskId: first!.taskId, epoch });
  }

  #operatorsLeft(original: Execution, replicas: readonly Execution[], state: EconomyState): number {
    const seen = new Set([original.operator, ...replicas.map(({ operator }) => operator)]);
    return new Set(
      nodeStates(state)
        .filter((node) => node.status === 'active' && !seen.has(node.operator))
        .map((node) => node.operator),
    ).size;
  }

  async #replicas(open: Open, leaseId: string): Promise<Replica[]> {
    const rows = await open
      .selectFrom('task')
      .leftJoin('lease', (join) => join.onRef('lease.task_id', '=', 'task.task_id').on('lease.status', '=', 'done'))
      .where('task.audit_of', '=', leaseId)
      .select(['task.task_id', 'task.status', 'task.submitted_ms', 'lease.lease_id', 'lease.node_id'])
      .orderBy('task.submitted_ms')
      .orderBy('task.task_id')
      .execute();
    return rows.map((row) => ({
      taskId: row.task_id,
      status: row.status,
      submittedMs: row.submitted_ms,
      leaseId: row.lease_id,
      nodeId: row.node_id,
    }));
  }

  async #execution(open: Open, leaseId: string): Promise<Execution> {
    const row = await open
      .selectFrom('lease')
      .select(['lease_id', 'task_id', 'node_id', 'epoch', 'receipt'])
      .where('lease_id', '=', leaseId)
      .executeTakeFirstOrThrow();
    const operator = this.#devices.get(row.node_id)!.operator;
    const { task_id: taskId, node_id: nodeId, epoch } = row;
    return { leaseId, taskId, nodeId, epoch, operator, receipt: row.receipt! };
  }
}

interface Replica {
  readonly taskId: string;
  readonly status: string;
  readonly submittedMs: number;
  readonly leaseId: string | null;
  readonly nodeId: string | null;
}

function factOf({ nodeId, operator, receipt }: Execution): TaskResultFact {
  return { nodeId, operator, receipt: decodeTaskReceipt(parseCose(receipt).payload) };
}
