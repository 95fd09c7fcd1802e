import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { compileTask, costTableHash, encodeSha256Input, runTask } from '@stannary/execution';
import {
  batchId,
  coseSign1,
  decodeReceipt,
  encodeOfferMessage,
  encodeTaskReceipt,
  encodeTaskResult,
  type OfferMessage,
  parseCose,
  refusalOf,
  sha256,
  type TaskReceipt,
  toHex,
  type UsageRecord,
} from '@stannary/wire';
import type { WorkItem } from './client/api.ts';
import { GatewayClient } from './client/client.ts';
import {
  batchOf,
  type Device,
  newDevice,
  quiet,
  signedRequest,
  startTestGateway,
  type TestGateway,
} from './gateway.fixture.ts';
import { startGateway } from './gateway.ts';

const NO_BATCH = '0'.repeat(64);
const NOWHERE = 'f'.repeat(64);

describe('a gateway on a real chain', { timeout: 180_000 }, () => {
  let at: TestGateway;
  before(async () => {
    at = await startTestGateway();
  });
  after(() => at?.stop());

  const refuses = (code: string, status: number, attempt: () => Promise<unknown>) =>
    assert.rejects(attempt, (error: { code?: string; status?: number; message: string }) => {
      assert.deepEqual([error.code, error.status], [code, status], error.message);
      assert.ok(error.message.length > 20, error.message);
      return true;
    });
  const metric = async (line: string) => {
    const text = await (await fetch(`${at.gateway.url}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((row) => row.startsWith(line))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  };
  const counted = (code: string) => metric(`stannary_refusals_total{code="${code}"}`);

  describe('batches', () => {
    let first: { body: Uint8Array; headerBytes: Uint8Array };
    const idOf = (batch: { headerBytes: Uint8Array }) => batchId(batch.headerBytes, at.aadAt(0));
    const receiptOf = (receipt: Uint8Array) => decodeReceipt(parseCose(receipt).payload);

    test('BATCH-MALFORMED, BATCH-OVERSIZED, BATCH-NODE-UNKNOWN, BATCH-SIGNATURE: refused, counted, and nothing stored', async () => {
      const stranger = newDevice();
      first = await batchOf(at, { seq: 1, previousBatchId: NO_BATCH });
      const forged = await batchOf(at, { seq: 1, previousBatchId: NO_BATCH }, [], stranger);
      const unknown = await batchOf(at, { seq: 1, previousBatchId: NO_BATCH, nodeId: stranger.nodeId }, [], stranger);
      const wrong = [
        ['BATCH-MALFORMED', 400, Uint8Array.of(1, 2, 3)],
        ['BATCH-MALFORMED', 400, first.body.subarray(0, first.body.length - 1)],
        ['BATCH-OVERSIZED', 413, new Uint8Array(200_000)],
        ['BATCH-NODE-UNKNOWN', 404, unknown.body],
        ['BATCH-SIGNATURE', 401, forged.body],
      ] as const;
      for (const [code, status, body] of wrong) {
        const before = await counted(code);
        await refuses(code, status, () => at.client.postBatch(body));
        assert.equal(await counted(code), before + 1);
      }
      // Nothing of them is there: the first batch is still the first.
      assert.equal(receiptOf(await at.client.postBatch(first.body)).acceptedSeq, 1);
    });

    test('a duplicate gets the receipt of then, byte for byte, and has no effect', async () => {
      const again = [await at.client.postBatch(first.body), await at.client.postBatch(first.body)];
      assert.deepEqual(again[0], again[1]);
      assert.equal(await metric('stannary_batches_total{outcome="duplicate"}'), 2);
      assert.equal(await metric('stannary_batches_total{outcome="accepted"}'), 1);
    });

    test('BATCH-RECORD-COUNT, BATCH-TOTALS, BATCH-RECORDS-ROOT, BATCH-REPLAYED: a header that is not of its records, or of no number to come', async () => {
      const next = { seq: 2, previousBatchId: idOf(first) };
      const wrong = [
        ['BATCH-RECORD-COUNT', 422, { recordCount: 1 }],
        ['BATCH-TOTALS', 422, { totals: new Map([[7, 1]]) }],
        ['BATCH-RECORDS-ROOT', 422, { recordsRoot: NOWHERE }],
        ['BATCH-REPLAYED', 409, { seq: 0 }],
      ] as const;
      for (const [code, status, header] of wrong) {
        const { body } = await batchOf(at, { ...next, ...header });
        await refuses(code, status, () => at.client.postBatch(body));
        assert.equal(await counted(code), 1);
      }
    });

    test('BATCH-HELD: what comes out of order waits for what is missing, then counts', async () => {
      const second = await batchOf(at, { seq: 2, previousBatchId: idOf(first) });
      const third = await batchOf(at, { seq: 3, previousBatchId: idOf(second) });
      await refuses('BATCH-HELD', 425, () => at.client.postBatch(third.body));
      assert.equal(receiptOf(await at.client.postBatch(second.body)).acceptedSeq, 2);
      assert.equal(receiptOf(await at.client.postBatch(third.body)).acceptedSeq, 3);
      first = third;
    });

    test('BATCH-CHAIN: a header that does not follow the head', async () => {
      await refuses('BATCH-CHAIN', 409, async () =>
        at.client.postBatch((await batchOf(at, { seq: 4, previousBatchId: NOWHERE })).body),
      );
    });

    test('BATCH-GAP-LIMIT: 64 batches wait for missing ones, the next is refused', async () => {
      const far = async (seq: number) =>
        at.client.postBatch((await batchOf(at, { seq, previousBatchId: NOWHERE })).body);
      for (let seq = 1_000; seq < 1_064; seq += 1) await refuses('BATCH-HELD', 425, () => far(seq));
      await refuses('BATCH-GAP-LIMIT', 429, () => far(1_064));
      assert.equal(await counted('BATCH-GAP-LIMIT'), 1);
    });

    test('out of its window or without a lease: acknowledged, with zero usage and its code', async () => {
      const future = await batchOf(at, { seq: 4, previousBatchId: idOf(first), epoch: 5_000 });
      assert.equal(refusalOf(receiptOf(await at.client.postBatch(future.body)).chainCode), 'BATCH-EPOCH-FUTURE');
      const record: UsageRecord = {
        leaseId: NOWHERE,
        resource: 7,
        quantity: 5,
        windowStartMs: Date.now() - 1,
        windowMs: 1,
        evidence: NOWHERE,
      };
      const unleased = await batchOf(at, { seq: 5, previousBatchId: idOf(future) }, [record]);
      assert.equal(refusalOf(receiptOf(await at.client.postBatch(unleased.body)).chainCode), 'RECORD-LEASE-UNKNOWN');
      assert.equal(await counted('RECORD-LEASE-UNKNOWN'), 1);
      first = unleased;
    });
  });

  describe('devices', () => {
    test('DEVICE-UNKNOWN, DEVICE-SIGNATURE, DEVICE-ACTION, DEVICE-CLOCK, DEVICE-MALFORMED', async () => {
      const stranger: Device = newDevice();
      await refuses('DEVICE-UNKNOWN', 404, async () =>
        at.client.requestWork(await signedRequest(at, 'work', undefined, { device: stranger })),
      );
      await refuses('DEVICE-SIGNATURE', 401, async () =>
        at.client.requestWork(await signedRequest(at, 'work', undefined, { key: stranger })),
      );
      await refuses('DEVICE-ACTION', 400, async () => at.client.requestWork(await signedRequest(at, 'offer')));
      await refuses('DEVICE-CLOCK', 401, async () =>
        at.client.requestWork(await signedRequest(at, 'work', undefined, { sentAtMs: Date.now() - 60_000 })),
      );
      await refuses('DEVICE-MALFORMED', 400, () => at.client.requestWork(Uint8Array.of(0)));
    });

    test('DEVICE-REPLAYED: what was kept back undoes nothing; the newest request again gets the answer of then', async () => {
      const older = await signedRequest(at, 'work', undefined, { sentAtMs: Date.now() - 100 });
      const newest = await signedRequest(at, 'work');
      const answers = [await at.client.requestWork(newest), await at.client.requestWork(newest)];
      assert.deepEqual(answers[0], answers[1]);
      await refuses('DEVICE-REPLAYED', 425, () => at.client.requestWork(older));
      assert.equal(await counted('DEVICE-REPLAYED'), 1);
    });

    test('OFFER-EPOCH, OFFER-CLASS, OFFER-CAPACITY, OFFER-TERMS', async () => {
      const { epoch } = await at.client.status();
      const offer = { epoch: epoch + 1, className: 'grid', capacityNcuMs: 1_000, floorMicrograinsPerNcuS: 0 };
      const post = async (changes: Partial<OfferMessage>) =>
        at.client.postOffer(await signedRequest(at, 'offer', encodeOfferMessage({ ...offer, ...changes })));
      await refuses('OFFER-EPOCH', 409, () => post({ epoch: epoch + 50 }));
      await refuses('OFFER-CLASS', 400, () => post({ className: 'cloud' }));
      await refuses('OFFER-CAPACITY', 400, () => post({ capacityNcuMs: 1e9 }));
      await refuses('OFFER-TERMS', 400, () => post({ evidence: 'hardware-tee' }));
      await refuses('OFFER-TERMS', 400, () => post({ region: 'far\naway' }));
      await refuses('OFFER-TERMS', 400, () => post({ drainEpoch: epoch + 1 }));
    });
  });

  describe('consumers', () => {
    test('TASK-KEY, TASK-MODULE, TASK-INPUT, TASK-FUEL, ACCOUNT-FUNDS, TASK-UNKNOWN, REQUEST-MALFORMED', async () => {
      const inputHash = await at.consumer.putBlob(encodeSha256Input({ rounds: 1, bytes: Uint8Array.of(1) }));
      const task = { moduleHash: at.network.modules.sha256!, inputHash, fuelMax: 1e7, chargeGrainsMax: 1_000 };
      await refuses('TASK-KEY', 401, () => at.client.submitTask(task));
      await refuses('TASK-MODULE', 422, () => at.consumer.submitTask({ ...task, moduleHash: NOWHERE }));
      await refuses('TASK-INPUT', 422, () => at.consumer.submitTask({ ...task, inputHash: NOWHERE }));
      await refuses('TASK-FUEL', 400, () => at.consumer.submitTask({ ...task, fuelMax: 1e15 }));
      await refuses('ACCOUNT-FUNDS', 402, () => at.consumer.submitTask({ ...task, chargeGrainsMax: 1e12 }));
      await refuses('ACCOUNT-FUNDS', 402, () => at.consumer.withdraw(1e12));
      await refuses('TASK-UNKNOWN', 404, () => at.consumer.task(NOWHERE));
      await refuses('REQUEST-MALFORMED', 400, () => at.consumer.submitTask({ ...task, chargeGrainsMax: -1 }));
    });

    test('BLOB-UNKNOWN, BLOB-OVERSIZED, REQUEST-OVERSIZED', async () => {
      await refuses('BLOB-UNKNOWN', 404, () => at.client.blob(NOWHERE));
      await refuses('BLOB-OVERSIZED', 413, () => at.consumer.putBlob(new Uint8Array(16 * 1024 * 1024 + 1)));
      await refuses('REQUEST-OVERSIZED', 413, () => at.consumer.putBlob(new Uint8Array(17 * 1024 * 1024)));
    });
  });

  test('EPOCH-UNSETTLED, ERA-UNKNOWN, EVIDENCE-UNKNOWN, POLICY-UNKNOWN, ROUTE-UNKNOWN', async () => {
    await refuses('EPOCH-UNSETTLED', 425, () => at.client.statement(9_999));
    await refuses('ERA-UNKNOWN', 404, () => at.client.claim(9_999, `0x${'1'.repeat(40)}`));
    await refuses('EVIDENCE-UNKNOWN', 404, () => at.client.evidence(NOWHERE));
    await refuses('POLICY-UNKNOWN', 404, () => at.client.policy(NOWHERE));
    const answer = await fetch(`${at.gateway.url}/v2`);
    assert.equal(((await answer.json()) as { code: string }).code, 'ROUTE-UNKNOWN');
  });

  test('a unit of work: RESULT-UNKNOWN, RESULT-SIGNATURE, RESULT-MISMATCH, RESULT-FUEL, then taken; RESULT-LATE, TASK-UNDONE', async () => {
    const input = encodeSha256Input({ rounds: 10, bytes: Uint8Array.of(1, 2, 3) });
    const inputHash = await at.consumer.putBlob(input);
    const request = { moduleHash: at.network.modules.sha256!, inputHash, fuelMax: 1e7, chargeGrainsMax: 1e7 };
    const task = await at.consumer.submitTask(request);
    await refuses('TASK-UNDONE', 409, () => at.consumer.disputeTask(task.taskId, 'it is wrong'));
    await at.consumer.submitTask(request);
    const items = await workFor(at);
    const run = runTask({ module: compileTask(await at.client.blob(task.moduleHash)), input, fuelMax: 1e7 });
    const receipt: TaskReceipt = {
      taskId: items[0]!.taskId,
      moduleHash: task.moduleHash,
      inputHash,
      outputHash: toHex(sha256(run.output)),
      fuel: run.fuel,
      checkpointRoot: run.checkpointRoot,
      checkpointCount: run.checkpointCount,
      costTableHash,
    };
    const post = async (changes: Partial<TaskReceipt>, key: Device = at.device) =>
      at.client.postResult(
        encodeTaskResult({
          cose: await coseSign1(encodeTaskReceipt({ ...receipt, ...changes }), at.aadAt(0), key.sign),
          output: run.output,
        }),
      );
    await refuses('RESULT-UNKNOWN', 404, () => post({ taskId: NOWHERE }));
    await refuses('RESULT-SIGNATURE', 401, () => post({}, newDevice()));
    await refuses('RESULT-MISMATCH', 422, () => post({ outputHash: NOWHERE }));
    await refuses('RESULT-FUEL', 422, () => post({ fuel: 2e7 }));
    await post({});
    assert.equal((await at.consumer.task(receipt.taskId)).status, 'done');
    const { clock } = at.network;
    const endsMs = clock.genesisMs + (items[0]!.epoch + 1) * clock.epochMs + at.network.economy.cadence.graceMs;
    await new Promise((wake) => setTimeout(wake, endsMs - Date.now() + 30));
    await assert.rejects(post({ taskId: items[1]!.taskId }), (error: { code: string }) =>
      ['RESULT-LATE', 'RESULT-UNKNOWN'].includes(error.code),
    );
  });

  test('ACCOUNT-FUNDS: of withdrawals that come at once, only what the wallet covers', async () => {
    const { walletGrains } = await at.consumer.account();
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => at.consumer.withdraw(walletGrains)));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    assert.deepEqual(refused, Array(4).fill('ACCOUNT-FUNDS'));
  });

  test('a node of a class that the economy lacks is no node of the network, and stops no epoch', async () => {
    const { statement } = await at.client.statement(0);
    assert.deepEqual(statement.nodes.columns.nodeId, [at.device.nodeId]);
  });

  test('GATEWAY-PORT: a port in use', async () => {
    const port = Number(new URL(at.gateway.url).port);
    const other = { ...at.config, port, dataDirectory: `${at.config.dataDirectory}/other` };
    await assert.rejects(startGateway(other, quiet), { code: 'GATEWAY-PORT', refusalClass: 'retry' });
  });

  test('a second gateway on the same folder is refused; after a stop the folder goes on where it was', async () => {
    await assert.rejects(startGateway({ ...at.config, port: 0 }, quiet), { code: 'BILLING-DATABASE-IN-USE' });
    const before = await at.client.status();
    await at.gateway.stop();
    at.gateway = await startGateway({ ...at.config, port: Number(new URL(at.gateway.url).port) }, quiet);
    const afterwards = await at.client.status();
    assert.ok(afterwards.settledEpoch >= before.settledEpoch);
    assert.equal(afterwards.tasks.submitted, before.tasks.submitted);
  });
});

test('GATEWAY-UNREACHABLE and GATEWAY-ANSWER: what a client says of a gateway that is none', async () => {
  await assert.rejects(new GatewayClient({ baseUrl: 'http://127.0.0.1:9' }).status(), {
    code: 'GATEWAY-UNREACHABLE',
    refusalClass: 'retry',
  });
  const server = createServer((_request, response) => response.writeHead(500).end('<html>')).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const { port } = server.address() as AddressInfo;
  await assert.rejects(new GatewayClient({ baseUrl: `http://127.0.0.1:${port}` }).status(), {
    code: 'GATEWAY-ANSWER',
    refusalClass: 'retry',
  });
  server.close();
});

/** Offers capacity and asks until two leases come. */
async function workFor(at: TestGateway): Promise<WorkItem[]> {
  for (let tries = 0; tries < 60; tries += 1) {
    const { epoch } = await at.client.status();
    const offer = encodeOfferMessage({
      epoch: epoch + 1,
      className: 'grid',
      capacityNcuMs: 4_000,
      floorMicrograinsPerNcuS: 0,
    });
    await at.client.postOffer(await signedRequest(at, 'offer', offer));
    const items = await at.client.requestWork(await signedRequest(at, 'work'));
    if (items.length >= 2) return items;
  }
  throw new Error('expected two leases');
}
