import { escrowAccount, escrowPosting, walletAccount } from '@stannary/billing';
import { appendPostings, balances } from '@stannary/billing/postgres';
import { epochAt, type Grains } from '@stannary/kernel';
import { encodeCbor, sha256, toHex } from '@stannary/wire';
import type { SelectQueryBuilder } from 'kysely';
import type { AccountAnswer, TaskAnswer, TaskRequest, TaskStatus } from './client/api.ts';
import type { Database, GatewayContext, Open, Tables } from './context.ts';
import { refuse } from './refusals.ts';

/** Bounds on what a consumer may ask for in one task. */
const FUEL_MAX = 1_000_000_000_000;
const ANSWER_ROWS_MAX = 500;

/** What consumers do: buy work, dispute it, take their money out. Every method speaks for one authenticated account. */
export class Tasks {
  readonly #context: GatewayContext;
  readonly #modules: ReadonlySet<string>;
  readonly #sellsWork: () => boolean;

  constructor(context: GatewayContext, modules: readonly string[], sellsWork: () => boolean) {
    this.#context = context;
    this.#modules = new Set(modules);
    this.#sellsWork = sellsWork;
  }

  /** Puts a task up for the next allocation; its charge limit moves from the wallet to escrow in the same transaction. */
  async submit(consumer: string, request: TaskRequest): Promise<TaskAnswer> {
    await this.#validate(request);
    const { db, nowMs, randomBytes, clock } = this.#context;
    const nonce = toHex(randomBytes(16));
    const identity = [consumer, nonce, request.moduleHash, request.inputHash, request.fuelMax, request.chargeGrainsMax];
    const taskId = toHex(sha256(encodeCbor(['task', ...identity])));
    await db.transaction().execute(async (open) => {
      const walletGrains = await freeGrainsOf(open, consumer);
      if (walletGrains < request.chargeGrainsMax) {
        throw refuse(
          'ACCOUNT-FUNDS',
          'chargeGrainsMax',
          `at most ${walletGrains} grains`,
          `${request.chargeGrainsMax}`,
        );
      }
      await this.#insert(open, taskId, consumer, request, nowMs());
      const escrow = escrowPosting({
        taskId,
        consumer,
        amountGrains: request.chargeGrainsMax as Grains,
        epoch: epochAt(clock(), nowMs()),
      });
      await appendPostings(open, [escrow], nowMs());
    });
    this.#context.count('tasks', 'submitted');
    return this.get(consumer, taskId);
  }

  async #validate(request: TaskRequest): Promise<void> {
    if (!this.#sellsWork()) throw refuse('TASK-CLOSED', 'task', 'a network that sells work', 'one that drains');
    if (!this.#modules.has(request.moduleHash)) {
      throw refuse('TASK-MODULE', 'moduleHash', [...this.#modules].join(' or '), request.moduleHash);
    }
    if (!(request.fuelMax >= 1 && request.fuelMax <= FUEL_MAX)) {
      throw refuse('TASK-FUEL', 'fuelMax', `1–${FUEL_MAX}`, `${request.fuelMax}`);
    }
    if (!(await this.#context.blobs.has(request.inputHash))) {
      throw refuse('TASK-INPUT', 'inputHash', 'a stored blob', request.inputHash);
    }
  }

  async #insert(
    open: Open,
    taskId: string,
    consumer: string,
    request: TaskRequest,
    submittedMs: number,
  ): Promise<void> {
    await open
      .insertInto('task')
      .values({
        task_id: taskId,
        consumer,
        purpose: 'task',
        audit_of: null,
        module_hash: request.moduleHash,
        input_hash: request.inputHash,
        fuel_max: request.fuelMax,
        charge_grains_max: request.chargeGrainsMax,
        status: 'queued',
        reason: null,
        excluded_json: '[]',
        need_json: request.need === undefined ? null : JSON.stringify(request.need),
        submitted_ms: submittedMs,
        done_ms: null,
        disputed: false,
        escrow_open: true,
      })
      .execute();
  }

  async get(consumer: string, taskId: string): Promise<TaskAnswer> {
    const [task] = await this.#select().where('task.task_id', '=', taskId).where('consumer', '=', consumer).execute();
    if (task === undefined) throw refuse('TASK-UNKNOWN', 'task', 'a task of this consumer', taskId);
    return answerOf(task);
  }

  /** Tasks done after a moment, oldest first. */
  async done(consumer: string, afterMs: number): Promise<TaskAnswer[]> {
    const rows = await this.#select()
      .where('consumer', '=', consumer)
      .where('task.status', '=', 'done')
      .where('task.done_ms', '>', afterMs)
      .orderBy('task.done_ms')
      .orderBy('task.task_id')
      .limit(ANSWER_ROWS_MAX)
      .execute();
    return rows.map(answerOf);
  }

  async dispute(consumer: string, taskId: string, reason: string): Promise<void> {
    const task = await this.get(consumer, taskId);
    if (task.status !== 'done') throw refuse('TASK-UNDONE', 'dispute', 'a done task', task.status);
    await this.#context.db.updateTable('task').set({ disputed: true }).where('task_id', '=', taskId).execute();
    this.#context.log('warn', 'task disputed', { taskId, reason: reason.slice(0, 200) });
    this.#context.count('tasks', 'disputed');
  }

  async account(consumer: string): Promise<AccountAnswer> {
    const { db } = this.#context;
    const [money, withdrawingGrains, faults, tasks] = await Promise.all([
      moneyOf(db, consumer),
      withdrawingOf(db, consumer),
      countRows(db.selectFrom('fault').where('stage', 'in', ['found', 'proposed'])),
      countRows(
        db
          .selectFrom('task')
          .where('consumer', '=', consumer)
          .where('purpose', '=', 'task')
          .where('status', 'in', ['queued', 'assigned']),
      ),
    ]);
    const { walletGrains, escrowGrains } = money;
    return {
      account: consumer,
      walletGrains: walletGrains - withdrawingGrains,
      escrowGrains,
      withdrawingGrains,
      openFaults: faults,
      tasksOpen: tasks,
    };
  }

  async withdraw(consumer: string, creditsGrains: number): Promise<void> {
    const row = { account: consumer, credits_grains: creditsGrains, settled_epoch: null };
    const withdrawalId = toHex(this.#context.randomBytes(16));
    // Looking and asking are one step: two requests at once must not both see the same money.
    await this.#context.db.transaction().execute(async (open) => {
      const walletGrains = await freeGrainsOf(open, consumer);
      if (!(creditsGrains >= 1 && creditsGrains <= walletGrains))
        throw refuse('ACCOUNT-FUNDS', 'creditsGrains', `1–${walletGrains} grains`, `${creditsGrains}`);
      await open
        .insertInto('withdrawal')
        .values({ withdrawal_id: withdrawalId, ...row })
        .execute();
    });
  }

  /** A done task has one lease that produced its result; earlier, abandoned ones do not show. */
  #select() {
    return this.#context.db
      .selectFrom('task')
      .leftJoin('lease', (join) => join.onRef('lease.task_id', '=', 'task.task_id').on('lease.status', '=', 'done'))
      .where('task.purpose', '=', 'task')
      .select([
        'task.task_id',
        'task.status',
        'task.module_hash',
        'task.input_hash',
        'task.reason',
        'task.submitted_ms',
        'task.done_ms',
        'lease.output_hash',
        'lease.fuel',
        'lease.node_id',
        'lease.epoch',
      ]);
  }
}

/** What the ledger holds for a consumer. */
async function moneyOf(db: Database, consumer: string): Promise<{ walletGrains: number; escrowGrains: number }> {
  const rows = await balances(db, `consumer:${consumer}:`);
  const of = (account: string) => Number(rows.find((row) => row.account === account)?.balanceGrains ?? 0);
  return { walletGrains: of(walletAccount(consumer)), escrowGrains: of(escrowAccount(consumer)) };
}

/** What may be spent or withdrawn. */
async function freeGrainsOf(open: Open, consumer: string): Promise<number> {
  return (await moneyOf(open, consumer)).walletGrains - (await withdrawingOf(open, consumer));
}

/** Asked for and not settled yet: still in the wallet, but no longer to be spent. */
async function withdrawingOf(db: Database, consumer: string): Promise<number> {
  const row = await db
    .selectFrom('withdrawal')
    .select(({ fn }) => fn.sum('credits_grains').as('grains'))
    .where('account', '=', consumer)
    .where('settled_epoch', 'is', null)
    .executeTakeFirst();
  return Number(row?.grains ?? 0);
}

async function countRows<Table extends keyof Tables>(
  query: SelectQueryBuilder<Tables, Table, object>,
): Promise<number> {
  const row = await query.select(({ fn }) => fn.countAll().as('n')).executeTakeFirstOrThrow();
  return Number(row.n);
}

interface TaskRow {
  readonly task_id: string;
  readonly status: string;
  readonly module_hash: string;
  readonly input_hash: string;
  readonly reason: string | null;
  readonly submitted_ms: number;
  readonly done_ms: number | null;
  readonly output_hash: string | null;
  readonly fuel: number | null;
  readonly node_id: string | null;
  readonly epoch: number | null;
}

function answerOf(row: TaskRow): TaskAnswer {
  return {
    taskId: row.task_id,
    status: row.status as TaskStatus,
    moduleHash: row.module_hash,
    inputHash: row.input_hash,
    outputHash: row.output_hash,
    fuel: row.fuel,
    nodeId: row.node_id,
    epoch: row.epoch,
    reason: row.reason,
    submittedMs: row.submitted_ms,
    doneMs: row.done_ms,
  };
}
