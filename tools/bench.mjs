// npm run bench: every *.bench.ts, one after the other. A bench prints its own table and may write
// bench-results/<name>.json; what they wrote is gathered here with the machine's facts in bench-results/summary.json.
//   npm run bench                 everything
//   npm run bench -- kernel wire  files whose path contains one of these
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { cpus, freemem, loadavg, release, totalmem, type } from 'node:os';
import { basename, join } from 'node:path';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { filesFiltered, ROOT } = await import('./source-tree.ts');

process.chdir(ROOT);
const RESULTS = 'bench-results';
const SUMMARY = 'summary.json';

const filters = process.argv.slice(2);
const files = filesFiltered('**/*.bench.ts', filters);
if (files.length === 0) {
  console.error(
    filters.length === 0 ? 'there is no *.bench.ts' : `no *.bench.ts has ${filters.join(' or ')} in its path`,
  );
  process.exit(2);
}

fs.mkdirSync(RESULTS, { recursive: true });
const startedMs = Date.now();
const loadBefore = loadavg();
const runs = files.map(runBench);
const summary = { machine: machineFacts(loadBefore), startedMs, runs, results: resultsSince(startedMs) };
fs.writeFileSync(join(RESULTS, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
printSummary(summary);
process.exitCode = runs.every((run) => run.status === 0) ? 0 : 1;

/** Each bench in a process of its own: one's garbage and compiled code must not weigh on the next. */
function runBench(file) {
  console.log(`\n== ${file}`);
  const beginMs = Date.now();
  const { status } = spawnSync(process.execPath, ['--expose-gc', file], { stdio: 'inherit' });
  return { file, status: status ?? 1, tookMs: Date.now() - beginMs };
}

function resultsSince(sinceMs) {
  const names = fs.readdirSync(RESULTS).filter((name) => name.endsWith('.json') && name !== SUMMARY);
  const fresh = names.filter((name) => fs.statSync(join(RESULTS, name)).mtimeMs >= sinceMs).sort();
  return Object.fromEntries(
    fresh.map((name) => [basename(name, '.json'), JSON.parse(fs.readFileSync(join(RESULTS, name), 'utf8'))]),
  );
}

function machineFacts(loadBefore) {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    freeMiB: Math.round(freemem() / 2 ** 20),
    system: `${type()} ${release()} ${process.arch}`,
    node: process.versions.node,
    loadBefore,
    loadAfter: loadavg(),
  };
}

function printSummary({ machine, runs }) {
  console.log(`\n== ${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`);
  console.log(`load average (1, 5, 15 min) before ${shown(machine.loadBefore)}, after ${shown(machine.loadAfter)}`);
  console.table(runs);
  console.log(`written: ${join(RESULTS, SUMMARY)}`);
}

function shown(load) {
  return load.map((value) => value.toFixed(2)).join(' ');
}
