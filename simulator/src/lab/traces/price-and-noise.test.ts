import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { noiseModels, noisyReading, shareBelow } from './noise.ts';
import { type PriceDriver, priceDriver } from './price-driver.ts';
import { openTrace } from './read.ts';
import type { PriceTrace, UsageTrace } from './schemas.ts';
import { traceNamed } from './sets.ts';
import { hashUniform, near, refusal, sharedDataTest, withFiles } from './traces.fixture.ts';

const series = {
  columns: { time: { column: 'time', unit: 's' }, price: { column: 'price' }, series: ['zone'] },
} as const;

async function driverOf(
  text: string,
  options: Parameters<typeof priceDriver>[1],
  mapping: object = {},
): Promise<PriceDriver> {
  let driver: PriceDriver | null = null;
  await withFiles({ 'own.csv': text }, async (folder) => {
    driver = await priceDriver(openTrace({ schema: 'price', ...mapping, file: join(folder, 'own.csv') }), options);
  });
  return driver!;
}

test('a price holds until the next; an epoch has the mean over its time', async () => {
  const { prices, changes, startSeconds } = await driverOf('time,price\n5,1\n15,3\n20,3\n39,5\n', { epochSeconds: 10 });
  assert.equal(startSeconds, 0);
  assert.deepEqual(
    [...prices].map((price) => Math.round(price * 1e9) / 1e9),
    [1, 2, 3, 3.2],
  );
  assert.equal(changes, 2);
});

test('one of several series is taken by its name', async () => {
  const text = 'time,zone,price\n0,a,1\n0,b,9\n10,a,2\n';
  assert.deepEqual([...(await driverOf(text, { epochSeconds: 10, series: 'a' }, series)).prices], [1, 2]);
  await assert.rejects(driverOf(text, { epochSeconds: 10 }, series), refusal('TRACE-SERIES', /own/));
  await assert.rejects(driverOf(text, { epochSeconds: 10, series: 'c' }, series), refusal('TRACE-SERIES', /own/));
});

test('refused: more epochs than any run has', async () => {
  await assert.rejects(driverOf('time,price\n0,1\n1600000000,2\n', { epochSeconds: 1 }), refusal('TRACE-LONG', /own/));
});

test('a geometric Brownian motion gives its volatility back; its jumps are told apart', async () => {
  const uniform = hashUniform(3);
  const normal = (at: number) =>
    Math.sqrt(-2 * Math.log(1 - uniform('a', at, 0, 0))) * Math.cos(2 * Math.PI * uniform('b', at, 0, 1));
  let log = 0;
  const rows = Array.from({ length: 4_000 }, (_, hour) => {
    log += 0.01 * normal(hour) + (hour % 500 === 499 ? -0.3 : 0);
    return `${hour * 3_600},${Math.exp(log)}\n`;
  });
  const { motion } = await driverOf(`time,price\n${rows.join('')}`, { epochSeconds: 3_600 });
  near(motion!.volatilityPerDay, 0.01 * Math.sqrt(24), 0.002);
  near(motion!.jumpsPerDay, 24 / 500, 0.01);
  near(motion!.jumpMean, -0.3, 0.05);
});

test('a price that never moves, or is 0, has no NaN anywhere', async () => {
  const still = await driverOf('time,price\n0,2\n40,2\n', { epochSeconds: 10 });
  assert.deepEqual(still.motion, {
    driftPerDay: 0,
    volatilityPerDay: 0,
    jumpsPerDay: 0,
    jumpMean: 0,
    jumpDeviation: 0,
  });
  const free = await driverOf('time,price\n0,0\n40,0\n', { epochSeconds: 10 });
  assert.equal(free.motion, null);
  assert.ok(free.prices.every((price) => price === 0) && free.quantiles.mean === 0);
});

sharedDataTest('a Google spot price over two years: its bounds, its changes', async () => {
  const trace = traceNamed('gcp-vm-prices-weekly') as PriceTrace;
  const driver = await priceDriver(trace, { epochSeconds: 86_400, series: 'a2-highgpu-1g/us-central1' });
  const { rows } = driver.quantiles;
  near(rows[0]!.value, 1.1020155, 1e-9);
  near(rows.at(-1)!.value, 1.469355, 1e-9);
  assert.ok(driver.changes > 0 && driver.motion !== null);
  assert.equal(driver.prices.length, 690);
});

async function noiseOf(text: string) {
  let models = new Map() as Awaited<ReturnType<typeof noiseModels>>;
  await withFiles({ 'own.csv': text }, async (folder) => {
    models = await noiseModels(openTrace({ schema: 'usage', file: join(folder, 'own.csv') }));
  });
  return models;
}

test('noise is a distribution of readings over their mean', async () => {
  const noise = (await noiseOf('time,quantity\n1,9\n2,10\n3,11\n')).get('')!;
  assert.equal(noise.mean, 10);
  near(noise.variation, 0.1, 1e-12);
  near(noisyReading(noise, 200, 0.5), 200, 1e-9);
  near(noisyReading(noise, 200, 0), 180, 1e-9);
  near(noisyReading(noise, 200, 1), 220, 1e-9);
  assert.deepEqual([shareBelow(noise, 0.5), shareBelow(noise, 2)], [0, 1]);
  near(shareBelow(noise, 0.95), 0.25, 1e-9);
});

test('refused: a meter that only ever read 0', async () => {
  await assert.rejects(noiseOf('time,quantity\n1,0\n2,0\n'), refusal('TRACE-SHORT', /own/));
});

sharedDataTest('azure-vm-noise-cpu: mean, variation and quantiles of each kind', async () => {
  const models = await noiseModels(traceNamed('azure-vm-noise-cpu') as UsageTrace);
  const known = {
    'long/B8ms': [6_945, 8_993.99, 0.00437],
    'long/D8s_v5': [10_406, 7_885.07, 0.00981],
    'short/B8ms': [11_814, 8_412.79, 0.09045],
    'short/D8s_v5': [11_864, 7_856.77, 0.01147],
  };
  assert.deepEqual([...models.keys()].sort(), Object.keys(known));
  for (const [kind, [count, mean, variation]] of Object.entries(known)) {
    const model = models.get(kind)!;
    assert.equal(model.count, count);
    near(model.mean, mean!, 5e-3);
    // The set's own figure divides by n.
    near(model.variation, variation!, 8e-6);
  }
  const quantile = (kind: string, share: number) => {
    const { ratios, mean } = models.get(kind)!;
    return ratios.rows.find((row) => row.share === share)!.value * mean;
  };
  near(quantile('long/B8ms', 0.01), 8_919.03, 5e-3);
  near(quantile('short/B8ms', 0.5), 8_989.26, 6e-3);
  near(quantile('short/D8s_v5', 0.99), 8_037.41, 5e-3);
  // A threshold of 95 % of the mean would accuse a third of the fresh burstable machines, and 0.1 % of the long-lived.
  near(shareBelow(models.get('short/B8ms')!, 0.95), 0.316, 5e-3);
  assert.ok(shareBelow(models.get('long/B8ms')!, 0.95) < 0.001);
});
