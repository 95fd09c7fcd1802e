import type { FunctionPlan } from './analyse.ts';
import { ByteReader, ByteWriter } from './binary.ts';
import { type CostTable, STACK_WORDS_MAX } from './cost.ts';
import { WASM_PAGE_BYTES } from './engine.ts';
import { F32, F64, I32, I64, type Signature, V128 } from './module.ts';
import type { NanKind } from './operators.ts';

/** Why a rewritten module stopped itself, as the host reads it from the exported fault global. 0: it did not. */
export const FAULT = { none: 0, outOfFuel: 1, stack: 2, memoryRefused: 3 } as const;

/** Where the fuel count lives while a function runs; `auto` decides per function. The count is the same in each. */
export type FuelPlacement = 'auto' | 'local' | 'global';

/** Indices of the globals that the pass appends. */
export interface MeterGlobals {
  /** i64: fuel left. */
  readonly fuel: number;
  /** i32: words of stack in use. */
  readonly depth: number;
  /** i32: one of FAULT. */
  readonly fault: number;
}

/** What all functions of one module share. */
export interface RewriteContext {
  readonly bytes: Uint8Array;
  readonly globals: MeterGlobals;
  readonly cost: CostTable;
  readonly placement: FuelPlacement;
  readonly memoryPagesMax: number;
  /** The bytes of a block type with these results. */
  blockTypeOf(results: readonly number[]): Uint8Array;
}

const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eq: 0x46,
  i32GtU: 0x4b,
  i64LtS: 0x53,
  i64LeU: 0x58,
  i32Add: 0x6a,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64ExtendI32U: 0xad,
  extended: 0xfc,
  simd: 0xfd,
} as const;

const VOID = 0x40;

/**
 * Copies one function, inserting what the plan says: nothing is reordered, nothing optimised. Returns the new body,
 * local declarations included.
 */
export function rewriteFunction(context: RewriteContext, plan: FunctionPlan, signature: Signature): Uint8Array {
  const rewriter = new FunctionRewriter(context, plan, signature);
  rewriter.run();
  return rewriter.body();
}

class FunctionRewriter {
  readonly #context: RewriteContext;
  readonly #plan: FunctionPlan;
  readonly #signature: Signature;
  readonly #out: ByteWriter;
  readonly #scratchTypes: number[] = [];
  readonly #scratch = new Map<string, number>();
  readonly #fuelIsLocal: boolean;
  /** Open constructs inside the function: the label of a branch to its end. */
  #openLabels = 0;

  constructor(context: RewriteContext, plan: FunctionPlan, signature: Signature) {
    this.#context = context;
    this.#plan = plan;
    this.#signature = signature;
    this.#out = new ByteWriter((plan.end - plan.offsets[0]!) * 2 + 64);
    this.#fuelIsLocal = context.placement === 'auto' ? paysInLocal(plan) : context.placement === 'local';
  }

  run(): void {
    if (this.#plan.hasCalls) this.#enterStack();
    if (this.#fuelIsLocal) this.#reloadFuel();
    if (this.#isWrapped) {
      this.#out.u8(OP.block);
      this.#out.raw(this.#context.blockTypeOf(this.#signature.results));
    }
    for (let index = 0; index < this.#plan.offsets.length; index++) this.#instruction(index);
  }

  body(): Uint8Array {
    const body = new ByteWriter(this.#out.length + 64);
    body.u32(this.#plan.localGroups.length + this.#scratchTypes.length);
    for (const { count, type } of this.#plan.localGroups) {
      body.u32(count);
      body.u8(type);
    }
    for (const type of this.#scratchTypes) body.raw([1, type]);
    body.raw(this.#out.view);
    return body.view;
  }

  // Every way out then passes one place, where fuel and stack depth are written back.
  get #isWrapped(): boolean {
    return this.#fuelIsLocal || this.#plan.hasCalls;
  }

  #instruction(index: number): void {
    const charge = this.#plan.charges.get(index);
    if (charge !== undefined) this.#charge(charge, this.#isTested(index));
    const start = this.#plan.offsets[index]!;
    const end = this.#plan.offsets[index + 1] ?? this.#plan.end;
    this.#copy(this.#plan.opcodes[index]!, this.#context.bytes.subarray(start, end));
    const nanKind = this.#plan.canonical.get(index);
    if (nanKind !== undefined) this.#canonicalise(nanKind);
  }

  // No endless run passes these two by; elsewhere the overshoot is one path without a loop, the same on every engine.
  #isTested(index: number): boolean {
    return this.#plan.loopStarts.has(index) || (index === 0 && this.#plan.hasCalls);
  }

  #copy(opcode: number, instruction: Uint8Array): void {
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) this.#openLabels++;
    if (opcode === OP.end && this.#openLabels-- === 0) this.#leave();
    if (opcode === OP.return && this.#isWrapped) this.#indexed(OP.branch, this.#openLabels);
    else if (opcode === OP.call || opcode === OP.callIndirect) this.#call(instruction);
    else if (opcode === OP.memoryGrow) this.#growMemory();
    else if (opcode === OP.extended) this.#extended(instruction);
    else this.#out.raw(instruction);
  }

  #leave(): void {
    if (!this.#isWrapped) return;
    this.#out.u8(OP.end);
    if (this.#fuelIsLocal) this.#flushFuel();
    if (!this.#plan.hasCalls) return;
    this.#get(this.#local('depth', I32));
    this.#indexed(OP.globalSet, this.#context.globals.depth);
  }

  #call(instruction: Uint8Array): void {
    if (this.#fuelIsLocal) this.#flushFuel();
    this.#out.raw(instruction);
    if (this.#fuelIsLocal) this.#reloadFuel();
  }

  // Only functions that call can recurse; one frame of a leaf is bounded by MODULE_LIMITS.frameWords.
  #enterStack(): void {
    const { depth } = this.#context.globals;
    this.#indexed(OP.globalGet, depth);
    this.#indexed(OP.localTee, this.#local('depth', I32));
    this.#constant(OP.i32Const, this.#plan.frameWords);
    this.#out.u8(OP.i32Add);
    this.#indexed(OP.globalSet, depth);
    this.#indexed(OP.globalGet, depth);
    this.#constant(OP.i32Const, STACK_WORDS_MAX);
    this.#out.u8(OP.i32GtU);
    this.#stopIf(FAULT.stack);
  }

  #charge(fuel: number, isTested: boolean): void {
    this.#getFuel();
    this.#constant(OP.i64Const, fuel);
    this.#out.u8(OP.i64Sub);
    this.#setFuel();
    if (isTested) this.#testFuel();
  }

  /** fuel −= u32(local) × each, tested at once because the length is the program's own choice. */
  #chargeLength(local: number, each: number): void {
    if (each === 0) return;
    this.#getFuel();
    this.#get(local);
    this.#out.u8(OP.i64ExtendI32U);
    this.#constant(OP.i64Const, each);
    this.#out.raw([OP.i64Mul, OP.i64Sub]);
    this.#setFuel();
    this.#testFuel();
  }

  #testFuel(): void {
    this.#getFuel();
    this.#constant(OP.i64Const, 0);
    this.#out.u8(OP.i64LtS);
    this.#stopIf(FAULT.outOfFuel);
  }

  #stopIf(fault: number): void {
    this.#out.raw([OP.if, VOID]);
    this.#constant(OP.i32Const, fault);
    this.#indexed(OP.globalSet, this.#context.globals.fault);
    this.#out.raw([OP.unreachable, OP.end]);
  }

  // A refusal below the declared maximum is this machine's shortage, not the program's: handing −1 on would let two
  // honest replicas differ. Pages are paid when they were given, so that asking for too many costs no more than asking.
  #growMemory(): void {
    const delta = this.#local('length', I32);
    const result = this.#local('result', I32);
    this.#indexed(OP.localTee, delta);
    this.#out.raw([OP.memoryGrow, 0]);
    this.#indexed(OP.localTee, result);
    this.#constant(OP.i32Const, -1);
    this.#out.raw([OP.i32Eq, OP.if, VOID, OP.memorySize, 0, OP.i64ExtendI32U]);
    this.#get(delta);
    this.#out.raw([OP.i64ExtendI32U, OP.i64Add]);
    this.#constant(OP.i64Const, this.#context.memoryPagesMax);
    this.#out.u8(OP.i64LeU);
    this.#stopIf(FAULT.memoryRefused);
    this.#out.u8(OP.else);
    this.#chargeLength(delta, this.#context.cost.byte * WASM_PAGE_BYTES);
    this.#out.u8(OP.end);
    this.#get(result);
  }

  #extended(instruction: Uint8Array): void {
    const operator = new ByteReader(instruction, 1).u32();
    if (operator === 8 || operator === 10 || operator === 11) {
      const length = this.#local('length', I32);
      this.#indexed(OP.localTee, length);
      this.#chargeLength(length, this.#context.cost.byte);
    }
    this.#out.raw(instruction);
  }

  #canonicalise(kind: NanKind): void {
    if (kind === 'f32x4' || kind === 'f64x2') this.#canonicaliseLanes(kind);
    else this.#canonicaliseScalar(kind);
  }

  // v ≠ v is the only NaN test there is. A branch beats a select for scalars: it is never taken in most programs.
  #canonicaliseScalar(kind: 'f32' | 'f64'): void {
    const value = this.#local(kind, kind === 'f32' ? F32 : F64);
    this.#indexed(OP.localTee, value);
    this.#get(value);
    this.#out.raw([NOT_EQUAL[kind], OP.if, VOID]);
    this.#out.raw(CANONICAL_NAN[kind]);
    this.#indexed(OP.localSet, value);
    this.#out.u8(OP.end);
    this.#get(value);
  }

  /** bitselect(v, NaN, v = v), lane by lane. */
  #canonicaliseLanes(kind: 'f32x4' | 'f64x2'): void {
    const value = this.#local('v128', V128);
    this.#indexed(OP.localTee, value);
    this.#out.raw(CANONICAL_NAN[kind]);
    this.#get(value);
    this.#get(value);
    this.#simd(kind === 'f32x4' ? 65 : 71);
    this.#simd(82);
  }

  #simd(operator: number): void {
    this.#out.u8(OP.simd);
    this.#out.u32(operator);
  }

  #getFuel(): void {
    if (this.#fuelIsLocal) this.#get(this.#local('fuel', I64));
    else this.#indexed(OP.globalGet, this.#context.globals.fuel);
  }

  #setFuel(): void {
    if (this.#fuelIsLocal) this.#indexed(OP.localSet, this.#local('fuel', I64));
    else this.#indexed(OP.globalSet, this.#context.globals.fuel);
  }

  #flushFuel(): void {
    this.#getFuel();
    this.#indexed(OP.globalSet, this.#context.globals.fuel);
  }

  #reloadFuel(): void {
    this.#indexed(OP.globalGet, this.#context.globals.fuel);
    this.#setFuel();
  }

  #get(local: number): void {
    this.#indexed(OP.localGet, local);
  }

  #indexed(opcode: number, index: number): void {
    this.#out.u8(opcode);
    this.#out.u32(index);
  }

  #constant(opcode: number, value: number): void {
    this.#out.u8(opcode);
    this.#out.signed(value);
  }

  /** A scratch variable behind the function's own, the same one for every use of the name. */
  #local(name: string, type: number): number {
    const known = this.#scratch.get(name);
    if (known !== undefined) return known;
    const index = this.#plan.localCount + this.#scratchTypes.length;
    this.#scratchTypes.push(type);
    this.#scratch.set(name, index);
    return index;
  }
}

// A local variable is a register in the inner loop, but must be written back around every call. Above two calls per
// loop that itself calls nothing, the writing back costs more than the register saves.
function paysInLocal(plan: FunctionPlan): boolean {
  return plan.callFreeLoops > 0 && plan.calls <= 2 * plan.callFreeLoops;
}

const NOT_EQUAL = { f32: 0x5c, f64: 0x62 } as const;
const F32_NAN = [0x00, 0x00, 0xc0, 0x7f];
const F64_NAN = [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f];

const CANONICAL_NAN: Readonly<Record<NanKind, readonly number[]>> = {
  f32: [0x43, ...F32_NAN],
  f64: [0x44, ...F64_NAN],
  f32x4: [OP.simd, 12, ...F32_NAN, ...F32_NAN, ...F32_NAN, ...F32_NAN],
  f64x2: [OP.simd, 12, ...F64_NAN, ...F64_NAN],
};
