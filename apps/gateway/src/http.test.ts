import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LEDGER_MIGRATIONS, migrate, openDatabase } from '@stannary/billing/postgres';
import { Blobs } from './blobs.ts';
import { readConfig } from './config.ts';
import type { GatewayContext, Tables } from './context.ts';
import type { Epochs } from './epochs.ts';
import { buildServer, type HttpParts } from './http.ts';
import { Metrics } from './metrics.ts';
import { Records } from './records.ts';
import { gatewayMigrations } from './tables.ts';
import { Tasks } from './tasks.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stannary-http-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A server whose records fail as a bug would. */
function failing(requestsPerSecondMax: number) {
  const records = { health: () => Promise.reject(new Error('a bug')), network: () => ({}) };
  const parts = {
    blobs: new Blobs(folder),
    metrics: new Metrics(),
    accountOfKey: new Map(),
    requestsPerSecondMax,
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
    header_json: '{"payoutRoot":""}',
    leaves_json: JSON.stringify(leaves),
    header_hash: '',
    status: 'posted',
  };
  await db
    .insertInto('era')
    .values({ era: 0, ...row, posted_tx: null, finalised_tx: null, posted_ms: null })
    .execute();
  const records = new Records({ db } as unknown as GatewayContext, {} as Epochs, {} as never);
  assert.equal((await records.claim(0, leaves[0]!.account)).cumulativeCredits, '5');
  await assert.rejects(records.claim(0, `0x${'2'.repeat(40)}`), { code: 'CLAIM-UNKNOWN', status: 404 });
  await close();
});

test('CONFIG-UNREADABLE and CONFIG-INVALID, with the field', async () => {
  await assert.rejects(readConfig(join(folder, 'none.json')), { code: 'CONFIG-UNREADABLE', refusalClass: 'give-up' });
  await writeFile(join(folder, 'bad.json'), '{"name": 5}');
  await assert.rejects(readConfig(join(folder, 'bad.json')), { code: 'CONFIG-INVALID', refusalClass: 'input' });
});
