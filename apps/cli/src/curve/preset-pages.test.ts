import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadEconomy } from '@stannary/economies';
import { curveOf } from './curve.ts';
import { curveNamed } from './kinds.ts';
import { curveText } from './print.ts';

// The pages of the presets show numbers below the command that prints them. Here the commands are run.

const PAGES = fileURLToPath(new URL('../../../../docs/reference/presets', import.meta.url));
/** A command alone in its block, and the table that follows it. */
const EXAMPLE = /```sh\nnpm run stannary -- curve (.+)\n```\n\n((?:\|.*\n)+)/g;

interface Example {
  readonly page: string;
  readonly command: string;
  readonly rows: readonly (readonly string[])[];
}

const examples = readdirSync(PAGES).flatMap((page): Example[] =>
  [...readFileSync(join(PAGES, page), 'utf8').matchAll(EXAMPLE)].map(([, command, table]) => ({
    page,
    command: command!,
    rows: table!
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('|---'))
      .map((line) => line.slice(2, -2).split(' | ')),
  })),
);

test('the pages have examples', () => assert.ok(examples.length >= 16, `${examples.length}`));

for (const { page, command, rows } of examples) {
  test(`${page}: curve ${command}`, async () => {
    const printed = await tableOf(command);
    const [heads, ...shown] = rows as readonly [readonly string[], ...(readonly string[])[]];
    const columns = heads.map((head) => printed[0]!.indexOf(head));
    assert.ok(!columns.includes(-1), `${heads} of ${printed[0]}`);
    const taken = printed.slice(1).map((row) => columns.map((column) => row[column]));
    const inOrder = (list: readonly (readonly (string | undefined)[])[]) => list.map((row) => row.join(' ')).sort();
    assert.deepEqual(inOrder(shown), inOrder(taken));
  });
}

/** Heads and cells as the command prints them. */
async function tableOf(command: string): Promise<readonly (readonly string[])[]> {
  const [economyName, curveName, ...flags] = wordsOf(command);
  const values = (name: string) => flags.flatMap((flag, at) => (flag === `--${name}` ? [flags[at + 1]!] : []));
  const { economy, economyHash } = await loadEconomy(economyName!);
  const curve = curveOf(economy, curveNamed(curveName!), {
    at: values('at')[0]!.split(','),
    given: values('given').map((one) => one.split('=') as [string, string]),
    ...(values('over')[0] === undefined ? {} : { over: values('over')[0] }),
    ...(values('stream')[0] === undefined ? {} : { stream: values('stream')[0] }),
  });
  const text = curveText(curve, { name: economy.name, version: economy.version, economyHash });
  const [, table] = text.split('\n\n');
  return table!.split('\n').map((line) => line.trim().split(/ {2,}/));
}

/** As a shell would cut them: quotes hold words together. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}
