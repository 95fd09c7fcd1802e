import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrawSequence } from './draws.ts';

test('an address always gives the same draws, and another gives others', () => {
  const first = (seed: number, ...path: number[]): number => new DrawSequence(seed, ...path).uniform();
  assert.equal(first(0, 3, 1), first(0, 3, 1));
  const all = [
    first(0),
    first(1),
    first(2 ** 32),
    first(0, 0),
    first(0, 1),
    first(0, 0, 0),
    first(0, 1, 0),
    first(0, 0, 1),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('uniforms are inside (0, 1), with the moments of the uniform', () => {
  const draws = new DrawSequence(5);
  const values = Array.from({ length: 20_000 }, () => draws.uniform());
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  assert.ok(values.every((value) => value > 0 && value < 1));
  assert.ok(Math.abs(mean - 0.5) < 4 / Math.sqrt(12 * 20_000));
});

test('normals have mean 0, variance 1 and the right tail', () => {
  const draws = new DrawSequence(6);
  const values = Array.from({ length: 20_000 }, () => draws.normal());
  const moment = (order: number): number => values.reduce((sum, value) => sum + value ** order, 0) / values.length;
  assert.ok(Math.abs(moment(1)) < 0.03 && Math.abs(moment(2) - 1) < 0.04);
  const beyond = values.filter((value) => value > 1.6448536).length / values.length;
  assert.ok(Math.abs(beyond - 0.05) < 0.006);
});

test('a permutation has every element, and every order is as likely', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6_000; seed += 1) {
    const order = new DrawSequence(seed).permutation(3).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1_000) < 4 * Math.sqrt(833));
  assert.deepEqual([...new DrawSequence(1).permutation(0)], []);
});

test('refused: a seed that is no whole number (EXPERIMENT-SEED)', () => {
  for (const seed of [-1, 0.5, 2 ** 53, Number.NaN]) {
    assert.throws(() => new DrawSequence(seed), { code: 'EXPERIMENT-SEED' });
    assert.throws(() => new DrawSequence(0, seed), { code: 'EXPERIMENT-SEED' });
  }
});
