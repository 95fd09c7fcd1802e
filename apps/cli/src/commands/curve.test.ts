import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

// As an outsider checks a network: an economy file with its parameters, and the numbers that the network publishes.

const CLI = join(import.meta.dirname, '../../stannary.mjs');
const root = mkdtempSync(join(tmpdir(), 'stannary-curve-'));
after(() => rmSync(root, { recursive: true, force: true }));

function stannary(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Columns of a curve's CSV, by name. */
function csv(...args: string[]): (name: string) => readonly string[] {
  const { status, stdout, stderr } = stannary('curve', ...args, '--csv');
  assert.equal(status, 0, stderr);
  const [names, ...rows] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return (name) => rows.map((row) => row[names!.indexOf(name)]!);
}

function economy(name: string, text: string): string {
  const file = join(root, `${name}.yaml`);
  writeFileSync(file, `extends: reference\nname: ${name}\nversion: 1\nbounds: waived\n${text}`);
  return file;
}

const FILECOIN = `
supply:
  cap: 3_000_000_000 tokens
  unitsPerGrain: 1_000_000_000_000
  ceiling: null
  streams:
    baseline: null
    simple:
      share: 100 %
      rule: { kind: exponential, total: 330_000_000 tokens, halfLife: 2_190 d }
`;

const VECTORS =
  process.env.STANNARY_VECTORS ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url));

function vectorTest(name: string, path: string, check: (rows: readonly string[]) => void): void {
  const file = join(VECTORS, path);
  const skip = !existsSync(file) && process.env.CI !== 'true' ? `no public vectors in ${VECTORS}` : false;
  test(name, { skip }, () => check(readFileSync(file, 'utf8').trim().split('\n').slice(1)));
}

vectorTest(
  "curve: all 512 of Filecoin's simple rewards from a file with its parameters",
  'filecoin/TestSimpleReward.golden',
  (rows) => {
    const positions = ['--from', '0', '--to', '76_650_000 s', '--steps', '511', '--given', 'step=30 s'];
    const column = csv(economy('filecoin', FILECOIN), 'issuance', ...positions);
    const rewards = column('simple_step_reward_units');
    assert.deepEqual(
      column('simple_step').map((step, index) => `${step},${rewards[index]}`),
      rows,
    );
  },
);

const ETHEREUM = `
price:
  kind: eip-1559
  initial: 3.6 credits per NCU·h
  floor: 0.0000000036 credits per NCU·h
  cap: 72 credits per NCU·h
  targetUtilisation: 50 %
  denominator: 8
  breaker: null
`;

test("curve: EIP-1559's base fee after full and empty blocks, to the unit", () => {
  const file = economy('ethereum', ETHEREUM);
  const after = (utilisation: string, epochs: string) =>
    csv(file, 'price', '--at', epochs, '--given', `utilisation=${utilisation}`)('price_micrograins_per_ncu_s');
  const full = ['1125000000', '1265625000', '1423828125', '1601806640', '1802032470', '10545093826'];
  assert.deepEqual(after('100%', '1 h,2 h,3 h,4 h,5 h,20 h'), full);
  assert.deepEqual(after('0%', '1 h,20 h'), ['875000000', '69208762']);
  assert.deepEqual(after('100%,0%', '2 h,20 h'), ['984375000', '854290850']);
});

test("curve: Polkadot's slashes over offenders, which the reference has too", () => {
  const column = csv('reference', 'slash', '--at', '1,10,100,334', '--given', 'nodes=1_000');
  assert.deepEqual(column('equivocation_ppb'), ['9000', '900000', '90000000', '1000000000']);
});

test('curve: a table, one line of JSON, a drawing', () => {
  const asked = ['curve', 'reference', 'bond', '--class', 'cloud', '--at', '50 NCU,100 NCU'];
  const table = stannary(...asked);
  assert.match(table.stdout, /^bond of reference, version 1, [0-9a-f]{12}…: What a node must bond/);
  assert.match(table.stdout, /^ +100 +revenue +338\.688 +677\.376 /m);
  const json = JSON.parse(stannary(...asked, '--json').stdout);
  assert.equal(json.rows[1].required_grains, '338688000');
  assert.match(json.economy.economyHash, /^[0-9a-f]{64}$/);
  const svg = join(root, 'bond.svg');
  const drawn = stannary(...asked, '--svg', svg);
  assert.equal(drawn.stdout, `${svg}: bond of reference, 2 positions\n`);
  assert.match(readFileSync(svg, 'utf8'), /^<svg .*<\/svg>\n$/s);
  const again = stannary(...asked, '--svg', svg);
  assert.equal(again.status, 2);
  assert.match(again.stderr, /--force \[OUT-EXISTS\]/);
  assert.equal(stannary(...asked, '--svg', svg, '--force').status, 0);
});

test('curve: --set changes the economy first', () => {
  const column = csv(
    'reference',
    'bond',
    '--class',
    'cloud',
    '--at',
    '1 NCU',
    '--set',
    'classes.cloud.bond.min=80 credits',
  );
  assert.deepEqual(column('required_credits'), ['80']);
});

test('curve: the version in force in an epoch', () => {
  const version = 'version: 2\n    from: 48 h\n    set: { price: { targetUtilisation: 65 % } }';
  const file = economy('changing', `versions:\n  - ${version}\n`);
  const change = (epoch: string) => csv(file, 'price', '--at', '65%', '--epoch', epoch)('change_ppm');
  assert.deepEqual(change('48'), ['0']);
  assert.match(change('47')[0]!, /^-/);
});

test('curve: a bad request is one line, status 2', () => {
  for (const [args, code] of [
    [['moon', '--at', '1'], 'CURVE-UNKNOWN'],
    [['price'], 'CURVE-RANGE'],
    [['price', '--at', '5 tokens'], 'CURVE-VALUE'],
    [['price', '--at', '5 %', '--given', 'moon=1'], 'CURVE-GIVEN'],
    [['slash', '--at', '2_000', '--given', 'nodes=10'], 'KERNEL-RANGE'],
  ] as const) {
    const { status, stderr } = stannary('curve', 'reference', ...args);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^stannary: .*\\[${code}\\]\n$`));
  }
});

test('curve: --steps says which numbers it takes', () => {
  const { status, stderr } = stannary('curve', 'reference', 'price', '--from', '0%', '--to', '1', '--steps', '1e9');
  assert.equal(status, 2);
  assert.match(stderr, /expected a whole number from 1 to 999999, in digits, got 1e9/);
});

test('CURVE-SVG: a drawing that cannot be written, status 4', () => {
  const svg = join(root, 'nowhere', 'a.svg');
  const { status, stderr } = stannary('curve', 'reference', 'slash', '--at', '1', '--svg', svg);
  assert.equal(status, 4);
  assert.match(stderr, /\[CURVE-SVG\]/);
});

test('estimate: a table with its reasons, or one line of JSON', () => {
  const asked = ['estimate', 'reference', '--class', 'cloud', '--ncu', '100', '--nodes', '3'];
  const { status, stdout } = stannary(...asked);
  assert.equal(status, 0);
  assert.match(stdout, /bond of a node +338\.688 credits = 677\.376 tokens; revenue decides/);
  assert.match(stdout, /break-even, days +\d+ +\d+ +\d+/);
  assert.match(stdout, /worst slash +677\.376 tokens, 100 % of the bond: equivocation/);
  const json = JSON.parse(stannary(...asked, '--json').stdout);
  assert.equal(json.bond.allTokensGrains, '2032128000');
  assert.equal(json.outlooks.length, 3);
});

test('estimate: an unknown class and too large a node, status 2', () => {
  const unknown = stannary('estimate', 'reference', '--class', 'moon', '--ncu', '100');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /expected one of ai, cloud, edge, grid, got moon \[ESTIMATE-CLASS\]/);
  const large = stannary('estimate', 'reference', '--class', 'cloud', '--ncu', '1_000_000');
  assert.equal(large.status, 2);
  assert.match(large.stderr, /\[ESTIMATE-VALUE\]/);
});
