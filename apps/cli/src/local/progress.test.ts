import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Progress } from './progress.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'stannary-progress-'));
});
after(() => rm(root, { recursive: true, force: true }));

test('a first start begins with nothing; a later one with what was written', async () => {
  const file = join(root, 'kept.json');
  const first = await Progress.open(file);
  assert.deepEqual([first.bought, first.checkedThroughMs], [0, 0]);
  await first.write({ bought: 3 });
  await first.write({ checkedThroughMs: 50 });
  const later = await Progress.open(file);
  assert.deepEqual([later.bought, later.checkedThroughMs], [3, 50]);
});

test('buying and checking write at once, and the file has the last of both', async () => {
  const file = join(root, 'busy.json');
  const progress = await Progress.open(file);
  const writes = Array.from({ length: 200 }, (_, index) =>
    progress.write(index % 2 === 0 ? { bought: index } : { checkedThroughMs: index }),
  );
  await Promise.all(writes);
  const later = await Progress.open(file);
  assert.deepEqual([later.bought, later.checkedThroughMs], [198, 199]);
});
