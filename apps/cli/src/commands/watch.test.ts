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
/** Says which chain its network is on, as a gateway and as a node, and nothing else. */
const server = createServer((request, response) => {
  const network = { chain: 'eip155:31337', clock: { epochsPerEra: 4 } };
  const asNode = { jsonrpc: '2.0', id: 0, result: '0x7a69' };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.method === 'POST' ? asNode : network));
});

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stannary-watch-'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Status, and what is said on standard error. */
function watch(args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const rpc = args.includes('--rpc') ? [] : ['--rpc', 'http://127.0.0.1:9'];
  const child = spawn(process.execPath, [CLI, 'watch', ...rpc, '--once', ...args]);
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

test('WATCH-NOTHING: neither eras nor channels', async () => {
  const { status, said } = await watch([]);
  assert.equal(status, 2);
  assert.match(said, /expected --gateway, --vouchers, or both, got neither \[WATCH-NOTHING\]/);
});

test('WATCH-BOOK: the network on the node’s chain has no channels', async () => {
  const [chain, book] = ['eip155:31337', join(folder, 'without.json')];
  const entry = { chain, planHash: '', owner: '', deployer: '', deploymentBlock: 0, contracts: {} };
  writeFileSync(book, JSON.stringify({ [chain]: entry }));
  const { status, said } = await watch(['--vouchers', folder, '--rpc', gateway, '--book', book]);
  assert.equal(status, 2);
  assert.match(said, /expected a book with channels on eip155:31337, got one without; .*\[WATCH-BOOK\]/);
});
