import { mkdirSync, writeFileSync } from 'node:fs';
import { mulDivDown } from './exact.ts';
import * as wide from './wide.ts';

// mulDivDown over ten million random triples: how fast against the same in BigInt, and whether they ever differ. A
// third of the products fit 53 bits, a third take about 80, a third 100 and more. Prints a table and writes
// bench-results/exact.json; ends with status 1 where a single quotient differs.

const ROUNDS = 10;
const TRIPLES = 1_000_000;
const SEED = 0x9e3779b9;
const FACTOR_BITS = [26, 40, 53];

interface Columns {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly d: Float64Array;
}

/** Marsaglia's xorshift over 32 bits: the same triples on every machine. */
function randomBits(seed: number): (bits: number) => number {
  let state = seed | 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return (bits) => Math.floor(((next() % 2 ** 21) * 2 ** 32 + next()) / 2 ** (53 - bits));
}

/** Divisors of every size that keeps the quotient safe, often only just. */
function fill({ a, b, d }: Columns, random: (bits: number) => number): void {
  for (let index = 0; index < TRIPLES; index += 1) {
    const bits = FACTOR_BITS[index % FACTOR_BITS.length]!;
    a[index] = random(bits);
    b[index] = random(bits);
    const least = Math.ceil((a[index]! * b[index]!) / 2 ** 53) + 1;
    d[index] = Math.min(Number.MAX_SAFE_INTEGER, Math.max(least, random(1 + (index % 53))));
  }
}

function elapsedMs(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const columns: Columns = {
  a: new Float64Array(TRIPLES),
  b: new Float64Array(TRIPLES),
  d: new Float64Array(TRIPLES),
};
const { a, b, d } = columns;
const [fromNumbers, fromBigInt, fromTwin] = [0, 0, 0].map(() => new Float64Array(TRIPLES)) as [
  Float64Array,
  Float64Array,
  Float64Array,
];

const spentMs = { numbers: 0, bigInt: 0, twin: 0 };
let mismatches = 0;
const random = randomBits(SEED);
for (let round = 0; round < ROUNDS; round += 1) {
  fill(columns, random);
  spentMs.numbers += elapsedMs(() => {
    for (let i = 0; i < TRIPLES; i += 1) fromNumbers[i] = mulDivDown(a[i]!, b[i]!, d[i]!);
  });
  spentMs.bigInt += elapsedMs(() => {
    for (let i = 0; i < TRIPLES; i += 1) fromBigInt[i] = Number((BigInt(a[i]!) * BigInt(b[i]!)) / BigInt(d[i]!));
  });
  spentMs.twin += elapsedMs(() => {
    for (let i = 0; i < TRIPLES; i += 1) {
      fromTwin[i] = Number(wide.mulDivDown(BigInt(a[i]!), BigInt(b[i]!), BigInt(d[i]!)));
    }
  });
  for (let i = 0; i < TRIPLES; i += 1) {
    if (fromNumbers[i] !== fromBigInt[i] || fromTwin[i] !== fromBigInt[i]) mismatches += 1;
  }
}

const triples = ROUNDS * TRIPLES;
console.table(
  Object.entries(spentMs).map(([arithmetic, ms]) => ({
    arithmetic,
    'ns each': ((ms * 1e6) / triples).toFixed(1),
    'per second': Math.round((triples * 1000) / ms).toLocaleString('en'),
    'x numbers': (ms / spentMs.numbers).toFixed(1),
  })),
);
console.log(`${triples.toLocaleString('en')} triples from seed ${SEED}, ${mismatches} mismatches`);
mkdirSync('bench-results', { recursive: true });
const bigIntRatio = spentMs.bigInt / spentMs.numbers;
writeFileSync(
  'bench-results/exact.json',
  `${JSON.stringify({ triples, mismatches, spentMs, bigIntRatio }, null, 2)}\n`,
);
process.exitCode = mismatches === 0 ? 0 : 1;
