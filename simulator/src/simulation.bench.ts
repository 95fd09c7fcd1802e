import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { loadEconomy } from '@stannary/economies';
import { settleColumns } from '@stannary/kernel';
import { Draws } from './draws/draws.ts';
import { defaultScenario } from './scenario/defaults.ts';
import { Simulation } from './simulation.ts';
import { FloatTwin } from './simulation.twins.ts';

// Node-epochs a second on one core, by number of nodes, with the full mechanism of the reference economy: audits,
// holdback, vesting, bonds, entry and exit, a token price and every epoch's proof of conservation. In the same run: the
// kernel's columns alone, the same loop in plain floating point, and in NumPy where there is one. Times are of the
// process's own processor time, because benches share machines. Writes bench-results/simulator.json.

const { economy } = await loadEconomy('reference');
const ERA = economy.cadence.epochsPerEra;
/** By number of nodes: eras of a run, past the holdback; runs to warm up, as a campaign is; runs to measure. */
const SIZES: Readonly<Record<number, { readonly eras: number; readonly warm: number; readonly runs: number }>> = {
  1000: { eras: 28, warm: 40, runs: 40 },
  10000: { eras: 28, warm: 2, runs: 2 },
  100000: { eras: 12, warm: 1, runs: 1 },
};
const TWIN = fileURLToPath(new URL('simulation-twin.py', import.meta.url));

interface Row {
  readonly nodes: number;
  readonly nodeEpochsPerSecond: number;
  readonly columnsOnly: number;
  readonly floatTwin: number;
  readonly numpyTwin: number | null;
  readonly bytesPerNode: number;
}

/** How much of the work that a run says it did goes into a second of this process's own processor time. */
function rate(run: () => number): number {
  const before = process.cpuUsage();
  const work = run();
  const { user, system } = process.cpuUsage(before);
  return (work * 1e6) / (user + system);
}

function simulationOf(nodes: number, eras: number, run: number): Simulation {
  const scenario = defaultScenario({ ...economy, assumptions: { ...economy.assumptions, nodes } });
  return new Simulation(economy, { ...scenario, horizonEpochs: eras * ERA }, { run });
}

/** Plays whole runs; returns their node-epochs. Nodes enter and leave: what counts is who was there. */
function play(nodes: number, eras: number, runs: number): number {
  let nodeEpochs = 0;
  for (let run = 0; run < runs; run += 1) {
    const { summary } = simulationOf(nodes, eras, run).advance();
    nodeEpochs += summary.moments('activeNodes').mean * summary.sums.epochs;
  }
  return nodeEpochs;
}

function times(count: number, work: number, step: () => void): number {
  for (let one = 0; one < count; one += 1) step();
  return count * work;
}

/** Memory of all columns by place, before anything else has been allocated. */
function bytesOf(nodes: number): number {
  const before = process.memoryUsage().arrayBuffers;
  const simulation = simulationOf(nodes, 1, 0);
  return (process.memoryUsage().arrayBuffers - before) / simulation.population.nodes;
}

function measure(nodes: number, bytesPerNode: number): Row {
  const { eras, warm, runs } = SIZES[nodes]!;
  const epochs = runs * eras * ERA;
  const simulation = simulationOf(nodes, eras, 0);
  play(nodes, eras, warm);
  const nodeEpochsPerSecond = rate(() => play(nodes, eras, runs));
  const { columns } = simulation.advance(ERA).books;
  // One class over all of them, as the run's own views are.
  const oneClass = economy.classes.slice(-1);
  const settle = () => settleColumns(oneClass, economy.take, columns);
  times(100, nodes, settle);
  const columnsOnly = rate(() => times(epochs, columns.nodes.work.length, settle));
  const twin = new FloatTwin(nodes);
  times(warm * ERA, nodes, () => twin.step());
  const floatTwin = rate(() => times(epochs, nodes, () => twin.step()));
  return { nodes, nodeEpochsPerSecond, columnsOnly, floatTwin, numpyTwin: numpy(nodes, epochs), bytesPerNode };
}

function numpy(nodes: number, epochs: number): number | null {
  const { status, stdout } = spawnSync('python3', [TWIN, `${nodes}`, `${epochs}`], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : null;
}

/** How much more two workers do in the time of one. */
async function twoWorkers(): Promise<number> {
  const run = () =>
    new Promise<void>((resolve, reject) => {
      new Worker(new URL(import.meta.url)).on('exit', () => resolve()).on('error', reject);
    });
  const timed = async (runs: readonly (() => Promise<void>)[]) => {
    const start = performance.now();
    await Promise.all(runs.map((one) => one()));
    return performance.now() - start;
  };
  const alone = await timed([run]);
  return (2 * alone) / (await timed([run, run]));
}

function drawsPerSecond(): number {
  const draws = new Draws({ seed: 0, run: 0 });
  const column = new Uint32Array(10_000);
  let epoch = 0;
  const fill = () => draws.fillWords(column, 'availability', epoch++, 0);
  times(500, 1, fill);
  return rate(() => times(5_000, column.length, fill));
}

async function main(): Promise<void> {
  const sizes = Object.keys(SIZES).map(Number);
  const bytes = sizes.map(bytesOf);
  const rows = sizes.map((nodes, index) => measure(nodes, bytes[index]!));
  const millions = (value: number | null) => (value === null ? 'no NumPy' : (value / 1e6).toFixed(2));
  console.table(
    rows.map((row) => ({
      nodes: row.nodes,
      'M node-epochs/s': millions(row.nodeEpochsPerSecond),
      'columns alone': millions(row.columnsOnly),
      'float twin': millions(row.floatTwin),
      NumPy: millions(row.numpyTwin),
      'x columns': (row.columnsOnly / row.nodeEpochsPerSecond).toFixed(2),
      'x float': (row.floatTwin / row.nodeEpochsPerSecond).toFixed(2),
      'bytes a node': Math.round(row.bytesPerNode),
    })),
  );
  const first = rows[0]!;
  const last = rows.at(-1)!;
  const cost = (row: Row) => row.nodes / row.nodeEpochsPerSecond;
  const exponent = Math.log(cost(last) / cost(first)) / Math.log(last.nodes / first.nodes);
  const draws = drawsPerSecond();
  const workers = await twoWorkers();
  console.log(
    `growth exponent ${exponent.toFixed(2)}; ${millions(draws)} M draws/s; two workers ${workers.toFixed(2)}x one`,
  );
  await mkdir('bench-results', { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const results = { machine, rows, exponent, drawsPerSecond: draws, twoWorkers: workers };
  await writeFile('bench-results/simulator.json', `${JSON.stringify(results, null, 2)}\n`);
}

if (isMainThread) await main();
else play(10_000, 28, 4);
