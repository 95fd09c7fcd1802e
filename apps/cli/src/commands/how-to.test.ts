import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, mock, test } from 'node:test';
import { Command } from 'commander';
import { runStannary } from '../lab/run-stannary.fixture.ts';
import { sharedData } from '../lab/shared-data.fixture.ts';
import { defineAblate } from './ablate.ts';
import { defineCompare } from './compare.ts';
import { defineSensitivity } from './sensitivity.ts';
import { defineSimulate } from './simulate.ts';
import { defineTune } from './tune.ts';

// Every command of the how-tos that needs no network, as it stands there and in its order, in one thread. Explorations run
// hundreds of worlds: here in a village.

const ROOT = join(import.meta.dirname, '../../../..');
const VILLAGE = ['--set', 'assumptions.nodes=12'];
const folder = mkdtempSync(join(tmpdir(), 'stannary-how-to-'));
const home = process.cwd();
before(() => {
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  process.chdir(folder);
});
after(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const DEFINED: Readonly<Record<string, (command: Command) => void>> = {
  simulate: defineSimulate,
  sensitivity: defineSensitivity,
  tune: defineTune,
  compare: defineCompare,
  ablate: defineAblate,
};

/** What a command of each name says, where it went well. */
const SAYS: Readonly<Record<string, RegExp>> = {
  simulate: /^reference [0-9a-f]{12} in the world .*: \d+ runs of \d+ d, seed 0$/m,
  sensitivity: /^marginMedian: /m,
  tune: /gates/,
  compare: /B - A/,
  ablate: /with it +without it/,
  check: /\d/,
};

function commandsOf(page: string): string[] {
  const text = readFileSync(join(ROOT, 'docs/how-to', page), 'utf8').replaceAll('\\\n', ' ');
  return [...text.matchAll(/^npm run stannary -- (.*)$/gm)].map(([, args]) => args!);
}

async function run(args: string): Promise<string> {
  const [name = '', ...words] = args.match(/(?:[^\s']|'[^']*')+/g)!.map((word) => word.replaceAll("'", ''));
  const define = DEFINED[name];
  if (define === undefined) return (await runStannary(name, ...words)).stdout;
  const program = new Command();
  define(program.command(name));
  const log = mock.method(console, 'log', () => {});
  const small = name === 'simulate' ? [] : VILLAGE;
  try {
    await program.parseAsync([name, ...words, ...small, '--workers', '0'], { from: 'user' });
    return log.mock.calls.map((call) => String((call.arguments as unknown[])[0])).join('\n');
  } finally {
    log.mock.restore();
    process.exitCode = undefined;
  }
}

for (const [page, least] of [
  ['simulate-an-economy.md', 10],
  ['explore-an-economy.md', 6],
] as const) {
  const commands = commandsOf(page);
  test(`${page} has commands`, () => assert.ok(commands.length >= least));
  for (const args of commands) {
    const check = async () => assert.match(await run(args), SAYS[args.split(' ')[0]!]!);
    if (args.includes('--demand')) sharedData(args, check);
    else test(args, check);
  }
}
