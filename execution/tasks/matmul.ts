// AssemblyScript. Input: n u32 LE, then the bytes. A[i][j] = byte (i·n + j) mod length, minus 128;
// B[i][j] = byte ((n² + i·n + j)·7) mod length, minus 128. Output: A × B, n² f64 LE, each sum taken in the order of k.

// Multiply-adds, or elements filled, in one step: three to four million fuel.
const STEP_PRODUCTS: u32 = 131_072;
const STEP_ELEMENTS: u32 = 32_768;
// Keeps (n² + n²)·7 within u32, and the output within what a host fetches.
const SIZE_MAX: u32 = 1_448;

let input: usize = 0;
let inputBytes: u32 = 0;
let size: u32 = 0;
let cells: u32 = 0;
let left: usize = 0; // A, row by row
let right: usize = 0; // B, column by column: the inner loop then reads both in a row
let product: usize = 0;
let filled: u32 = 0;
let done: u32 = 0;
let isBegun: bool = false;

export function reserve(length: i32): i32 {
  inputBytes = <u32>length;
  input = heap.alloc(<usize>inputBytes);
  return <i32>input;
}

export function step(): i32 {
  if (!isBegun) begin();
  if (filled < cells) fill();
  else multiply();
  return done === cells ? 1 : 0;
}

export function output(): i32 {
  return <i32>product;
}

export function outputLength(): i32 {
  return <i32>(cells * 8);
}

function begin(): void {
  if (inputBytes < 5) unreachable();
  size = load<u32>(input);
  if (size > SIZE_MAX) unreachable();
  isBegun = true;
  cells = size * size;
  left = heap.alloc(<usize>cells * 8);
  right = heap.alloc(<usize>cells * 8);
  product = heap.alloc(<usize>cells * 8);
}

function fill(): void {
  const end = min<u32>(cells, filled + STEP_ELEMENTS);
  const bytes = input + 4;
  const length = inputBytes - 4;
  for (let cell = filled; cell < end; cell++) {
    const row = cell / size;
    const column = cell % size;
    store<f64>(left + ((<usize>cell) << 3), element(bytes, cell % length));
    store<f64>(right + ((<usize>(column * size + row)) << 3), element(bytes, ((cells + cell) * 7) % length));
  }
  filled = end;
}

function element(bytes: usize, index: u32): f64 {
  return <f64>(<i32>load<u8>(bytes + <usize>index) - 128);
}

function multiply(): void {
  const end = min<u32>(cells, done + max<u32>(1, STEP_PRODUCTS / max<u32>(1, size)));
  for (let cell = done; cell < end; cell++) {
    const row = left + ((<usize>((cell / size) * size)) << 3);
    const column = right + ((<usize>((cell % size) * size)) << 3);
    let sum: f64 = 0;
    for (let k: usize = 0; k < (<usize>size) << 3; k += 8) sum += load<f64>(row + k) * load<f64>(column + k);
    store<f64>(product + ((<usize>cell) << 3), sum);
  }
  done = end;
}
