import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from './make-folder.ts';

test('folders are made from the first that is missing; what is no folder, or can be none, is thrown at once', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'stannary-folder-'));
  t.after(() => rmSync(root, { recursive: true }));
  const deep = join(root, 'a', 'b', 'c');
  makeFolder(deep, 0o700);
  makeFolder(deep);
  assert.equal(statSync(join(root, 'a')).mode & 0o777, 0o700);
  const file = join(root, 'file');
  writeFileSync(file, '');
  assert.throws(() => makeFolder(file), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(file, 'x', 'y')), { code: 'ENOTDIR' });
  assert.throws(() => makeFolder('/proc/stannary/deeper'), Error);
  assert.throws(() => makeFolder(''), { code: 'ENOENT' });
});
