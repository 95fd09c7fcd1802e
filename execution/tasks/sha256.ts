// AssemblyScript. Input: rounds u32 LE, then the bytes. Output: the digest of the bytes, hashed again `rounds` times.
// d0 = SHA-256(bytes), dk = SHA-256(d(k-1)). SHA-256 as in FIPS 180-4.

// Compressions in one step: about three million fuel.
const STEP_BLOCKS: u32 = 400;

const K: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];
const H: StaticArray<u32> = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

const constants: usize = changetype<usize>(K);
const initial: usize = changetype<usize>(H);
const schedule: usize = memory.data(256);
const state: usize = memory.data(32);
const tail: usize = memory.data(128); // the last block or two of the bytes, padded
const digestBlock: usize = memory.data(64); // a digest, padded: what every round compresses
const digest: usize = memory.data(32);

let input: usize = 0;
let inputBytes: u32 = 0;
let roundsLeft: u32 = 0;
let next: usize = 0; // next block of the bytes
let tailBlocks: u32 = 0; // blocks of the tail not yet compressed
let tailNext: usize = 0;
let isBegun: bool = false;
let isHashed: bool = false; // d0 is known

export function reserve(length: i32): i32 {
  inputBytes = <u32>length;
  input = heap.alloc(<usize>inputBytes);
  return <i32>input;
}

export function step(): i32 {
  if (!isBegun) begin();
  for (let blocks: u32 = 0; blocks < STEP_BLOCKS; blocks++) {
    if (!isHashed) hashBlock();
    else if (roundsLeft > 0) hashDigest();
    else return 1;
  }
  return 0;
}

export function output(): i32 {
  return <i32>digest;
}

export function outputLength(): i32 {
  return 32;
}

function begin(): void {
  if (inputBytes < 4) unreachable();
  isBegun = true;
  roundsLeft = load<u32>(input);
  next = input + 4;
  const length = inputBytes - 4;
  const rest = length & 63;
  memory.fill(tail, 0, 128);
  memory.copy(tail, next + <usize>(length - rest), <usize>rest);
  store<u8>(tail + <usize>rest, 0x80);
  tailBlocks = rest < 56 ? 1 : 2;
  tailNext = tail;
  store<u64>(tail + <usize>(tailBlocks * 64 - 8), bswap<u64>((<u64>length) << 3));
  memory.fill(digestBlock, 0, 64);
  store<u8>(digestBlock + 32, 0x80);
  store<u64>(digestBlock + 56, bswap<u64>(256));
  memory.copy(state, initial, 32);
}

function hashBlock(): void {
  if (next + 64 <= input + <usize>inputBytes) {
    compress(next);
    next += 64;
    return;
  }
  compress(tailNext);
  tailNext += 64;
  if (--tailBlocks === 0) {
    isHashed = true;
    writeDigest();
  }
}

function hashDigest(): void {
  memory.copy(digestBlock, digest, 32);
  memory.copy(state, initial, 32);
  compress(digestBlock);
  writeDigest();
  roundsLeft--;
}

function writeDigest(): void {
  for (let word: usize = 0; word < 32; word += 4) store<u32>(digest + word, bswap<u32>(load<u32>(state + word)));
}

function compress(block: usize): void {
  for (let t: usize = 0; t < 64; t += 4) store<u32>(schedule + t, bswap<u32>(load<u32>(block + t)));
  for (let w = schedule; w < schedule + 192; w += 4) {
    const w15 = load<u32>(w, 4);
    const w2 = load<u32>(w, 56);
    const s0 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >> 3);
    const s1 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >> 10);
    store<u32>(w, load<u32>(w) + s0 + load<u32>(w, 36) + s1, 64);
  }
  let a = load<u32>(state);
  let b = load<u32>(state + 4);
  let c = load<u32>(state + 8);
  let d = load<u32>(state + 12);
  let e = load<u32>(state + 16);
  let f = load<u32>(state + 20);
  let g = load<u32>(state + 24);
  let h = load<u32>(state + 28);
  // Eight rounds at a time: the variables are back in their places after eight, so nothing has to be shifted.
  for (let k = constants, w = schedule; w < schedule + 256; k += 32, w += 32) {
    h += mixed(e, f, g) + load<u32>(k) + load<u32>(w);
    d += h;
    h += majority(a, b, c);
    g += mixed(d, e, f) + load<u32>(k, 4) + load<u32>(w, 4);
    c += g;
    g += majority(h, a, b);
    f += mixed(c, d, e) + load<u32>(k, 8) + load<u32>(w, 8);
    b += f;
    f += majority(g, h, a);
    e += mixed(b, c, d) + load<u32>(k, 12) + load<u32>(w, 12);
    a += e;
    e += majority(f, g, h);
    d += mixed(a, b, c) + load<u32>(k, 16) + load<u32>(w, 16);
    h += d;
    d += majority(e, f, g);
    c += mixed(h, a, b) + load<u32>(k, 20) + load<u32>(w, 20);
    g += c;
    c += majority(d, e, f);
    b += mixed(g, h, a) + load<u32>(k, 24) + load<u32>(w, 24);
    f += b;
    b += majority(c, d, e);
    a += mixed(f, g, h) + load<u32>(k, 28) + load<u32>(w, 28);
    e += a;
    a += majority(b, c, d);
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state + 4, load<u32>(state + 4) + b);
  store<u32>(state + 8, load<u32>(state + 8) + c);
  store<u32>(state + 12, load<u32>(state + 12) + d);
  store<u32>(state + 16, load<u32>(state + 16) + e);
  store<u32>(state + 20, load<u32>(state + 20) + f);
  store<u32>(state + 24, load<u32>(state + 24) + g);
  store<u32>(state + 28, load<u32>(state + 28) + h);
}

function mixed(e: u32, f: u32, g: u32): u32 {
  return (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g)));
}

function majority(a: u32, b: u32, c: u32): u32 {
  return (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) | (c & (a | b)));
}
