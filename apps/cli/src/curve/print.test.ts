import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testEconomy, testEconomyHash } from '../../../../kernel/src/economy.fixture.ts';
import { draw, minting, YEAR } from './curve.fixture.ts';
import type { Curve } from './curve.ts';
import { curveCsv, curveJson, curveSvg, curveText } from './print.ts';

const drawn = { name: 'test', version: 1, economyHash: testEconomyHash };
const filecoin = minting(
  { kind: 'exponential', totalGrains: (330_000_000n * 10n ** 18n).toString(), halfLifeSeconds: 6 * YEAR },
  { epochMs: 30_000, grainsPerUnit: 1_000_000, unitsPerGrain: 10 ** 12 },
);

test('CSV: whole numbers in the smallest unit, and exact decimals beside them, the unit in the name', () => {
  const lines = curveCsv(draw(filecoin, 'issuance', { at: ['0', '5000'] }))
    .trimEnd()
    .split('\n');
  const names = lines[0]!.split(',');
  const cells = lines[2]!.split(',');
  const cell = (name: string) => cells[names.indexOf(name)];
  assert.equal(lines.length, 3);
  assert.equal(cell('time_ms'), '150000000');
  assert.equal(cell('only_step_reward_units'), '36246341860983438171');
  assert.equal(cell('only_step_reward_tokens'), '36.246341860983438171');
});

test('JSON: no amount is a number, and everything says where it is from', () => {
  const json = curveJson(draw(testEconomy, 'bond', { at: ['1 NCU'], className: 'edge' }), drawn) as {
    rows: Record<string, unknown>[];
    columns: string[];
    formulas: string[];
    given: { name: string; from: string }[];
  };
  assert.deepEqual(Object.keys(json.rows[0]!), json.columns);
  assert.equal(json.rows[0]!.required_grains, '500000000');
  assert.equal(json.rows[0]!.required_credits, '500');
  assert.equal(json.rows[0]!.binding, 'minimum');
  for (const value of Object.values(json.rows[0]!)) assert.equal(typeof value, 'string');
  assert.ok(json.formulas.length > 0);
  assert.deepEqual(
    json.given.map(({ name, from }) => `${name}: ${from}`),
    ['price: price.initial', 'harm: nothing is assumed', 'token-price: oracle.price'],
  );
});

test('no column of any curve has the name of another', () => {
  for (const [name, at] of [
    ['supply', '1'],
    ['issuance', '1'],
    ['reward', '1 NCU·s'],
    ['reward', '1 d'],
    ['price', '1 %'],
    ['price', '1 d'],
    ['bond', '1 NCU'],
    ['slash', '1 %'],
    ['reputation', '1'],
    ['reserve', '1 %'],
    ['lease', '1 %'],
  ] as const) {
    const names = curveCsv(draw(testEconomy, name, { at: [at] }))
      .split('\n')[0]!
      .split(',');
    assert.deepEqual([...new Set(names)], names, name);
  }
});

test('a table for people, with units in its head and sources under it', () => {
  const text = curveText(draw(testEconomy, 'slash', { at: ['1', '334'], given: [['nodes', '1_000']] }), drawn);
  assert.match(text, /^slash of test, version 1, eeeeeeeeeeee…: What offences cost/);
  assert.match(text, /^offenders {2}offline, % {2}offline of bond, tokens {2}equivocation, %/m);
  assert.match(text, /^ +334 +4\.893 +48\.93 +100 +1_000 /m);
  assert.match(text, /^source {4}Polkadot/m);
  assert.match(text, /^taken {5}nodes = 1_000 \(given\)$/m);
});

test('long times are in years', () => {
  const text = curveText(draw(filecoin, 'supply', { at: ['1 y', '6 y'] }), drawn);
  assert.match(text, /^time, y +epoch/m);
  assert.match(text, /^ +6 +6_307_200 +165_000_000/m);
});

test('a drawing has its axes, its series and its formula', () => {
  const svg = curveSvg(draw(testEconomy, 'slash', { from: '0 %', to: '50 %' }), drawn);
  assert.match(svg, />offending, %<\/text>/);
  for (const name of ['offline', 'equivocation', 'correlation']) assert.ok(svg.includes(`>${name}</text>`));
  assert.match(svg, /<desc id="d">.*equivocation: min/);
});

test('CURVE-NONE: nothing to plot', () => {
  const curve: Curve = { ...draw(testEconomy, 'slash', { at: ['1'] }), plotted: [] };
  assert.throws(() => curveSvg(curve, drawn), { code: 'CURVE-NONE' });
});
