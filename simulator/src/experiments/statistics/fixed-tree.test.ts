import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FixedTree } from './fixed-tree.ts';
import { mergedMoments, momentsOf, NO_MOMENTS, withValue } from './moments.ts';

const join = (a: string, b: string): string => `(${a}${b})`;
const treeOf = (indices: Iterable<number>): FixedTree<string> => {
  const tree = new FixedTree(join);
  for (const index of indices) tree.add(index, `${index}`);
  return tree;
};

test('parts are merged by number, in halves of aligned ranges', () => {
  assert.equal(treeOf([0, 1, 2, 3, 4, 5]).total(), '(((01)(23))(45))');
  assert.equal(treeOf([5, 3, 0, 4, 2, 1]).total(), '(((01)(23))(45))');
  assert.equal(treeOf([7, 2, 3]).total(), '((23)7)');
  assert.equal(treeOf([]).total(), undefined);
});

test('neither order, nor workers, nor a pause in between leave a trace: bit for bit', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.nat(), fc.integer({ min: 1, max: 4 }), fc.nat({ max: 60 }), (all, salt, workers, pause) => {
      const whole = new FixedTree(mergedMoments);
      for (const [index, value] of all.entries()) whole.add(index, withValue(NO_MOMENTS, value));
      const shuffled = [...all.entries()].sort(([a], [b]) => ((a * 7919 + salt) % 61) - ((b * 7919 + salt) % 61));
      const trees = Array.from({ length: workers }, () => new FixedTree(mergedMoments));
      for (const [step, [index, value]] of shuffled.entries()) {
        const worker = step % workers;
        if (step === pause)
          trees[worker] = new FixedTree(mergedMoments, JSON.parse(JSON.stringify(trees[worker]!.nodes())));
        trees[worker]!.add(index, withValue(NO_MOMENTS, value));
      }
      const merged = new FixedTree(mergedMoments);
      for (const tree of trees.reverse()) merged.absorb(tree);
      assert.deepEqual(merged.nodes(), whole.nodes());
      assert.deepEqual(merged.total(), whole.total());
    }),
  );
});

test('a run in order keeps few nodes', () => {
  const tree = treeOf(Array.from({ length: 1_000 }, (_, index) => index));
  assert.ok(tree.nodes().length <= 10);
});

test('refused: an index twice, however it comes (EXPERIMENT-DUPLICATE)', () => {
  const refused = { code: 'EXPERIMENT-DUPLICATE' };
  assert.throws(() => treeOf([3, 3]), refused);
  assert.throws(() => treeOf([0, 1, 2, 3, 1]), refused);
  assert.throws(() => treeOf([0, 1]).absorb(treeOf([1])), refused);
  assert.throws(() => treeOf([1]).absorb(treeOf([0, 1])), refused);
  assert.throws(() => treeOf([-1]), { code: 'EXPERIMENT-COUNT' });
});

test('one part is itself', () => {
  const moments = momentsOf([4, 5]);
  const tree = new FixedTree(mergedMoments);
  tree.add(9, moments);
  assert.equal(tree.total(), moments);
});
