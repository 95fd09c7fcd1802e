import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CASES, VECTOR_FILES, vectorFile, vectorText } from './write-vectors.ts';

test('the committed vectors are what the kernel makes of them', () => {
  for (const name of VECTOR_FILES) {
    const committed = readFileSync(vectorFile(name), 'utf8');
    assert.ok(vectorText(name, CASES) === committed, `${name}: run settlement/contracts/tools/write-vectors.ts`);
  }
});

test('every outcome of an issue is among them', () => {
  const { issue } = JSON.parse(readFileSync(vectorFile('reserve'), 'utf8')) as { readonly issue: readonly string[] };
  const outcomes = new Set(issue.map((row) => row.split(' ').at(-2)));
  assert.deepEqual([...outcomes].sort(), ['0', '1', '2', '3', '4']);
});
