import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflationPpm, supplyCurve } from './curve.ts';
import { supplyGenesis } from './emission.ts';
import { factsOf, HOUR_MS, soleStream, TOKEN, YEAR } from './supply.fixture.ts';

test("Filecoin's simple curve in yearly spans is the curve in daily ones", () => {
  const rules = soleStream({
    kind: 'exponential',
    totalGrains: (330_000_000n * TOKEN).toString(),
    halfLifeSeconds: 6 * YEAR,
  });
  const genesis = supplyGenesis(rules, 0n);
  const yearly = supplyCurve(rules, genesis, { spanMs: YEAR * 1000, spans: 2 }, () => factsOf());
  const daily = supplyCurve(rules, genesis, { spanMs: 24 * HOUR_MS, spans: 730 }, () => factsOf());
  assert.equal(yearly[1]!.mintedGrains, daily[729]!.mintedGrains);
  assert.equal(yearly[1]!.mintedGrains - yearly[0]!.mintedGrains, yearly[1]!.emittedGrains);
  assert.equal(yearly[0]!.inflationPpm, null);
  assert.equal(yearly[1]!.elapsedMs, 2 * YEAR * 1000);
});

test('a curve is seen under what is assumed of each span', () => {
  const rules = soleStream({ kind: 'net-emission', capGrains: '1000', averageIntervals: 1, intervalSeconds: 3_600 });
  const points = supplyCurve(rules, supplyGenesis(rules, 10_000n), { spanMs: HOUR_MS, spans: 3 }, (state, span) =>
    factsOf({ burnedGrains: span === 0 ? BigInt(state.mintedGrains) / 100n : 0n }),
  );
  assert.deepEqual(
    points.map(({ emittedGrains, supplyGrains }) => [emittedGrains, supplyGrains]),
    [
      [0n, 9_900n],
      [100n, 10_000n],
      [0n, 10_000n],
    ],
  );
});

test('inflation is per year of 365 days over the supply before, rounded down', () => {
  assert.equal(inflationPpm(36_192n * 225n * 365n, 32n * 10n ** 9n, YEAR * 1000), 92_883n);
  assert.equal(inflationPpm(1n, 100n, 86_400_000), 3_650_000n);
  assert.equal(inflationPpm(1n, 0n, 1), null);
});
