import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { LEDGER_MIGRATIONS, migrate, openDatabase } from '@stannary/billing/postgres';
import { loadEconomy } from '@stannary/economies';
import { type Epoch, genesisState } from '@stannary/kernel';
import type { FastifyInstance } from 'fastify';
import { Blobs } from './blobs.ts';
import { readConfig } from './config.ts';
import type { GatewayContext, Tables } from './context.ts';
import type { Devices } from './devices.ts';
import type { Epochs } from './epochs.ts';
import { buildServer, type HttpParts } from './http.ts';
import { Metrics } from './metrics.ts';
import { Records } from './records.ts';
import { gatewayMigrations } from './tables.ts';
import { Tasks } from './tasks.ts';
import { Work } from './work.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stannary-http-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A server whose records fail as a bug would. */
function failing(requestsPerSecondMax: number, requestMsMax = 30_000) {
  const status = {
    nodes: [],
    tasks: { queued: 0 },
    conservation: {},
    epoch: 0,
    settledEpoch: 0,
    policy: { version: 1 },
    priceMicrograinsPerNcuS: 0,
    utilisationPpm: 0,
  };
  const records = { health: () => Promise.reject(new Error('a bug')), network: () => ({}), status: async () => status };
  const parts = {
    blobs: new Blobs(folder),
    metrics: new Metrics(),
    accountOfKey: new Map(),
    requestsPerSecondMax,
    requestMsMax,
    records,
    log: () => undefined,
  };
  return buildServer(parts as unknown as HttpParts);
}

test('GATEWAY-FAULT: a bug answers 500 and says nothing of itself', async () => {
  const server = await failing(100);
  const answer = await server.inject({ url: '/healthz' });
  assert.deepEqual([answer.statusCode, answer.json().code], [500, 'GATEWAY-FAULT']);
  assert.ok(!answer.body.includes('a bug'));
  await server.close();
});

test('REQUEST-RATE: too many requests from one address', async () => {
  const server = await failing(1);
  await server.inject({ url: '/v1/network' });
  const answer = await server.inject({ url: '/v1/network' });
  assert.deepEqual([answer.statusCode, answer.json().code, answer.json().refusalClass], [429, 'REQUEST-RATE', 'retry']);
  await server.close();
});

/** What the server says to raw bytes on a connection that is then left open. */
async function answerTo(server: FastifyInstance, bytes: string): Promise<string> {
  const { port } = server.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

test('REQUEST-SLOW and REQUEST-MALFORMED: a body that never ends and no HTTP at all; both counted', async () => {
  const server = await failing(100, 300);
  await server.listen({ port: 0 });
  const head = 'POST /v1/batches HTTP/1.1\r\nhost: a\r\ncontent-type: application/cose\r\ncontent-length: 1000\r\n\r\n';
  const [late, broken] = await Promise.all([answerTo(server, `${head}some`), answerTo(server, 'GET\r\n\r\n')]);
  assert.match(late, /^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST-SLOW"/);
  assert.match(broken, /^HTTP\/1\.1 400 [\s\S]*"code":"REQUEST-MALFORMED"/);
  const counted = (await server.inject({ url: '/metrics' })).body;
  for (const code of ['REQUEST-SLOW', 'REQUEST-MALFORMED'])
    assert.ok(counted.includes(`stannary_refusals_total{code="${code}"} 1`), counted);
  await server.close();
});

test('paths lead nowhere but to routes', async () => {
  const server = await failing(100);
  const tricks = [
    '/..%2f..%2fetc/passwd',
    '/v1/blobs/..%2f..%2fsecrets.json',
    '//etc/passwd',
    '/v1/epochs/-1/statement',
  ];
  for (const url of [...tricks, `/v1/evidence/${'F'.repeat(64)}`, '/%00', '/%zz']) {
    const { statusCode, body } = await server.inject({ url });
    assert.ok(statusCode === 400 || statusCode === 404, `${url}: ${statusCode}`);
    assert.ok(['REQUEST-MALFORMED', 'ROUTE-UNKNOWN'].includes(JSON.parse(body).code), `${url}: ${body}`);
  }
  await server.close();
});

test('BLOB-HASH: what is not a hash is no path', async () => {
  await assert.rejects(new Blobs(folder).get('../../etc/passwd'), { code: 'BLOB-HASH', status: 400 });
});

test('TASK-CLOSED: a network that drains sells no more work', async () => {
  const tasks = new Tasks({} as GatewayContext, [], () => false);
  const request = { moduleHash: 'a', inputHash: 'b', fuelMax: 1, chargeGrainsMax: 1 };
  await assert.rejects(tasks.submit(`0x${'1'.repeat(40)}`, request), { code: 'TASK-CLOSED', status: 409 });
});

test('CLAIM-UNKNOWN: an account that an era owes nothing', async () => {
  const { db, close } = await openDatabase<Tables>({ memory: true });
  await migrate(db, { ...LEDGER_MIGRATIONS, ...gatewayMigrations });
  const leaves = [{ account: `0x${'1'.repeat(40)}`, cumulativeCredits: '5', cumulativeTokens: '0' }];
  const row = {
    header_json: '{"payout":{"root":"","credits":"0","tokens":"0","leafCount":1}}',
    leaves_json: JSON.stringify(leaves),
    header_hash: '',
    status: 'posted',
  };
  await db
    .insertInto('era')
    .values({ era: 0, ...row, posted_tx: null, finalised_tx: null, posted_ms: null, voided: 0, voided_tx: null })
    .execute();
  const records = new Records({ db } as unknown as GatewayContext, {} as Epochs, {} as never);
  assert.equal((await records.claim(0, leaves[0]!.account)).cumulativeCredits, '5');
  await assert.rejects(records.claim(0, `0x${'2'.repeat(40)}`), { code: 'CLAIM-UNKNOWN', status: 404 });
  await close();
});

test('EPOCH-UNALLOTTED: an epoch that was sealed without an allocation gets none later; one to come is EPOCH-UNSETTLED', async () => {
  const { db, close } = await openDatabase<Tables>({ memory: true });
  await migrate(db, { ...LEDGER_MIGRATIONS, ...gatewayMigrations });
  const sealed = { batches_root: '', sealed_ms: 0, tx_hash: null, block_number: null };
  await db
    .insertInto('epoch_commit')
    .values({ epoch: 1, ...sealed })
    .execute();
  const { economy } = await loadEconomy('local');
  const policyAt = () => ({ economy });
  const context = { db, policyAt, signal: () => undefined } as unknown as GatewayContext;
  const state = genesisState(economy, { insurance: `0x${'1'.repeat(40)}`, treasury: `0x${'2'.repeat(40)}` });
  const records = new Records(context, {} as Epochs, {} as never);
  await new Work(context, {} as Devices).allocate(1 as Epoch, state, '0'.repeat(64));
  await assert.rejects(records.allocation(1), { code: 'EPOCH-UNALLOTTED', status: 410, refusalClass: 'give-up' });
  await assert.rejects(records.allocation(2), { code: 'EPOCH-UNSETTLED', status: 425, refusalClass: 'retry' });
  await new Work(context, {} as Devices).allocate(0 as Epoch, state, '0'.repeat(64));
  assert.deepEqual((await records.allocation(0)).result.assignments, []);
  await close();
});

test('CONFIG-UNREADABLE and CONFIG-INVALID, with the field', async () => {
  await assert.rejects(readConfig(join(folder, 'none.json')), { code: 'CONFIG-UNREADABLE', refusalClass: 'give-up' });
  await writeFile(join(folder, 'bad.json'), '{"name": 5}');
  await assert.rejects(readConfig(join(folder, 'bad.json')), { code: 'CONFIG-INVALID', refusalClass: 'input' });
});
