import { hash as nodeHash } from 'node:crypto';
import {
  compileTask,
  encodeMatmulInput,
  encodeSha256Input,
  expectedMatmul,
  type MeteredModule,
  runTask,
} from '@stannary/execution';
import type { GatewayClient, NetworkAnswer, TaskAnswer } from '@stannary/gateway/client';
import { chargeGrains, type MicrograinsPerNcuS, normaliseQuantity } from '@stannary/kernel';
import { RESOURCE_CODES } from '@stannary/wire';
import type { Corpus } from './corpus.ts';
import { type Request, shapeOf, type TaskShape } from './demand.ts';

/** Headroom over the fuel that the consumer expects: a receipt above the limit is refused. */
const FUEL_HEADROOM = 1.5;
/** Headroom over the current price: it may move before the task runs. */
const PRICE_HEADROOM = 2;
const PROBE_FUEL_MAX = 1e11;
const PROBE_BYTES = 65_536;
const PROBE_ROUNDS = 1_000;
const PROBE_SIZE = 24;

/** What the consumer has seen so far. */
export interface ConsumerCounts {
  readonly submitted: number;
  readonly verified: number;
  /** Results that were not what the input demands: disputed, and the work bought again. */
  readonly wrong: number;
}

export interface ConsumerOptions {
  readonly client: GatewayClient;
  readonly network: NetworkAnswer;
  readonly corpus: Corpus;
  /** `checkedThroughMs` of an earlier consumer of this account, 0 for the first. */
  readonly checkedThroughMs: number;
  readonly onCounts: (counts: ConsumerCounts) => void;
  readonly log: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Buys work on real bytes and believes nothing: every result is computed again with other code and compared. */
export class Consumer {
  readonly #options: ConsumerOptions;
  #forecast: FuelForecast | null = null;
  readonly #inputs = new Map<string, Uint8Array>();
  #counts: ConsumerCounts = { submitted: 0, verified: 0, wrong: 0 };
  #checkedThroughMs: number;
  readonly #checked = new Set<string>();
  readonly #toBuyAgain: { readonly module: TaskShape['module']; readonly input: Uint8Array }[] = [];

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#checkedThroughMs = options.checkedThroughMs;
  }

  /** Every task that was done up to here has been looked at: where a restart goes on. */
  get checkedThroughMs(): number {
    return this.#checkedThroughMs;
  }

  get counts(): ConsumerCounts {
    return this.#counts;
  }

  /** Nothing of what was bought is still open. */
  get idle(): boolean {
    return this.#counts.verified >= this.#counts.submitted - this.#counts.wrong;
  }

  /** Fetches the task modules, so that fuel can be foreseen. */
  async prepare(): Promise<void> {
    const { client, network } = this.#options;
    const [sha256, matmul] = await Promise.all([
      client.blob(network.modules.sha256!),
      client.blob(network.modules.matmul!),
    ]);
    this.#forecast = new FuelForecast(compileTask(sha256), compileTask(matmul));
  }

  /** Buys the task that stands for the `index`-th request. */
  async buy(request: Request, index: number): Promise<void> {
    const shape = shapeOf(request, index);
    const bytes = await this.#options.corpus.take(shape.inputBytes);
    const input =
      shape.module === 'sha256'
        ? encodeSha256Input({ rounds: shape.rounds, bytes })
        : encodeMatmulInput({ size: shape.size, bytes });
    await this.#submit(shape.module, input);
  }

  async #submit(module: TaskShape['module'], input: Uint8Array): Promise<void> {
    const { client, network } = this.#options;
    const inputHash = await client.putBlob(input);
    const fuelMax = Math.ceil(this.#forecast!.fuelOf(module, input) * FUEL_HEADROOM);
    const moduleHash = network.modules[module]!;
    const { priceMicrograinsPerNcuS } = await client.status();
    const fuel = network.economy.resources.find((resource) => resource.code === RESOURCE_CODES.fuel)!;
    const price = (priceMicrograinsPerNcuS * PRICE_HEADROOM) as MicrograinsPerNcuS;
    // Work below an NCU·ms rounds down to nothing; a ceiling is a grain at least.
    const chargeGrainsMax = Math.max(1, chargeGrains(normaliseQuantity(fuel, fuelMax), price));
    const task = await client.submitTask({ moduleHash, inputHash, fuelMax, chargeGrainsMax });
    this.#inputs.set(task.taskId, input);
    this.#count({ submitted: this.#counts.submitted + 1 });
  }

  /** Looks at what was done since the last call; false when there was nothing new. */
  async check(): Promise<boolean> {
    const done = await this.#options.client.doneTasks(Math.max(0, this.#checkedThroughMs - 1));
    const fresh = done.filter((task) => !this.#checked.has(task.taskId));
    for (const task of fresh) {
      await this.#verify(task);
      this.#checked.add(task.taskId);
      this.#checkedThroughMs = Math.max(this.#checkedThroughMs, task.doneMs ?? 0);
    }
    await this.#buyAgain();
    return fresh.length > 0;
  }

  async #verify(task: TaskAnswer): Promise<void> {
    const { client, network, log } = this.#options;
    const input = this.#inputs.get(task.taskId) ?? (await client.blob(task.inputHash));
    this.#inputs.delete(task.taskId);
    const module = task.moduleHash === network.modules.matmul ? 'matmul' : 'sha256';
    const output = await client.blob(task.outputHash!);
    if (Buffer.from(expectedOutput(module, input)).equals(output)) {
      this.#count({ verified: this.#counts.verified + 1 });
      return;
    }
    this.#count({ wrong: this.#counts.wrong + 1 });
    log('wrong result', { taskId: task.taskId, nodeId: task.nodeId, module });
    await client.disputeTask(task.taskId, `the ${module} result is not what the input demands`);
    this.#toBuyAgain.push({ module, input });
  }

  /** Buys what came back wrong once more; waits for funds, and gives up where the network sells no more. */
  async #buyAgain(): Promise<void> {
    for (let next = this.#toBuyAgain[0]; next !== undefined; next = this.#toBuyAgain[0]) {
      try {
        await this.#submit(next.module, next.input);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === 'ACCOUNT-FUNDS') return;
        if (code !== 'TASK-CLOSED') throw error;
        this.#options.log('work could not be bought again', { module: next.module });
      }
      this.#toBuyAgain.shift();
    }
  }

  #count(change: Partial<ConsumerCounts>): void {
    this.#counts = { ...this.#counts, ...change };
    this.#options.onCounts(this.#counts);
  }
}

/**
 * What a task will burn. Fuel is exact and the same everywhere, and both modules are regular: a hash chain's fuel is
 * linear in bytes and rounds, a matrix product's grows with the cube of its size. So a few small runs foresee the rest.
 */
class FuelForecast {
  readonly #base: number;
  readonly #perByte: number;
  readonly #perRound: number;
  readonly #perCell: number;

  constructor(sha256: MeteredModule, matmul: MeteredModule) {
    const burn = (module: MeteredModule, input: Uint8Array) => runTask({ module, input, fuelMax: PROBE_FUEL_MAX }).fuel;
    const chain = (rounds: number, length: number) =>
      burn(sha256, encodeSha256Input({ rounds, bytes: new Uint8Array(length) }));
    this.#base = chain(0, 1);
    this.#perByte = (chain(0, PROBE_BYTES) - this.#base) / PROBE_BYTES;
    this.#perRound = (chain(PROBE_ROUNDS, 1) - this.#base) / PROBE_ROUNDS;
    this.#perCell = burn(matmul, encodeMatmulInput({ size: PROBE_SIZE, bytes: new Uint8Array(64) })) / PROBE_SIZE ** 3;
  }

  fuelOf(module: TaskShape['module'], input: Uint8Array): number {
    const parameter = new DataView(input.buffer, input.byteOffset, input.byteLength).getUint32(0, true);
    if (module === 'matmul') return this.#perCell * Math.max(parameter, PROBE_SIZE) ** 3;
    return this.#base + this.#perByte * input.length + this.#perRound * parameter;
  }
}

/** The result by other code: node:crypto for hash chains, plain JavaScript numbers for the matrix product. */
function expectedOutput(module: TaskShape['module'], input: Uint8Array): Uint8Array {
  if (module === 'matmul') return expectedMatmul(input);
  const rounds = new DataView(input.buffer, input.byteOffset, input.byteLength).getUint32(0, true);
  let digest = nodeHash('sha256', input.subarray(4), 'buffer');
  for (let round = 0; round < rounds; round += 1) digest = nodeHash('sha256', digest, 'buffer');
  return digest;
}
