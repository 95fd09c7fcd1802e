import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { account, chainNode, epochInputs, id, testAccounts, testEconomy, testEconomyHash } from '../economy.fixture.ts';
import type { Epoch, NcuMs } from '../numbers/quantities.ts';
import type { EconomyState, EpochInputs } from './epoch.ts';
import { genesisState, settleEpoch } from './settle.ts';
import { type SettlementColumns, settleColumns, settlementColumns } from './settle-columns.ts';
import { settleColumnsInBigInt, settleColumnsInFloat } from './settle-columns.twins.ts';

// How long an epoch takes, by number of nodes: the column loop against the same loop in floating point and in BigInt,
// measured in the same run, and the whole settlement with its statement. Prints a table and writes
// bench-results/kernel.json below the current folder.

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const EPOCH_SIZES = SIZES.slice(0, 3);
/** Enough rounds that the median is warm; fewer for the slow ones. */
const ROUNDS = { 1000: 200, 10000: 60, 100000: 15, 1000000: 5 } as Readonly<Record<number, number>>;

interface Row {
  readonly nodes: number;
  readonly columnsMs: number;
  readonly floatMs: number;
  readonly bigIntMs: number;
  readonly settleEpochMs: number | null;
  /** Processor time of the same, on all threads: what a busy machine does not stretch. */
  readonly settleEpochCpuMs: number | null;
  /** Of the columns that an epoch leaves: statement and next state, what they share once. */
  readonly keptBytesPerNode: number | null;
  /** What the process grew by at most while it settled epochs, garbage that was not collected yet included. */
  readonly peakBytesPerNode: number | null;
}

const wallMs = () => performance.now();

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function medianMs(rounds: number, run: () => void, clock = wallMs): number {
  run();
  run();
  const times = Array.from({ length: rounds }, () => {
    const start = clock();
    run();
    return clock() - start;
  });
  return times.sort((x, y) => x - y)[Math.floor(rounds / 2)]!;
}

/** Numbers as large as the local economy makes them: products of 2^60 and more. */
function filledColumns(nodes: number): SettlementColumns {
  const classes = testEconomy.classes.length;
  const columns = settlementColumns(nodes, nodes, classes, Math.ceil(nodes / 3) * classes);
  columns.classes.emission.fill(50_000_000_000);
  for (let node = 0; node < nodes; node += 1) {
    const spread = (node * 7_919) % 10_007;
    columns.lines.node[node] = node;
    columns.lines.ncuMs[node] = 3_000 + spread * 17;
    columns.lines.price[node] = 50_000_000_000_000 + spread * 1_000_003;
    columns.nodes.classOf[node] = node % classes;
    columns.nodes.operatorOf[node] = Math.floor(node / 3) * classes + (node % classes);
    columns.nodes.work[node] = columns.lines.ncuMs[node]!;
    columns.nodes.bond[node] = 1_000_000_000 + spread * 1_000;
    columns.nodes.frozen[node] = spread % 100 === 0 ? 1 : 0;
    columns.nodes.openCredits[node] = spread * 1_000_000;
    columns.nodes.dueCredits[node] = spread * 1_000;
  }
  return columns;
}

function epochOf(nodes: number): { readonly state: EconomyState; readonly inputs: EpochInputs } {
  const chain = { ...epochInputs(0).chain, nodes: Array.from({ length: nodes }, (_, index) => operated(index)) };
  const first = settleEpoch(testEconomy, testEconomyHash, genesisState(testEconomy, testAccounts), inputsOf(0, chain));
  return { state: first.state, inputs: inputsOf(1, chain) };
}

function operated(index: number): EpochInputs['chain']['nodes'][number] {
  return { ...chainNode(index), operator: account(0xa000 + Math.floor(index / 3)) };
}

function inputsOf(epoch: number, chain: EpochInputs['chain']): EpochInputs {
  // Verdicts come in the nodes' order; usage in that of its leases, which is no order of nodes.
  const usage = chain.nodes.map((_, index) => ({
    leaseId: id(epoch * 1_000_000 + index),
    nodeId: chain.nodes[(index * 7_919) % chain.nodes.length]!.nodeId,
    consumer: account(index % 50),
    purpose: 'task' as const,
    resource: 7,
    epoch: epoch as Epoch,
    quantity: 3_000_000_000 + index * 1_000,
  }));
  const verdicts = chain.nodes.map(({ nodeId }, index) => ({
    kind: 'observation' as const,
    nodeId,
    outcome: 'confirmed' as const,
    count: index % 4,
  }));
  return epochInputs(epoch, { chain, usage, verdicts, offeredNcuMs: 1_000_000_000_000 as NcuMs });
}

function measure(nodes: number): Row {
  const { classes, take } = testEconomy;
  const columns = filledColumns(nodes);
  const rounds = ROUNDS[nodes]!;
  const columnsMs = medianMs(rounds, () => settleColumns(classes, take, columns));
  const floatMs = medianMs(rounds, () => settleColumnsInFloat(classes, take, columns));
  const bigIntMs = medianMs(Math.min(rounds, 10), () => settleColumnsInBigInt(classes, take, columns));
  return { nodes, columnsMs, floatMs, bigIntMs, ...measureEpoch(nodes, rounds) };
}

function measureEpoch(nodes: number, rounds: number) {
  if (!EPOCH_SIZES.includes(nodes)) {
    return { settleEpochMs: null, settleEpochCpuMs: null, keptBytesPerNode: null, peakBytesPerNode: null };
  }
  const { state, inputs } = epochOf(nodes);
  const settle = () => settleEpoch(testEconomy, testEconomyHash, state, inputs);
  const before = process.memoryUsage.rss();
  const settleEpochMs = medianMs(rounds, settle);
  const settleEpochCpuMs = medianMs(rounds, settle, cpuMs);
  const peakBytesPerNode = (process.resourceUsage().maxRSS * 1_024 - before) / nodes;
  const settled = settle();
  const columns = columnsOf([settled.statement.nodes, settled.state.nodes]);
  const entries = [...columns].reduce((sum, column) => sum + column.length, 0);
  return { settleEpochMs, settleEpochCpuMs, keptBytesPerNode: (entries * ENTRY_BYTES) / nodes, peakBytesPerNode };
}

/** A double, or a reference where V8 does not compress them. */
const ENTRY_BYTES = 8;

function columnsOf(value: unknown, found = new Set<readonly unknown[]>()): Set<readonly unknown[]> {
  if (Array.isArray(value)) found.add(value);
  if (typeof value === 'object' && value !== null && !(Array.isArray(value) && typeof value[0] !== 'object')) {
    for (const part of Object.values(value)) columnsOf(part, found);
  }
  return found;
}

/** Exponent of growth between the first and the last row: 1 is linear. */
function growth(rows: readonly Row[], value: (row: Row) => number | null): number {
  const measured = rows.filter((row) => value(row) !== null);
  const first = measured[0]!;
  const last = measured.at(-1)!;
  return Math.log(value(last)! / value(first)!) / Math.log(last.nodes / first.nodes);
}

const rows = SIZES.map(measure);
console.table(
  rows.map((row) => ({
    nodes: row.nodes,
    'columns ms': row.columnsMs.toFixed(3),
    'x float': (row.columnsMs / row.floatMs).toFixed(2),
    'BigInt x': (row.bigIntMs / row.columnsMs).toFixed(1),
    'settleEpoch ms': row.settleEpochMs?.toFixed(1) ?? '',
    'of processor': row.settleEpochCpuMs?.toFixed(1) ?? '',
    'kept bytes/node': row.keptBytesPerNode?.toFixed(0) ?? '',
    'peak bytes/node': row.peakBytesPerNode?.toFixed(0) ?? '',
  })),
);
const exponents = {
  columns: growth(rows, (row) => row.columnsMs),
  settleEpoch: growth(rows, (row) => row.settleEpochMs),
};
console.log(
  `growth exponents: columns ${exponents.columns.toFixed(2)}, settleEpoch ${exponents.settleEpoch.toFixed(2)}`,
);

await mkdir('bench-results', { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
await writeFile('bench-results/kernel.json', `${JSON.stringify({ machine, rows, exponents }, null, 2)}\n`);
