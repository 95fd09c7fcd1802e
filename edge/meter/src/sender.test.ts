import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { GatewayRefusal } from '@stannary/gateway/client';
import { coseSign1, encodeReceipt, externalAad, REFUSAL_CODES, type Receipt, toHex } from '@stannary/wire';
import { Backoff } from './backoff.ts';
import { deviceKeysOf } from './keys.ts';
import { MeterRefusal } from './refusal.ts';
import { receiptOpener, type SenderOptions, sendWaiting } from './sender.ts';
import type { SpooledBatch } from './spool.ts';

const poster = newKeys();
const aad = externalAad({ chain: 'eip155:31337', settlement: `0x${'12'.repeat(20)}`, economyHash: '34'.repeat(32) });
const opener = receiptOpener(toHex(poster.spki));
const openReceipt = (signedReceipt: Uint8Array) => opener(signedReceipt, aad);
const never = new AbortController().signal;

describe('batches', () => {
  test('go out in order, one at a time, and leave when their receipt came', async () => {
    const line = createLine(3);
    assert.equal(await sendWaiting(line.options, never), 3);
    assert.deepEqual(line.posted, [1, 2, 3]);
    assert.deepEqual(line.waiting, []);
  });

  test('are sent again byte for byte while there is no answer, ever less often', async () => {
    const line = createLine(2);
    line.answers.push(unreachable, unreachable, unreachable);
    await sendWaiting(line.options, never);
    assert.deepEqual(line.posted, [1, 1, 1, 1, 2]);
    assert.ok(line.bodies.slice(0, 4).every((body) => body === line.bodies[0]));
    assert.deepEqual(line.waitsMs, [100, 200, 400]);
  });

  test('stay when the node’s clock is refused, before any signature was looked at', async () => {
    const line = createLine(1);
    line.answers.push(() => refused('DEVICE-CLOCK', 401, 'give-up'));
    await sendWaiting(line.options, never);
    assert.deepEqual([line.posted, line.waiting], [[1, 1], []]);
  });

  test('that count zero are acknowledged and logged', async () => {
    const line = createLine(2);
    line.answers.push(({ seq, batchId }) =>
      signed({ batchId, acceptedSeq: seq, chainCode: REFUSAL_CODES['RECORD-WINDOW-OVERLAP'] }),
    );
    assert.equal(await sendWaiting(line.options, never), 2);
    assert.deepEqual(line.events, ['batch-counts-zero']);
  });

  test('are left alone once the signal is given, during a wait too', async () => {
    const stop = new AbortController();
    const line = createLine(3);
    line.answers.push(acknowledged, () => {
      stop.abort();
      return unreachable();
    });
    assert.equal(await sendWaiting(line.options, stop.signal), 1);
    assert.deepEqual(line.waiting, [2, 3]);
  });
});

test('METER-BATCH-REFUSED when the gateway will never take it: it stays, and nothing after it is sent', async () => {
  for (const refusalClass of ['input', 'give-up'] as const) {
    const line = createLine(2);
    line.answers.push(() => refused('BATCH-SEQUENCE', 409, refusalClass));
    await assert.rejects(sendWaiting(line.options, never), { code: 'METER-BATCH-REFUSED', refusalClass: 'give-up' });
    assert.deepEqual([line.posted, line.waiting], [[1], [1, 2]]);
  }
});

test('METER-SPOOL-TORN ends the sending', async () => {
  const torn = new MeterRefusal('METER-SPOOL-TORN', { expected: 'a batch', got: 'less', where: 'spool' });
  const { options } = createLine(1);
  const oldest = () => {
    throw torn;
  };
  await assert.rejects(sendWaiting({ ...options, spool: { ...options.spool, oldest } }, never), torn);
});

test('a bug is not a refusal: it is thrown on', async () => {
  const line = createLine(1);
  line.answers.push(() => Promise.reject(new TypeError('a bug')));
  await assert.rejects(sendWaiting(line.options, never), TypeError);
});

describe('receipts', () => {
  const batch = batchOf(1);
  const receipt = { batchId: batch.batchId, acceptedSeq: 1, chainCode: 0 };

  test('METER-RECEIPT-SIGNATURE: not the poster’s, or for another deployment; the batch is sent again', async () => {
    const forged = await coseSign1(encodeReceipt(receipt), aad, newKeys().sign);
    const foreign = await coseSign1(encodeReceipt(receipt), new Uint8Array(3), poster.sign);
    for (const bytes of [forged, foreign]) {
      assert.throws(() => openReceipt(bytes), { code: 'METER-RECEIPT-SIGNATURE', refusalClass: 'retry' });
      const line = createLine(1);
      line.answers.push(() => Promise.resolve(bytes));
      await sendWaiting(line.options, never);
      assert.deepEqual([line.posted, line.waiting], [[1, 1], []]);
    }
  });

  test('METER-POSTER-KEY: not a key', () => {
    for (const key of ['', '00', 'x'.repeat(182)]) {
      assert.throws(() => receiptOpener(key), { code: 'METER-POSTER-KEY', refusalClass: 'retry' });
    }
  });

  test('METER-RECEIPT-FORMAT: not a receipt', async () => {
    const refusedFormat = { code: 'METER-RECEIPT-FORMAT', refusalClass: 'retry' };
    assert.throws(() => openReceipt(new TextEncoder().encode('<html>')), refusedFormat);
    const other = await coseSign1(new Uint8Array([0xa0]), aad, poster.sign);
    assert.throws(() => openReceipt(other), refusedFormat);
  });

  test('METER-RECEIPT-BATCH: of another batch', async () => {
    const line = createLine(2);
    line.answers.push(
      () => signed({ ...receipt, batchId: 'ee'.repeat(32) }),
      () => signed({ ...receipt, acceptedSeq: 0 }),
    );
    await sendWaiting(line.options, never);
    assert.deepEqual(line.posted, [1, 1, 1, 2]);
    assert.deepEqual(line.codes, ['METER-RECEIPT-BATCH', 'METER-RECEIPT-BATCH']);
  });
});

type Answer = (batch: SpooledBatch) => Promise<Uint8Array>;

/** Batches 1 to `count` in a queue, and a gateway that answers as told and then acknowledges. */
function createLine(count: number) {
  const batches = Array.from({ length: count }, (_, index) => batchOf(index + 1));
  const answers: Answer[] = [];
  const bodies: Uint8Array[] = [];
  const waitsMs: number[] = [];
  const log: { event: string; code: unknown }[] = [];
  const options: SenderOptions = {
    spool: {
      oldest: () => batches[0] ?? null,
      acknowledge: (batchId) => assert.equal(batches.shift()?.batchId, batchId),
    },
    postBatch: (body) => {
      bodies.push(body);
      return (answers.shift() ?? acknowledged)(batches[0]!);
    },
    openReceipt,
    backoff: new Backoff({ random: () => 1, firstMs: 100 }),
    sleep: async (ms) => {
      waitsMs.push(ms);
    },
    log: (event, { code }) => log.push({ event, code }),
  };
  return {
    ...{ options, answers, bodies, waitsMs },
    get posted() {
      return bodies.map((body) => body[0]);
    },
    get waiting() {
      return batches.map(({ seq }) => seq);
    },
    get events() {
      return log.map(({ event }) => event);
    },
    get codes() {
      return log.map(({ code }) => code);
    },
  };
}

function batchOf(seq: number): SpooledBatch {
  const id = (number: number) => number.toString(16).padStart(64, '0');
  return { seq, batchId: id(seq), previousBatchId: id(seq - 1), body: Uint8Array.of(seq) };
}

const acknowledged: Answer = ({ batchId, seq }) => signed({ batchId, acceptedSeq: seq, chainCode: 0 });
const unreachable: () => Promise<Uint8Array> = () => refused('GATEWAY-UNREACHABLE', 503, 'retry');

function signed(receipt: Receipt): Promise<Uint8Array> {
  return coseSign1(encodeReceipt(receipt), aad, poster.sign);
}

function refused(code: string, status: number, refusalClass: 'input' | 'retry' | 'give-up'): Promise<Uint8Array> {
  return Promise.reject(new GatewayRefusal({ code, message: 'refused for the test' }, status, refusalClass));
}

function newKeys() {
  return deviceKeysOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}
