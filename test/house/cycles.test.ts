import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cycleIn } from './cycles.ts';
import { manifests, productModules, targetOf } from './modules.ts';

test('no file imports itself in a roundabout way', () => {
  const workspaces = manifests();
  const graph = new Map(
    productModules().map(({ path, imports }) => {
      const targets = imports.map((one) => targetOf(path, one.specifier ?? 'node:computed', workspaces));
      return [path, targets.flatMap((target) => (target.kind === 'file' ? [target.path] : []))];
    }),
  );
  assert.equal(cycleIn(graph)?.join(' → ') ?? 'no cycle', 'no cycle');
});

test('refused: a cycle of three', () => {
  const graph = new Map([
    ['entry', ['a']],
    ['a', ['b']],
    ['b', ['shared', 'c']],
    ['c', ['a']],
    ['shared', []],
  ]);
  assert.deepEqual(cycleIn(graph), ['a', 'b', 'c', 'a']);
});

test('refused: a file that imports itself', () => {
  assert.deepEqual(cycleIn(new Map([['a', ['a']]])), ['a', 'a']);
});

test('allowed: two ways to the same file', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d']],
    ['d', []],
  ]);
  assert.equal(cycleIn(graph), null);
});
