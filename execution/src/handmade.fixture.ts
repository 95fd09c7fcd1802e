import { ByteWriter } from './binary.ts';
import { F32, F64, I32, I64, modulePreamble, SECTION } from './module.ts';

// Modules put together byte by byte, for tests that need what no compiler would write.

export interface HandmadeFunction {
  readonly parameters?: readonly number[];
  readonly results?: readonly number[];
  readonly locals?: readonly number[];
  /** Operators without the closing end. */
  readonly code: readonly number[];
  readonly exportName?: string;
}

export interface Handmade {
  readonly functions: readonly HandmadeFunction[];
  readonly memoryPages?: number;
  readonly memoryPagesMax?: number;
  /** Global entries: type, mutability, initial expression with its end. */
  readonly globals?: readonly (readonly number[])[];
  /** Whole payloads of sections that are not built from the above, or replace what is. */
  readonly sections?: Readonly<Record<number, readonly number[]>>;
}

/** Unsigned LEB128. */
export function uint(value: number): number[] {
  const out = new ByteWriter(8);
  out.u32(value);
  return [...out.view];
}

/** Signed LEB128. */
function int(value: number): number[] {
  const out = new ByteWriter(12);
  out.signed(value);
  return [...out.view];
}

export function text(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...uint(bytes.length), ...bytes];
}

export function vector(items: readonly (readonly number[])[]): number[] {
  return [...uint(items.length), ...items.flat()];
}

export function i32(value: number): number[] {
  return [0x41, ...int(value)];
}

export function i64(value: number): number[] {
  return [0x42, ...int(value)];
}

/** A constant from its bits. */
export function f64(bits: bigint): number[] {
  return [0x44, ...new Uint8Array(new BigUint64Array([bits]).buffer)];
}

export function handmade(parts: Handmade): Uint8Array {
  const payloads = new Map<number, readonly number[]>([
    [SECTION.type, vector(parts.functions.map(typeOf))],
    [SECTION.function, vector(parts.functions.map((_, index) => uint(index)))],
    [SECTION.code, vector(parts.functions.map(bodyOf))],
    [SECTION.export, vector(exportsOf(parts))],
  ]);
  if (parts.memoryPages !== undefined) payloads.set(SECTION.memory, memoryOf(parts));
  if (parts.globals !== undefined) payloads.set(SECTION.global, vector(parts.globals));
  for (const [id, payload] of Object.entries(parts.sections ?? {})) payloads.set(Number(id), payload);
  const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11].filter((id) => payloads.has(id));
  const sections = order.flatMap((id) => [id, ...uint(payloads.get(id)!.length), ...payloads.get(id)!]);
  return new Uint8Array([...modulePreamble(), ...sections]);
}

/**
 * The functions of the task ABI, each replaceable; by default a task that is done at once and answers with its input.
 */
export interface HandmadeTask {
  readonly reserve?: readonly number[];
  readonly step?: readonly number[];
  readonly stepLocals?: readonly number[];
  readonly output?: readonly number[];
  readonly outputLength?: readonly number[];
  readonly more?: readonly HandmadeFunction[];
  readonly memoryPages?: number;
  readonly memoryPagesMax?: number;
  readonly globals?: Handmade['globals'];
  readonly sections?: Handmade['sections'];
}

/** Where the default reserve() puts the input. */
export const INPUT_AT = 1_024;

/** Global 0 is i32, mutable: the input's length. Functions 0 … 3 are reserve, step, output, outputLength. */
export function handmadeTask(parts: HandmadeTask = {}): Uint8Array {
  const results = [I32];
  return handmade({
    functions: [
      {
        parameters: [I32],
        results,
        code: parts.reserve ?? [0x20, 0, 0x24, 0, ...i32(INPUT_AT)],
        exportName: 'reserve',
      },
      { results, locals: parts.stepLocals ?? [], code: parts.step ?? i32(1), exportName: 'step' },
      { results, code: parts.output ?? i32(INPUT_AT), exportName: 'output' },
      { results, code: parts.outputLength ?? [0x23, 0], exportName: 'outputLength' },
      ...(parts.more ?? []),
    ],
    memoryPages: parts.memoryPages ?? 1,
    ...(parts.memoryPagesMax === undefined ? {} : { memoryPagesMax: parts.memoryPagesMax }),
    globals: parts.globals ?? [[I32, 1, ...i32(0), 0x0b]],
    ...(parts.sections === undefined ? {} : { sections: parts.sections }),
  });
}

/**
 * Counts global 0 down by one a step, each time running `work` first; done at zero. The input's length is the count.
 */
export function countdownTask(work: readonly number[], parts: HandmadeTask = {}): Uint8Array {
  return handmadeTask({
    ...parts,
    step: [...work, 0x23, 0, ...i32(1), 0x6b, 0x24, 0, 0x23, 0, 0x45],
  });
}

/** Values that make and carry NaNs: payloads, signalling ones, both signs, and what arithmetic turns into NaN. */
export const NAN_INPUT: Uint8Array = new Uint8Array(
  new BigUint64Array([
    0x7ff8_0000_0000_0000n,
    0xfff8_0000_0000_0000n,
    0x7ff8_1234_5678_9abcn,
    0xfff0_0000_dead_beefn,
    0x7ff0_0000_0000_0001n,
    0x7ff0_0000_0000_0000n,
    0xfff0_0000_0000_0000n,
    0x8000_0000_0000_0000n,
    0xbff8_0000_0000_0000n,
    0x7fa0_1234_ffc0_4321n,
    0xff80_0000_7f80_0000n,
    0x7f80_0001_ffff_ffffn,
  ]).buffer,
);

const F64_UNARY = [0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f];
const F64_BINARY = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6];
const F32_UNARY = F64_UNARY.map((opcode) => opcode - 14);
const F32_BINARY = F64_BINARY.map((opcode) => opcode - 14);
const F32X4 = { unary: [0x67, 0x68, 0x69, 0x6a, 0xe0, 0xe1, 0xe3], binary: [0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9] };
const F64X2 = { unary: [0x74, 0x75, 0x7a, 0x94, 0xec, 0xed, 0xef], binary: [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5] };
const SIMD_UNARY = [...F32X4.unary, ...F64X2.unary, 0x5e, 0x5f];
const SIMD_BINARY = [...F32X4.binary, ...F64X2.binary];

const RESULTS_AT = 4_096;

/** A task that puts NAN_INPUT and constants through every float operator and writes down the bits of every result. */
export function nanTortureTask(): Uint8Array {
  const lines = new ResultLines();
  const offsets = Array.from({ length: NAN_INPUT.length / 8 }, (_, index) => index * 8);
  // Loaded operands leave the processor to choose a NaN; constant ones let an optimising compiler choose it beforehand.
  const doubles = [...offsets.map(loadF64), ...FOLDED.map(f64)];
  const singles = [...offsets.map(loadF32), ...FOLDED.map((bits) => [...f64(bits), 0xb6])];
  const vectors = offsets.map(loadV128);
  for (const left of doubles) {
    for (const opcode of F64_UNARY) lines.add('f64', [...left, opcode]);
    for (const opcode of F64_BINARY) for (const right of doubles) lines.add('f64', [...left, ...right, opcode]);
    lines.add('f32', [...left, 0xb6]);
  }
  for (const left of singles) {
    for (const opcode of F32_UNARY) lines.add('f32', [...left, opcode]);
    for (const opcode of F32_BINARY) for (const right of singles) lines.add('f32', [...left, ...right, opcode]);
    lines.add('f64', [...left, 0xbb]);
  }
  for (const left of vectors) {
    for (const opcode of SIMD_UNARY) lines.add('v128', [...left, 0xfd, ...uint(opcode)]);
    for (const right of vectors) {
      for (const opcode of SIMD_BINARY) lines.add('v128', [...left, ...right, 0xfd, ...uint(opcode)]);
    }
  }
  return handmadeTask({
    memoryPages: 4,
    step: [...lines.code, ...i32(1)],
    output: i32(RESULTS_AT),
    outputLength: i32(lines.bytes),
  });
}

const FOLDED = [0n, 0x7ff0_0000_0000_0000n, 0xbff0_0000_0000_0000n, 0x7ff0_0000_0000_0009n];

const STORES = {
  f32: { opcode: [0x38], bytes: 4 },
  f64: { opcode: [0x39], bytes: 8 },
  v128: { opcode: [0xfd, 11], bytes: 16 },
};

/** Code that stores one result behind the other. */
class ResultLines {
  readonly code: number[] = [];
  bytes = 0;

  add(type: keyof typeof STORES, value: readonly number[]): void {
    const { opcode, bytes } = STORES[type];
    this.code.push(...i32(RESULTS_AT + this.bytes), ...value, ...opcode, 0, 0);
    this.bytes += bytes;
  }
}

function loadF64(offset: number): number[] {
  return [...i32(INPUT_AT + offset), 0x2b, 0, 0];
}

function loadF32(offset: number): number[] {
  return [...i32(INPUT_AT + offset), 0x2a, 0, 0];
}

function loadV128(offset: number): number[] {
  return [...i32(INPUT_AT + (offset % (NAN_INPUT.length - 8))), 0xfd, 0, 0, 0];
}

/** A task that calls itself until it is stopped, writing how deep it is to address 0 before each call. */
export function endlessRecursionTask(): Uint8Array {
  const recurse: HandmadeFunction = {
    parameters: [I32, F64, F32, I64],
    results: [I32],
    code: [
      ...[...i32(0), 0x20, 0, 0x36, 2, 0], // i32.store
      ...[0x20, 0, ...i32(1), 0x6a, 0x20, 1, 0x20, 2, 0x20, 3, 0x10, 4],
      ...[0x20, 0, 0x6a],
    ],
  };
  const zeros = [...i32(0), 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x43, 0, 0, 0, 0, ...i64(0)];
  return handmadeTask({ step: [...zeros, 0x10, 4], more: [recurse] });
}

function typeOf({ parameters = [], results = [] }: HandmadeFunction): number[] {
  return [0x60, ...uint(parameters.length), ...parameters, ...uint(results.length), ...results];
}

function bodyOf({ locals = [], code }: HandmadeFunction): number[] {
  const body = [...vector(locals.map((type) => [1, type])), ...code, 0x0b];
  return [...uint(body.length), ...body];
}

function exportsOf(parts: Handmade): number[][] {
  const functions = parts.functions.flatMap(({ exportName }, index) =>
    exportName === undefined ? [] : [[...text(exportName), 0, ...uint(index)]],
  );
  return parts.memoryPages === undefined ? functions : [...functions, [...text('memory'), 2, 0]];
}

function memoryOf({ memoryPages = 0, memoryPagesMax }: Handmade): number[] {
  if (memoryPagesMax === undefined) return [1, 0, ...uint(memoryPages)];
  return [1, 1, ...uint(memoryPages), ...uint(memoryPagesMax)];
}
