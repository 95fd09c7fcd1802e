import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SaltelliDesign, saltelliBlock } from './saltelli.ts';

const shapes = fc.record({
  parameters: fc.integer({ min: 1, max: 6 }),
  base: fc.integer({ min: 1, max: 9 }),
  secondOrder: fc.boolean(),
  seed: fc.nat(),
});

test('AB(i) is A but for column i of B; BA(i) the other way round', () => {
  fc.assert(
    fc.property(shapes, (options) => {
      const { parameters: d, secondOrder } = options;
      const block = saltelliBlock(options);
      const points = new SaltelliDesign(options).points();
      assert.equal(points.length, options.base * block);
      for (let start = 0; start < points.length; start += block) {
        const [a, b] = [points[start]!, points[start + block - 1]!];
        for (let i = 0; i < d; i += 1) {
          assert.deepEqual(points[start + 1 + i], a.with(i, b[i]!));
          if (secondOrder) assert.deepEqual(points[start + 1 + d + i], b.with(i, a[i]!));
        }
      }
    }),
  );
});

test('a smaller design is the beginning of a larger one', () => {
  const options = { parameters: 3, secondOrder: true, seed: 8 };
  const small = new SaltelliDesign({ ...options, base: 4 }).points();
  assert.deepEqual(new SaltelliDesign({ ...options, base: 16 }).points().slice(0, small.length), small);
});

test('refused: more than 500 parameters (EXPERIMENT-DIMENSIONS), no base point, an index past the end', () => {
  const options = { parameters: 2, base: 2, secondOrder: false, seed: 0 };
  assert.throws(() => new SaltelliDesign({ ...options, parameters: 501 }), { code: 'EXPERIMENT-DIMENSIONS' });
  assert.throws(() => new SaltelliDesign({ ...options, parameters: 0 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => new SaltelliDesign({ ...options, base: 0 }), { code: 'EXPERIMENT-COUNT' });
  assert.throws(() => new SaltelliDesign(options).point(8), { code: 'EXPERIMENT-COUNT' });
});
