// npm test: every *.test.ts of the house through Node's own test runner.
//   npm test                                  everything
//   npm test -- kernel edge/meter             files whose path contains one of these
//   npm test -- kernel --test-name-pattern=x  options go to the runner as they are
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { runOnNode24 } from './node-24.mjs';

await runOnNode24();
const { OPTIONAL_PARTS } = await import('./optional-parts.ts');
const { filesFiltered, ROOT, textOf } = await import('./source-tree.ts');

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith('-'));
const filters = words.filter((word) => !word.startsWith('-'));
const files = filesFiltered('**/*.test.ts', filters);
if (files.length === 0) leave(`no *.test.ts has ${filters.join(' or ')} in its path`, 2);

const sources = files.map(textOf);
const missing = OPTIONAL_PARTS.filter(
  (part) => part.find() === null && sources.some((source) => part.neededBy.test(source)),
);
for (const part of missing) console.log(`Missing: ${part.name}. Without it ${part.loss}. To get it: ${part.howToGet}.`);
if (missing.length > 0 && process.env.CI === 'true') leave('with CI=true every part must be there', 1);

// A core is left to what the tests start: some run a whole network of processes against the clock.
const concurrency = Math.max(1, availableParallelism() - 1);
process.exitCode = await run([
  '--test',
  '--test-reporter=spec',
  '--import=./tools/property-seed.mjs',
  `--test-concurrency=${concurrency}`,
  ...options,
  ...files,
]);

/** Node's test runner as it is: its own report, its own closing lines, its own exit status. */
function run(args) {
  // With it set, as a test that starts this program has it, Node runs no test and leaves with status 0.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const runner = spawn(process.execPath, args, { stdio: 'inherit', cwd: ROOT, env });
  process.on('SIGTERM', () => runner.kill('SIGTERM'));
  // A terminal sends Ctrl-C to the runner too: stay until it has cleaned up.
  process.on('SIGINT', () => process.stdin.isTTY || runner.kill('SIGINT'));
  return new Promise((resolve) => runner.on('exit', (status) => resolve(status ?? 1)));
}

function leave(message, status) {
  console.error(message);
  process.exit(status);
}
