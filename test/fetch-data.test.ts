import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DATA_SETS, type DataFile, type DataSet, isByHand } from '../tools/data-sets.ts';
import { trims } from '../tools/data-trims.ts';
import { addressesOf, bringFile, ChecksumError, type Get } from '../tools/fetch-data.ts';
import { ROOT } from '../tools/source-tree.ts';
import { sharedData } from './local-network.ts';

// Fetching is tried with answers from here: a test asks nothing of the network. That the recipes make the pinned files
// from their origins shows when somebody fetches them, since nothing else is kept.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function inFolder(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-data-'));
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const PINNED: DataFile = {
  file: 'a.csv',
  sha256: sha256('x,y\n1,2\n'),
  origin: { repository: 'o/r', commit: 'c0', paths: ['a b/[1)a.csv'] },
  trim: trims.withHeader('x,y'),
};
const SET: DataSet = { name: 'a-set', licence: 'MIT', files: [PINNED] };

test('every set is there once, pinned by commit, integrity and checksum', () => {
  assert.equal(new Set(DATA_SETS.map(({ name }) => name)).size, DATA_SETS.length);
  for (const { name, licence, files } of DATA_SETS) {
    assert.ok(licence.length > 2 && files.length > 0, name);
    for (const file of files) {
      assert.match(file.sha256, /^[0-9a-f]{64}$/);
      if (isByHand(file)) assert.ok(file.from.length > 20 && file.why.length > 20, name);
      else if ('package' in file.origin) assert.match(file.origin.integrity, /^sha512-/);
      else assert.match(file.origin.commit, /^[0-9a-f]{40}$/);
    }
  }
});

const data = sharedData();
test('the pinned checksums are those of the files that the tests read', {
  skip: data === null && 'no real traces',
}, () => {
  const folders = readdirSync(data!).filter((name) => existsSync(join(data!, name, 'README.md')));
  assert.deepEqual(DATA_SETS.map(({ name }) => name).sort(), folders.sort());
  for (const { name, files } of DATA_SETS) {
    const there = readdirSync(join(data!, name)).filter((file) => file.endsWith('.csv'));
    assert.deepEqual(files.map(({ file }) => file).sort(), there.sort(), name);
    for (const { file, sha256: pinned } of files)
      assert.equal(sha256(readFileSync(join(data!, name, file), 'utf8')), pinned, `${name}/${file}`);
  }
});

test('a file is fetched by its commit, trimmed, verified and kept; the next time it is there', async () => {
  await inFolder(async (folder) => {
    const asked: string[] = [];
    const get: Get = async (url) => {
      asked.push(url);
      return bytes('1,2\n');
    };
    assert.equal(await bringFile(SET, PINNED, folder, get), 'fetched');
    assert.equal(readFileSync(join(folder, 'a-set/a.csv'), 'utf8'), 'x,y\n1,2\n');
    assert.equal(await bringFile(SET, PINNED, folder, get), 'already there');
    assert.deepEqual(asked, ['https://raw.githubusercontent.com/o/r/c0/a%20b/%5B1)a.csv']);
    assert.deepEqual(asked, addressesOf(PINNED.origin));
  });
});

test('refused: bytes that do not give the pinned file; nothing is kept', async () => {
  await inFolder(async (folder) => {
    const bringing = bringFile(SET, PINNED, folder, async () => bytes('1,3\n'));
    await assert.rejects(
      bringing,
      (error) => error instanceof ChecksumError && /a-set\/a\.csv: expected .* got /.test(error.message),
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});

test('a changed file is brought anew', async () => {
  await inFolder(async (folder) => {
    await bringFile(SET, PINNED, folder, async () => bytes('1,2\n'));
    writeFileSync(join(folder, 'a-set/a.csv'), 'x,y\n9,9\n');
    assert.equal(await bringFile(SET, PINNED, folder, async () => bytes('1,2\r\n')), 'fetched');
  });
});

test('what is made by hand is told, not fetched', async () => {
  await inFolder(async (folder) => {
    const file = { file: 'a.csv', sha256: PINNED.sha256, from: 'somewhere', why: 'it is many files' };
    const never: Get = () => assert.fail('nothing may be asked');
    assert.equal(await bringFile(SET, file, folder, never), 'by hand');
  });
});

test('names of many files come from the listing of the commit, sorted', async () => {
  await inFolder(async (folder) => {
    const listed = { repository: 'o/r', commit: 'c0', listed: /^d\/.*\.txt$/ };
    const file: DataFile = {
      ...PINNED,
      sha256: sha256('d/1.txt d/2.txt'),
      origin: listed,
      trim: (files) => files.map(({ path }) => path).join(' '),
    };
    const tree = ['d/2.txt', 'd/1.txt', 'e/3.txt', 'd/x.md'].map((path) => ({ path, type: 'blob' }));
    const get: Get = async (url) =>
      bytes(
        url.includes('/git/trees/c0') ? JSON.stringify({ tree: [...tree, { path: 'd/4.txt', type: 'tree' }] }) : '',
      );
    assert.equal(await bringFile(SET, file, folder, get), 'fetched');
    const cut: Get = async () => bytes(JSON.stringify({ tree: [], truncated: true }));
    await assert.rejects(bringFile(SET, { ...file, sha256: '0' }, folder, cut), /cut off/);
  });
});

/** A tar archive of small files: a header block and the padded bytes each, two empty blocks at the end. */
function tar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(text.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    return [header, Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)])];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}

test('a file of a package is taken from its archive, whose integrity is pinned', async () => {
  await inFolder(async (folder) => {
    const archive = gzipSync(tar({ 'package/a.js': 'one', 'package/b.js': 'two'.repeat(300) }));
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    const origin = { package: '@o/p', version: '1.0.0', integrity, paths: ['b.js'] };
    const file: DataFile = { ...PINNED, sha256: sha256('two'.repeat(300)), origin, trim: trims.whole };
    assert.deepEqual(addressesOf(origin), ['https://registry.npmjs.org/@o/p/-/p-1.0.0.tgz']);
    assert.equal(await bringFile(SET, file, folder, async () => archive), 'fetched');
    const other = { ...file, sha256: '0', origin: { ...origin, integrity: 'sha512-x' } };
    await assert.rejects(
      bringFile(SET, other, folder, async () => archive),
      ChecksumError,
    );
  });
});

const at = (path: string, text: string) => [{ path, text }];
const lines = (...rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');

test('pods: those created before the bound', () => {
  const header =
    'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time';
  const kept = lines(header, 'a,1,1,1,1,,LS,Running,99,200,99');
  assert.equal(trims.podsBefore(100)(at('x', `${kept}b,1,1,1,1,,LS,Running,100,200,100\n`)), kept);
});

test('functions: short names in the order of first use', () => {
  const text = lines('app,func,end_timestamp,duration', 'f00d,beef,1.5,0.5', 'cafe,beef,2.5,0.25', 'f00d,dead,3.5,1');
  const rows = ['app00,fn000,1.5,0.5', 'app01,fn000,2.5,0.25', 'app00,fn001,3.5,1'];
  assert.equal(trims.shortFunctionNames(at('x', text)), lines('app,func,end_timestamp_s,duration_s', ...rows));
});

test('scores: lifespan and type from the path, without milliseconds', () => {
  const path = 'vm-noise-data/a/vm_lifespan=long/vm_region=eastus/vm_sku=B8ms/unit=Bogo Ops_s.csv';
  const text = lines('value,runtime,starttime,VM_id', '7937.63,30.01,2024-06-06 12:16:32.130,0');
  const head = 'vm_lifespan,vm_sku,bogo_ops_per_s,runtime_s,start_time,vm_id';
  assert.equal(trims.joinedScores(at(path, text)), lines(head, 'long,B8ms,7937.63,30.01,2024-06-06 12:16:32,0'));
});

test('spot events: dumps merged, doubles dropped, sorted', () => {
  const event = (Timestamp: string, SpotPrice: string) => ({
    AvailabilityZone: 'us-east-1b',
    InstanceType: 'p3.8xlarge',
    ProductDescription: 'Linux/UNIX',
    SpotPrice,
    Timestamp,
  });
  const dump = (...events: readonly object[]) => JSON.stringify({ NextToken: '', SpotPriceHistory: events });
  const late = event('2020-02-20T22:06:16.000Z', '1.067100');
  const files = [
    { path: 'logs/aws/cost/us-east-1/p3.json', text: dump(late) },
    { path: 'logs/aws/cost/us-east-1/q3.json', text: dump(late, event('2020-02-19T01:00:00.000Z', '1.5')) },
  ];
  const rows = lines(
    '2020-02-19T01:00:00Z,us-east-1,us-east-1b,p3.8xlarge,4,Linux/UNIX,1.5',
    '2020-02-20T22:06:16Z,us-east-1,us-east-1b,p3.8xlarge,4,Linux/UNIX,1.067100',
  );
  assert.equal(trims.spotEvents(files).split('\n').slice(1).join('\n'), rows);
});

test('pings: a slot keeps the zone and GPU that its lines last named', () => {
  const text = lines(
    '[2020-03-01T10:12:22.000Z] Instance instance1 creation failed',
    '[2020-03-01T10:12:23.000Z] Instance instance1 not running in zone us-west1-b',
    'some other line',
    '[2020-03-01T10:13:03.000Z] Created instance instance1 with 1 GPU(s) of type nvidia-tesla-k80 in zone us-west1-b',
    '[2020-03-01T10:13:04.000Z] Instance instance1 running in zone us-west1-b',
    '[2020-03-01T10:28:12.000Z] Successfully deleted instance instance1',
  );
  assert.equal(
    trims.pings(at('x', text)),
    lines(
      'timestamp_utc,cloud,zone,slot,gpu_type,gpus,event',
      '2020-03-01T10:12:22Z,gcp,,instance1,,,creation_failed',
      '2020-03-01T10:12:23Z,gcp,us-west1-b,instance1,,,not_running',
      '2020-03-01T10:13:03Z,gcp,us-west1-b,instance1,nvidia-tesla-k80,1,created',
      '2020-03-01T10:13:04Z,gcp,us-west1-b,instance1,nvidia-tesla-k80,1,running',
      '2020-03-01T10:28:12Z,gcp,us-west1-b,instance1,nvidia-tesla-k80,1,deleted',
    ),
  );
});

test('service outages: columns by name, the kind from the file', () => {
  const path = 'traces/minehut_online_game.csv';
  const text = lines('start_time,end_time,status,service', '0.0,3776.0,0.5,minehut');
  assert.equal(
    trims.serviceOutages(at(path, text)),
    lines('service,source_kind,start,end,severity', 'minehut,probe,0.0,3776.0,0.5'),
  );
});

test('hardware: printed objects are read, not run', () => {
  const main = lines(
    'export const SKUS = {',
    '    GPU: {',
    '        AMD: AMD_GPU_SKUS,',
    '        INTEL: {',
    '            "Arc, A1": {',
    '                tflops: 8.40,',
    '                memory: [6, 8], // GB',
    '                msrp: 1_390,',
    '            },',
    '        },',
    '    },',
    '};',
  );
  const amd = lines(
    'const SHARED = [16, 24];',
    'export const AMD_GPU_SKUS = {',
    '    MI1: {',
    '        memory: SHARED,',
    '        power: 5,',
    '        releaseYear: 2023,',
    '    },',
    '};',
  );
  const files = [main, '', amd].map((text, index) => ({ path: `${index}`, text }));
  assert.deepEqual(trims.hardware(files).split('\n').slice(1), [
    'GPU,AMD,MI1,,16|24,,5,2023,',
    'GPU,INTEL,"Arc, A1",8.4,6|8,1390,,,',
    '',
  ]);
});

test('Keep: operators are numbered through all intervals; an older row has no undelegated', () => {
  const rest = 'false true true false true true 6 1 83 3 0 100 false';
  const log = (address: string, flags: string) =>
    `Calculating...\n0x${address}   ${flags}   101 2 3 4 5 6 1.41 7 8   \ndone\n`;
  const files = [
    { path: 'staker-rewards/reports/2020-11-13_2020-11-20.log.txt', text: log('aa', rest) },
    { path: 'staker-rewards/reports/2021-01-15_2021_01_22.log.txt', text: log('aa', `${rest} true`) },
  ];
  const [, old, now] = trims.keepOperators(files).split('\n');
  assert.equal(old, '2020-11-13,op001,false,true,true,false,true,true,6,1,83,3,0,100,false,,101,2,3,4,5,6,1.41,7,8');
  assert.equal(
    now,
    '2021-01-15,op001,false,true,true,false,true,true,6,1,83,3,0,100,false,true,101,2,3,4,5,6,1.41,7,8',
  );
});

test('Keep: an interval from its summary', () => {
  const text = `${lines('Interval start timestamp: 2020-11-13T00:00:00.000Z', 'Interval end timestamp: 2020-11-20T00:00:00.000Z', 'Interval total rewards: 3934 KEEP', 'Interval start block: 11245937', 'Interval end block: 11291625', '', 'Rewards weight sum 125', 'Total rewards sum 385')}│ 0 │ '0x${'a'.repeat(40)}' │\n`;
  const [, row] = trims.keepIntervals(at('r/2020-11-13_2020-11-20.summary.txt', text)).split('\n');
  assert.equal(row, '2020-11-13,2020-11-13T00:00:00.000Z,2020-11-20T00:00:00.000Z,11245937,11291625,3934,125,385,1');
});

function run(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/fetch-data.mjs'), ...words], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('a dry run says what would be fetched, and fetches nothing', () => {
  const { status, stdout } = run('--dry-run', '--to', '/nowhere', 'alibaba-gpu-v2023', 'surf-lisa-2022-jobs');
  assert.equal(status, 0);
  assert.match(
    stdout,
    /alibaba-gpu-v2023\/pods\.csv \(Apache-2\.0\)\n {2}https:\/\/raw\.githubusercontent\.com\/hkust-adsl/,
  );
  assert.match(stdout, /surf-lisa-2022-jobs\/tasks\.csv .*\n {2}by hand/);
  assert.ok(!existsSync('/nowhere'));
});

test('refused: a set that there is not, an option that there is not', () => {
  for (const word of ['alibaba', '--forse']) assert.equal(run(word).status, 2, word);
});
