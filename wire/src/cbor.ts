import { compareBytes } from './bytes.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/**
 * What the profile can say: integers |x| <= 2^53 - 1, byte strings, text, true, false, null, arrays, and maps whose
 * keys are all unsigned integers or all text.
 */
export type CborValue =
  | number
  | string
  | Uint8Array
  | boolean
  | null
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>;

/** Most containers inside one another; a bare integer has depth 0. */
export const CBOR_DEPTH_MAX = 16;

/**
 * Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, map keys in bytewise order of their
 * encodings (so text keys sort by length first). A map may come in any order; -0 is written as 0.
 *
 * Errors: CBOR-TYPE (a value of no CBOR kind of the profile, a fraction), CBOR-RANGE (an integer beyond 2^53 - 1),
 * CBOR-KEY-TYPE, CBOR-DEPTH, CBOR-UTF8 (text with a lone surrogate).
 * Example: `encodeCbor(new Map([[1, 'a']]))` is the bytes a1 01 61 61.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = new CborWriter();
  writer.item(value, 0);
  return writer.take();
}

/**
 * The value of exactly one item that `encodeCbor` could have written; anything else is refused, so
 * `encodeCbor(decodeCbor(bytes))` equals `bytes`. Byte strings are copies. Allocates no more than a small multiple
 * of the input, whatever lengths the input claims.
 *
 * Errors: CBOR-SHORT, CBOR-TRAILING, CBOR-FLOAT, CBOR-TAG, CBOR-SIMPLE, CBOR-INDEFINITE, CBOR-RESERVED,
 * CBOR-LONG-FORM, CBOR-RANGE, CBOR-KEY-TYPE, CBOR-KEY-ORDER, CBOR-DUPLICATE-KEY, CBOR-UTF8, CBOR-DEPTH.
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new CborReader(bytes);
  const value = reader.item(0);
  reader.end();
  return value;
}

export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

const textEncoder = new TextEncoder();
// ignoreBOM keeps a leading U+FEFF: without it two encodings would decode to the same text.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Writes items of the profile into a buffer of its own. Message encoders use it directly to save the Maps. */
export class CborWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** What was written so far, as bytes of its own. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  head(majorType: number, argument: number): void {
    this.reserve(9);
    const bytes = this.bytes;
    const type = majorType << 5;
    if (argument < 24) {
      bytes[this.length++] = type | argument;
    } else if (argument < 0x100) {
      bytes[this.length++] = type | 24;
      bytes[this.length++] = argument;
    } else if (argument < 0x10000) {
      bytes[this.length++] = type | 25;
      bytes[this.length++] = argument >>> 8;
      bytes[this.length++] = argument;
    } else if (argument < 0x100000000) {
      bytes[this.length++] = type | 26;
      this.word(argument);
    } else {
      bytes[this.length++] = type | 27;
      this.word(Math.floor(argument / 0x100000000));
      this.word(argument % 0x100000000);
    }
  }

  unsigned(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw numberRefusal(value);
    this.head(MAJOR.unsigned, value);
  }

  byteString(value: Uint8Array): void {
    this.head(MAJOR.bytes, value.length);
    this.raw(value);
  }

  text(value: string): void {
    if (!value.isWellFormed()) throw new WireRefusal('CBOR-UTF8', { expected: 'text without lone surrogates' });
    const encoded = textEncoder.encode(value);
    this.head(MAJOR.text, encoded.length);
    this.raw(encoded);
  }

  /** Bytes as they are, without a head. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  item(value: CborValue, depth: number): void {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.text(value);
    else if (value === null) this.head(MAJOR.simple, 22);
    else if (typeof value === 'boolean') this.head(MAJOR.simple, value ? 21 : 20);
    else if (value instanceof Uint8Array) this.byteString(value);
    else if (Array.isArray(value)) this.array(value, deeper(depth));
    else if (value instanceof Map) this.map(value, deeper(depth));
    else throw new WireRefusal('CBOR-TYPE', { expected: 'a value of the profile', got: nameOf(value) });
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value)) throw numberRefusal(value);
    if (value < 0) this.head(MAJOR.negative, -1 - value);
    else this.head(MAJOR.unsigned, value);
  }

  private array(items: readonly CborValue[], depth: number): void {
    this.head(MAJOR.array, items.length);
    // By index: a hole reads as undefined and is refused, where forEach would skip it and break the length.
    for (let index = 0; index < items.length; index++) this.item(items[index]!, depth);
  }

  private map(entries: ReadonlyMap<number | string, CborValue>, depth: number): void {
    this.head(MAJOR.map, entries.size);
    const keys = [...entries.keys()];
    if (keys.every((key) => typeof key === 'number')) {
      for (const key of keys.sort((left, right) => left - right)) {
        this.unsigned(key);
        this.item(entries.get(key)!, depth);
      }
      return;
    }
    for (const [key, encoded] of sortedTextKeys(keys)) {
      this.raw(encoded);
      this.item(entries.get(key)!, depth);
    }
  }

  private word(value: number): void {
    const bytes = this.bytes;
    bytes[this.length++] = value >>> 24;
    bytes[this.length++] = value >>> 16;
    bytes[this.length++] = value >>> 8;
    bytes[this.length++] = value;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** Reads items of the profile one after another. Message decoders use it directly to save the Maps. */
export class CborReader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    // A plain view: Buffer's slice would share memory where Uint8Array's copies.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Refuses what is left over. */
  end(): void {
    const left = this.bytes.length - this.position;
    if (left !== 0) throw this.refusal('CBOR-TRAILING', 'the end', `${left} more bytes`);
  }

  item(depth: number): CborValue {
    const start = this.position;
    const initial = this.bytes[start];
    if (initial === undefined) throw this.refusal('CBOR-SHORT', 'an item', 'the end');
    const majorType = initial >> 5;
    if (majorType === MAJOR.simple) return this.simple(initial);
    if (majorType === MAJOR.tag) throw this.refusal('CBOR-TAG', 'no tag', `head 0x${initial.toString(16)}`);
    const argument = this.argument();
    if (majorType === MAJOR.unsigned) return argument;
    if (majorType === MAJOR.negative) return this.negative(argument);
    if (majorType === MAJOR.bytes) return this.content(argument).slice();
    if (majorType === MAJOR.text) return this.utf8(argument);
    const inside = deeper(depth, `byte ${start}`);
    return majorType === MAJOR.array ? this.array(argument, inside) : this.map(argument, inside);
  }

  /**
   * The argument of the head at `position`, which is stepped over; the caller has looked at the major type.
   * Every form but the shortest is refused.
   */
  argument(): number {
    const info = this.bytes[this.position]! & 31;
    if (info < 24) {
      this.position++;
      return info;
    }
    if (info > 27) throw this.reservedHead(info);
    const start = this.position;
    const width = 1 << (info - 24);
    if (start + 1 + width > this.bytes.length) throw this.refusal('CBOR-SHORT', `${width} more bytes`, 'the end');
    const value = info === 27 ? this.wide(start + 1) : this.big(start + 1, width);
    if (value < SHORTEST[info - 24]!) throw this.refusal('CBOR-LONG-FORM', 'the shortest head', `${width} bytes`);
    this.position = start + 1 + width;
    return value;
  }

  /** The next `length` bytes as a view, stepped over. */
  content(length: number): Uint8Array {
    const left = this.bytes.length - this.position;
    if (length > left) throw this.refusal('CBOR-SHORT', `${length} bytes`, `${left}`);
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  refusal(code: string, expected: string, got: string): WireRefusal {
    return new WireRefusal(code, { expected, got, where: `byte ${this.position}` });
  }

  private simple(initial: number): boolean | null {
    if (initial >= 0xf4 && initial <= 0xf6) {
      this.position++;
      return initial === 0xf6 ? null : initial === 0xf5;
    }
    if (initial >= 0xf9 && initial <= 0xfb) throw this.refusal('CBOR-FLOAT', 'an integer', 'a float');
    if (initial === 0xff) throw this.refusal('CBOR-INDEFINITE', 'an item', 'a break');
    const code = initial >= 0xfc ? 'CBOR-RESERVED' : 'CBOR-SIMPLE';
    throw this.refusal(code, 'false, true or null', `head 0x${initial.toString(16)}`);
  }

  private negative(argument: number): number {
    if (argument === Number.MAX_SAFE_INTEGER) throw this.refusal('CBOR-RANGE', 'at least 1 - 2^53', '-2^53');
    return -1 - argument;
  }

  private utf8(length: number): string {
    const where = `byte ${this.position}`;
    const content = this.content(length);
    try {
      return textDecoder.decode(content);
    } catch {
      throw new WireRefusal('CBOR-UTF8', { expected: 'UTF-8', got: `${length} other bytes`, where });
    }
  }

  private array(length: number, depth: number): CborValue[] {
    this.plausible(length);
    const items: CborValue[] = [];
    for (let index = 0; index < length; index++) items.push(this.item(depth));
    return items;
  }

  private map(size: number, depth: number): Map<number | string, CborValue> {
    this.plausible(size * 2);
    const entries = new Map<number | string, CborValue>();
    let previousStart = 0;
    let previousEnd = 0;
    let textKeys = false;
    for (let index = 0; index < size; index++) {
      const start = this.position;
      const key = this.key();
      if (index > 0) {
        if (textKeys !== (typeof key === 'string')) throw keyTypeRefusal(start);
        this.ascending(previousStart, previousEnd, start);
      }
      textKeys = typeof key === 'string';
      previousStart = start;
      previousEnd = this.position;
      entries.set(key, this.item(depth));
    }
    return entries;
  }

  private key(): number | string {
    const start = this.position;
    const majorType = (this.bytes[start] ?? 0) >> 5;
    if (majorType === MAJOR.array || majorType === MAJOR.map) throw keyTypeRefusal(start);
    const key = this.item(0);
    if (majorType !== MAJOR.unsigned && majorType !== MAJOR.text) throw keyTypeRefusal(start);
    return key as number | string;
  }

  /** Keys of one kind in their shortest form: their bytes are in order exactly when their encodings are. */
  private ascending(previousStart: number, previousEnd: number, start: number): void {
    const previous = this.bytes.subarray(previousStart, previousEnd);
    const order = compareBytes(previous, this.bytes.subarray(start, this.position));
    if (order < 0) return;
    const code = order === 0 ? 'CBOR-DUPLICATE-KEY' : 'CBOR-KEY-ORDER';
    throw new WireRefusal(code, { expected: 'keys in strict bytewise order', where: `byte ${start}` });
  }

  /** Every item takes a byte, so a longer claim than that is refused before anything is allocated for it. */
  private plausible(items: number): void {
    const left = this.bytes.length - this.position;
    if (items > left) throw this.refusal('CBOR-SHORT', `${items} items`, `${left} bytes`);
  }

  private big(start: number, width: number): number {
    let value = 0;
    for (let index = 0; index < width; index++) value = value * 256 + this.bytes[start + index]!;
    return value;
  }

  private wide(start: number): number {
    const high = this.big(start, 4);
    if (high >= 0x200000) throw this.refusal('CBOR-RANGE', 'at most 2^53 - 1', 'a larger integer');
    return high * 0x100000000 + this.big(start + 4, 4);
  }

  private reservedHead(info: number): WireRefusal {
    if (info === 31) return this.refusal('CBOR-INDEFINITE', 'a definite length', 'an indefinite one');
    return this.refusal('CBOR-RESERVED', 'additional information 0–27', `${info}`);
  }
}

/** Least argument that needs 1, 2, 4 and 8 bytes. */
const SHORTEST = [24, 0x100, 0x10000, 0x100000000] as const;

function sortedTextKeys(keys: readonly (number | string)[]): [string, Uint8Array][] {
  const encoded = keys.map((key): [string, Uint8Array] => {
    if (typeof key !== 'string') {
      throw new WireRefusal('CBOR-KEY-TYPE', { expected: 'keys all unsigned or all text', got: nameOf(key) });
    }
    const writer = new CborWriter();
    writer.text(key);
    return [key, writer.take()];
  });
  return encoded.sort((left, right) => compareBytes(left[1], right[1]));
}

function numberRefusal(value: number): WireRefusal {
  const code = Number.isInteger(value) ? 'CBOR-RANGE' : 'CBOR-TYPE';
  return new WireRefusal(code, { expected: 'an integer in the range of the profile', got: nameOf(value) });
}

/** The depth inside a container at `depth`. */
function deeper(depth: number, where?: string): number {
  if (depth < CBOR_DEPTH_MAX) return depth + 1;
  const expected = `at most ${CBOR_DEPTH_MAX} levels`;
  throw new WireRefusal('CBOR-DEPTH', where === undefined ? { expected } : { expected, where });
}

function keyTypeRefusal(start: number): WireRefusal {
  const expected = 'keys all unsigned or all text';
  return new WireRefusal('CBOR-KEY-TYPE', { expected, where: `byte ${start}` });
}
