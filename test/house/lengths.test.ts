import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesMatching, textOf } from '../../tools/source-tree.ts';

const LINES_MAX = 900;
/** The reference economy is what `init` writes. */
const GENERATED = /(^|\/)generated\/|^economies\/reference\.yaml$/;

function tooLong(path: string, text: string): string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > LINES_MAX && !GENERATED.test(path) ? [`${path}: ${lines} lines`] : [];
}

test(`no source and no page is longer than ${LINES_MAX} lines`, () => {
  const paths = filesMatching('**/*.{ts,mjs,sol,md,yaml,css,html}');
  assert.deepEqual(
    paths.flatMap((path) => tooLong(path, textOf(path))),
    [],
  );
});

test('refused: a source of 901 lines', () => {
  assert.equal(tooLong('a.ts', 'step();\n'.repeat(LINES_MAX + 1)).length, 1);
});

test('allowed: 900 lines, and any length where a program wrote it', () => {
  assert.deepEqual(tooLong('a.ts', 'step();\n'.repeat(LINES_MAX)), []);
  assert.deepEqual(tooLong('a/generated/b.ts', 'step();\n'.repeat(LINES_MAX + 1)), []);
});
