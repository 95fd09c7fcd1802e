import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { refusal } from '../refusal.fixture.ts';
import { type ExponentialSupplyRule, exponentialReward, type ScheduleRule, scheduledGrains } from './schedule.ts';
import { TOKEN, YEAR } from './supply.fixture.ts';

const FILECOIN: ExponentialSupplyRule = {
  kind: 'exponential',
  totalGrains: (330_000_000n * TOKEN).toString(),
  halfLifeSeconds: 6 * YEAR,
};
const VECTORS = process.env.STANNARY_VECTORS ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));

/** A test over the rows of a public file of comma-separated integers. Skipped where it is missing, except in CI. */
function vectorTest(name: string, path: string, check: (rows: readonly (readonly string[])[]) => void): void {
  const file = join(VECTORS, path);
  const skip = !existsSync(file) && process.env.CI !== 'true' ? `no public vectors in ${VECTORS}` : false;
  test(name, { skip }, () => {
    const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
    check(lines.map((line) => line.split(',')));
  });
}

vectorTest('anchor 11: the rule pays all 512 rewards of Filecoin', 'filecoin/TestSimpleReward.golden', (rows) => {
  assert.equal(rows.length, 512);
  for (const [epoch, reward] of rows) {
    assert.equal(exponentialReward(FILECOIN, 30, Number(epoch)).toString(), reward, `epoch ${epoch}`);
  }
});

const years = (rule: ScheduleRule, count: number) => scheduledGrains(rule, BigInt(count * YEAR) * 1000n);
/** As the anchors are listed: to the nearest. */
const hundredths = (grains: bigint) => (grains + TOKEN / 200n) / (TOKEN / 100n);

test('anchor 13: what Filecoin has minted by the simple rule after 1, 2, 6 and 12 years', () => {
  assert.equal(hundredths(years(FILECOIN, 1)), 36_003_423_01n);
  assert.equal(hundredths(years(FILECOIN, 2)), 68_078_826_43n);
  assert.equal(years(FILECOIN, 6), 165_000_000n * TOKEN);
  assert.equal(years(FILECOIN, 12), 247_500_000n * TOKEN);
});

test('anchor 13: stated rewards add up to the curve times e^d', () => {
  let sum = 0n;
  for (let index = 0; index < 1_000; index += 1) sum += exponentialReward(FILECOIN, 30, index);
  const curve = scheduledGrains(FILECOIN, 30_000n * 1_000n);
  const excess = ((sum - curve) * 10n ** 12n + curve / 2n) / curve;
  assert.equal(excess, 109_898n, '1.09898e-7');
});

test('anchor 14: Helium mints 60, 60, 30, 30, 15 and 15 million in its first six years, and 240 in all', () => {
  const rule = {
    kind: 'halving',
    firstPeriodGrains: (120_000_000n * 10n ** 8n).toString(),
    periodSeconds: 2 * YEAR,
  } as const;
  const yearly = [1, 2, 3, 4, 5, 6].map((year) => (years(rule, year) - years(rule, year - 1)) / 10n ** 8n);
  assert.deepEqual(yearly, [60_000_000n, 60_000_000n, 30_000_000n, 30_000_000n, 15_000_000n, 15_000_000n]);
  const all = 240_000_000n * 10n ** 8n;
  assert.equal(years(rule, 200), all - 1n);
  assert.equal(years(rule, 10_000), all - 1n, 'past 2^256 halvings');
});

test('The Graph: 114.6935 a block of 12 seconds are 301.4 million a year', () => {
  const rule = { kind: 'fixed', grainsPerInterval: '114693500', intervalSeconds: 12 } as const;
  assert.equal(years(rule, 1), 301_414_518_000_000n);
});

const rules: fc.Arbitrary<ScheduleRule> = fc
  .record({
    kind: fc.constantFrom('fixed', 'halving', 'exponential'),
    grains: fc.bigInt({ min: 0n, max: 10n ** 27n }),
    seconds: fc.integer({ min: 1, max: 20 * YEAR }),
  })
  .map(({ kind, grains, seconds }): ScheduleRule => {
    const amount = grains.toString();
    if (kind === 'fixed') return { kind, grainsPerInterval: amount, intervalSeconds: seconds };
    if (kind === 'halving') return { kind, firstPeriodGrains: amount, periodSeconds: seconds };
    return { kind: 'exponential', totalGrains: amount, halfLifeSeconds: seconds };
  });
const moment = fc.bigInt({ min: 0n, max: 10n ** 13n });

test('a curve begins at nothing, never falls, and never passes its total', () => {
  fc.assert(
    fc.property(rules, moment, moment, (rule, x, y) => {
      assert.equal(scheduledGrains(rule, 0n), 0n);
      const [early, late] = x < y ? [x, y] : [y, x];
      assert.ok(scheduledGrains(rule, early) <= scheduledGrains(rule, late));
      if (rule.kind === 'exponential') assert.ok(scheduledGrains(rule, late) <= BigInt(rule.totalGrains));
      if (rule.kind === 'halving') assert.ok(scheduledGrains(rule, late) <= 2n * BigInt(rule.firstPeriodGrains));
    }),
    { numRuns: 1_000 },
  );
});

test('after each half-life half of what was left is minted, to the grain and the last place', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 27n }),
      fc.integer({ min: 1, max: YEAR }),
      fc.nat({ max: 60 }),
      (total, seconds, n) => {
        const rule = { kind: 'exponential', totalGrains: total.toString(), halfLifeSeconds: seconds } as const;
        const left = (total + (1n << BigInt(n)) - 1n) >> BigInt(n);
        assert.equal(scheduledGrains(rule, BigInt(seconds) * 1000n * BigInt(n)), total - left);
      },
    ),
  );
});

test('refuses steps that do not fill the half-life: KERNEL-SUPPLY-STEP', () => {
  assert.throws(() => exponentialReward(FILECOIN, 31, 0), refusal('KERNEL-SUPPLY-STEP'));
});
