import { appendPostings, balanceOf } from '@stannary/billing/postgres';
import { consumerEscrow, consumerWallet, escrowPosting } from '@stannary/billing';
import type { Grains } from '@stannary/kernel';
import { encodeCbor, sha256, toHex } from '@stannary/wire';
import type { AccountAnswer, TaskAnswer, TaskRequest, TaskStatus } from './client/api.ts';
import type { GatewayContext, Open } from './context.ts';
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
    const { db, nowMs, randomBytes } = this.#context;
    const nonce = toHex(randomBytes(16));
    const identity = [consumer, nonce, request.moduleHash, request.inputHash, request.fuelMax, request.chargeGrainsMax];
    const taskId = toHex(sha256(encodeCbor(['task', ...identity])));
    await db.transaction().execute(async (open) => {
      const wallet = await balanceOf(open, consumerWallet(consumer), 'credit');
      if (wallet < BigInt(request.chargeGrainsMax)) {
        throw refuse('ACCOUNT-FUNDS', 'chargeGrainsMax', `at most ${wallet} grains`, `${request.chargeGrainsMax}`);
      }
      await this.#insert(open, taskId, consumer, request, nowMs());
      await appendPostings(open, [escrowPosting({ taskId, consumer, grains: request.chargeGrainsMax as Grains })]);
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
    if (!(request.chargeGrainsMax >= 1 && Number.isSafeInteger(request.chargeGrainsMax))) {
      throw refuse('TASK-CHARGE', 'chargeGrainsMax', 'a positive number of grains', `${request.chargeGrainsMax}`);
    }
    if (!(await this.#context.blobs.has(request.inputHash))) {
      throw refuse('TASK-INPUT', 'inputHash', 'a stored blob', request.inputHash);
    }
  }

  async #insert(open: Open, taskId: string, consumer: string, request: TaskRequest, submittedMs: number): Promise<void> {
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
    const [wallet, escrow, withdrawing, faults, tasks] = await Promise.all([
      balanceOf(db, consumerWallet(consumer), 'credit'),
      balanceOf(db, consumerEscrow(consumer), 'credit'),
      this.#withdrawing(consumer),
      db.selectFrom('fault').select(({ fn }) => fn.countAll().as('n')).where('stage', 'in', ['found', 'proposed']).executeTakeFirstOrThrow(),
      db
        .selectFrom('task')
        .select(({ fn }) => fn.countAll().as('n'))
        .where('consumer', '=', consumer)
        .where('status', 'in', ['queued', 'assigned'])
        .executeTakeFirstOrThrow(),
    ]);
    return {
      account: consumer,
      walletGrains: Number(wallet) - withdrawing,
      escrowGrains: Number(escrow),
      withdrawingGrains: withdrawing,
      openFaults: Number(faults.n),
      tasksOpen: Number(tasks.n),
    };
  }

  async withdraw(consumer: string, creditsGrains: number): Promise<void> {
    const { walletGrains } = await this.account(consumer);
    if (!(creditsGrains >= 1 && creditsGrains <= walletGrains)) {
      throw refuse('ACCOUNT-FUNDS', 'creditsGrains', `1–${walletGrains} grains`, `${creditsGrains}`);
    }
    const row = { account: consumer, credits_grains: creditsGrains, settled_epoch: null };
    const withdrawalId = toHex(this.#context.randomBytes(16));
    await this.#context.db.insertInto('withdrawal').values({ withdrawal_id: withdrawalId, ...row }).execute();
  }

  async #withdrawing(consumer: string): Promise<number> {
    const row = await this.#context.db
      .selectFrom('withdrawal')
      .select(({ fn }) => fn.sum('credits_grains').as('grains'))
      .where('account', '=', consumer)
      .where('settled_epoch', 'is', null)
      .executeTakeFirst();
    return Number(row?.grains ?? 0);
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
