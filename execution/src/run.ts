import { type Hash, sha256, toHex } from '@stannary/wire';
import { PageTree, stateLeaf, taskRoot } from './commitment.ts';
import type { MeteredModule } from './compile.ts';
import { WASM_PAGE_BYTES } from './engine.ts';
import { type Snapshot, TaskInstance } from './instance.ts';
import { type ExecutionCode, ExecutionRefusal } from './refusal.ts';

/** Fuel between two checkpoints: about half a second of work, against which hashing a small memory is a hundredth. */
export const CHECKPOINT_FUEL = 5_000_000_000;

export const INPUT_BYTES_MAX = 67_108_864;
export const OUTPUT_BYTES_MAX = 16_777_216;

/** What every replica of a task must agree on before it starts. */
export interface TaskTerms {
  readonly module: MeteredModule;
  /** A safe integer ≥ 0; a task that needs one unit more is refused. */
  readonly fuelMax: number;
  /** A checkpoint follows the first step that reaches a multiple of it. Default CHECKPOINT_FUEL. */
  readonly checkpointFuel?: number;
  /** SHA-256; default the portable one. A server passes a native one, which is several times faster on pages. */
  readonly hash?: Hash;
}

/** A task to run. */
export interface TaskRequest extends TaskTerms {
  readonly input: Uint8Array;
  /**
   * Sees every checkpoint as it is made; `takeSnapshot` copies the state, for whoever may be asked to prove an
   * interval.
   */
  readonly onCheckpoint?: (leaf: Uint8Array, takeSnapshot: () => Snapshot) => void;
}

/** A finished task; everything in it is the same on every honest replica. */
export interface TaskRun {
  readonly output: Uint8Array;
  /** Fuel used, opening and closing included. */
  readonly fuel: number;
  /** Hex of the Merkle root over `leaves`. */
  readonly checkpointRoot: string;
  /** At least 2: the opening, with the input in place, and the end. */
  readonly checkpointCount: number;
  /** One commitment per checkpoint. */
  readonly leaves: readonly Uint8Array[];
}

/**
 * Runs a task to its end.
 *
 * @throws ExecutionRefusal EXECUTION-INPUT-SIZE, EXECUTION-INPUT-RANGE, EXECUTION-OUTPUT-SIZE, EXECUTION-OUTPUT-RANGE,
 *   EXECUTION-OUT-OF-FUEL, EXECUTION-STACK, EXECUTION-TRAP, EXECUTION-ABI (a step says neither 0 nor 1),
 *   EXECUTION-ENGINE
 * @example
 *   const { output, fuel, checkpointRoot } = runTask({ module, input, fuelMax: 20_000_000 });
 */
export function runTask(request: TaskRequest): TaskRun {
  const hash = request.hash ?? sha256;
  const instance = new TaskInstance(request.module, request.fuelMax);
  const recorder = new Recorder(instance, hash, request.onCheckpoint);
  openTask(instance, request.module, request.input);
  recorder.checkpoint();
  while (!advance(instance, request.checkpointFuel)) recorder.checkpoint();
  const output = closeTask(instance);
  recorder.checkpoint();
  return {
    output,
    fuel: instance.fuel,
    checkpointRoot: toHex(taskRoot(recorder.leaves, hash)),
    checkpointCount: recorder.leaves.length,
    leaves: recorder.leaves,
  };
}

/** Brings a fresh instance to checkpoint 0: memory and input are paid, the input is written. */
export function openTask(instance: TaskInstance, module: MeteredModule, input: Uint8Array): void {
  if (input.length > INPUT_BYTES_MAX) throw sizeRefusal('EXECUTION-INPUT-SIZE', INPUT_BYTES_MAX, input.length);
  const givenBytes = (module.original.memory?.pagesMin ?? 0) * WASM_PAGE_BYTES + input.length;
  instance.spend(givenBytes * module.cost.byte);
  instance.start();
  const pointer = instance.call('reserve', input.length) >>> 0;
  const memory = instance.memory;
  if (pointer + input.length > memory.length) {
    throw rangeRefusal('EXECUTION-INPUT-RANGE', pointer, input.length, memory.length);
  }
  memory.set(input, pointer);
}

/**
 * Steps until the next checkpoint is due; true when the task is done instead. Depends on nothing but the state, so
 * that an interval begun from a snapshot ends where the original one did.
 */
export function advance(instance: TaskInstance, checkpointFuel: number = CHECKPOINT_FUEL): boolean {
  if (!Number.isSafeInteger(checkpointFuel) || checkpointFuel < 1) {
    throw new Error(`checkpointFuel: expected a safe integer ≥ 1, got ${checkpointFuel}`);
  }
  const due = (Math.floor(instance.fuel / checkpointFuel) + 1) * checkpointFuel;
  while (!instance.step()) if (instance.fuel >= due) return false;
  return true;
}

/** Fetches the output of a task that is done: a copy. */
export function closeTask(instance: TaskInstance): Uint8Array {
  const pointer = instance.call('output') >>> 0;
  const length = instance.call('outputLength') >>> 0;
  if (length > OUTPUT_BYTES_MAX) throw sizeRefusal('EXECUTION-OUTPUT-SIZE', OUTPUT_BYTES_MAX, length);
  const memory = instance.memory;
  if (pointer + length > memory.length) throw rangeRefusal('EXECUTION-OUTPUT-RANGE', pointer, length, memory.length);
  return memory.slice(pointer, pointer + length);
}

/** Commits to an instance's states, one after another. */
export class Recorder {
  readonly leaves: Uint8Array[] = [];
  readonly #instance: TaskInstance;
  readonly #hash: Hash;
  readonly #onCheckpoint: TaskRequest['onCheckpoint'];
  readonly #tree: PageTree;
  readonly #firstIndex: number;

  /** @param firstIndex number of the first checkpoint, for a run that goes on from a snapshot */
  constructor(instance: TaskInstance, hash: Hash, onCheckpoint?: TaskRequest['onCheckpoint'], firstIndex = 0) {
    this.#instance = instance;
    this.#hash = hash;
    this.#onCheckpoint = onCheckpoint;
    this.#tree = new PageTree(hash);
    this.#firstIndex = firstIndex;
  }

  checkpoint(): Uint8Array {
    const { fuel, memory, globals } = this.#instance;
    const index = this.#firstIndex + this.leaves.length;
    const memoryRoot = this.#tree.update(memory);
    const leaf = stateLeaf({ index, fuel, memoryBytes: memory.length, memoryRoot, globals }, this.#hash);
    this.leaves.push(leaf);
    this.#onCheckpoint?.(leaf, () => ({ index, fuel, memory: memory.slice(), globals }));
    return leaf;
  }
}

function sizeRefusal(code: ExecutionCode, most: number, got: number): ExecutionRefusal {
  const where = code === 'EXECUTION-INPUT-SIZE' ? 'input' : 'output';
  return new ExecutionRefusal(code, { where, expected: `at most ${most} bytes`, got: `${got}` });
}

function rangeRefusal(code: ExecutionCode, pointer: number, length: number, memoryBytes: number): ExecutionRefusal {
  return new ExecutionRefusal(code, {
    where: code === 'EXECUTION-INPUT-RANGE' ? 'reserve' : 'output',
    expected: `a range within ${memoryBytes} bytes of memory`,
    got: `${length} bytes at ${pointer}`,
  });
}
