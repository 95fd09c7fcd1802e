import { ByteReader } from './binary.ts';
import type { CostClass, CostTable } from './cost.ts';
import {
  limitRefusal,
  MODULE_LIMITS,
  type ParsedModule,
  readValueType,
  type Section,
  type Signature,
  V128,
} from './module.ts';
import { NanFlow, type NanOrigins, type NanPolicy } from './nanflow.ts';
import {
  ignoresNanBits,
  type NanKind,
  nanKindOf,
  passesNanThrough,
  SHAPES,
  type SimdShape,
  simdNanKindOf,
  simdShapeOf,
} from './operators.ts';
import { forbidden } from './refusal.ts';
import { Regions } from './regions.ts';

/** What the rewriter needs to know of one function before it copies it. */
export interface FunctionPlan {
  /** Byte offset and opcode of each instruction; the body ends at `end`. */
  readonly offsets: readonly number[];
  readonly opcodes: readonly number[];
  readonly end: number;
  readonly localGroups: readonly { readonly count: number; readonly type: number }[];
  readonly localCount: number;
  /** Fuel by the index of the instruction it is paid before. */
  readonly charges: ReadonlyMap<number, number>;
  /** Instructions whose float result is made canonical. */
  readonly canonical: ReadonlyMap<number, NanKind>;
  /** Indices of the first instructions of loops: where the fuel is tested. */
  readonly loopStarts: ReadonlySet<number>;
  readonly hasCalls: boolean;
  /** Loops that call nothing, and calls: together they say whether fuel is better kept in a local variable. */
  readonly callFreeLoops: number;
  readonly calls: number;
  /** Logical size of one activation. */
  readonly frameWords: number;
}

// Return address, instance and the pass's own scratch locals.
const FRAME_OVERHEAD_WORDS = 8;

/**
 * Scans one function body once: where fuel is paid, which NaNs can be seen, how deep its operand stack grows.
 *
 * @throws ExecutionRefusal EXECUTION-FORBIDDEN-FEATURE, EXECUTION-MODULE-LIMIT
 */
export function analyseFunction(
  module: ParsedModule,
  body: Section,
  signature: Signature,
  cost: CostTable,
  nan: NanPolicy,
): FunctionPlan {
  const reader = new ByteReader(module.bytes, body.start, body.end);
  const localGroups = readLocalGroups(reader, signature);
  const localTypes = [
    ...signature.parameters,
    ...localGroups.flatMap(({ count, type }) => new Array(count).fill(type)),
  ];
  const scan = new FunctionScan(module, signature, reader, localTypes, cost, nan);
  scan.run();
  return {
    offsets: scan.offsets,
    opcodes: scan.opcodes,
    end: body.end,
    localGroups,
    localCount: localTypes.length,
    charges: scan.regions.charges,
    canonical: scan.nan.canonical,
    loopStarts: scan.loopStarts,
    hasCalls: scan.calls > 0,
    callFreeLoops: scan.callFreeLoops,
    calls: scan.calls,
    frameWords: localTypes.reduce((words, type) => words + wordsOf(type), FRAME_OVERHEAD_WORDS) + scan.stackWordsMax,
  };
}

function readLocalGroups(reader: ByteReader, signature: Signature): { count: number; type: number }[] {
  const groups: { count: number; type: number }[] = [];
  let words = signature.parameters.reduce((sum, type) => sum + wordsOf(type), 0);
  reader.each(() => {
    const count = reader.u32();
    const type = readValueType(reader);
    words += count * wordsOf(type);
    if (words > MODULE_LIMITS.frameWords) throw limitRefusal('locals of a function', MODULE_LIMITS.frameWords, words);
    groups.push({ count, type });
  });
  return groups;
}

function wordsOf(valueType: number): number {
  return valueType === V128 ? 2 : 1;
}

interface Frame {
  readonly isLoop: boolean;
  readonly signature: Signature;
  /** Height of the operand stack below the frame's own values. */
  readonly height: number;
  hasCalls: boolean;
}

const NO_VALUES: readonly number[] = [];

class FunctionScan {
  readonly offsets: number[] = [];
  readonly opcodes: number[] = [];
  readonly loopStarts = new Set<number>();
  readonly regions = new Regions();
  readonly nan: NanFlow;
  calls = 0;
  callFreeLoops = 0;
  stackWordsMax = 0;

  readonly module: ParsedModule;
  readonly reader: ByteReader;
  readonly cost: CostTable;
  readonly frames: Frame[] = [];
  readonly stack: NanOrigins[] = [];

  constructor(
    module: ParsedModule,
    signature: Signature,
    reader: ByteReader,
    localTypes: readonly number[],
    cost: CostTable,
    nan: NanPolicy,
  ) {
    this.module = module;
    this.reader = reader;
    this.cost = cost;
    this.nan = new NanFlow(nan, localTypes);
    this.frames.push({ isLoop: false, signature, height: 0, hasCalls: false });
  }

  run(): void {
    this.regions.open(0, false);
    this.regions.add(this.cost.entry);
    while (!this.reader.atEnd) {
      const index = this.offsets.length;
      this.offsets.push(this.reader.position);
      const opcode = this.reader.u8();
      this.opcodes.push(opcode);
      const rule = RULES.get(opcode) ?? plainOperator;
      rule(this, index, opcode);
    }
  }

  get top(): Frame {
    return this.frames.at(-1)!;
  }

  pay(cost: CostClass): void {
    this.regions.add(this.cost[cost]);
  }

  // A v128 counts as one slot here; the distance between our stack limit and the engine's allows for all of them
  // being wide.
  push(origins: NanOrigins = null): void {
    this.stack.push(origins);
    if (this.stack.length <= this.stackWordsMax) return;
    this.stackWordsMax = this.stack.length;
    if (this.stackWordsMax > MODULE_LIMITS.frameWords) {
      throw limitRefusal('operand stack of a function', MODULE_LIMITS.frameWords, this.stackWordsMax);
    }
  }

  /** Behind an unconditional branch the stack gives as many values as asked for; they never exist. */
  pop(): NanOrigins {
    return this.stack.length <= this.top.height ? null : this.stack.pop()!;
  }

  discard(count: number): void {
    for (let left = count; left > 0; left--) this.pop();
  }

  observe(count: number): void {
    for (let left = count; left > 0; left--) this.nan.observe(this.pop());
  }

  /** Values stay on the stack, but a branch carries them elsewhere. */
  observeTop(count: number): void {
    const lowest = Math.max(this.top.height, this.stack.length - count);
    for (let slot = lowest; slot < this.stack.length; slot++) this.nan.observe(this.stack[slot]!);
  }

  unreachable(): void {
    this.stack.length = this.top.height;
  }

  enter(index: number, isLoop: boolean, continuesParent: boolean, signature: Signature): void {
    this.observe(signature.parameters.length);
    this.frames.push({ isLoop, signature, height: this.stack.length, hasCalls: false });
    this.regions.open(index + 1, continuesParent);
    for (const _ of signature.parameters) this.push();
  }

  /** The branch's target as a frame number counted from the function. */
  target(label: number): number {
    return this.frames.length - 1 - label;
  }

  /** How many values a branch to the label carries. */
  arity(label: number): number {
    const frame = this.frames[this.target(label)]!;
    return (frame.isLoop ? frame.signature.parameters : frame.signature.results).length;
  }

  call(signature: Signature): void {
    this.observe(signature.parameters.length);
    for (const _ of signature.results) this.push();
    this.calls++;
    this.top.hasCalls = true;
  }

  blockSignature(): Signature {
    const first = this.reader.bytes[this.reader.position]!;
    if (first === 0x40) {
      this.reader.skip(1);
      return { parameters: NO_VALUES, results: NO_VALUES };
    }
    // Negative in the signed reading: a value type; else the index of a signature.
    if (first >= 0x40 && first < 0x80) return { parameters: NO_VALUES, results: [readValueType(this.reader)] };
    const signature = this.module.signatures[this.reader.s33()];
    if (signature === undefined) throw forbidden('block type', 'a value type in more than one byte');
    return signature;
  }

  skipMemoryArgument(): void {
    const alignment = this.reader.u32();
    if (alignment >= 0x40) throw forbidden('memory operator', 'a memory index');
    this.reader.skipLeb();
  }
}

type Rule = (scan: FunctionScan, index: number, opcode: number) => void;

const RULES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [0x00, (scan) => scan.unreachable()],
  [0x01, () => {}], // nop
  [0x02, (scan, index) => scan.enter(index, false, true, scan.blockSignature())],
  [0x03, loopOperator],
  [0x04, ifOperator],
  [0x05, elseOperator],
  [0x0b, endOperator],
  [0x0c, branchOperator],
  [0x0d, branchIfOperator],
  [0x0e, branchTableOperator],
  [0x0f, returnOperator],
  [0x10, callOperator],
  [0x11, callIndirectOperator],
  [0x1a, (scan) => scan.discard(1)], // drop
  [0x1b, selectOperator],
  [0x1c, typedSelectOperator],
  [0x20, localGetOperator],
  [0x21, localSetOperator],
  [0x22, localTeeOperator],
  [0x23, (scan) => indexed(scan, 'global', 0, 1)],
  [0x24, (scan) => indexed(scan, 'global', 1, 0)],
  [0x25, (scan) => indexed(scan, 'table', 1, 1)],
  [0x3f, (scan) => indexed(scan, 'simple', 0, 1)], // memory.size
  [0x40, (scan) => indexed(scan, 'memoryGrow', 1, 1)],
  [0x41, (scan) => indexed(scan, 'simple', 0, 1)], // i32.const
  [0x42, (scan) => indexed(scan, 'simple', 0, 1)], // i64.const
  [0x43, (scan) => floatConstant(scan, 4)],
  [0x44, (scan) => floatConstant(scan, 8)],
  [0xd0, nullReference],
  [0xd1, (scan) => shifted(scan, 'simple', 1, 1)], // ref.is_null
  [0xd2, (scan) => indexed(scan, 'simple', 0, 1)], // ref.func
  [0xfc, extendedOperator],
  [0xfd, simdOperator],
]);

function plainOperator(scan: FunctionScan, index: number, opcode: number): void {
  const shape = SHAPES[opcode];
  if (shape === undefined) throw forbidden('operator', `opcode 0x${opcode.toString(16)}`);
  if (opcode <= 0x3e) scan.skipMemoryArgument();
  scan.pay(shape.cost);
  if (passesNanThrough(opcode)) {
    scan.push(scan.pop());
    return;
  }
  if (ignoresNanBits(opcode)) scan.discard(shape.pops);
  else scan.observe(shape.pops);
  const nanKind = nanKindOf(opcode);
  if (shape.pushes > 0) scan.push(nanKind === undefined ? null : scan.nan.produce(index, nanKind));
}

function shifted(scan: FunctionScan, cost: CostClass, pops: number, pushes: number): void {
  scan.pay(cost);
  scan.observe(pops);
  for (let left = pushes; left > 0; left--) scan.push();
}

/** An operator with one LEB immediate. */
function indexed(scan: FunctionScan, cost: CostClass, pops: number, pushes: number): void {
  scan.reader.skipLeb();
  shifted(scan, cost, pops, pushes);
}

function floatConstant(scan: FunctionScan, bytes: number): void {
  scan.reader.skip(bytes);
  shifted(scan, 'simple', 0, 1);
}

function nullReference(scan: FunctionScan): void {
  readValueType(scan.reader);
  shifted(scan, 'simple', 0, 1);
}

function loopOperator(scan: FunctionScan, index: number): void {
  scan.enter(index, true, false, scan.blockSignature());
  scan.loopStarts.add(index + 1);
}

function ifOperator(scan: FunctionScan, index: number): void {
  const signature = scan.blockSignature();
  scan.pay('branch');
  scan.discard(1);
  scan.enter(index, false, false, signature);
}

function elseOperator(scan: FunctionScan, index: number): void {
  const { height, signature } = scan.top;
  scan.observe(scan.stack.length - height);
  for (const _ of signature.parameters) scan.push();
  scan.regions.split(index);
}

function endOperator(scan: FunctionScan, index: number): void {
  scan.observe(scan.stack.length - scan.top.height);
  scan.regions.close(index);
  const closed = scan.frames.pop()!;
  if (closed.isLoop && !closed.hasCalls) scan.callFreeLoops++;
  const parent = scan.frames.at(-1);
  if (parent === undefined) return;
  parent.hasCalls ||= closed.hasCalls;
  for (const _ of closed.signature.results) scan.push();
}

function branchOperator(scan: FunctionScan, index: number): void {
  const label = scan.reader.u32();
  scan.pay('branch');
  scan.observeTop(scan.arity(label));
  scan.unreachable();
  scan.regions.branch(index, scan.target(label));
}

function branchIfOperator(scan: FunctionScan, index: number): void {
  const label = scan.reader.u32();
  scan.pay('branch');
  scan.discard(1);
  scan.observeTop(scan.arity(label));
  scan.regions.branch(index, scan.target(label));
}

function branchTableOperator(scan: FunctionScan, index: number): void {
  let widestLabel = 0;
  const readLabel = () => {
    widestLabel = Math.max(widestLabel, scan.reader.u32());
  };
  scan.reader.each(readLabel);
  readLabel();
  scan.pay('branchTable');
  scan.discard(1);
  scan.observeTop(scan.stack.length);
  scan.unreachable();
  scan.regions.branch(index, scan.target(widestLabel));
}

function returnOperator(scan: FunctionScan, index: number): void {
  scan.observeTop(scan.frames[0]!.signature.results.length);
  scan.unreachable();
  scan.regions.branch(index, 0);
}

function callOperator(scan: FunctionScan): void {
  scan.pay('call');
  scan.call(scan.module.functions[scan.reader.u32()]!);
}

function callIndirectOperator(scan: FunctionScan): void {
  const signature = scan.module.signatures[scan.reader.u32()]!;
  scan.reader.skipLeb();
  scan.pay('callIndirect');
  scan.discard(1);
  scan.call(signature);
}

function selectOperator(scan: FunctionScan): void {
  scan.pay('simple');
  scan.discard(1);
  const right = scan.pop();
  scan.push(scan.nan.either(scan.pop(), right));
}

function typedSelectOperator(scan: FunctionScan): void {
  scan.reader.each(() => readValueType(scan.reader));
  selectOperator(scan);
}

function localGetOperator(scan: FunctionScan): void {
  scan.pay('simple');
  scan.push(scan.nan.readLocal(scan.reader.u32()));
}

function localSetOperator(scan: FunctionScan): void {
  scan.pay('simple');
  scan.nan.assignLocal(scan.reader.u32(), scan.pop());
}

function localTeeOperator(scan: FunctionScan): void {
  const origins = scan.pop();
  scan.pay('simple');
  scan.nan.assignLocal(scan.reader.u32(), origins);
  scan.push(origins);
}

// 0 … 7 saturating truncations, 8 memory.init, 10 memory.copy, 11 memory.fill, 16 table.size. Left out: data.drop (9)
// and the operators that change tables (12 … 17), whose effect no snapshot of memory and globals would hold.
function extendedOperator(scan: FunctionScan): void {
  const operator = scan.reader.u32();
  if (operator <= 7) {
    scan.pay('convert');
    scan.discard(1);
    scan.push();
  } else if (operator === 16) {
    indexed(scan, 'table', 0, 1);
  } else if (operator === 8 || operator === 10 || operator === 11) {
    scan.reader.skipLeb();
    if (operator !== 11) scan.reader.skipLeb();
    shifted(scan, 'bulk', 3, 0);
  } else {
    throw forbidden('operator', `0xfc ${operator}`);
  }
}

function simdOperator(scan: FunctionScan, index: number): void {
  const operator = scan.reader.u32();
  if (operator > 255) throw forbidden('operator', `relaxed SIMD ${operator}`);
  const shape = simdShapeOf(operator);
  skipSimdImmediate(scan, shape);
  scan.pay(shape.cost);
  scan.observe(shape.pops);
  const nanKind = simdNanKindOf(operator);
  if (shape.pushes > 0) scan.push(nanKind === undefined ? null : scan.nan.produce(index, nanKind));
}

function skipSimdImmediate(scan: FunctionScan, { immediate }: SimdShape): void {
  if (immediate === 'memory' || immediate === 'memoryAndLane') scan.skipMemoryArgument();
  if (immediate === 'lane' || immediate === 'memoryAndLane') scan.reader.skip(1);
  if (immediate === 'sixteenBytes') scan.reader.skip(16);
}
