import { globSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { forgeWith, projectFolder } from './forge.ts';

// What operations cost on chain: measured by the tests that call `vm.snapshotGasLastCall`, kept in snapshots/, held to a
// budget, written down on a page.

/** Relative to the repository. */
export const GAS_PAGE = 'docs/reference/gas.md';
/** A measure this much above its snapshot is a fault. */
export const TOLERANCE_PPM = 20_000;

/** Gas by operation, by contract. */
export type GasSnapshots = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface BudgetRow {
  readonly operation: string;
  /** Of the snapshot: its contract and name, and how many such operations it holds. */
  readonly contract: string;
  readonly snapshot: string;
  readonly count?: number;
  readonly budgetGas: number;
  /** Only of a row above its budget: why nothing found brings it below. */
  readonly isOverBecause?: string;
}

const CHANNELS = { contract: 'Channels' } as const;
const SETTLEMENT = { contract: 'Settlement' } as const;

/** Gas of a whole transaction, calldata and its 21,000 included. */
export const GAS_BUDGET: readonly BudgetRow[] = [
  {
    ...SETTLEMENT,
    operation: 'post an era of any number of payees',
    snapshot: 'post an era, any number of payees',
    budgetGas: 240_000,
  },
  {
    ...SETTLEMENT,
    operation: 'claim for the first time, 2^10 payees',
    snapshot: 'first claim, 2^10 payees',
    budgetGas: 105_000,
  },
  {
    ...SETTLEMENT,
    operation: 'claim again, 2^10 payees',
    snapshot: 'later claim, 2^10 payees',
    budgetGas: 70_000,
  },
  { ...SETTLEMENT, operation: 'claim again, 2^20 payees', snapshot: 'later claim, 2^20 payees', budgetGas: 88_000 },
  {
    ...SETTLEMENT,
    operation: 'show that an accrual is wrong, 2^20 leaves',
    snapshot: 'challenge an accrual, 2^20 leaves',
    budgetGas: 180_000,
  },
  {
    ...SETTLEMENT,
    operation: 'show that a payout is wrong, 2^20 leaves',
    snapshot: 'challenge a payout, 2^20 leaves',
    budgetGas: 300_000,
  },
  { ...CHANNELS, operation: "open, an account's signer", snapshot: 'open, EOA signer', budgetGas: 125_000 },
  { ...CHANNELS, operation: "open, a device's signer", snapshot: 'open, P-256 signer', budgetGas: 150_000 },
  {
    ...CHANNELS,
    operation: 'redeem one voucher, account',
    snapshot: 'redeem one voucher, EOA signer',
    budgetGas: 52_000,
  },
  {
    ...CHANNELS,
    operation: 'redeem one voucher, contract wallet',
    snapshot: 'redeem one voucher, ERC-1271 signer',
    budgetGas: 56_000,
  },
  {
    ...CHANNELS,
    operation: 'redeem one voucher, device',
    snapshot: 'redeem one voucher, P-256 signer',
    budgetGas: 68_000,
  },
  { ...CHANNELS, operation: 'redeem 20 vouchers, each', snapshot: 'redeem 20 vouchers', count: 20, budgetGas: 20_000 },
  {
    ...CHANNELS,
    operation: 'commit',
    snapshot: 'commit',
    budgetGas: 45_000,
    isOverBecause:
      '41,800 are the base (21,000), calldata (6,700), three cold words (6,300), one of them written (2,900), the ' +
      'recovery (3,100) and the log (1,800); a computation of 3,200 was not found',
  },
  { ...CHANNELS, operation: 'start an exit', snapshot: 'start exit', budgetGas: 46_000 },
  {
    ...CHANNELS,
    operation: 'finish an exit',
    snapshot: 'finish exit',
    budgetGas: 43_000,
    isOverBecause:
      '48,700 are the base (21,000), calldata (3,300), three cold words (6,300), two of them written (5,800), the log ' +
      "(1,600) and the token's transfer (15,500), less the refund of the word that is cleared (4,800)",
  },
];

/** What the committed files say. */
export function committedGas(): GasSnapshots {
  return readSnapshots(join(projectFolder, 'snapshots'));
}

/** Runs every test that measures. Throws with forge's output where one fails. */
export function measureGas(): GasSnapshots {
  const folder = join('cache', 'gas');
  rmSync(join(projectFolder, folder), { recursive: true, force: true });
  const files = globSync('test/*.t.sol', { cwd: projectFolder }).filter((file) =>
    readFileSync(join(projectFolder, file), 'utf8').includes('snapshotGasLastCall'),
  );
  const names = files.map((file) => basename(file)).sort();
  const run = forgeWith({ FOUNDRY_SNAPSHOTS: folder }, 'test', '--match-path', `test/{${names.join(',')}}`);
  if (run.status !== 0) throw new Error(`forge test failed:\n${run.stdout}${run.stderr}`);
  return readSnapshots(join(projectFolder, folder));
}

function readSnapshots(folder: string): GasSnapshots {
  const files = readdirSync(folder).sort();
  const entries = files.map((file) => {
    const texts = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;
    return [
      basename(file, '.json'),
      Object.fromEntries(Object.entries(texts).map(([name, gas]) => [name, Number(gas)])),
    ];
  });
  return Object.fromEntries(entries);
}

/** The files' text by name, as forge writes them. */
export function snapshotFiles(gas: GasSnapshots): { readonly file: string; readonly text: string }[] {
  return Object.entries(gas).map(([contract, measured]) => {
    const texts = Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, `${value}`]));
    return { file: `${contract}.json`, text: JSON.stringify(texts, null, 2) };
  });
}

/** What is wrong: a measure too far above its snapshot, or one without the other. */
export function gasFaults(committed: GasSnapshots, measured: GasSnapshots): string[] {
  const names = (gas: GasSnapshots) =>
    Object.entries(gas).flatMap(([contract, values]) => Object.keys(values).map((name) => [contract, name] as const));
  const gone = names(committed).filter(([contract, name]) => measured[contract]?.[name] === undefined);
  const worse = names(measured).flatMap(([contract, name]) => {
    const got = measured[contract]![name]!;
    const kept = committed[contract]?.[name];
    if (kept === undefined) return [`${contract}, ${name}: expected a snapshot, got none, measured ${got}`];
    const most = Math.floor((kept * (1_000_000 + TOLERANCE_PPM)) / 1_000_000);
    return got <= most ? [] : [`${contract}, ${name}: expected at most ${most} (${kept} + 2 %), got ${got}`];
  });
  return [...worse, ...gone.map(([contract, name]) => `${contract}, ${name}: expected a measure, got none`)];
}

/** What is wrong with the budget: a row above it without a reason, or with one that is none. */
export function budgetFaults(gas: GasSnapshots, budget: readonly BudgetRow[] = GAS_BUDGET): string[] {
  return budget.flatMap((row) => {
    const measured = measuredOf(gas, row);
    const isOver = measured > row.budgetGas;
    if (isOver === (row.isOverBecause !== undefined)) return [];
    return [`${row.operation}: budget ${row.budgetGas}, measured ${measured}: ${isOver ? 'over' : 'no longer over'}`];
  });
}

/** Rounded up. Throws where there is no such snapshot. */
function measuredOf(gas: GasSnapshots, { contract, snapshot, count = 1 }: BudgetRow): number {
  const measured = gas[contract]?.[snapshot];
  if (measured === undefined) throw new Error(`snapshots/${contract}.json has no '${snapshot}'`);
  return Math.ceil(measured / count);
}

/** The page of the snapshots. */
export function gasPage(gas: GasSnapshots): string {
  const budget = GAS_BUDGET.map((row) => {
    const measured = measuredOf(gas, row);
    const ratio = (measured / row.budgetGas).toFixed(2);
    return `| ${row.operation} | ${grouped(row.budgetGas)} | ${grouped(measured)} | ${ratio} |`;
  });
  const over = GAS_BUDGET.flatMap((row) =>
    row.isOverBecause === undefined ? [] : [`- ${row.operation}: ${row.isOverBecause}.`],
  );
  const tables = Object.entries(gas).map(([contract, values]) => {
    const rows = Object.entries(values).map(([name, value]) => `| ${name} | ${grouped(value)} |`);
    return [`### ${contract}`, '', '| operation | gas |', '|---|---:|', ...rows].join('\n');
  });
  return [
    '# Gas',
    'Written by `node tools/write-gas.mjs` from what the tests measure; never by hand. A measure more than 2 % above its\n' +
      '[snapshot](../../settlement/contracts/snapshots) fails the tests; that command takes the new one.',
    '## The budget',
    'Gas of a transaction: calldata and the 21,000 of every transaction included, refunds taken off, nothing warm.',
    ['| operation | budget | measured | ratio |', '|---|---:|---:|---:|', ...budget].join('\n'),
    'Above the budget, and [what was tried](../explanation/channels.md#what-it-costs-on-chain):',
    over.join('\n'),
    '## All that is measured',
    'Channels, eras and governance as above. The others are calls within a test, where what the test touched before is warm.',
    `${tables.join('\n\n')}\n`,
  ].join('\n\n');
}

function grouped(gas: number): string {
  return gas.toLocaleString('en-US');
}
