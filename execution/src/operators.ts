import type { CostClass } from './cost.ts';

/** Which canonical NaN an operator's result has to be compared with: lanes of the same width share one. */
export type NanKind = 'f32' | 'f64' | 'f32x4' | 'f64x2';

/** How an operator without special rules moves the operand stack, and which price it pays. */
export interface OperatorShape {
  readonly pops: number;
  readonly pushes: number;
  readonly cost: CostClass;
}

// First and last opcode, pops, pushes, price. What is missing here either has its own rule in analyse.ts or is refused:
// the list is what makes threads, exceptions, tail calls and whatever engines learn next unreachable.
const RANGES: readonly (readonly [number, number, number, number, CostClass])[] = [
  [0x28, 0x35, 1, 1, 'load'],
  [0x36, 0x3e, 2, 0, 'store'],
  [0x45, 0x45, 1, 1, 'simple'], // i32.eqz
  [0x46, 0x4f, 2, 1, 'simple'],
  [0x50, 0x50, 1, 1, 'simple'], // i64.eqz
  [0x51, 0x66, 2, 1, 'simple'],
  [0x67, 0x69, 1, 1, 'simple'], // i32.clz, ctz, popcnt
  [0x6a, 0x6b, 2, 1, 'simple'],
  [0x6c, 0x6c, 2, 1, 'multiply'],
  [0x6d, 0x70, 2, 1, 'divide'],
  [0x71, 0x78, 2, 1, 'simple'],
  [0x79, 0x7b, 1, 1, 'simple'], // i64.clz, ctz, popcnt
  [0x7c, 0x7d, 2, 1, 'simple'],
  [0x7e, 0x7e, 2, 1, 'multiply'],
  [0x7f, 0x82, 2, 1, 'divide'],
  [0x83, 0x8a, 2, 1, 'simple'],
  [0x8b, 0x8c, 1, 1, 'simple'], // f32.abs, neg
  [0x8d, 0x90, 1, 1, 'float'], // f32.ceil, floor, trunc, nearest
  [0x91, 0x91, 1, 1, 'floatSqrt'],
  [0x92, 0x94, 2, 1, 'float'],
  [0x95, 0x95, 2, 1, 'floatDivide'],
  [0x96, 0x97, 2, 1, 'floatMinMax'],
  [0x98, 0x98, 2, 1, 'float'], // f32.copysign
  [0x99, 0x9a, 1, 1, 'simple'], // f64.abs, neg
  [0x9b, 0x9e, 1, 1, 'float'],
  [0x9f, 0x9f, 1, 1, 'floatSqrt'],
  [0xa0, 0xa2, 2, 1, 'float'],
  [0xa3, 0xa3, 2, 1, 'floatDivide'],
  [0xa4, 0xa5, 2, 1, 'floatMinMax'],
  [0xa6, 0xa6, 2, 1, 'float'], // f64.copysign
  [0xa7, 0xa7, 1, 1, 'simple'], // i32.wrap
  [0xa8, 0xab, 1, 1, 'convert'],
  [0xac, 0xad, 1, 1, 'simple'], // i64.extend
  [0xae, 0xbb, 1, 1, 'convert'],
  [0xbc, 0xc4, 1, 1, 'simple'], // reinterpretations, sign extensions
];

/** Shape by opcode; undefined where analyse.ts must know the operator by name or refuse it. */
export const SHAPES: readonly (OperatorShape | undefined)[] = (() => {
  const shapes: (OperatorShape | undefined)[] = new Array(256).fill(undefined);
  for (const [first, last, pops, pushes, cost] of RANGES) {
    for (let opcode = first; opcode <= last; opcode++) shapes[opcode] = { pops, pushes, cost };
  }
  return shapes;
})();

/** abs and neg touch only the sign bit, so a NaN passes through them with its payload. */
export function passesNanThrough(opcode: number): boolean {
  return opcode === 0x8b || opcode === 0x8c || opcode === 0x99 || opcode === 0x9a;
}

/** The float arithmetic whose NaN results differ between engines: ceil … max, demote, promote. */
export function nanKindOf(opcode: number): NanKind | undefined {
  if ((opcode >= 0x8d && opcode <= 0x97) || opcode === 0xb6) return 'f32';
  if ((opcode >= 0x9b && opcode <= 0xa5) || opcode === 0xbb) return 'f64';
  return undefined;
}

/** Operators that give the same answer whichever NaN they are handed: comparisons, trapping truncations, arithmetic. */
export function ignoresNanBits(opcode: number): boolean {
  if (opcode >= 0x5b && opcode <= 0x66) return true;
  if ((opcode >= 0xa8 && opcode <= 0xab) || (opcode >= 0xae && opcode <= 0xb1)) return true;
  return nanKindOf(opcode) !== undefined;
}

/** What follows a SIMD operator's number in the binary. */
export type SimdImmediate = 'none' | 'memory' | 'memoryAndLane' | 'lane' | 'sixteenBytes';

export interface SimdShape extends OperatorShape {
  readonly immediate: SimdImmediate;
}

const SIMD_NAN_F32X4 = new Set([0x5e, 0x67, 0x68, 0x69, 0x6a, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9]);
const SIMD_NAN_F64X2 = new Set([0x5f, 0x74, 0x75, 0x7a, 0x94, 0xef, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5]);
const SIMD_DIVIDES = new Set([0xe3, 0xe7, 0xef, 0xf3]);
const SIMD_EXTRACTS = new Set([21, 22, 24, 25, 27, 29, 31, 33]);

const SIMD_UNARY_RANGES: readonly (readonly [number, number])[] = [
  [15, 20], // splats
  [77, 77], // v128.not
  [83, 83], // v128.any_true
  [94, 100], // demote, promote, i8x16 abs … bitmask
  [103, 106], // f32x4 ceil … nearest
  [116, 117], // f64x2 ceil, floor
  [122, 122], // f64x2 trunc
  [124, 129], // pairwise sums, i16x8 abs, neg
  [131, 132],
  [135, 138],
  [148, 148], // f64x2 nearest
  [160, 161],
  [163, 164],
  [167, 170],
  [192, 193],
  [195, 196],
  [199, 202],
  [224, 225], // f32x4 abs, neg
  [227, 227], // f32x4 sqrt
  [236, 237], // f64x2 abs, neg
  [239, 239], // f64x2 sqrt
  [248, 255], // truncations and conversions
];

export function simdNanKindOf(operator: number): NanKind | undefined {
  if (SIMD_NAN_F32X4.has(operator)) return 'f32x4';
  return SIMD_NAN_F64X2.has(operator) ? 'f64x2' : undefined;
}

/** Shape of a SIMD operator of the standard set (0 … 255); relaxed SIMD begins at 256 and is refused by the caller. */
export function simdShapeOf(operator: number): SimdShape {
  if (operator <= 10 || operator === 92 || operator === 93) return simdShape(1, 1, 'memory', 'simdMemory');
  if (operator === 11) return simdShape(2, 0, 'memory', 'simdMemory');
  if (operator === 12) return simdShape(0, 1, 'sixteenBytes', 'simd');
  if (operator === 13) return simdShape(2, 1, 'sixteenBytes', 'simd');
  if (operator >= 21 && operator <= 34) return simdShape(SIMD_EXTRACTS.has(operator) ? 1 : 2, 1, 'lane', 'simd');
  if (operator === 82) return simdShape(3, 1, 'none', 'simd');
  if (operator >= 84 && operator <= 87) return simdShape(2, 1, 'memoryAndLane', 'simdMemory');
  if (operator >= 88 && operator <= 91) return simdShape(2, 0, 'memoryAndLane', 'simdMemory');
  const isUnary = SIMD_UNARY_RANGES.some(([first, last]) => operator >= first && operator <= last);
  return simdShape(isUnary ? 1 : 2, 1, 'none', SIMD_DIVIDES.has(operator) ? 'simdDivide' : 'simd');
}

function simdShape(pops: number, pushes: number, immediate: SimdImmediate, cost: CostClass): SimdShape {
  return { pops, pushes, immediate, cost };
}
