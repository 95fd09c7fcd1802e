import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { runStannary } from '../lab/run-stannary.fixture.ts';

// What `watch` refuses before it looks at anything; the towers themselves are in test/, on real chains.

const root = mkdtempSync(join(tmpdir(), 'stannary-watch-'));
const CHAIN = 31_337;
/** A node that knows which chain it is of, and nothing else. */
const node = createServer(async (request, response) => {
  const { id, method } = (await json(request)) as { id: number; method: string };
  const answer =
    method === 'eth_chainId' ? { result: `0x${CHAIN.toString(16)}` } : { error: { code: -1, message: '' } };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
});
let rpc: readonly string[];
before(async () => {
  await once(node.listen(0, '127.0.0.1'), 'listening');
  rpc = ['--rpc', `http://127.0.0.1:${(node.address() as AddressInfo).port}`];
});
after(() => {
  node.closeAllConnections();
  node.close();
  rmSync(root, { recursive: true });
});

test('WATCH-NOTHING: neither eras nor channels', async () => {
  const { status, stderr } = await runStannary('watch', ...rpc);
  assert.equal(status, 2);
  assert.match(stderr, /expected --gateway, --vouchers, or both, got neither \[WATCH-NOTHING\]/);
});

test('WATCH-BOOK: a book without this chain, and one whose network has no channels', async () => {
  const book = join(root, 'addresses.json');
  const args = ['--vouchers', root, '--book', book];
  const none = await runStannary('watch', ...rpc, ...args);
  assert.equal(none.status, 2);
  assert.match(none.stderr, /expected a book with eip155:31337, got none; .*\[WATCH-BOOK\]/);
  const chain = `eip155:${CHAIN}`;
  const entry = { chain, planHash: '', owner: '', deployer: '', deploymentBlock: 0, contracts: {} };
  writeFileSync(book, JSON.stringify({ [chain]: entry }));
  const without = await runStannary('watch', ...rpc, ...args);
  assert.equal(without.status, 2);
  assert.match(without.stderr, /channels on eip155:31337, got one without; .*\[WATCH-BOOK\]/);
});
