import { compileTask, costTableHash, type MeteredModule, type TaskRun } from '@stannary/execution';
import type { WorkItem } from '@stannary/gateway/client';
import {
  coseSign1,
  encodeTaskReceipt,
  encodeTaskResult,
  type Hash,
  type Sign,
  taskReceiptId,
  toHex,
} from '@stannary/wire';
import type { CpuMeter } from './cpu-time.ts';
import { nativeSha256 } from './native-hash.ts';
import type { AadAt } from './policies.ts';
import type { TaskUsage } from './records.ts';
import { MeterRefusal } from './refusal.ts';
import type { ProviderTransport } from './transport.ts';

/** Runs a task to its end on this thread. `runTask` of execution is one. */
export type Execute = (task: {
  readonly module: MeteredModule;
  readonly input: Uint8Array;
  readonly fuelMax: number;
  /** SHA-256 by the platform. */
  readonly hash: Hash;
}) => TaskRun;

export interface TaskRunnerOptions {
  readonly transport: Pick<ProviderTransport, 'blob'>;
  readonly execute: Execute;
  readonly cpu: CpuMeter;
  readonly aadAt: AadAt;
  readonly sign: Sign;
  readonly nowMs: () => number;
}

/** An executed task: what is posted, and what it used. */
export interface ExecutedTask {
  readonly result: Uint8Array;
  readonly usage: TaskUsage;
}

/** Compiled modules that are kept; each holds its machine code, some hundred kB. */
const MODULES_MAX = 8;

/**
 * Executes work items. In this process and on this thread: a worker thread's compiler and collector could not be told
 * from the task's own time. So nothing else runs meanwhile, and a caller must let the event loop turn between items.
 */
export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  readonly #modules = new Map<string, MeteredModule>();

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  /**
   * @throws MeterRefusal METER-BLOB-HASH; what `transport.blob` throws; execution's refusals: a module that is not
   *   allowed, a trap, no fuel left
   */
  async run(item: WorkItem): Promise<ExecutedTask> {
    const { execute, cpu, nowMs, aadAt, sign } = this.#options;
    const aad = aadAt(item.epoch);
    const module = await this.#module(item.moduleHash);
    const input = await this.#blob(item.inputHash);
    const startedMs = nowMs();
    const before = cpu.readCoreMicroseconds();
    const run = execute({ module, input, fuelMax: item.fuelMax, hash: nativeSha256 });
    const coreMicroseconds = cpu.readCoreMicroseconds() - before;
    const endedMs = nowMs();
    const receipt = receiptBytes(item, run);
    const cose = await coseSign1(receipt, aad, sign);
    const receiptId = taskReceiptId(receipt, aad, nativeSha256);
    const { leaseId, epoch } = item;
    const usage = { leaseId, epoch, startedMs, endedMs, fuel: run.fuel, coreMicroseconds, receiptId };
    return { result: encodeTaskResult({ cose, output: run.output }), usage };
  }

  /** From the cache, where the least recently used goes first. */
  async #module(hash: string): Promise<MeteredModule> {
    const module = this.#modules.get(hash) ?? compileTask(await this.#blob(hash));
    this.#modules.delete(hash);
    this.#modules.set(hash, module);
    for (const oldest of this.#modules.keys()) {
      if (this.#modules.size <= MODULES_MAX) break;
      this.#modules.delete(oldest);
    }
    return module;
  }

  async #blob(hash: string): Promise<Uint8Array> {
    const bytes = await this.#options.transport.blob(hash);
    const got = toHex(nativeSha256(bytes));
    if (got === hash) return bytes;
    throw new MeterRefusal('METER-BLOB-HASH', { expected: hash, got, where: `blob of ${bytes.length} bytes` });
  }
}

function receiptBytes(item: WorkItem, run: TaskRun): Uint8Array {
  return encodeTaskReceipt({
    taskId: item.taskId,
    moduleHash: item.moduleHash,
    inputHash: item.inputHash,
    outputHash: toHex(nativeSha256(run.output)),
    fuel: run.fuel,
    checkpointRoot: run.checkpointRoot,
    checkpointCount: run.checkpointCount,
    costTableHash,
  });
}
