import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CliRefusal, exitStatusOf } from './refusal.ts';

// The command as a user runs it: exit status by error class, and one clear line on standard error.

const CLI = join(import.meta.dirname, '../stannary.mjs');
let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'stannary-cli-'));
});
after(() => rm(root, { recursive: true, force: true }));

function stannary(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (said[name] += chunk));
  return new Promise((done) => child.once('close', (status) => done({ status, ...said })));
}

test('--help has an example and the exit statuses', async () => {
  const { status, stdout } = await stannary('up', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /--eras <n>/);
  assert.match(stdout, /npm start -- --eras 3/);
  assert.match(stdout, /Exit status/);
});

test('a bad option is one line and status 2', async () => {
  const { status, stderr } = await stannary('up', '--eras', 'many');
  assert.equal(status, 2);
  assert.match(stderr, /expected a whole number from 1 to 1000, in digits, got many/);
});

test('PORT-IN-USE: a taken port is one line that says what to do, and status 3', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const { port } = server.address() as AddressInfo;
  for (const option of ['--port', '--gateway-port', '--chain-port']) {
    const free = ['--port', '0', '--gateway-port', '0'];
    const { status, stderr } = await stannary('up', '--data', join(root, 'port'), ...free, option, `${port}`);
    assert.equal(status, 3);
    assert.equal(stderr.trim().split('\n').length, 1);
    assert.ok(stderr.includes(`choose another with ${option} [PORT-IN-USE]`), stderr);
  }
  server.close();
});

test('TRACE-UNREADABLE and a trace that is none: one line and status 2, before anything is started', async () => {
  await writeFile(join(root, 'other.csv'), 'a,b\n1,2\n');
  for (const [file, code] of [
    ['nowhere.csv', 'TRACE-UNREADABLE'],
    ['other.csv', 'TRACE-COLUMNS'],
  ] as const) {
    const { status, stdout, stderr } = await stannary('up', '--data', join(root, 'trace'), '--trace', join(root, file));
    assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [2, '', 1], stderr);
    assert.ok(stderr.includes(`[${code}]`), stderr);
  }
});

test('an unwritable folder is one line and status 4', async () => {
  await writeFile(join(root, 'file'), '');
  const { status, stderr } = await stannary('up', '--data', join(root, 'file', 'below'));
  assert.equal(status, 4);
  assert.match(stderr, /\[DATA-UNWRITABLE\]/);
});

test('a gateway that is not there: status 3', async () => {
  const { status, stderr } = await stannary('explain', 'abc', '--epoch', '1', '--gateway', 'http://127.0.0.1:9');
  assert.equal(status, 3);
  assert.match(stderr, /\[GATEWAY-UNREACHABLE\]/);
});

test('check: what passes, with its numbers and by section, is status 0', async () => {
  const { status, stdout, stderr } = await stannary('check', 'reference', 'local');
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^reference: economy reference, 1 version, 0 fields overridden\nversion 1, from epoch 0, [0-9a-f]{64}$/m,
  );
  assert.match(stdout, /^ {2}prices\n {4}✓ take +5 %/m);
  assert.match(stdout, /^ {4}✓ price-stable +0\.0625 \* 1 = 0\.0625 < 1$/m);
  assert.match(stdout, /^ {2}(\d+) of \1 checks passed$/m);
  // What a waived economy does not hold is said, and binds nobody.
  assert.match(stdout, /^ {2}hard bounds waived$/m);
  assert.match(stdout, /^ {4}✗ sampling +edge/m);
  assert.match(stdout, /bounds are waived, so what fails binds nobody\n\n2 files: 2 hold, 0 fail, 0 refused$/m);
  assert.equal(stderr, '', 'progress is for terminals');
});

test('check: what fails says what would pass, and is status 1', async () => {
  const { status, stdout } = await stannary('check', 'reference', '--set', 'assumptions.elasticity=5');
  assert.equal(status, 1);
  assert.match(stdout, /✗ price-monotone +0\.0625 \* 5 = 0\.3125 > 1\/4/);
  assert.match(stdout, /d \* elasticity <= 1\/4.*\n +would pass with {2}price\.gain: 0\.05 \(now 0\.0625\)/);
});

test('check: JSON has all that is known of a check', async () => {
  const { status, stdout } = await stannary('check', 'reference', '--set', 'assumptions.elasticity=5', '--json');
  assert.equal(status, 1);
  const { files } = JSON.parse(stdout) as { files: { versions: { checks: Record<string, unknown>[] }[] }[] };
  const found = files[0]!.versions[0]!.checks.find(({ id }) => id === 'price-monotone');
  assert.deepEqual(found, {
    id: 'price-monotone',
    section: 'prices',
    title: 'the price does not swing at all',
    formula: 'd * elasticity <= 1/4, d: gain per hour, or per epoch where that is longer',
    source: 'roots of z^2 - z + d * elasticity: the price lags by two epochs',
    attacks: [],
    assumes: ['assumptions.elasticity'],
    about: '',
    passed: false,
    numbers: '0.0625 * 5 = 0.3125 > 1/4',
    fields: ['price.gain'],
    changes: [{ path: 'price.gain', from: '0.0625', to: '0.05', also: null }],
    verdict: 'failed',
  });
});

test('check: what is refused is status 2, and JSON has all of it', async () => {
  const file = join(root, 'broken.yaml');
  await writeFile(file, 'extends: reference\ntake:\n  burn: 5 bps\n  tresury: 1 %\n');
  const { status, stdout } = await stannary('check', file, 'reference', '--json');
  assert.equal(status, 2);
  const { files } = JSON.parse(stdout) as {
    files: { refusals: { code: string; where: string }[]; versions: unknown[] }[];
  };
  assert.deepEqual(
    files[0]!.refusals.map(({ code, where }) => `${code} ${where}`),
    [`ECONOMY-UNKNOWN-KEY ${file}:4 take.tresury`, `ECONOMY-SHARE ${file}:3 take.burn`],
  );
  assert.equal(files[1]!.versions.length, 1);
  assert.equal((await stannary('check', 'reference', '--set', 'nothing')).status, 2);
});

test('init: writes an economy that passes, under its own name, and finds the schema', async () => {
  const file = join(root, 'my-network.yaml');
  const { status, stdout } = await stannary('init', file, '--json');
  assert.equal(status, 0);
  assert.equal((JSON.parse(stdout) as { name: string }).name, 'my-network');
  const text = await readFile(file, 'utf8');
  const schema = /\$schema=(\S+)/.exec(text)![1]!;
  assert.ok(JSON.parse(await readFile(join(root, schema), 'utf8')));
  assert.equal((await stannary('check', file)).status, 0);
});

test('init --goal: says what it changes and why, in the file too, and the file passes', async () => {
  const file = join(root, 'fair.yaml');
  const { status, stdout } = await stannary('init', file, '--goal', 'fairness');
  assert.equal(status, 0);
  const why = 'A slower price: being the fastest to answer it gains less.';
  assert.ok(stdout.includes(`  price.gain: 0.05 (reference 0.0625)\n      ${why}\n`));
  assert.ok((await readFile(file, 'utf8')).includes(`# For fairness: ${why}\n`));
  assert.equal((await stannary('check', file)).status, 0);
  assert.equal((await stannary('init', join(root, 'rich.yaml'), '--goal', 'riches')).status, 2);
});

test('REPLAY-LAYOUT, ECONOMY-PROGRAMME: replay needs rules and columns', async () => {
  const none = await stannary('replay', 'reference', '--data', root);
  assert.deepEqual([none.status, /expected a programme.*\[ECONOMY-PROGRAMME\]/.test(none.stderr)], [2, true]);
  const noColumns = await stannary('replay', 'threshold', '--data', root, '--set', 'replay=null');
  assert.deepEqual([noColumns.status, /\[REPLAY-LAYOUT\]/.test(noColumns.stderr)], [2, true]);
});

test('INIT-EXISTS: init overwrites nothing unless it is told to', async () => {
  const file = join(root, 'taken.yaml');
  await writeFile(file, 'mine');
  const refused = await stannary('init', file);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--force \[INIT-EXISTS\]/);
  assert.equal(await readFile(file, 'utf8'), 'mine');
  assert.equal((await stannary('init', file, '--force', '--name', 'yours')).status, 0);
  assert.match(await readFile(file, 'utf8'), /^name: yours /m);
});

test('INIT-NAME, INIT-UNWRITABLE: init says why it writes nothing', async () => {
  const name = await stannary('init', join(root, 'x.yaml'), '--name', 'My network');
  assert.equal(name.status, 2);
  assert.match(name.stderr, /\[INIT-NAME\]/);
  const folder = await stannary('init', join(root, 'nowhere', 'x.yaml'));
  assert.equal(folder.status, 4);
  assert.match(folder.stderr, /\[INIT-UNWRITABLE\]/);
});

test('SCENARIO-VALUE: what a refusal quotes of a file does not act on a terminal', async () => {
  const file = join(root, 'acting.yaml');
  await writeFile(file, 'name: "a\\e[2J\\u202Eb"\nextends: default\n');
  const { status, stderr } = await stannary('simulate', 'reference', '--scenario', file, '--runs', '1');
  assert.equal(status, 2);
  assert.match(stderr, /got a·\[2J·b \[SCENARIO-VALUE\]/);
});

test('a bug, which has no class, is status 4', () => {
  assert.equal(exitStatusOf(new Error('bug')), 4);
  const codes = { input: 2, retry: 3, 'give-up': 4 } as const;
  for (const [refusalClass, status] of Object.entries(codes)) {
    const refusal = new CliRefusal('ECONOMY-CHANGED', refusalClass as keyof typeof codes, {
      where: 'a',
      expected: 'b',
      got: 'c',
      remedy: 'd',
    });
    assert.equal(exitStatusOf(refusal), status);
    assert.equal(refusal.message, 'a: expected b, got c; d');
  }
});
