import { concatBytes } from '@stannary/wire';

/** A committed task module: its identity on the network and where its bytes lie. */
export interface TaskModule {
  /** SHA-256 of the module, as hex. */
  readonly hash: string;
  readonly url: URL;
}

/** The modules that come with the house; sources lie beside them. The package reads no files: callers do. */
export const TASK_MODULES = {
  sha256: {
    hash: 'f62d516595e3bee606c84a82ecb4e7027b8309f33c6c0af8e2d32ae6b6203d84',
    url: new URL('../tasks/sha256.wasm', import.meta.url),
  },
  matmul: {
    hash: '747b06f4efadf0cf6b29626b6697c7bad45784eab41fd9e8f929560b029d1637',
    url: new URL('../tasks/matmul.wasm', import.meta.url),
  },
} as const satisfies Record<string, TaskModule>;

/** d0 = SHA-256(bytes), then hashed again `rounds` times (0 to 2^32 − 1). Output: 32 bytes. */
export interface Sha256Work {
  readonly rounds: number;
  readonly bytes: Uint8Array;
}

export function encodeSha256Input({ rounds, bytes }: Sha256Work): Uint8Array {
  return withLeadingU32('rounds', rounds, 0xffff_ffff, bytes);
}

/** Largest matrix of the matmul module: its output fills OUTPUT_BYTES_MAX. */
export const MATMUL_SIZE_MAX = 1_448;

/** Two size × size matrices made from at least one byte; see tasks/matmul.ts. Output: their product, f64 LE by rows. */
export interface MatmulWork {
  readonly size: number;
  readonly bytes: Uint8Array;
}

export function encodeMatmulInput({ size, bytes }: MatmulWork): Uint8Array {
  if (bytes.length === 0) throw new Error('matmul.bytes: expected at least one');
  return withLeadingU32('size', size, MATMUL_SIZE_MAX, bytes);
}

/**
 * The product the matmul module must give for an encoded input, computed by JavaScript's own arithmetic: the same f64
 * operations in the same order, so equal bit for bit.
 */
export function expectedMatmul(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const size = view.getUint32(0, true);
  const cells = size * size;
  const element = (index: number) => input[4 + (index % (input.length - 4))]! - 128;
  const left = Float64Array.from({ length: cells }, (_, cell) => element(cell));
  const right = Float64Array.from({ length: cells }, (_, cell) => element((cells + cell) * 7));
  const output = new DataView(new ArrayBuffer(cells * 8));
  for (let cell = 0; cell < cells; cell++) {
    const column = cell % size;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += left[cell - column + k]! * right[k * size + column]!;
    output.setFloat64(cell * 8, sum, true);
  }
  return new Uint8Array(output.buffer);
}

function withLeadingU32(name: string, value: number, most: number, bytes: Uint8Array): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new Error(`${name}: expected a whole number from 0 to ${most}, got ${value}`);
  }
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, value, true);
  return concatBytes(head, bytes);
}
