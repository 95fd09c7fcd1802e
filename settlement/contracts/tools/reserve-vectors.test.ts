import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CASES, RESERVE_FILE, reserveText } from './write-vectors.ts';

test('the committed vectors are what the kernel makes of them', () => {
  assert.ok(
    reserveText(CASES) === readFileSync(RESERVE_FILE, 'utf8'),
    'run settlement/contracts/tools/write-vectors.ts',
  );
});

test('every outcome of an issue is among them', () => {
  const { issue } = JSON.parse(readFileSync(RESERVE_FILE, 'utf8')) as { readonly issue: readonly string[] };
  const outcomes = new Set(issue.map((row) => row.split(' ').at(-2)));
  assert.deepEqual([...outcomes].sort(), ['0', '1', '2', '3', '4']);
});
