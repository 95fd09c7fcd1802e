import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { traceMapping } from './mapping.ts';
import { QuantileSample, quantileAt } from './quantiles.ts';
import { newTally, type Trace } from './schemas.ts';
import { DATA_SOURCES, traceNamed, traceNames } from './sets.ts';
import { staticTables, tableNamed } from './tables.ts';
import { collect, near, refusal, sharedDataTest } from './traces.fixture.ts';

// Every figure here is one of the sets' own READMEs, computed from the files in place.

async function rowsOf<Row = Record<string, never>>(name: string): Promise<Row[]> {
  return (await collect(traceNamed(name).rows() as AsyncGenerator<unknown>)) as Row[];
}

interface JobRow {
  arrivalSeconds: number;
  durationSeconds: number;
  size: number;
  className: string;
}
type PointRow = { seconds: number; quantity: number; price: number; series: string };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const hoursOf = (jobs: readonly JobRow[]): number =>
  sum(jobs.map(({ size, durationSeconds }) => size * durationSeconds)) / 3_600;

function quantile(values: readonly number[], share: number): number {
  const sample = new QuantileSample();
  for (const value of values) sample.add(value);
  return quantileAt(sample.table('test', '1'), share);
}

test('every trace has a source, and a schema of the five', () => {
  for (const name of traceNames()) assert.ok(DATA_SOURCES[name.split('/')[0]!]!.length > 20, name);
});

sharedDataTest('every trace and every table of the sets reads from end to end', async () => {
  for (const name of traceNames()) {
    const tally = newTally();
    const trace: Trace = traceNamed(name);
    const rows = await collect(trace.rows(tally) as AsyncGenerator<unknown>);
    assert.ok(rows.length > 0 && tally.rows > 0, name);
  }
  for (const table of staticTables()) assert.ok((await collect(tableNamed(table))).length > 0, table);
});

sharedDataTest('alibaba-gpu-v2023: GPU-hours, core-hours, run times', async () => {
  const jobs = await rowsOf<JobRow>('alibaba-gpu-v2023');
  assert.equal(jobs.length, 4_460);
  near(hoursOf(jobs), 45_558.534, 5e-4);
  near(hoursOf(await rowsOf<JobRow>('alibaba-gpu-v2023/cpu')), 631_395.447, 5e-4);
  const times = jobs.map(({ durationSeconds }) => durationSeconds);
  near(quantile(times, 0.5), 741, 0.5);
  near(quantile(times, 0.95), 20_983, 0.5);
  const nodes = await collect(tableNamed('alibaba-gpu-v2023/nodes'));
  assert.deepEqual(
    [nodes.length, sum(nodes.map(({ gpus }) => gpus)), sum(nodes.map(({ cores }) => cores))],
    [1_523, 6_212, 125_514],
  );
});

sharedDataTest('azure-llm-2023-conversation: requests and tokens', async () => {
  const requests = await rowsOf<{ seconds: number; sizeIn: number; sizeOut: number }>('azure-llm-2023-conversation');
  assert.equal(requests.length, 19_366);
  assert.equal(sum(requests.map(({ sizeIn }) => sizeIn)), 22_361_870);
  assert.equal(sum(requests.map(({ sizeOut }) => sizeOut)), 4_088_665);
  assert.equal(
    quantile(
      requests.map(({ sizeIn }) => sizeIn),
      0.95,
    ),
    4_083,
  );
  assert.equal(
    quantile(
      requests.map(({ sizeOut }) => sizeOut),
      0.5,
    ),
    129,
  );
  near(requests[0]!.seconds, Date.parse('2023-11-16T18:15:46.680Z') / 1_000, 1e-3);
});

sharedDataTest('azure-functions-2021-sample: invocations and their time', async () => {
  const jobs = await rowsOf<JobRow>('azure-functions-2021-sample');
  assert.equal(jobs.length, 199);
  near(sum(jobs.map(({ durationSeconds }) => durationSeconds)), 10_599.17, 1e-6);
  assert.equal(new Set(jobs.map(({ className }) => className)).size, 13);
  near(
    quantile(
      jobs.map(({ durationSeconds }) => durationSeconds),
      0.99,
    ),
    358.146,
    1e-3,
  );
});

sharedDataTest('surf-lisa-2022-jobs: reserved and used', async () => {
  const jobs = await rowsOf<JobRow>('surf-lisa-2022-jobs');
  assert.equal(jobs.length, 6_295);
  near(hoursOf(jobs), 309_796.67, 5e-3);
  const usage = await rowsOf<PointRow>('surf-lisa-2022-jobs/usage');
  assert.equal(usage.length, 82_099);
  near(sum(usage.map(({ quantity }) => quantity)) / 3_600, 423_336_017.1, 0.05);
});

sharedDataTest('prices: AWS events, and Google list and spot', async () => {
  const aws = await rowsOf<PointRow>('aws-gpu-spot-2020');
  assert.deepEqual([aws.length, new Set(aws.map(({ series }) => series)).size], [11_737, 65]);
  const v100 = aws.filter(({ series }) => series.includes('/p3.2xlarge/')).map(({ price }) => price);
  near(quantile(v100, 0.1), 0.9198, 5e-5);
  near(quantile(v100, 0.5), 0.9915, 5e-5);
  near(quantile(v100, 0.9), 1.1043, 5e-5);
  const spot = await rowsOf<PointRow>('gcp-vm-prices-weekly');
  assert.deepEqual([spot.length, new Set(spot.map(({ series }) => series)).size], [26_689, 251]);
  const n2 = spot.filter(({ series }) => series === 'n2-standard-8/us-central1').map(({ price }) => price);
  assert.deepEqual([Math.min(...n2), quantile(n2, 0.5), Math.max(...n2)], [0.087344, 0.10272, 0.119904]);
  const list = await rowsOf<PointRow>('gcp-vm-prices-weekly/on-demand');
  near(
    quantile(
      spot.map(({ price }, at) => price / list[at]!.price),
      0.5,
    ),
    0.2826,
    5e-5,
  );
});

sharedDataTest('provider-outages: events and their lengths', async () => {
  const infra = await rowsOf<JobRow>('provider-outages/infra-lengths');
  const hours = infra.map(({ durationSeconds }) => durationSeconds / 3_600);
  assert.equal(infra.length, 748);
  near(quantile(hours, 0.5), 2.208, 5e-4);
  near(quantile(hours, 0.95), 15.652, 5e-4);
  near(sum(hours), 3_977.6, 0.05);
  const services = await rowsOf<JobRow>('provider-outages/service-lengths');
  const facebook = services.filter(({ className }) => className === 'Facebook');
  assert.equal(facebook.length, 4_069);
  near(hoursOf(facebook), 2_806.7, 0.05);
});

sharedDataTest('ethereum-block-rewards-2021: subsidy and fees', async () => {
  const subsidy = await rowsOf<PointRow>('ethereum-block-rewards-2021/subsidy');
  assert.equal(sum(subsidy.map(({ quantity }) => quantity)), 20_000);
  const fees = await rowsOf<PointRow>('ethereum-block-rewards-2021');
  near(sum(fees.map(({ quantity }) => quantity)), 4_590.63182695647, 1e-9);
});

sharedDataTest('keep-ecdsa-rewards and threshold-staking-rewards: who took part', async () => {
  const keep = await rowsOf<{ node: string }>('keep-ecdsa-rewards');
  assert.equal(new Set(keep.map(({ node }) => node)).size, 137);
  assert.equal((await rowsOf('keep-ecdsa-rewards/stake')).length, 4_360);
  const uptime = await rowsOf<PointRow>('threshold-staking-rewards/uptime');
  const shares = uptime.map(({ quantity }) => quantity * 100);
  assert.equal(shares.length, 3_019);
  near(sum(shares) / shares.length, 95.7829, 5e-5);
  near(quantile(shares, 0.05), 62.18, 5e-3);
  assert.equal(shares.filter((share) => share < 96).length, 235);
});

sharedDataTest('tables: servers, accelerators, MLPerf, egress', async () => {
  const servers = await collect(tableNamed('cloud-server-benchmarks'));
  assert.equal(servers.length, 1_738);
  near(sum(servers.map(({ allThreadsBogoOps }) => allThreadsBogoOps ?? 0)), 114_605_333.8, 0.06);
  near(
    quantile(
      servers.flatMap(({ oneThreadBogoOps }) => oneThreadBogoOps ?? []),
      0.5,
    ),
    1_708.49,
    5e-3,
  );
  const skus = await collect(tableNamed('accelerator-specs'));
  assert.equal(skus.length, 251);
  near(sum(skus.map(({ peakTflops }) => peakTflops)), 9_166.441, 1e-6);
  assert.equal((await collect(tableNamed('mlperf-inference-v4-0'))).length, 607);
  const where = [{ column: 'dst', equals: 'internet' }];
  const egress = await collect(tableNamed('cloud-egress-prices', process.env, where));
  assert.equal(egress.find(({ from }) => from === 'us-east-1')?.usdPerGb, 0.09);
  assert.equal((await collect(tableNamed('cloud-egress-prices'))).length, 674);
});

test('refused: a name that no set has', () => {
  for (const name of ['alibaba', 'alibaba-gpu-v2023/tpu', 'toString', 'alibaba-gpu-v2023/gpu/x', ''])
    assert.throws(() => traceNamed(name), refusal('TRACE-NAME', /^trace$/));
});

test('refused: data that are not there, with the command that fetches them', () => {
  const missing = () => traceNamed('alibaba-gpu-v2023', { STANNARY_DATA: '/nowhere' });
  assert.throws(missing, refusal('TRACE-DATA', /alibaba-gpu-v2023$/));
  assert.throws(missing, /npm run data -- alibaba-gpu-v2023/);
});

const PAGE = readFileSync(new URL('../../../../docs/reference/traces.md', import.meta.url), 'utf8');

test('docs/reference/traces.md lists every trace with its kind and unit, and every table', () => {
  const listed = [...PAGE.matchAll(/^\| `([a-z0-9/-]+)` \| ([a-z-]+) \| (\S+) \|$/gm)].map(([, ...cells]) =>
    cells.join(' '),
  );
  // Names need the folders alone.
  const folder = mkdtempSync(join(tmpdir(), 'stannary-sets-'));
  for (const name of traceNames()) mkdirSync(join(folder, name.split('/')[0]!), { recursive: true });
  const there = traceNames().map((name) => {
    const { schema, unit } = traceNamed(name, { STANNARY_DATA: folder });
    return `${name} ${schema} ${unit}`;
  });
  rmSync(folder, { recursive: true });
  assert.deepEqual(listed, there);
  for (const table of staticTables()) assert.ok(PAGE.includes(`\`${table}\``), table);
});

test('every mapping on the page is one', () => {
  const examples = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!));
  assert.ok(examples.length >= 7);
  for (const example of examples) assert.equal(traceMapping(example), example);
});
