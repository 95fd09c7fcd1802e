import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testEconomy } from '../../../../kernel/src/economy.fixture.ts';
import { column, draw } from './curve.fixture.ts';
import type { CurveOptions } from './curve.ts';
import { CURVES } from './kinds.ts';
import {
  DURATION,
  decimalsOf,
  evenly,
  readQuantity,
  SHARE,
  scaleOf,
  shownText,
  TOKENS,
  WORK,
  WORK_PRICE,
} from './quantity.ts';

const scale = scaleOf(testEconomy);

test('the axis is what the unit of the positions says, or what is asked for', () => {
  const axis = (name: string, options: CurveOptions) => draw(testEconomy, name, options).x;
  assert.equal(axis('price', { at: ['50 %'] }), 'utilisation');
  assert.equal(axis('price', { at: ['3 epochs'] }), 'time');
  assert.equal(axis('bond', { at: ['10 NCU'] }), 'capacity');
  assert.equal(axis('bond', { at: ['5 credits'] }), 'revenue');
  assert.equal(axis('bond', { at: ['5 credits'], over: 'gain' }), 'gain');
  assert.equal(axis('slash', { from: '0 %', to: '10 %' }), 'offending');
  assert.equal(axis('slash', { at: ['3'] }), 'offenders');
});

test('positions: a list in any order, or even steps with both ends', () => {
  assert.deepEqual(column(draw(testEconomy, 'slash', { at: ['30', '3', '30'] }), 'offenders'), [3n, 30n]);
  const stepped = draw(testEconomy, 'slash', { from: '0', to: '10', steps: 4 });
  assert.deepEqual(column(stepped, 'offenders'), [0n, 2n, 5n, 7n, 10n]);
  assert.deepEqual(evenly(0n, 1n, 3n), [0n, 1n]);
});

test('quantities are read exactly, in the units of a person', () => {
  const read = (quantity: typeof SHARE, text: string) => readQuantity(quantity, text, scale);
  assert.equal(read(SHARE, '67 %'), 670_000n);
  assert.equal(read(SHARE, '0.67'), 670_000n);
  assert.equal(read(TOKENS, '1_000.5 tokens'), 1_000_500_000n);
  assert.equal(read(TOKENS, '7 grains'), 7n);
  assert.equal(read(WORK, '0.5 NCU·h'), 1_800_000n);
  assert.equal(read(DURATION, '4 y'), 126_144_000_000n);
  assert.equal(read(DURATION, '3'), 15_000n);
  assert.equal(read(DURATION, '2 eras'), 40_000n);
  assert.equal(read(WORK_PRICE, '0.0036 credits per NCU·h'), 1_000_000n);
  assert.deepEqual(read(SHARE, '0.00001 %'), { fault: 'a whole number of ppm' });
  assert.deepEqual(read(TOKENS, '5 credits'), { fault: 'an amount such as 1_000 tokens or 0.5 tokens' });
  assert.deepEqual(read(TOKENS, '-5 tokens'), { fault: 'an amount such as 1_000 tokens or 0.5 tokens' });
});

test('and written with all their digits, or with six for people', () => {
  assert.equal(decimalsOf(TOKENS, 1_234_567_890_123n, scale), '1234567.890123');
  assert.equal(shownText(TOKENS, 1_234_567_890_123n, scale), '1_234_567');
  assert.equal(decimalsOf(SHARE, -12_500n, scale), '-1.25');
  assert.equal(shownText(SHARE, -12_500n, scale), '-1.25');
});

test('every curve of the test economy is drawn, or says what is missing', () => {
  const outcomes = CURVES.map(({ name }) => {
    try {
      return `${name} ${draw(testEconomy, name, { from: '0', to: '1', steps: 4 }).rows.length}`;
    } catch (error) {
      return `${name} ${(error as { code: string }).code}`;
    }
  });
  assert.deepEqual(outcomes, [
    'supply 5',
    'issuance 5',
    'reward 5',
    'price 5',
    'bond 5',
    'slash 2',
    'rebate CURVE-NONE',
    'reputation 2',
    'reserve 5',
    'lease 5',
    'bonding-curve CURVE-NONE',
  ]);
});

const refuses = (name: string, options: CurveOptions, code: string, message: RegExp) =>
  assert.throws(
    () => draw(testEconomy, name, options),
    (error: { code: string; message: string; refusalClass: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return error.refusalClass === 'input';
    },
  );

test('CURVE-UNKNOWN: lists the curves', () => {
  refuses('moon', {}, 'CURVE-UNKNOWN', /^curve: expected one of supply, issuance, .*bonding-curve, got moon$/);
});

test('CURVE-RANGE: no positions, a wrong order, an axis that is none, a share past the whole, an amount past 2^53', () => {
  refuses('price', {}, 'CURVE-RANGE', /expected --at X\[,X…\] or --from A --to B, got neither/);
  refuses('price', { from: '0 %' }, 'CURVE-RANGE', /--from A --to B/);
  refuses('price', { from: '2 %', to: '1 %' }, 'CURVE-RANGE', /--to: expected at least 2 %, got 1 %/);
  refuses('price', { from: '0 %', to: '1 %', steps: 10_001 }, 'CURVE-RANGE', /at most 10000/);
  refuses('price', { at: ['1 %'], over: 'offered' }, 'CURVE-RANGE', /one of utilisation, time, excess, got offered/);
  refuses('price', { at: ['101 %'] }, 'CURVE-RANGE', /--at: expected at most 100 %, got 101 %/);
  refuses('reward', { at: ['10_000_000_000 tokens'] }, 'CURVE-RANGE', /bond: expected at most 2\^53 - 1/);
  refuses('reward', { at: ['10_000 NCU·h'] }, 'CURVE-RANGE', /work: expected at most 8589934592 NCU·ms/);
  refuses('price', { at: ['1_000_001 epochs'] }, 'CURVE-RANGE', /at most 1000000 epochs/);
});

test('CURVE-VALUE: a unit of something else', () => {
  refuses('price', { at: ['5 tokens'] }, 'CURVE-VALUE', /--at: expected a share such as 67 %/);
  refuses('bond', { at: ['5 NCU'], given: [['gain', 'much']] }, 'CURVE-VALUE', /--given gain: expected an amount/);
});

test('CURVE-GIVEN: lists what the curve knows; and says what it needs', () => {
  refuses(
    'lease',
    { at: ['5 %'], given: [['bonded', '1']] },
    'CURVE-GIVEN',
    /one of utilisation \(a share .*got bonded/,
  );
  const market = { ...testEconomy, bondingCurve: { kind: 'bonding-curve', reserveRatioPpm: 500_000, entryTaxPpm: 0 } };
  assert.throws(() => draw(market as typeof testEconomy, 'bonding-curve', { at: ['1 credits'] }), {
    code: 'CURVE-GIVEN',
    message: '--given of bonding-curve: expected supply=…, got nothing',
  });
});

test('CURVE-CLASS and CURVE-STREAM: list what there is', () => {
  refuses('bond', { at: ['5 NCU'], className: 'moon' }, 'CURVE-CLASS', /one of grid, edge, got moon/);
  refuses('supply', { at: ['5'], stream: 'moon' }, 'CURVE-STREAM', /one of work, got moon/);
});
