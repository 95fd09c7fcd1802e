import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micrograinsPerNcuS, ppm } from '../numbers/quantities.ts';
import { refusal } from '../refusal.fixture.ts';
import { advancePrice, type ExponentialPriceRule, initialPrice } from './price.ts';
import {
  advanceResourcePrices,
  initialResourcePrices,
  type ResourceMarketRule,
  type ResourceUse,
  resourcePrice,
} from './resource-prices.ts';

const HOUR_MS = 3_600_000;
const price: ExponentialPriceRule = {
  kind: 'exponential',
  initialMicrograinsPerNcuS: micrograinsPerNcuS(1_000_000_000),
  floorMicrograinsPerNcuS: micrograinsPerNcuS(1),
  capMicrograinsPerNcuS: micrograinsPerNcuS(2 ** 50),
  targetUtilisationPpm: ppm(700_000),
  gainPpmPerHour: 62_500,
  breaker: null,
};
const markets: readonly ResourceMarketRule[] = [
  { className: 'edge', resource: 1, price: { ...price, gainPpmPerHour: 125_000 } },
  { className: null, resource: 1, price },
  { className: null, resource: 6, price },
];
const start = initialResourcePrices(markets);
const use = (className: string | null, resource: number, usedNcuMs: number): ResourceUse => ({
  className,
  resource,
  usedNcuMs,
  offeredNcuMs: 1_000_000,
});

test('each resource follows its own utilisation: lambda e^(d (D - C U*)/(C U*))', () => {
  const uses = [use('edge', 1, 1_000_000), use(null, 1, 350_000), use(null, 6, 700_000)];
  const after = advanceResourcePrices(markets, start, uses, HOUR_MS);
  const prices = [['edge', 1] as const, ['grid', 1] as const, ['grid', 6] as const].map(([className, resource]) =>
    resourcePrice(after, { className, resource }),
  );
  const expected = [Math.exp((0.125 * 0.3) / 0.7), Math.exp(-0.0625 / 2), 1];
  assert.deepEqual(
    prices.map((own) => (own / 1e9).toFixed(6)),
    expected.map((own) => own.toFixed(6)),
  );
});

test('a market without use keeps its price, and a new one begins at its initial price', () => {
  const dear = advanceResourcePrices(markets, start, [use(null, 6, 1_000_000)], HOUR_MS);
  const still = advanceResourcePrices(markets, dear, [], HOUR_MS);
  assert.deepEqual(still, dear);
  const added = [...markets, { className: 'ai', resource: 6, price }];
  const after = advanceResourcePrices(added, dear, [], HOUR_MS);
  assert.equal(resourcePrice(after, { className: 'ai', resource: 6 }), 1_000_000_000);
  assert.ok(resourcePrice(after, { className: 'grid', resource: 6 }) > 1_000_000_000);
});

test('order never matters, and a market is what its rule alone would be', () => {
  const share = fc.nat({ max: 1_000_000 });
  fc.assert(
    fc.property(share, share, share, (x, y, z) => {
      const uses = [use('edge', 1, x), use(null, 1, y), use(null, 6, z)];
      const after = advanceResourcePrices(markets, start, uses, HOUR_MS);
      const other = advanceResourcePrices([...markets].reverse(), [...start].reverse(), [...uses].reverse(), HOUR_MS);
      assert.deepEqual(other, after);
      const own = { usedNcuMs: y, offeredNcuMs: 1_000_000, epochMs: HOUR_MS };
      assert.deepEqual(after[0]!.state, advancePrice(price, initialPrice(price), own));
    }),
  );
});

test('markets stand by class, then resource', () => {
  const names = initialResourcePrices([...markets].reverse()).map(({ className, resource }) => [className, resource]);
  assert.deepEqual(names, [
    [null, 1],
    [null, 6],
    ['edge', 1],
  ]);
});

test('refuses two markets, or two uses, of the same class and resource: KERNEL-MARKET-DUPLICATE', () => {
  assert.throws(() => initialResourcePrices([...markets, markets[0]!]), refusal('KERNEL-MARKET-DUPLICATE'));
  const twice = [use(null, 6, 1), use(null, 6, 2)];
  assert.throws(() => advanceResourcePrices(markets, start, twice, HOUR_MS), refusal('KERNEL-MARKET-DUPLICATE'));
});

test('refuses use and prices of no market: KERNEL-MARKET-UNKNOWN', () => {
  const stray = [use('grid', 6, 1)];
  assert.throws(() => advanceResourcePrices(markets, start, stray, HOUR_MS), refusal('KERNEL-MARKET-UNKNOWN'));
  assert.throws(() => resourcePrice(start, { className: 'grid', resource: 9 }), refusal('KERNEL-MARKET-UNKNOWN'));
});
