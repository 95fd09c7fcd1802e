import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generateContracts, generatedFile } from './tools/build.ts';
import { forge } from './tools/forge.ts';

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

test('the sources are formatted', () => {
  const formatted = forge('fmt', '--check');
  assert.equal(formatted.status, 0, formatted.stdout);
});

test('forge', async (forgeTest) => {
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
