import { abiRefusal, type MeteredModule, type TaskFunction } from './compile.ts';
import { type EngineGlobal, type EngineInstance, type EngineMemory, engine, WASM_PAGE_BYTES } from './engine.ts';
import { METER_PREFIX, stateGlobalName } from './meter.ts';
import { I64 } from './module.ts';
import { ExecutionRefusal } from './refusal.ts';
import { FAULT } from './rewrite.ts';

/** A task's memory and mutable globals between two steps, when its stack is empty: enough to go on from elsewhere. */
export interface Snapshot {
  /** Number of the checkpoint it belongs to. */
  readonly index: number;
  /** Fuel used up to it. */
  readonly fuel: number;
  readonly memory: Uint8Array;
  /** As in TaskState. */
  readonly globals: Uint8Array;
}

/**
 * One running task. Everything the module says (pointers, lengths, step results) is taken as hostile; everything
 * it does ends as a return or as an ExecutionRefusal.
 */
export class TaskInstance {
  readonly #module: MeteredModule;
  readonly #fuelMax: number;
  readonly #exports: EngineInstance['exports'];
  readonly #fuel: EngineGlobal;

  /**
   * @param fuelMax a safe integer ≥ 0
   * @throws ExecutionRefusal EXECUTION-TRAP (a segment outside of memory), EXECUTION-ENGINE
   */
  constructor(module: MeteredModule, fuelMax: number) {
    if (!Number.isSafeInteger(fuelMax) || fuelMax < 0)
      throw new Error(`fuelMax: expected a safe integer ≥ 0, got ${fuelMax}`);
    this.#module = module;
    this.#fuelMax = fuelMax;
    this.#exports = this.#guarded('instantiation', () => new engine.Instance(module.compiled)).exports;
    this.#fuel = this.#exports[`${METER_PREFIX}fuel`] as EngineGlobal;
    this.#fuel.value = BigInt(fuelMax);
  }

  /** Fuel used so far. */
  get fuel(): number {
    return this.#fuelMax - Number(this.#fuel.value);
  }

  /** A fresh view: growing detaches the last one. */
  get memory(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  get globals(): Uint8Array {
    const out = new DataView(new ArrayBuffer(this.#globalsBytes()));
    let offset = 0;
    for (const { isWide, handle } of this.#stateGlobals()) {
      if (isWide) out.setBigInt64(offset, handle.value as bigint, true);
      else out.setInt32(offset, handle.value as number, true);
      offset += isWide ? 8 : 4;
    }
    return new Uint8Array(out.buffer);
  }

  /** Takes fuel for what the host does on the task's behalf. */
  spend(fuel: number): void {
    this.#fuel.value = (this.#fuel.value as bigint) - BigInt(fuel);
    this.#refuseOverdraft('host');
  }

  /** Runs what WebAssembly would have run at instantiation, now that it is paid for. */
  start(): void {
    const start = this.#exports[`${METER_PREFIX}start`] as (() => void) | undefined;
    if (start !== undefined) this.#guarded('start', start);
    this.#refuseOverdraft('start');
  }

  /**
   * Calls one of the task's functions. Its i32 result, signed.
   * @throws ExecutionRefusal EXECUTION-OUT-OF-FUEL, EXECUTION-STACK, EXECUTION-TRAP, EXECUTION-ENGINE
   */
  call(name: TaskFunction, ...parameters: number[]): number {
    this.spend(this.#module.cost.hostCall);
    const result = this.#guarded(name, () => (this.#exports[name] as (...values: number[]) => number)(...parameters));
    this.#refuseOverdraft(name);
    return result;
  }

  /** One step; true when the task says that it is done. */
  step(): boolean {
    const result = this.call('step');
    if (result !== 0 && result !== 1) throw abiRefusal('step', '0 or 1', `${result}`);
    return result === 1;
  }

  /** Puts a snapshot in place of the module's initial state. False when it cannot be a state of this module. */
  restore(snapshot: Snapshot): boolean {
    const { memory } = this.#module.original;
    const pages = snapshot.memory.length / WASM_PAGE_BYTES;
    const fits = memory !== null && Number.isInteger(pages) && pages >= memory.pagesMin && pages <= memory.pagesMax;
    if (!fits || snapshot.globals.length !== this.#globalsBytes()) return false;
    if (!Number.isSafeInteger(snapshot.fuel) || snapshot.fuel < 0 || snapshot.fuel > this.#fuelMax) return false;
    const missing = pages - this.#memory.buffer.byteLength / WASM_PAGE_BYTES;
    if (missing > 0) this.#guarded('snapshot', () => this.#memory.grow(missing));
    this.memory.set(snapshot.memory);
    this.#restoreGlobals(snapshot.globals);
    this.#fuel.value = BigInt(this.#fuelMax - snapshot.fuel);
    return true;
  }

  #restoreGlobals(globals: Uint8Array): void {
    const view = new DataView(globals.buffer, globals.byteOffset, globals.length);
    let offset = 0;
    for (const { isWide, handle } of this.#stateGlobals()) {
      handle.value = isWide ? view.getBigInt64(offset, true) : view.getInt32(offset, true);
      offset += isWide ? 8 : 4;
    }
  }

  get #memory(): EngineMemory {
    return this.#exports.memory as EngineMemory;
  }

  #stateGlobals(): { isWide: boolean; handle: EngineGlobal }[] {
    return this.#module.stateGlobals.map((index) => ({
      isWide: this.#isWide(index),
      handle: this.#exports[stateGlobalName(index)] as EngineGlobal,
    }));
  }

  #globalsBytes(): number {
    return this.#module.stateGlobals.reduce((bytes, index) => bytes + (this.#isWide(index) ? 8 : 4), 0);
  }

  #isWide(index: number): boolean {
    return this.#module.original.globals[index]!.valueType === I64;
  }

  #guarded<Result>(where: string, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      throw this.#refusalOf(where, error);
    }
  }

  // A native stack overflow or a failed allocation is a RangeError. The limits of the pass come first on any engine
  // with a megabyte of stack, so it speaks of this machine.
  #refusalOf(where: string, error: unknown): unknown {
    const fault = (this.#exports?.[`${METER_PREFIX}fault`] as EngineGlobal | undefined)?.value ?? FAULT.none;
    if (fault === FAULT.outOfFuel) return this.#outOfFuel(where);
    if (fault === FAULT.stack) {
      return new ExecutionRefusal('EXECUTION-STACK', {
        where,
        expected: 'a stack within the limit',
        got: 'an overflow',
      });
    }
    const expected = 'a return';
    if (fault === FAULT.memoryRefused || error instanceof RangeError) {
      return new ExecutionRefusal('EXECUTION-ENGINE', {
        where,
        expected,
        got: `too little memory or stack here: ${error}`,
      });
    }
    if (error instanceof engine.RuntimeError) {
      return new ExecutionRefusal('EXECUTION-TRAP', { where, expected, got: error.message });
    }
    return error;
  }

  // A function that is a leaf without loops pays without testing.
  #refuseOverdraft(where: string): void {
    if ((this.#fuel.value as bigint) < 0n) throw this.#outOfFuel(where);
  }

  #outOfFuel(where: string): ExecutionRefusal {
    return new ExecutionRefusal('EXECUTION-OUT-OF-FUEL', {
      where,
      expected: `at most ${this.#fuelMax} fuel`,
      got: 'more',
    });
  }
}
