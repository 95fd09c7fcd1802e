import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFiles } from '../../tools/source-tree.ts';

/** Names that say where a thing was put, not what it is. */
const EMPTY_NAMES = /^(utils?|helpers?|common|core|misc|types)$/i;

function emptyNames(paths: readonly string[]): string[] {
  return paths.filter((path) => path.split('/').some((segment) => EMPTY_NAMES.test(segment.split('.')[0] as string)));
}

test('no file and no folder has a name that says nothing', () => {
  assert.deepEqual(emptyNames(allFiles()), []);
});

for (const path of ['kernel/src/utils.ts', 'wire/helpers/hex.ts', 'common/a.ts', 'kernel/Core.ts', 'a/types.test.ts']) {
  test(`refused: ${path}`, () => assert.deepEqual(emptyNames([path]), [path]));
}

test('allowed: such a word as part of a name', () => {
  assert.deepEqual(emptyNames(['kernel/src/types-of-work.ts', 'docs/core-idea.md', 'wire/src/encore.ts']), []);
});
