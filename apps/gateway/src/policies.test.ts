import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { compileTask, costTableHash, encodeSha256Input, runTask } from '@stannary/execution';
import { allocate, chargeLines, settleEpoch } from '@stannary/kernel';
import {
  batchId,
  coseOpen,
  coseSign1,
  decodeReceipt,
  encodeBatch,
  encodeOfferMessage,
  encodeTaskReceipt,
  encodeTaskResult,
  fromHex,
  parseCose,
  RESOURCE_CODES,
  sha256,
  taskReceiptId,
  toHex,
  type UsageRecord,
} from '@stannary/wire';
import type { WorkItem } from './client/api.ts';
import { batchOf, quiet, signedRequest, startTestGateway, type TestGateway } from './gateway.fixture.ts';
import { startGateway } from './gateway.ts';

/** The first epoch under the second policy. */
const CHANGE = 4;
const version = (number: number, epoch: number, burn: string) =>
  `  - { version: ${number}, from: ${epoch} epochs, stepWaived: a test, set: { take: { burn: ${burn} }, price: { gain: 0.02 } } }\n`;
const ECONOMY = `extends: local\nname: changing\nversion: 1\nversions:\n`;
const CHANGING = ECONOMY + version(2, CHANGE, '12 %');

describe('rules that change on a real chain', { timeout: 240_000 }, () => {
  let at: TestGateway;
  const node = { seq: 0, previousBatchId: '0'.repeat(64) };
  before(async () => {
    at = await startTestGateway({ economyText: CHANGING });
  });
  after(() => at?.stop());

  const policyAt = (epoch: number) => at.network.policies.findLast(({ fromEpoch }) => fromEpoch <= epoch)!;
  const until = async (isSo: (status: Awaited<ReturnType<typeof at.client.status>>) => boolean) => {
    for (let tries = 0; tries < 600; tries += 1) {
      const status = await at.client.status();
      if (isSo(status)) return status;
      await new Promise((wake) => setTimeout(wake, 200));
    }
    throw new Error('the network takes too long');
  };

  /** Puts a task up in the epoch before, offers, and does it in the epoch itself; its usage is not sent yet. */
  const workIn = async (epoch: number): Promise<{ item: WorkItem; records: UsageRecord[] }> => {
    await until((status) => status.epoch >= epoch - 1);
    const input = encodeSha256Input({ rounds: 5_000, bytes: Uint8Array.of(epoch) });
    const inputHash = await at.consumer.putBlob(input);
    const moduleHash = at.network.modules.sha256!;
    await at.consumer.submitTask({ moduleHash, inputHash, fuelMax: 1e8, chargeGrainsMax: 1e8 });
    const terms = { className: 'grid', capacityNcuMs: 1_000, floorMicrograinsPerNcuS: 0 };
    await at.client.postOffer(await signedRequest(at, 'offer', encodeOfferMessage({ ...terms, epoch }), { epoch }));
    await until((status) => status.epoch >= epoch);
    let items: readonly WorkItem[] = [];
    while (items.length === 0) items = await at.client.requestWork(await signedRequest(at, 'work'));
    const [item] = items;
    assert.equal(item!.epoch, epoch);
    const windowStartMs = Date.now();
    const run = runTask({ module: compileTask(await at.client.blob(moduleHash)), input, fuelMax: 1e8 });
    const receipt = encodeTaskReceipt({
      ...{ taskId: item!.taskId, moduleHash, inputHash, outputHash: toHex(sha256(run.output)), costTableHash },
      ...{ fuel: run.fuel, checkpointRoot: run.checkpointRoot, checkpointCount: run.checkpointCount },
    });
    const cose = await coseSign1(receipt, at.aadAt(epoch), at.device.sign);
    await at.client.postResult(encodeTaskResult({ cose, output: run.output }));
    const record: UsageRecord = {
      ...{ leaseId: item!.leaseId, resource: RESOURCE_CODES.fuel, quantity: run.fuel },
      ...{ windowStartMs, windowMs: Math.max(1, Date.now() - windowStartMs) },
      evidence: taskReceiptId(receipt, at.aadAt(epoch)),
    };
    return { item: item!, records: [record] };
  };

  /** Sends usage as the node's next batch; the receipt, signed under the same policy, says that it counts. */
  const send = async (epoch: number, records: UsageRecord[]) => {
    node.seq += 1;
    const { body, headerBytes } = await batchOf(at, { ...node, epoch }, records);
    const posterKey = createPublicKey({ key: Buffer.from(fromHex(at.network.posterKey)), format: 'der', type: 'spki' });
    const key = { key: posterKey, dsaEncoding: 'ieee-p1363' } as const;
    const opened = coseOpen(await at.client.postBatch(body), at.aadAt(epoch), () => (message, signature) => {
      return verify('sha256', message, key, signature);
    });
    node.previousBatchId = batchId(headerBytes, at.aadAt(epoch));
    const { chainCode, acceptedSeq } = decodeReceipt(opened.payload);
    assert.deepEqual([chainCode, acceptedSeq], [0, node.seq]);
  };

  test('work of every epoch counts under its own rules: before the change, late across it, after it', async () => {
    assert.deepEqual(
      at.network.policies.map((one) => [one.version, one.fromEpoch]),
      [
        [1, 0],
        [2, CHANGE],
      ],
    );
    const early = await workIn(CHANGE - 2);
    await send(CHANGE - 2, early.records);
    const late = await workIn(CHANGE - 1);
    const changed = await workIn(CHANGE);
    // Past the cut-off of its epoch and the seal, so that the open epoch settles it.
    const { clock, economy } = at.network;
    const cutOffMs = clock.genesisMs + CHANGE * clock.epochMs + economy.cadence.graceMs;
    await new Promise((wake) => setTimeout(wake, cutOffMs + 1_000 - Date.now()));
    await send(CHANGE - 1, late.records);
    await send(CHANGE, changed.records);
    await until((status) => status.settledEpoch >= CHANGE);
    const epochs = Array.from({ length: CHANGE + 1 }, (_, epoch) => epoch);
    const statements = (await Promise.all(epochs.map((epoch) => at.client.statement(epoch)))).map(
      (one) => one.statement,
    );
    const charged = statements.flatMap((one) => chargeLines(one).map((line) => ({ ...line, settled: one.epoch })));
    charged.sort((x, y) => x.epoch - y.epoch);
    assert.deepEqual(
      charged.map((line) => line.epoch),
      [CHANGE - 2, CHANGE - 1, CHANGE],
    );
    for (const line of charged) {
      assert.equal(line.priceMicrograinsPerNcuS, statements[line.epoch]!.priceMicrograinsPerNcuS);
      const burnPpm = Math.round((1e6 * line.burnGrains) / line.chargeGrains);
      assert.equal(burnPpm, line.settled < CHANGE ? 50_000 : 120_000);
    }
  });

  test('each statement names its policy, and is settled again under it and no other', async () => {
    for (let epoch = 0; epoch <= CHANGE; epoch += 1) {
      const { statement } = await at.client.statement(epoch);
      assert.equal(statement.economyHash, policyAt(epoch).economyHash);
      const { inputs, stateBefore } = await at.client.inputs(epoch);
      const { economy, version: number } = await at.client.policy(statement.economyHash);
      assert.equal(economy.version, number);
      assert.deepEqual(settleEpoch(economy, statement.economyHash, stateBefore, inputs).statement, statement);
      if (statement.charges.length === 0) continue;
      const other = await at.client.policy(at.network.policies.find((one) => one.version !== number)!.economyHash);
      assert.notDeepEqual(settleEpoch(other.economy, statement.economyHash, stateBefore, inputs).statement, statement);
    }
    for (const epoch of [CHANGE - 1, CHANGE]) {
      const { inputs, result } = await at.client.allocation(epoch);
      const { stateBefore } = await at.client.inputs(inputs.stateEpoch);
      const { economy } = await at.client.policy(policyAt(epoch).economyHash);
      const { offers, demands, beacon } = inputs;
      assert.deepEqual(allocate(economy, stateBefore, inputs.epoch, offers, demands, beacon), result);
    }
  });

  test('DEVICE-SIGNATURE, BATCH-SIGNATURE: nothing counts under the rules of another epoch', async () => {
    const refused = (code: string) => (error: { code?: string }) => error.code === code;
    const { epoch } = await at.client.status();
    const before = { epoch: 0 };
    const terms = { className: 'grid', capacityNcuMs: 1_000, floorMicrograinsPerNcuS: 0 };
    const offer = await signedRequest(at, 'offer', encodeOfferMessage({ ...terms, epoch: epoch + 1 }), before);
    await assert.rejects(at.client.postOffer(offer), refused('DEVICE-SIGNATURE'));
    const work = await signedRequest(at, 'work', undefined, before);
    await assert.rejects(at.client.requestWork(work), refused('DEVICE-SIGNATURE'));
    const { headerBytes } = await batchOf(at, { seq: node.seq + 1, previousBatchId: node.previousBatchId, epoch });
    const cose = await coseSign1(headerBytes, at.aadAt(0), at.device.sign);
    await assert.rejects(at.client.postBatch(encodeBatch({ cose, records: [] })), refused('BATCH-SIGNATURE'));
    assert.equal(parseCose(cose).payload.length, headerBytes.length);
  });

  test('network, status and metrics say which rules hold and which come', async () => {
    const { policy, conservation } = await until((status) => status.conservation.agree);
    assert.deepEqual(policy, { ...at.network.policies[1]!, next: null });
    assert.ok(conservation.ledger.balanced);
    const network = await at.client.network();
    assert.deepEqual([network.economyHash, network.economy.version], [policy.economyHash, 2]);
    assert.equal(at.network.economy.version, 1, 'as it was before the change');
    const metrics = await (await fetch(`${at.gateway.url}/metrics`)).text();
    assert.match(metrics, /^stannary_policy_version 2$/m);
    assert.match(metrics, /^stannary_batches_total\{outcome="accepted"\} 3$/m);
  });

  test('POLICY-BACKWARDS: a chain of policies grows ahead of what was agreed to, and never behind it', async () => {
    const { epoch } = await at.client.status();
    await at.gateway.stop();
    for (const text of [
      ECONOMY + version(2, CHANGE, '11 %'),
      ECONOMY + version(2, CHANGE + 1, '12 %'),
      CHANGING + version(3, epoch + 1, '6 %'),
      'extends: local\nname: changing\n',
    ]) {
      await writeFile(at.config.economy, text);
      await assert.rejects(startGateway(at.config, quiet), { code: 'POLICY-BACKWARDS' });
    }
    await writeFile(at.config.economy, CHANGING + version(3, epoch + 100, '6 %'));
    at.gateway = await startGateway({ ...at.config, port: Number(new URL(at.gateway.url).port) }, quiet);
    const { policy } = await at.client.status();
    assert.deepEqual([policy.version, policy.next?.version, policy.next?.fromEpoch], [2, 3, epoch + 100]);
  });
});
