import { ExecutionRefusal } from './refusal.ts';

const TEXT = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const UTF8 = new TextEncoder();

/** Reads the binary format's few primitives from a window of a byte array. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  u8(): number {
    if (this.position >= this.end) throw this.#truncated();
    return this.bytes[this.position++]!;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.#truncated();
  }

  /** Signed LEB128 of at most 33 bits: the index form of a block type. */
  s33(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - 2 ** (shift + 7);
    }
    throw this.#truncated();
  }

  skipLeb(): void {
    while (this.u8() >= 0x80);
  }

  take(length: number): Uint8Array {
    this.skip(length);
    return this.bytes.subarray(this.position - length, this.position);
  }

  skip(length: number): void {
    if (length > this.end - this.position) throw this.#truncated();
    this.position += length;
  }

  name(): string {
    return TEXT.decode(this.take(this.u32()));
  }

  /** Calls `read` as often as the leading count says. */
  each(read: (index: number) => void): void {
    const count = this.u32();
    for (let index = 0; index < count; index++) read(index);
  }

  // The engine has validated the bytes before they are read here, so this is an encoding that the engine knows and we
  // do not.
  #truncated(): ExecutionRefusal {
    return new ExecutionRefusal('EXECUTION-INVALID-MODULE', {
      expected: 'a readable encoding',
      got: 'an overrun',
      where: `module byte ${this.position}`,
    });
  }
}

/** Grows as it is written. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What has been written, without a copy: valid until the next write. */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  raw(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  u32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  /** Signed LEB128 of any safe integer: i32 and i64 constants, multi-value block types. */
  signed(value: number): void {
    let rest = value;
    for (;;) {
      const low = ((rest % 0x80) + 0x80) % 0x80;
      rest = Math.floor(rest / 0x80);
      const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
      this.u8(isLast ? low : low | 0x80);
      if (isLast) return;
    }
  }

  name(text: string): void {
    const bytes = UTF8.encode(text);
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** A length-prefixed run: a section's payload, a function's body. */
  sized(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.view);
    this.#bytes = grown;
  }
}
