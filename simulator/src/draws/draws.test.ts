import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { assertWithin, momentsOf } from '../world.fixture.ts';
import { Draws } from './draws.ts';

const address = fc.record({
  seed: fc.maxSafeNat(),
  run: fc.nat(2 ** 32 - 1),
  epoch: fc.nat(2 ** 32 - 1),
  group: fc.nat(2 ** 32 - 1),
  length: fc.integer({ min: 1, max: 67 }),
});

test('a number depends on its address alone: one by one, in columns of any length, after any other', () => {
  fc.assert(
    fc.property(address, ({ seed, run, epoch, group, length }) => {
      const column = new Float64Array(length);
      const longer = new Float64Array(length + 1);
      const raw = new Uint32Array(length);
      new Draws({ seed, run }).fillUniforms(column, 'availability', epoch, group);
      const draws = new Draws({ seed, run });
      draws.uniform('cost', 3, 1, 4, 1);
      draws.fillUniforms(longer, 'availability', epoch, group);
      draws.fillWords(raw, 'availability', epoch, group);
      // One agent more leaves the others' numbers alone.
      assert.deepEqual(longer.subarray(0, length), column);
      column.forEach((uniform, ordinal) => {
        assert.equal(draws.uniform('availability', epoch, group, ordinal), uniform);
        assert.equal((raw[ordinal]! + 0.5) / 2 ** 32, uniform);
        assert.ok(uniform > 0 && uniform < 1);
      });
    }),
  );
});

test('every part of an address matters, and seed 0 is a seed', () => {
  const base = { seed: 0, run: 0 };
  const at = (stream: { seed: number; run: number }, epoch = 0, group = 0, ordinal = 0, index = 0) =>
    new Draws(stream).uniform('demand', epoch, group, ordinal, index);
  const all = [
    at(base),
    at({ seed: 1, run: 0 }),
    at({ seed: 2 ** 40, run: 0 }),
    at({ seed: 0, run: 1 }),
    at(base, 1),
    at(base, 0, 1),
    at(base, 0, 0, 1),
    at(base, 0, 0, 4),
    at(base, 0, 0, 0, 1),
    new Draws(base).uniform('entry', 0, 0, 0),
  ];
  assert.equal(new Set(all).size, all.length);
});

const COUNT = 40_000;
const draws = new Draws({ seed: 7, run: 3 });
const sample = (draw: (ordinal: number) => number) => Array.from({ length: COUNT }, (_, ordinal) => draw(ordinal));

test('moments of every distribution are its own, within 4 standard errors', () => {
  const cases: readonly (readonly [string, (ordinal: number) => number, number, number])[] = [
    ['uniform', (at) => draws.uniform('demand', 1, 0, at), 1 / 2, 1 / 12],
    ['normal', (at) => draws.normal('demand', 2, 0, at), 0, 1],
    ['exponential', (at) => draws.exponential('arrival', 0, 0, at), 1, 1],
    ['poisson of 0.02', (at) => draws.poisson(0.02, 'entry', 0, 0, at), 0.02, 0.02],
    ['poisson of 3', (at) => draws.poisson(3, 'entry', 1, 0, at), 3, 3],
    ['poisson of 100', (at) => draws.poisson(100, 'entry', 2, 0, at), 100, 100],
    ['jumps', (at) => draws.jumps({ mean: 0.1, deviation: 0.2 }, 2, 'token-jumps', at, 0), 0.2, 2 * (0.01 + 0.04)],
  ];
  for (const [name, draw, mean, variance] of cases) {
    const values = sample(draw);
    assertWithin(`mean of ${name}`, momentsOf(values), mean, 4);
    assertWithin(`variance of ${name}`, momentsOf(values.map((value) => (value - mean) ** 2)), variance, 4);
  }
});

test('neighbours, epochs and purposes do not go together', () => {
  const pairs = [
    sample((at) => draws.normal('demand', 5, 0, at) * draws.normal('demand', 5, 0, at + 1)),
    sample((at) => draws.normal('demand', at, 0, 0) * draws.normal('demand', at + 1, 0, 0)),
    sample((at) => draws.normal('demand', 6, 0, at) * draws.normal('cost', 6, 0, at)),
    sample((at) => draws.normal('demand', 7, 1, at) * draws.normal('demand', 7, 2, at)),
  ];
  for (const products of pairs) assertWithin('correlation', momentsOf(products), 0, 4);
});

test('a column of normals is the normals', () => {
  const column = new Float64Array(9);
  draws.fillNormals(column, 'meter', 4, 2);
  column.forEach((value, ordinal) => {
    assert.equal(value, draws.normal('meter', 4, 2, ordinal));
  });
});
