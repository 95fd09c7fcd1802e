import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import {
  aggregatePrice,
  type OracleRule,
  type PriceReport,
  type PriceSample,
  twapDown,
  valuedPrice,
} from './oracle.ts';

const RULE: OracleRule = {
  kind: 'median',
  reportersMin: 5,
  outlierPpm: 15_000,
  stalenessSeconds: 120,
  twapSeconds: 1_800,
  lowSeconds: 2_592_000,
};
const NOW = 1_000_000;

function reportsOf(prices: readonly number[], atSeconds = NOW): PriceReport[] {
  return prices.map((price, index) => ({ reporter: `reporter-${index}`, priceMicrograins: BigInt(price), atSeconds }));
}
const priceOf = (reports: readonly PriceReport[]) => {
  const price = aggregatePrice(RULE, reports, NOW);
  return price.kind === 'live' ? price.priceMicrograins : price.reason;
};

test('the price is the median of five; two liars among them move nothing', () => {
  assert.equal(priceOf(reportsOf([1_000, 1_001, 1_002, 1_003, 1_004])), 1_002n);
  assert.equal(priceOf(reportsOf([1_000, 1_001, 1_002, 9_999, 9_999])), 1_001n);
});

test('reports past 150 basis points of the median are left out by name', () => {
  const price = aggregatePrice(RULE, reportsOf([10_000, 10_000, 10_000, 10_150, 10_151, 9_849]), NOW);
  assert.deepEqual(price, {
    kind: 'live',
    priceMicrograins: 10_000n,
    leftOut: [
      { reporter: 'reporter-5', reason: 'outlier' },
      { reporter: 'reporter-4', reason: 'outlier' },
    ],
  });
});

test('an even number takes the mean of the middle two, rounded down', () => {
  assert.equal(priceOf(reportsOf([1_000, 1_000, 1_001, 1_004, 1_004, 1_004])), 1_002n);
});

test('stale and future reports do not count, and too few are no price', () => {
  const fresh = reportsOf([1_000, 1_000, 1_000, 1_000]);
  const at = (atSeconds: number) => [{ reporter: 'z', priceMicrograins: 1_000n, atSeconds }, ...fresh];
  assert.equal(priceOf(at(NOW - 120)), 1_000n);
  assert.equal(priceOf(at(NOW - 121)), 'too-few-reports');
  assert.deepEqual(aggregatePrice(RULE, at(NOW + 1), NOW).leftOut, [{ reporter: 'z', reason: 'future' }]);
  assert.equal(priceOf([]), 'too-few-reports');
});

test('reports that agree with nobody are no price', () => {
  assert.equal(priceOf(reportsOf([1_000, 2_000, 3_000, 4_000, 5_000])), 'no-agreement');
});

test('with more than half honest and within the band, the price is within what honest ones say, in any order', () => {
  const honest = fc.array(fc.integer({ min: 1_000_000, max: 1_014_000 }), { minLength: 5, maxLength: 15 });
  fc.assert(
    fc.property(
      honest,
      fc.array(fc.integer({ min: 1, max: 10_000_000 })),
      fc.infiniteStream(fc.nat()),
      (truths, lies, order) => {
        const reports = reportsOf([...truths, ...lies.slice(0, truths.length - 1)]);
        const price = priceOf(reports);
        assert.ok(typeof price === 'bigint');
        assert.ok(price >= Math.min(...truths) && price <= Math.max(...truths));
        const keyed = reports.map((report) => ({ report, key: order.next().value as number }));
        const shuffled = keyed.sort((x, y) => x.key - y.key).map(({ report }) => report);
        assert.deepEqual(aggregatePrice(RULE, shuffled, NOW), aggregatePrice(RULE, reports, NOW));
      },
    ),
  );
});

const sample = (atSeconds: number, price: number): PriceSample => ({ atSeconds, priceMicrograins: BigInt(price) });

test('an average weighs each price by how long it held, rounded down', () => {
  const samples = [sample(0, 100), sample(10, 200), sample(30, 51)];
  assert.equal(twapDown(samples, 0, 30), 166n, '(100 * 10 + 200 * 20) / 30');
  assert.equal(twapDown(samples, 5, 15), 150n);
  assert.equal(twapDown(samples, 25, 35), 125n, '125.5');
  assert.equal(twapDown(samples, 40, 50), 51n);
});

test('an average lies between the lowest and the highest price, and cutting a window weighs its parts', () => {
  const prices = fc.array(fc.integer({ min: 1, max: 10 ** 9 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      prices,
      fc.nat({ max: 500 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 500 }),
      (list, from, x, y) => {
        const samples = list.map((price, index) => sample(index * 17, price));
        const whole = twapDown(samples, from, from + x + y);
        assert.ok(whole >= Math.min(...list) && whole <= Math.max(...list));
        const parts =
          twapDown(samples, from, from + x) * BigInt(x) + twapDown(samples, from + x, from + x + y) * BigInt(y);
        const off = whole * BigInt(x + y) - parts;
        assert.ok(off > -BigInt(x + y) && off < BigInt(x + y));
      },
    ),
  );
});

test('a spike lends no credit: the low is the lowest average of the time looked at', () => {
  const samples = [sample(0, 1_000), sample(5_000, 400), sample(6_800, 1_000), sample(9_900, 5_000)];
  const value = valuedPrice({ ...RULE, lowSeconds: 10_000 }, samples, 10_000);
  assert.deepEqual(value, { spotMicrograins: 5_000n, twapMicrograins: 1_222n, lowMicrograins: 400n });
  const later = valuedPrice({ ...RULE, lowSeconds: 2_000 }, samples, 10_000);
  assert.equal(later?.lowMicrograins, 800n, 'of the average that ended at 8000');
});

test('a price that falls is worth its spot', () => {
  const samples = [sample(0, 1_000), sample(9_990, 10)];
  assert.deepEqual(valuedPrice(RULE, samples, 10_000), {
    spotMicrograins: 10n,
    twapMicrograins: 994n,
    lowMicrograins: 10n,
  });
});

test('the low is the lowest of all averages, second by second', () => {
  const rule = { ...RULE, twapSeconds: 40, lowSeconds: 300 };
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 10 ** 6 })), {
    minLength: 5,
    maxLength: 15,
  });
  fc.assert(
    fc.property(steps, fc.nat({ max: 100 }), (list, after) => {
      let at = 0;
      const samples = list.map(([gap, price]) => {
        at += gap;
        return sample(at, price);
      });
      const now = at + after;
      const value = valuedPrice(rule, samples, now);
      const first = samples[0]!.atSeconds;
      if (now - 40 < first) return assert.equal(value, null);
      let low = samples.at(-1)!.priceMicrograins;
      for (let end = Math.max(now - 300, first + 40); end <= now; end += 1) {
        const average = twapDown(samples, end - 40, end);
        if (average < low) low = average;
      }
      assert.equal(value?.lowMicrograins, low);
    }),
  );
});

test('no value from a stale sample, or from less history than an average takes', () => {
  const samples = [sample(0, 100), sample(10_000, 100)];
  assert.ok(valuedPrice(RULE, samples, 10_120) !== null);
  assert.equal(valuedPrice(RULE, samples, 10_121), null);
  assert.equal(valuedPrice(RULE, [sample(9_000, 100), sample(10_000, 100)], 10_000), null);
  assert.equal(valuedPrice(RULE, [], 10_000), null);
});

test('refuses two reports of one reporter: KERNEL-REPORT-DUPLICATE', () => {
  const [report] = reportsOf([1_000]);
  assert.throws(() => aggregatePrice(RULE, [report!, report!], NOW), refusal('KERNEL-REPORT-DUPLICATE'));
});

test('refuses a price of nothing: KERNEL-AMOUNT', () => {
  assert.throws(() => aggregatePrice(RULE, reportsOf([0]), NOW), refusal('KERNEL-AMOUNT'));
});

test('refuses samples out of order or after now: KERNEL-SAMPLE-ORDER', () => {
  assert.throws(() => twapDown([sample(5, 1), sample(5, 1)], 5, 6), refusal('KERNEL-SAMPLE-ORDER'));
  assert.throws(() => valuedPrice(RULE, [sample(5, 1)], 4), refusal('KERNEL-SAMPLE-ORDER'));
});

test('refuses a window before the first sample, or an empty one: KERNEL-WINDOW', () => {
  const samples = [sample(5, 1)];
  for (const [from, to] of [
    [4, 6],
    [6, 6],
    [7, 6],
  ] as const) {
    assert.throws(() => twapDown(samples, from, to), refusal('KERNEL-WINDOW'));
  }
  assert.throws(() => twapDown([], 0, 1), refusal('KERNEL-WINDOW'));
});
