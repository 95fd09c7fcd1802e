import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generateContracts, generatedFile } from './tools/build.ts';
import { forge, projectFolder } from './tools/forge.ts';
import { committedGas, GAS_PAGE, gasFaults, gasPage, measureGas } from './tools/gas.ts';
import { listMutants, runMutants } from './tools/mutants.ts';
import { CONTRACT_PAGES, contractPages } from './tools/pages.ts';

/** `forge test --json`: suites by name, in each its tests by name. */
type ForgeReport = Record<string, { readonly test_results: Record<string, ForgeResult> }>;

interface ForgeResult {
  readonly status: 'Success' | 'Failure' | 'Skipped';
  readonly reason: string | null;
  readonly counterexample: unknown;
}

test('the committed interfaces and bytecode are what the sources compile to', () => {
  const built = generateContracts();
  assert.ok(built === readFileSync(generatedFile, 'utf8'), 'run `npm run build -w @stannary/contracts` and commit');
});

test('the pages of the contracts are what the sources say', () => {
  const folder = join(projectFolder, '..', '..', CONTRACT_PAGES);
  const pages = contractPages();
  assert.deepEqual(readdirSync(folder).sort(), pages.map(({ file }) => file).sort());
  for (const { file, text } of pages)
    assert.ok(readFileSync(join(folder, file), 'utf8') === text, `${file}: run node tools/write-contracts.mjs`);
});

// All of them take minutes: `npm run mutants -w @stannary/contracts`.
test('faults that others shipped are found: two of them here', () => {
  const wanted = ['exit-ignores-commits', 'top-up-burns-a-voucher'];
  const mutants = listMutants().filter(({ name }) => wanted.includes(name));
  assert.equal(mutants.length, wanted.length);
  assert.deepEqual(runMutants(mutants), []);
});

test('the sources are formatted', () => {
  const formatted = forge('fmt', '--check');
  assert.equal(formatted.status, 0, formatted.stdout);
});

test('no operation costs 2 % more than its snapshot, and the page says what the snapshots do', () => {
  assert.deepEqual(gasFaults(committedGas(), measureGas()), [], 'run node tools/write-gas.mjs if it must be so');
  const page = readFileSync(join(projectFolder, '..', '..', GAS_PAGE), 'utf8');
  assert.ok(page === gasPage(committedGas()), 'run node tools/write-gas.mjs');
});

/** Public vectors, wherever they lie, for tests that may read the project's cache only. */
const VECTORS = process.env.STANNARY_VECTORS ?? join(projectFolder, '..', '..', '..', 'shared', 'vectors');
const READABLE_VECTORS = join('cache', 'vectors');

test('forge', async (forgeTest) => {
  if (existsSync(VECTORS)) {
    for (const folder of ['eip-7951', 'wycheproof']) {
      cpSync(join(VECTORS, folder), join(projectFolder, READABLE_VECTORS, folder), { recursive: true });
    }
    process.env.STANNARY_VECTORS = READABLE_VECTORS;
  }
  const run = forge('test', '--json');
  const report = parseReport(run.stdout, run.stderr);
  for (const [suite, { test_results }] of Object.entries(report)) {
    await forgeTest.test(suite, async (suiteTest) => {
      for (const [name, result] of Object.entries(test_results)) {
        await suiteTest.test(name, () => assert.equal(result.status, 'Success', failureOf(result)));
      }
    });
  }
});

function parseReport(stdout: string, stderr: string): ForgeReport {
  try {
    return JSON.parse(stdout) as ForgeReport;
  } catch {
    throw new Error(`forge test gave no report:\n${stdout}${stderr}`);
  }
}

function failureOf({ reason, counterexample }: ForgeResult): string {
  return counterexample ? `${reason}, counterexample ${JSON.stringify(counterexample)}` : `${reason}`;
}
