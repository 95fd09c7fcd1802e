import { KernelRefusal } from '../refusal.ts';

// Draws from a beacon. The beacon is the only source of chance: 32 bytes that nobody could know or choose before the
// inputs were committed. The kernel has no cryptographic hash; it needs none, because a draw must only be spread evenly
// and be the same everywhere. The mixer is MurmurHash3 x86_128 (Appleby, public domain) over 32-bit words: the beacon's
// eight, the index's two, the label's length and its UTF-16 code units.

const TWO_32 = 2 ** 32;
const TWO_26 = 2 ** 26;
const BEACON = /^[0-9a-f]{64}$/;

/** A beacon's words, parsed once for many draws. */
export type BeaconWords = readonly number[];

/** @throws KernelRefusal KERNEL-BEACON unless 64 lower-case hex digits */
export function beaconWords(beacon: string): BeaconWords {
  if (!BEACON.test(beacon)) throw new KernelRefusal('KERNEL-BEACON', 'beacon', '64 lower-case hex digits', beacon);
  return Array.from({ length: 8 }, (_, index) => Number.parseInt(beacon.slice(index * 8, index * 8 + 8), 16));
}

/** Uniform integer from 0 to 2^32 - 1. Same beacon, label and index: same draw. `index` is a safe integer >= 0. */
export function drawWord(words: BeaconWords, label: string, index: number): number {
  const key = [...words, index % TWO_32, Math.floor(index / TWO_32), label.length];
  for (let position = 0; position < label.length; position += 1) key.push(label.charCodeAt(position));
  return mix(key, key.length);
}

/**
 * Uniform integer from 0 to 999,999: 32 bits scaled down, so no value is more than 0.024 % off its share.
 * `drawPpm(...) < q` therefore happens with probability q ppm.
 * @throws KernelRefusal KERNEL-BEACON
 */
export function drawPpm(beacon: string, label: string, index: number): number {
  return Math.floor((drawWord(beaconWords(beacon), label, index) * 1_000_000) / TWO_32);
}

/**
 * Many draws under one label, which is mixed once: its 128 bits and the draw's index make each word. The sequence is
 * another than `drawWord`'s.
 */
export class Draws {
  readonly #first: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;

  constructor(words: BeaconWords, label: string) {
    const length = words.length + 1 + Math.ceil(label.length / 2);
    if (scratch.length < length) scratch = new Int32Array(2 * length);
    scratch.set(words);
    scratch[words.length] = label.length;
    for (let at = 0, word = words.length + 1; at < label.length; at += 2, word += 1) {
      scratch[word] = (label.charCodeAt(at) << 16) | (at + 1 < label.length ? label.charCodeAt(at + 1) : 0);
    }
    mix(scratch, length);
    this.#first = mixed[0]!;
    this.#second = mixed[1]!;
    this.#third = mixed[2]!;
    this.#fourth = mixed[3]!;
  }

  /** Uniform integer from 0 to 2^32 - 1. */
  word(index: number): number {
    scratch[0] = this.#first;
    scratch[1] = this.#second;
    scratch[2] = this.#third;
    scratch[3] = this.#fourth;
    scratch[4] = index;
    scratch[5] = Math.floor(index / TWO_32);
    return mix(scratch, 6);
  }

  /**
   * Uniform integer from 0 to bound - 1, bound <= 2^52: 52 bits scaled down, floor(r * bound / 2^52). In halves of 26
   * bits, every partial sum stays below 2^53: (2^26 - 1)^2 + (2^26 - 1) * 2^26 + 2^26 = 2^53 - 2^27 + 1.
   */
  below(index: number, bound: number): number {
    const high = this.word(index) >>> 6;
    const low = mixed[1]! >>> 6;
    const boundLow = bound % TWO_26;
    const boundHigh = (bound - boundLow) / TWO_26;
    const carried = high * boundLow + low * boundHigh + Math.floor((low * boundLow) / TWO_26);
    return high * boundHigh + Math.floor(carried / TWO_26);
  }
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/** All four words of the last `mix`, and the key of the next: not allocated per draw. */
const mixed = new Int32Array(4);
let scratch = new Int32Array(64);

/** The first of MurmurHash3 x86_128's four words, over whole words: a key is padded with zeros to a multiple of four. */
function mix(words: ArrayLike<number>, count: number): number {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  for (let at = 0; at < count; at += 4) {
    h1 ^= scramble(words[at]!, C1, 15, C2);
    h1 = Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b;
    h2 ^= scramble(at + 1 < count ? words[at + 1]! : 0, C2, 16, C3);
    h2 = Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747;
    h3 ^= scramble(at + 2 < count ? words[at + 2]! : 0, C3, 17, C4);
    h3 = Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35;
    h4 ^= scramble(at + 3 < count ? words[at + 3]! : 0, C4, 18, C1);
    h4 = Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17;
  }
  const length = count * 4;
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  const sum = h1 + h2 + h3 + h4;
  const f1 = finish(sum | 0);
  const f2 = finish((h2 + sum) | 0);
  const f3 = finish((h3 + sum) | 0);
  const f4 = finish((h4 + sum) | 0);
  const first = (f1 + f2 + f3 + f4) | 0;
  mixed[0] = first;
  mixed[1] = f2 + first;
  mixed[2] = f3 + first;
  mixed[3] = f4 + first;
  return first >>> 0;
}

function scramble(word: number, first: number, bits: number, second: number): number {
  return Math.imul(rotate(Math.imul(word, first), bits), second);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Murmur's finaliser: every input bit moves every output bit about half the time. */
function finish(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
