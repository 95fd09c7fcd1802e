import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

const CLI = resolve(import.meta.dirname, '../../stannary.mjs');
let folder: string;
let gateway: string;
/** Says which chain its network is on, and nothing else. */
const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ chain: 'eip155:31337', clock: { epochsPerEra: 4 } }));
});

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stannary-watch-'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Status, and what is said on standard error. */
function watch(args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [CLI, 'watch', '--rpc', 'http://127.0.0.1:9', '--once', ...args]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((ended) => child.once('close', (status) => ended({ status, said })));
}

test('WATCH-BOOK: no book of addresses names the network’s chain', async () => {
  const { status, said } = await watch(['--gateway', gateway, '--book', join(folder, 'none.json')]);
  assert.equal(status, 2);
  assert.match(said, /none\.json: expected a book with eip155:31337, got none; .*\[WATCH-BOOK\]/);
});

test('WATCH-PLACE: a folder whose place is none', async () => {
  writeFileSync(join(folder, 'tower.json'), '{"nextEra":-1}');
  const { status, said } = await watch(['--gateway', gateway, '--data', folder]);
  assert.equal(status, 2);
  assert.match(said, /tower\.json: expected the place of a tower, got something else \[WATCH-PLACE\]/);
});

test('a gateway that does not answer is one line, and status 3', async () => {
  const { status, said } = await watch(['--gateway', 'http://127.0.0.1:9']);
  assert.equal(status, 3);
  assert.match(said, /^stannary: [^\n]+\[GATEWAY-UNREACHABLE\]\n$/);
});
