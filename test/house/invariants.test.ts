import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, textOf } from '../../tools/source-tree.ts';

// docs/reference/invariants.md: every number has a test that holds it, and where a row quotes the test, it is there.

interface Row {
  readonly number: number;
  readonly files: readonly string[];
  /** The name of the test, where the row gives it. */
  readonly title: string | null;
}

function rowsOf(page: string): Row[] {
  return [...page.matchAll(/^\| (\d+) \|.* \| ([^|]+) \|$/gm)].map(([, number, cell]) => ({
    number: Number(number),
    files: [...(cell as string).matchAll(/`([^`]+\.(?:test\.ts|t\.sol))`/g)].map((match) => match[1] as string),
    title: /“(.+)”/.exec(cell as string)?.[1] ?? null,
  }));
}

/** A name stands in the kind of quotes that it does not contain. */
function isTitled(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`test(${quote}${title}${quote}`));
}

function faults(rows: readonly Row[], read: (path: string) => string | null): string[] {
  return rows.flatMap(({ number, files, title }, index) => {
    if (number !== index + 1) return [`${number} stands at ${index + 1}`];
    if (files.length === 0) return [`${number} names no test`];
    const sources = files.map(read);
    if (sources.includes(null)) return [`${number}: there is no ${files.join(' or ')}`];
    const isHeld = title === null || sources.some((source) => isTitled(source ?? '', title));
    return isHeld ? [] : [`${number}: no test is named “${title}”`];
  });
}

test('every invariant has its number and its test', () => {
  const rows = rowsOf(textOf('docs/reference/invariants.md'));
  assert.ok(rows.length > 80);
  assert.deepEqual(
    faults(rows, (path) => (existsSync(join(ROOT, path)) ? textOf(path) : null)),
    [],
  );
});

test('refused: a gap, a law that nothing holds, a test that is not there or has another name', () => {
  const read = (path: string) => (path === 'a.test.ts' ? "test('a is b', () => {});" : null);
  const page = [
    '| 1 | a | `a.test.ts`: “a is b” |',
    '| 3 | b | `a.test.ts` |',
    '| 3 | c | nobody |',
    '| 4 | d | `b.test.ts` |',
    '| 5 | e | `a.test.ts`: “a is c” |',
  ];
  assert.equal(faults(rowsOf(page.join('\n')), read).length, 4);
});
