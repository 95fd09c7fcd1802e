import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  assert.match(stderr, /expected a whole number from 1 to 1000, got many/);
});

test('PORT-IN-USE: a taken port is one line that says what to do, and status 3', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const { port } = server.address() as AddressInfo;
  const { status, stderr } = await stannary('up', '--data', join(root, 'port'), '--port', `${port}`);
  server.close();
  assert.equal(status, 3);
  assert.equal(stderr.trim().split('\n').length, 1);
  assert.match(stderr, /choose another with --port \[PORT-IN-USE\]/);
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
