import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type LocalChain, startLocalChain } from '@stannary/chain';
import * as kernel from '@stannary/kernel';
import fc from 'fast-check';

// The kernel's wads beside Solady itself, compiled and called on a local chain: the same result for every row of
// arguments, and a refusal exactly where Solady reverts.

const ROOT = join(import.meta.dirname, '..');
const ROWS = 20_000;
const ROWS_PER_CALL = 1_000;
const SEED = 1;
/** Any address: the code is put there for the length of a call, so nothing is deployed. */
const AT = `0x${'50'.repeat(20)}`;

const BATCH = 'batch(bytes4,uint256,uint256[])';

const WAD = kernel.WAD as bigint;
const WORD_MAX = 2n ** 256n - 1n;
const { wide } = kernel;

type Row = readonly bigint[];

interface Pair {
  /** In the words of SoladyBatch.sol. */
  readonly signature: string;
  /** What the kernel makes of a row; what is signed comes as signed. */
  readonly ours: (...row: kernel.Wad[]) => bigint;
  readonly signed?: true;
  readonly rows: fc.Arbitrary<Row>;
  /** Where this function turns. */
  readonly edges?: readonly Row[];
}

/** Words of every length; powers of two and their neighbours; both ends. */
const word = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 256 }).chain((bits) => below(1n << BigInt(bits))) },
  {
    weight: 2,
    arbitrary: fc.tuple(below(256n), below(3n)).map(([bits, off]) => BigInt.asUintN(256, 2n ** bits + off - 1n)),
  },
  { weight: 1, arbitrary: below(4n).map((off) => BigInt.asUintN(256, off - 2n)) },
);
const exponent = fc.bigInt({ min: -42n * WAD, max: 136n * WAD });
const base = fc.bigInt({ min: 1n, max: 4n * WAD });
const smallPower = fc.bigInt({ min: -40n * WAD, max: 40n * WAD });

const PAIRS: readonly Pair[] = [
  {
    signature: 'expWad(int256)',
    ours: (x) => kernel.expWad(x),
    signed: true,
    rows: fc.oneof({ weight: 4, arbitrary: fc.tuple(exponent) }, { weight: 1, arbitrary: fc.tuple(word) }),
    edges: [[135305999368893231588n], [135305999368893231589n], [-41446531673892822312n], [-41446531673892822313n]],
  },
  { signature: 'lnWad(int256)', ours: (x) => kernel.lnWad(x), signed: true, rows: fc.tuple(word) },
  {
    signature: 'powWad(int256,int256)',
    ours: (x, y) => kernel.powWad(x, y),
    signed: true,
    rows: fc.oneof(fc.tuple(base, smallPower), fc.tuple(word, smallPower), fc.tuple(word, word)),
  },
  { signature: 'sqrt(uint256)', ours: (x) => wide.floorSqrt(x), rows: fc.tuple(word) },
  { signature: 'sqrtWad(uint256)', ours: (x) => kernel.sqrtWad(x), rows: fc.tuple(word) },
  { signature: 'mulWad(uint256,uint256)', ours: (x, y) => kernel.mulWadDown(x, y), rows: fc.tuple(word, word) },
  { signature: 'mulWadUp(uint256,uint256)', ours: (x, y) => kernel.mulWadUp(x, y), rows: fc.tuple(word, word) },
  { signature: 'divWad(uint256,uint256)', ours: (x, y) => kernel.divWadDown(x, y), rows: fc.tuple(word, word) },
  { signature: 'divWadUp(uint256,uint256)', ours: (x, y) => kernel.divWadUp(x, y), rows: fc.tuple(word, word) },
  {
    signature: 'fullMulDiv(uint256,uint256,uint256)',
    ours: (x, y, d) => kernel.fullMulDivDown(x, y, d),
    rows: fc.tuple(word, word, word),
  },
  {
    signature: 'fullMulDivUp(uint256,uint256,uint256)',
    ours: (x, y, d) => kernel.fullMulDivUp(x, y, d),
    rows: fc.tuple(word, word, word),
    // The floor is 2^256 - 1, and there is a remainder.
    edges: [[535006138814359n, 432862656469423142931042426214547535783388063929571229938474969n, 2n]],
  },
];

/** Tried in every combination; as signed numbers the upper half is negative. */
const ENDS = [0n, 1n, 2n, 3n, WAD - 1n, WAD, WAD + 1n, 2n ** 64n, 2n ** 128n - 1n, 2n ** 128n];
const CORNERS = [...ENDS, 2n ** 255n - 1n, 2n ** 255n, WORD_MAX - 1n, WORD_MAX];
const POWERS = Array.from({ length: 256 }, (_, bits) => 2n ** BigInt(bits)).flatMap((power) => [
  power - 1n,
  power,
  power + 1n,
  WORD_MAX - power,
  WORD_MAX + 1n - power,
]);

describe('the kernel computes what Solady computes', () => {
  let compiled: Compiled;
  let folder: string;
  let chain: LocalChain;

  before(async () => {
    compiled = await compile();
    folder = await mkdtemp(join(tmpdir(), 'stannary-'));
    // A block that comes between a call's looking up the latest one and its reading the state would fail the call.
    chain = await startLocalChain({ stateFile: join(folder, 'chain.json'), blockSeconds: 3_600 });
  });

  after(async () => {
    await chain?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const pair of PAIRS) {
    test(pair.signature, async (context) => {
      const rows = [...edgesOf(pair), ...fc.sample(pair.rows, { numRuns: ROWS, seed: SEED })];
      const theirs = await callAll(chain.rpcUrl, compiled, pair.signature, rows.map(unsigned));
      const ours = rows.map((row) => oursOf(pair, row));
      const apart = rows.flatMap((row, at) =>
        ours[at] === theirs[at] ? [] : [`${pair.signature} of ${row}: ours ${ours[at]}, Solady's ${theirs[at]}`],
      );
      assert.equal(apart.length, 0, `${apart.length} rows differ, at first\n${apart.slice(0, 5).join('\n')}`);
      const reverts = theirs.filter((one) => one === null).length;
      const isTotal = pair.signature.startsWith('sqrt');
      assert.ok(isTotal ? reverts === 0 : reverts > 0 && reverts < rows.length / 2, `${reverts} reverts`);
      context.diagnostic(`${rows.length} rows, ${reverts} of them reverts`);
    });
  }
});

function below(end: bigint): fc.Arbitrary<bigint> {
  return fc.bigInt({ min: 0n, max: end - 1n });
}

function unsigned(row: Row): Row {
  return row.map((one) => BigInt.asUintN(256, one));
}

function edgesOf({ signature, edges = [] }: Pair): readonly Row[] {
  const arity = signature.split(',').length;
  if (arity === 1) return [...edges, ...CORNERS.map((one) => [one]), ...POWERS.map((one) => [one])];
  const corners = Array.from({ length: arity - 1 }).reduce<Row[]>(
    (rows) => rows.flatMap((row) => CORNERS.map((one) => [...row, one])),
    CORNERS.map((one) => [one]),
  );
  return [...edges, ...corners];
}

/** As a word; null for a refusal. */
function oursOf({ ours, signed }: Pair, row: Row): bigint | null {
  const typed = row.map((one) => (signed === true ? BigInt.asIntN(256, one) : one) as kernel.Wad);
  try {
    return BigInt.asUintN(256, ours(...typed));
  } catch (error) {
    if (error instanceof kernel.KernelRefusal) return null;
    throw error;
  }
}

interface Compiled {
  readonly code: string;
  /** Four bytes by signature. */
  readonly selectors: Readonly<Record<string, string>>;
}

/** With the contracts' own compiler and optimiser. */
async function compile(): Promise<Compiled> {
  const input = {
    language: 'Solidity',
    sources: { 'SoladyBatch.sol': { content: await readFile(join(import.meta.dirname, 'SoladyBatch.sol'), 'utf8') } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'osaka',
      outputSelection: { '*': { SoladyBatch: ['evm.deployedBytecode.object', 'evm.methodIdentifiers'] } },
    },
  };
  const wrapper = join(ROOT, 'settlement/contracts/tools/solc-wrap.mjs');
  const options = ['--liftoff-only', wrapper, '--standard-json', '--include-path', join(ROOT, 'node_modules')];
  const { stdout, stderr } = spawnSync(process.execPath, options, {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const { contracts, errors = [] } = JSON.parse(stdout || '{}');
  const { evm } = contracts?.['SoladyBatch.sol']?.SoladyBatch ?? {};
  assert.ok(evm !== undefined, `solc: ${stderr}${JSON.stringify(errors, null, 1)}`);
  return { code: `0x${evm.deployedBytecode.object}`, selectors: evm.methodIdentifiers };
}

/** The result of each row as a word; null where the call reverted. */
async function callAll(rpcUrl: string, { code, selectors }: Compiled, signature: string, rows: readonly Row[]) {
  const results: (bigint | null)[] = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_CALL) {
    const some = rows.slice(at, at + ROWS_PER_CALL);
    const words = some.flat();
    // batch(bytes4 selector, uint256 arity, uint256[] words): the array stands behind three words, its length first.
    const head = [selectors[signature]!.padEnd(64, '0'), hexWord(some[0]!.length), hexWord(96), hexWord(words.length)];
    const input = `0x${selectors[BATCH]}${head.join('')}${words.map(hexWord).join('')}`;
    const [, count, ...outcomes] = wordsOf(await ethCall(rpcUrl, code, input));
    assert.equal(count, BigInt(2 * some.length));
    results.push(...some.map((_, row) => (outcomes[2 * row] === 1n ? outcomes[2 * row + 1]! : null)));
  }
  return results;
}

/** Calls code that stands nowhere but in this call. */
async function ethCall(rpcUrl: string, code: string, input: string): Promise<string> {
  const params = [{ to: AT, input }, 'latest', { [AT]: { code } }];
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params });
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { result, error } = (await response.json()) as { result?: string; error?: { message: string } };
  assert.ok(result !== undefined, `eth_call: ${error?.message}`);
  return result;
}

function hexWord(value: bigint | number): string {
  return value.toString(16).padStart(64, '0');
}

function wordsOf(hex: string): bigint[] {
  return (hex.slice(2).match(/.{64}/g) ?? []).map((digits) => BigInt(`0x${digits}`));
}
