import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';

const CLI = resolve(import.meta.dirname, '../../stannary.mjs');

/** Status, and what is said on standard error. */
function arbiter(...args: string[]): Promise<{ status: number | null; said: string }> {
  const place = ['--gateway', 'http://127.0.0.1:9', '--rpc', 'http://127.0.0.1:9'];
  const child = spawn(process.execPath, [CLI, 'arbiter', ...place, '--once', ...args]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((ended) => child.once('close', (status) => ended({ status, said })));
}

test('ARBITER-KEY: an arbiter without a key', async () => {
  const { status, said } = await arbiter();
  assert.equal(status, 2);
  assert.match(said, /^stannary: stannary arbiter: expected --key or --keystore: .*, got neither \[ARBITER-KEY\]\n$/);
});

test('DEPLOY-KEY: a key that is none', async () => {
  const { status, said } = await arbiter('--key', import.meta.filename);
  assert.equal(status, 2);
  assert.match(said, /arbiter\.test\.ts: expected 0x and 64 hex characters, got something else \[DEPLOY-KEY\]\n$/);
});
