import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, hash, type KeyObject, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  compileTask,
  encodeMatmulInput,
  encodeSha256Input,
  expectedMatmul,
  runTask,
  TASK_MODULES,
} from '@stannary/execution';
import { GatewayRefusal, type NetworkAnswer, type WorkItem } from '@stannary/gateway/client';
import { type Epoch, epochAt, epochEndMs, epochStartMs } from '@stannary/kernel';
import {
  type BatchHeader,
  checkBatchRecords,
  coseOpen,
  coseSign1,
  type DeviceRequest,
  decodeBatch,
  decodeBatchHeader,
  decodeDeviceRequest,
  decodeOfferMessage,
  decodeTaskReceipt,
  decodeTaskResult,
  encodeReceipt,
  externalAad,
  nodeIdOf,
  type OfferMessage,
  parseCose,
  RESOURCE_CODES,
  type TaskReceipt,
  taskReceiptId,
  toHex,
  type UsageRecord,
} from '@stannary/wire';
import { deviceKeysOf } from './keys.ts';
import { type Provider, type ProviderOptions, startProvider } from './provider.ts';
import type { RefusalClass } from './refusal.ts';
import { openSpool } from './spool.ts';
import type { ProviderTransport } from './transport.ts';

const EPOCH_MS = 700;
/** The first epoch under the test network's second policy. */
const CHANGE_EPOCH = 1;
const root = mkdtempSync(join(tmpdir(), 'meter-provider-'));
after(() => rmSync(root, { recursive: true }));
let directories = 0;

describe('a provider', () => {
  test('offers, executes, signs, seals and sends, epoch after epoch', async () => {
    const gateway = new TestGateway();
    const { provider, dataDirectory } = start(gateway);
    const sha256 = gateway.demand('sha256', encodeSha256Input({ rounds: 300, bytes: Uint8Array.of(1, 2, 3) }));
    const matmul = gateway.demand('matmul', encodeMatmulInput({ size: 12, bytes: Uint8Array.of(9, 8, 7, 6, 5) }));
    const more = Array.from({ length: 6 }, (_, index) =>
      gateway.demand('sha256', encodeSha256Input({ rounds: 50 * index, bytes: Uint8Array.of(index) })),
    );
    await gateway.until(() => gateway.results.size === 8 && gateway.epoch >= 1, 3);
    const second = gateway.demand('sha256', encodeSha256Input({ rounds: 1, bytes: Uint8Array.of(4) }));
    await gateway.until(() => gateway.results.has(second), 4);
    await provider.stop();

    assert.deepEqual(gateway.results.get(sha256)?.output, sha256Of(Uint8Array.of(1, 2, 3), 300));
    assert.deepEqual(gateway.results.get(matmul)?.output, expectedMatmul(gateway.inputOf(matmul)));
    for (const [index, taskId] of more.entries()) {
      assert.deepEqual(gateway.results.get(taskId)?.output, sha256Of(Uint8Array.of(index), 50 * index));
    }
    gateway.checkUsage();
    // The gateway opens nothing that is not signed under the rules of its epoch; they changed on the way.
    const batchEpochs = gateway.batches.map(({ header }) => header.epoch);
    assert.ok(Math.min(...batchEpochs) < CHANGE_EPOCH && Math.max(...batchEpochs) >= CHANGE_EPOCH);
    const epochs = gateway.offers.map(({ epoch }) => epoch);
    assert.deepEqual(
      epochs,
      epochs.map((_, index) => epochs[0]! + index),
      'one offer an epoch, ahead of it',
    );
    assert.deepEqual(gateway.offers[0], {
      epoch: 0,
      className: 'grid',
      capacityNcuMs: 1000,
      floorMicrograinsPerNcuS: 7,
    });
    const stats = provider.stats();
    assert.deepEqual([stats.tasksDone, stats.tasksFailed, stats.batchesWaiting, stats.recordsUnsealed], [9, 0, 0, 0]);
    assert.deepEqual(
      [stats.batchesSealed, stats.batchesAcknowledged],
      [gateway.batches.length, gateway.batches.length],
    );
    assert.ok(stats.fuel > 0 && stats.coreMicroseconds > 0);
    assert.equal(waitingIn(dataDirectory, gateway), 0);
  });

  test('goes on with its chain after a restart', async () => {
    const gateway = new TestGateway();
    const first = start(gateway);
    const before = gateway.demand('sha256', encodeSha256Input({ rounds: 3, bytes: Uint8Array.of(1) }));
    await gateway.until(() => gateway.results.has(before), 3);
    await first.provider.stop();
    const sealed = gateway.batches.length;
    const again = start(gateway, { dataDirectory: first.dataDirectory });
    const later = gateway.demand('sha256', encodeSha256Input({ rounds: 4, bytes: Uint8Array.of(1) }));
    await gateway.until(() => gateway.results.has(later), 4);
    await again.provider.stop();
    assert.ok(sealed > 0 && gateway.batches.length > sealed);
    gateway.checkUsage();
  });

  test('hears of new rules before they begin', async () => {
    const gateway = new TestGateway();
    gateway.policies.pop();
    const { provider } = start(gateway);
    await gateway.until(() => gateway.offers.length > 0, 3);
    gateway.policies.push({ version: 2, fromEpoch: gateway.epoch + 3, economyHash: '56'.repeat(32) });
    const { fromEpoch } = gateway.policies[1]!;
    await gateway.until(() => gateway.epoch >= fromEpoch, 6);
    await gateway.until(() => gateway.hasSomeDone(), 4);
    await provider.stop();
    assert.ok(gateway.offers.some(({ epoch }) => epoch < fromEpoch));
    gateway.checkUsage();
  });

  test('hears after a stop of the network in which epoch it is, before it signs anything', async () => {
    const gateway = new TestGateway();
    gateway.policies[1]!.fromEpoch = 3;
    const { provider } = start(gateway);
    await gateway.until(() => gateway.epoch === 1, 3);
    const heard: string[] = [];
    // Without the pause the third epoch would be running when the network comes back.
    const fromMs = Date.now();
    gateway.before = () => {
      throw new GatewayRefusal({ code: 'GATEWAY-UNREACHABLE', message: 'stopped' }, 503, 'retry');
    };
    await delay(2.5 * EPOCH_MS);
    gateway.pauses.push({ fromMs, toMs: Date.now() });
    gateway.before = (what) => void heard.push(what);
    await Promise.race([gateway.until(() => gateway.hasSomeDone(), 6), provider.ended]);
    await provider.stop();
    assert.equal(heard[0], 'network');
    gateway.checkUsage();
  });

  test('reports a task that runs out of fuel, or whose module is not there, as not done, and goes on', async () => {
    const gateway = new TestGateway();
    const { provider, events } = start(gateway);
    const input = encodeSha256Input({ rounds: 1000, bytes: Uint8Array.of(1) });
    const starved = gateway.demand('sha256', input, { fuelMax: 10_000 });
    const missing = gateway.demand('sha256', input, { moduleHash: 'ab'.repeat(32) });
    const done = gateway.demand('sha256', input);
    await gateway.until(() => gateway.results.has(done), 3);
    await provider.stop();
    assert.deepEqual([gateway.results.has(starved), gateway.results.has(missing)], [false, false]);
    assert.deepEqual(codesOf(events, 'task-failed'), ['EXECUTION-OUT-OF-FUEL', 'BLOB-UNKNOWN']);
    assert.equal(provider.stats().tasksFailed, 2);
    gateway.checkUsage();
  });

  test('METER-BLOB-HASH: bytes that are not what was asked for are not executed', async () => {
    const gateway = new TestGateway();
    const { provider, events } = start(gateway);
    const taskId = gateway.demand('sha256', encodeSha256Input({ rounds: 1, bytes: Uint8Array.of(1) }));
    gateway.blobs.set(gateway.itemOf(taskId).inputHash, Uint8Array.of(1, 0, 0, 0, 2));
    await gateway.until(() => codesOf(events, 'task-failed').length > 0, 3);
    await provider.stop();
    assert.deepEqual(codesOf(events, 'task-failed'), ['METER-BLOB-HASH']);
    assert.deepEqual([gateway.results.size, gateway.batches.length], [0, 0]);
  });

  test('takes another way to execute, and signs what that says', async () => {
    const gateway = new TestGateway();
    const { provider } = start(gateway, {
      execute: (task) => {
        const run = runTask(task);
        return { ...run, fuel: run.fuel + 1000 };
      },
    });
    const input = encodeSha256Input({ rounds: 10, bytes: Uint8Array.of(5) });
    const taskId = gateway.demand('sha256', input);
    await gateway.until(() => gateway.results.has(taskId), 3);
    await provider.stop();
    const honest = runTask({ module: compileTask(readFileSync(TASK_MODULES.sha256.url)), input, fuelMax: 1e9 });
    assert.equal(gateway.results.get(taskId)?.receipt.fuel, honest.fuel + 1000);
    gateway.checkUsage();
  });

  test('does not begin what its epoch has no time for', async () => {
    const gateway = new TestGateway();
    const { provider, events } = start(gateway);
    gateway.handOutMs = EPOCH_MS - 60;
    const taskId = gateway.demand('sha256', encodeSha256Input({ rounds: 1, bytes: Uint8Array.of(1) }));
    await gateway.until(() => events.some(({ event }) => event === 'task-skipped'), 3);
    await provider.stop();
    assert.ok(!gateway.results.has(taskId));
    const reasons = events.filter(({ event }) => event === 'task-skipped').map(({ fields }) => fields.reason);
    assert.ok(
      reasons.every((reason) => reason === 'epoch-about-over' || reason === 'another-epoch'),
      reasons.join(),
    );
  });
});

describe('while the gateway is away', () => {
  test('batches wait on the disk and then go out as they were sealed', async () => {
    const gateway = new TestGateway();
    const { provider } = start(gateway);
    const refused: Uint8Array[] = [];
    gateway.beforeBatch = (body) => {
      refused.push(body);
      throw new GatewayRefusal({ code: 'GATEWAY-UNREACHABLE', message: 'away' }, 503, 'retry');
    };
    const taskIds = [1, 2, 3].map((rounds) =>
      gateway.demand('sha256', encodeSha256Input({ rounds, bytes: Uint8Array.of(1) })),
    );
    await gateway.until(() => taskIds.every((taskId) => gateway.results.has(taskId)) && refused.length >= 2, 4);
    gateway.beforeBatch = () => {};
    await gateway.until(() => provider.stats().batchesWaiting === 0 && gateway.batches.length > 0, 6);
    await provider.stop();
    assert.ok(refused.every((body) => Buffer.compare(body, gateway.batches[0]!.body) === 0));
    gateway.checkUsage();
  });

  test('offers, requests and results are tried again', async () => {
    const gateway = new TestGateway();
    const failures = new Map([
      ['offer', 1],
      ['work', 2],
      ['result', 2],
      ['network', 1],
    ]);
    gateway.before = (what) => {
      const left = failures.get(what) ?? 0;
      if (left === 0) return;
      failures.set(what, left - 1);
      throw new GatewayRefusal({ code: 'GATEWAY-UNREACHABLE', message: 'away' }, 503, 'retry');
    };
    const { provider } = start(gateway);
    const taskId = gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await gateway.until(() => gateway.results.has(taskId), 6);
    await provider.stop();
    assert.deepEqual([...failures.values()], [0, 0, 0, 0]);
    gateway.checkUsage();
  });

  test('METER-SPOOL-FULL: no work is asked for while the disk has no room', async () => {
    const gateway = new TestGateway();
    const { provider, events } = start(gateway, { spoolBytesMax: 1000 });
    gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await gateway.until(() => codesOf(events, 'spool-full').length > 0 && gateway.epoch >= 1, 3);
    await provider.stop();
    assert.deepEqual(codesOf(events, 'spool-full'), ['METER-SPOOL-FULL']);
    assert.equal(gateway.workRequests, 0);
  });

  test('stop gives up waiting after the flush time, and what waits is there the next time', async () => {
    const gateway = new TestGateway();
    const { provider, dataDirectory } = start(gateway, { flushMs: 50 });
    gateway.beforeBatch = () => {
      throw new GatewayRefusal({ code: 'GATEWAY-UNREACHABLE', message: 'away' }, 503, 'retry');
    };
    const taskId = gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await gateway.until(() => gateway.results.has(taskId), 3);
    await provider.stop();
    await provider.ended;
    assert.equal(waitingIn(dataDirectory, gateway), 1);
  });
});

test('a node’s clock that jumps an hour back and comes again costs work, never a wrong record', async () => {
  const gateway = new TestGateway();
  let jumpMs = 0;
  const { provider, events } = start(gateway, { nowMs: () => Date.now() + jumpMs });
  const before = gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
  await gateway.until(() => gateway.results.has(before), 3);
  jumpMs = -3_600_000;
  await gateway.until(() => codesOf(events, 'work-not-taken').includes('DEVICE-CLOCK'), 3);
  jumpMs = 0;
  const later = gateway.demand('sha256', encodeSha256Input({ rounds: 3, bytes: Uint8Array.of(1) }));
  await gateway.until(() => gateway.results.has(later), 6);
  await provider.stop();
  gateway.checkUsage();
});

describe('ends by itself, after a last flush', () => {
  test('METER-BATCH-REFUSED: when a batch will never be taken, which stays on the disk', async () => {
    const gateway = new TestGateway();
    const { provider, dataDirectory } = start(gateway);
    gateway.beforeBatch = () => {
      throw new GatewayRefusal({ code: 'BATCH-SEQUENCE', message: 'another chain' }, 409, 'input');
    };
    gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await assert.rejects(provider.ended, { code: 'METER-BATCH-REFUSED', refusalClass: 'give-up' });
    assert.ok(waitingIn(dataDirectory, gateway) >= 1);
  });

  test('when the gateway gives it no more work, with all usage sent', async () => {
    const gateway = new TestGateway();
    const { provider, dataDirectory } = start(gateway);
    const taskId = gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await gateway.until(() => gateway.results.has(taskId), 3);
    gateway.before = (what) => {
      if (what === 'work') throw refusalOf('NODE-SLASHED', 'give-up');
    };
    await assert.rejects(provider.ended, { code: 'NODE-SLASHED' });
    assert.equal(waitingIn(dataDirectory, gateway), 0);
    gateway.checkUsage();
  });

  test('METER-SPOOL-TORN: with what is intact sent', async () => {
    const gateway = new TestGateway();
    const { provider, dataDirectory } = start(gateway, { flushMs: 0 });
    gateway.beforeBatch = () => {
      throw refusalOf('GATEWAY-UNREACHABLE', 'retry');
    };
    const taskId = gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await gateway.until(() => gateway.results.has(taskId), 3);
    await provider.stop();
    writeFileSync(join(gateway.spoolIn(dataDirectory), '0000000000000002.batch'), 'half a batch');
    gateway.beforeBatch = () => {};
    const again = start(gateway, { dataDirectory });
    await assert.rejects(again.provider.ended, { code: 'METER-SPOOL-TORN' });
    assert.deepEqual(
      gateway.batches.map(({ header }) => header.seq),
      [1],
    );
  });

  test('METER-SPOOL-LOCKED: a second provider on the same data does not start', async () => {
    const gateway = new TestGateway();
    const { provider, dataDirectory } = start(gateway);
    assert.throws(() => start(gateway, { dataDirectory }), { code: 'METER-SPOOL-LOCKED' });
    await provider.stop();
  });

  test('a bug stops it too', async () => {
    const gateway = new TestGateway();
    const { provider } = start(gateway, {
      execute: () => {
        throw new TypeError('a bug');
      },
    });
    gateway.demand('sha256', encodeSha256Input({ rounds: 2, bytes: Uint8Array.of(1) }));
    await assert.rejects(provider.ended, TypeError);
  });
});

test('a refused offer is not the end: the next epoch has another', async () => {
  const gateway = new TestGateway();
  let refusals = 1;
  gateway.before = (what) => {
    if (what === 'offer' && refusals-- > 0) throw refusalOf('OFFER-EPOCH', 'input');
  };
  const { provider, events } = start(gateway);
  await gateway.until(() => gateway.offers.length >= 2, 4);
  await provider.stop();
  assert.deepEqual(codesOf(events, 'offer-refused'), ['OFFER-EPOCH']);
});

interface Event {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function start(
  gateway: TestGateway,
  options: Partial<ProviderOptions> = {},
): { provider: Provider; dataDirectory: string; events: Event[] } {
  const dataDirectory = options.dataDirectory ?? join(root, `data-${directories++}`);
  const events: Event[] = [];
  const provider = startProvider({
    dataDirectory,
    transport: gateway,
    keys: gateway.nodeKeys,
    network: gateway.answer(),
    className: 'grid',
    capacityNcuMs: 1000,
    floorMicrograinsPerNcuS: 7,
    nowMs: Date.now,
    log: (event, fields) => events.push({ event, fields }),
    ...options,
  });
  return { provider, dataDirectory, events };
}

function codesOf(events: readonly Event[], name: string): unknown[] {
  return events.filter(({ event }) => event === name).map(({ fields }) => fields.code);
}

function waitingIn(dataDirectory: string, gateway: TestGateway): number {
  const spool = openSpool({ directory: gateway.spoolIn(dataDirectory), bytesMax: 1e9, log: () => {} });
  spool.close();
  return spool.waitingCount;
}

function sha256Of(bytes: Uint8Array, rounds: number): Uint8Array {
  let digest = hash('sha256', bytes, 'buffer');
  for (let round = 0; round < rounds; round++) digest = hash('sha256', digest, 'buffer');
  return new Uint8Array(digest);
}

function refusalOf(code: string, refusalClass: RefusalClass): GatewayRefusal {
  return new GatewayRefusal({ code, message: 'refused for the test' }, 400, refusalClass);
}

/**
 * The gateway's half of the conversation, in memory: it verifies every signature and holds every batch to the node's
 * chain, and hands each demand out once, in the first epoch that was offered for.
 */
class TestGateway implements ProviderTransport {
  readonly nodeKeys = deviceKeysOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  readonly blobs = new Map<string, Uint8Array>();
  readonly offers: OfferMessage[] = [];
  readonly results = new Map<string, { receipt: TaskReceipt; receiptId: string; output: Uint8Array }>();
  readonly batches: { header: BatchHeader; records: readonly UsageRecord[]; body: Uint8Array }[] = [];
  workRequests = 0;
  /** Work is handed out this long after the epoch's start. */
  handOutMs = 0;
  before: (what: string) => void = () => {};
  beforeBatch: (body: Uint8Array) => void = () => {};
  readonly #poster = deviceKeysOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  readonly #nodeKey = publicKeyOf(this.nodeKeys.spki);
  readonly pauses: { fromMs: number; toMs: number }[] = [];
  readonly #clock = { genesisMs: Date.now() + 150, epochMs: EPOCH_MS, epochsPerEra: 4, pauses: this.pauses };
  readonly #home = { chain: 'eip155:31337', settlement: `0x${'12'.repeat(20)}` };
  /** What the network has announced: the rules change in the middle of most tests. */
  readonly policies = [
    { version: 1, fromEpoch: 0, economyHash: '34'.repeat(32) },
    { version: 2, fromEpoch: CHANGE_EPOCH, economyHash: '56'.repeat(32) },
  ];
  readonly #items: WorkItem[] = [];
  #handed = 0;

  constructor() {
    for (const { url } of Object.values(TASK_MODULES)) this.#store(readFileSync(url));
  }

  get epoch(): number {
    return Date.now() < this.#clock.genesisMs ? -1 : epochAt(this.#clock, Date.now());
  }

  /** Wants a task done; resolves to its id. */
  demand(module: keyof typeof TASK_MODULES, input: Uint8Array, changes: Partial<WorkItem> = {}): string {
    const order = this.#items.length;
    const taskId = hash('sha256', `task ${order}`);
    const inputHash = this.#store(input);
    const { hash: moduleHash } = TASK_MODULES[module];
    const leaseId = hash('sha256', `lease ${order % 3}`);
    const item = { taskId, leaseId, epoch: 0 as Epoch, order, moduleHash, inputHash, fuelMax: 1e9, ...changes };
    this.#items.push(item);
    return taskId;
  }

  /** Demands more while nothing is done: what is handed out late in an epoch is skipped. */
  hasSomeDone(): boolean {
    const isIdle = this.results.size === 0 && this.#handed === this.#items.length;
    if (isIdle) this.demand('sha256', encodeSha256Input({ rounds: 3, bytes: Uint8Array.of(1) }));
    return this.results.size > 0;
  }

  itemOf(taskId: string): WorkItem {
    return this.#items.find((item) => item.taskId === taskId)!;
  }

  inputOf(taskId: string): Uint8Array {
    return this.blobs.get(this.itemOf(taskId).inputHash)!;
  }

  answer(): NetworkAnswer {
    const { chain, settlement } = this.#home;
    const { economyHash } = this.#policyAt(this.epoch);
    const contracts = { workToken: '', credit: '', nodeRegistry: '', bondVault: '', settlement, eraChallenges: '' };
    const economy = { cadence: { graceMs: 300 } } as NetworkAnswer['economy'];
    const posterKey = toHex(this.#poster.spki);
    const clock = { ...this.#clock, pauses: [...this.pauses], nowMs: Date.now() };
    const about = { name: 'test', rpcUrl: '', modules: {}, fuelCostTable: '' };
    return { ...about, chain, contracts, economyHash, economy, policies: this.policies, clock, posterKey };
  }

  #policyAt(epoch: number) {
    return this.policies.findLast(({ fromEpoch }) => fromEpoch <= epoch) ?? this.policies[0]!;
  }

  #aadAt(epoch: number): Uint8Array {
    return externalAad({ ...this.#home, economyHash: this.#policyAt(epoch).economyHash });
  }

  async network(): Promise<NetworkAnswer> {
    this.before('network');
    return this.answer();
  }

  async postOffer(signedOffer: Uint8Array): Promise<void> {
    this.before('offer');
    const epochOf = ({ body }: DeviceRequest) => decodeOfferMessage(body).epoch;
    const offer = decodeOfferMessage(this.#open(signedOffer, 'offer', epochOf));
    // One that was on its way at the epoch's end is for the epoch that has begun.
    assert.ok([this.epoch, this.epoch + 1].includes(offer.epoch), `epoch ${this.epoch}: ${offer.epoch} offered`);
    this.offers.push(offer);
  }

  async requestWork(signedRequest: Uint8Array): Promise<WorkItem[]> {
    this.before('work');
    this.workRequests++;
    assert.equal(this.#open(signedRequest, 'work').length, 0);
    const { epoch } = this;
    if (epoch >= 0) await delay(Math.max(0, epochStartMs(this.#clock, epoch) + this.handOutMs - Date.now()));
    const items = this.offers.some((offer) => offer.epoch === epoch) ? this.#items.slice(this.#handed) : [];
    if (items.length === 0) await delay(30);
    this.#handed += items.length;
    // Handed out in any order; `order` says which goes first.
    return items.map((item) => Object.assign(item, { epoch })).reverse();
  }

  async blob(hash: string): Promise<Uint8Array> {
    const bytes = this.blobs.get(hash);
    if (bytes === undefined) throw refusalOf('BLOB-UNKNOWN', 'give-up');
    return bytes;
  }

  async postResult(body: Uint8Array): Promise<void> {
    this.before('result');
    const { cose, output } = decodeTaskResult(body);
    const receipt = decodeTaskReceipt(parseCose(cose).payload);
    const aad = this.#aadAt(this.itemOf(receipt.taskId).epoch);
    const { payload } = coseOpen(cose, aad, () => verifierOf(this.#nodeKey));
    assert.equal(receipt.outputHash, hash('sha256', output));
    this.results.set(receipt.taskId, { receipt, receiptId: taskReceiptId(payload, aad), output });
  }

  async postBatch(body: Uint8Array): Promise<Uint8Array> {
    this.beforeBatch(body);
    const batch = decodeBatch(body);
    const header = decodeBatchHeader(parseCose(batch.cose).payload);
    const aad = this.#aadAt(header.epoch);
    coseOpen(batch.cose, aad, () => verifierOf(this.#nodeKey));
    checkBatchRecords(header, batch);
    const known = this.batches.find(({ header: { seq } }) => seq === header.seq);
    if (known !== undefined) assert.deepEqual(known.body, body, 'equivocation');
    else this.batches.push({ header, records: batch.records, body });
    const id = hash('sha256', parseCose(batch.cose).toBeSigned(aad));
    const receipt = encodeReceipt({ batchId: id, acceptedSeq: header.seq, chainCode: 0 });
    return coseSign1(receipt, aad, this.#poster.sign);
  }

  /** The batches are one chain; the records prove exactly the results, in windows that admission would take. */
  checkUsage(): void {
    let previousBatchId = '0'.repeat(64);
    for (const [index, { header, body }] of this.batches.entries()) {
      assert.deepEqual([header.seq, header.previousBatchId], [index + 1, previousBatchId]);
      assert.equal(header.nodeId, nodeIdOf(this.nodeKeys.spki));
      previousBatchId = hash('sha256', parseCose(decodeBatch(body).cose).toBeSigned(this.#aadAt(header.epoch)));
    }
    const records = this.batches.flatMap((batch) =>
      batch.records.map((record) => ({ ...record, epoch: batch.header.epoch })),
    );
    const fuel = records.filter(({ resource }) => resource === RESOURCE_CODES.fuel);
    const proven = fuel.map(({ evidence, quantity }) => `${evidence} ${quantity}`).sort();
    const posted = [...this.results.values()].map(({ receiptId, receipt }) => `${receiptId} ${receipt.fuel}`).sort();
    assert.deepEqual(proven, posted);
    for (const record of records) this.#checkWindow(record, records);
  }

  #checkWindow(record: UsageRecord & { epoch: number }, records: readonly UsageRecord[]): void {
    const endMs = record.windowStartMs + record.windowMs;
    assert.ok(record.windowStartMs >= epochStartMs(this.#clock, record.epoch));
    assert.ok(endMs <= epochEndMs(this.#clock, record.epoch as Epoch) && record.windowMs >= 1);
    for (const other of records) {
      if (other === record || other.leaseId !== record.leaseId || other.resource !== record.resource) continue;
      assert.ok(other.windowStartMs >= endMs || other.windowStartMs + other.windowMs <= record.windowStartMs);
    }
  }

  /** Polls until it is so, for that many epochs at most. */
  async until(isSo: () => boolean, epochsMax: number): Promise<void> {
    const deadline = Date.now() + epochsMax * EPOCH_MS * 3;
    while (!isSo()) {
      assert.ok(Date.now() < deadline, 'the provider takes too long');
      await delay(5);
    }
  }

  spoolIn(dataDirectory: string): string {
    const deployment = hash('sha256', `${this.#home.chain} ${this.#home.settlement}`);
    return join(dataDirectory, 'spool', `${nodeIdOf(this.nodeKeys.spki).slice(0, 16)}-${deployment.slice(0, 16)}`);
  }

  #open(signedRequest: Uint8Array, action: string, epochOf = this.#signedIn): Uint8Array {
    const request = decodeDeviceRequest(parseCose(signedRequest).payload);
    coseOpen(signedRequest, this.#aadAt(epochOf(request)), () => verifierOf(this.#nodeKey));
    assert.deepEqual([request.nodeId, request.action], [nodeIdOf(this.nodeKeys.spki), action]);
    if (Math.abs(Date.now() - request.sentAtMs) > 2000) throw refusalOf('DEVICE-CLOCK', 'give-up');
    return request.body;
  }

  readonly #signedIn = ({ sentAtMs }: DeviceRequest): number =>
    sentAtMs < this.#clock.genesisMs ? -1 : epochAt(this.#clock, sentAtMs);

  #store(bytes: Uint8Array): string {
    const id = hash('sha256', bytes);
    this.blobs.set(id, new Uint8Array(bytes));
    return id;
  }
}

function publicKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

function verifierOf(key: KeyObject) {
  return (message: Uint8Array, signature: Uint8Array) =>
    verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
