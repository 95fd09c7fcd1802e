import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  GOLDEN_HEADER,
  GOLDEN_OFFER,
  GOLDEN_OFFER_IN_FULL,
  GOLDEN_TASK_RECEIPT,
  GOLDEN_VOUCHER,
} from '../test/golden.ts';
import { assertRefused, cborValue, mutations } from '../test/values.ts';
import {
  ACCEPTED,
  type BatchHeader,
  type CborValue,
  decodeBatchHeader,
  decodeCbor,
  decodeCharge,
  decodeClose,
  decodeDeviceRequest,
  decodeOfferMessage,
  decodeReceipt,
  decodeTaskReceipt,
  decodeTaskResult,
  decodeVoucher,
  encodeBatchHeader,
  encodeCbor,
  encodeCharge,
  encodeClose,
  encodeDeviceRequest,
  encodeOfferMessage,
  encodeReceipt,
  encodeTaskReceipt,
  encodeTaskResult,
  encodeVoucher,
  REFUSAL_CODES,
  refusalOf,
  taskReceiptId,
  toHex,
  WireRefusal,
} from './index.ts';

const ID = 'ab'.repeat(32);
const body = Uint8Array.of(1, 2, 3);

/** One of each signed message: its bytes, its decoder, and the decoder's inverse. */
const MESSAGES = {
  'batch-header': codec(encodeBatchHeader, decodeBatchHeader, GOLDEN_HEADER),
  'batch-header with attestation': codec(encodeBatchHeader, decodeBatchHeader, {
    ...GOLDEN_HEADER,
    attestationHash: ID,
  }),
  receipt: codec(encodeReceipt, decodeReceipt, { batchId: ID, acceptedSeq: 9, chainCode: 4 }),
  'task-receipt': codec(encodeTaskReceipt, decodeTaskReceipt, GOLDEN_TASK_RECEIPT),
  'device-request': codec(encodeDeviceRequest, decodeDeviceRequest, { nodeId: ID, action: 'work', sentAtMs: 5, body }),
  offer: codec(encodeOfferMessage, decodeOfferMessage, GOLDEN_OFFER),
  voucher: codec(encodeVoucher, decodeVoucher, GOLDEN_VOUCHER),
  'voucher with condition': codec(encodeVoucher, decodeVoucher, {
    ...GOLDEN_VOUCHER,
    voucher: { ...GOLDEN_VOUCHER.voucher, conditionHash: ID },
  }),
  charge: codec(encodeCharge, decodeCharge, {
    charge: { voucherDigest: ID, chargedGrains: 5 },
    signature: { signer: 'contract', bytes: body },
  }),
  close: codec(encodeClose, decodeClose, {
    close: { channelId: ID, paidGrains: 5, deadlineMs: 7 },
    payerSignature: { signer: 'contract', bytes: body },
    payeeSignature: GOLDEN_VOUCHER.signature,
  }),
  'offer in full': codec(encodeOfferMessage, decodeOfferMessage, GOLDEN_OFFER_IN_FULL),
};

function codec<Shape>(encode: (message: Shape) => Uint8Array, decode: (bytes: Uint8Array) => Shape, message: Shape) {
  const bytes = encode(message);
  assert.deepEqual(decode(bytes), message);
  return { bytes, decode, again: (other: Uint8Array) => encode(decode(other)) };
}

for (const [name, { bytes, decode, again }] of Object.entries(MESSAGES)) {
  test(`${name}: mutated bytes are refused, or encode to themselves again`, () => {
    fc.assert(
      fc.property(mutations(bytes), (mutated) => refusedOrIdentical(mutated, again)),
      { numRuns: 500 },
    );
  });

  test(`${name}: any other value of the profile is refused`, () => {
    fc.assert(fc.property(cborValue, (value) => refusedOrIdentical(encodeCbor(value), again)));
  });

  test(`${name}: no other message passes for it`, () => {
    const kind = name.split(' ')[0]!;
    for (const [other, { bytes: otherBytes }] of Object.entries(MESSAGES)) {
      if (!other.startsWith(kind)) assert.throws(() => decode(otherBytes), WireRefusal, other);
    }
  });
}

function refusedOrIdentical(bytes: Uint8Array, again: (bytes: Uint8Array) => Uint8Array): void {
  let encoded: Uint8Array;
  try {
    encoded = again(bytes);
  } catch (error) {
    assert.ok(error instanceof WireRefusal, String(error));
    return;
  }
  assert.equal(toHex(encoded), toHex(bytes));
}

const headerMap = () => new Map(decodeCbor(MESSAGES['batch-header'].bytes) as Map<number, CborValue>);
const decodeChanged = (change: (entries: Map<number, CborValue>) => void) => {
  const entries = headerMap();
  change(entries);
  return () => decodeBatchHeader(encodeCbor(entries));
};

test('MESSAGE-SHAPE', () => {
  for (const value of [0, null, [], 'a', body])
    assertRefused('MESSAGE-SHAPE', () => decodeBatchHeader(encodeCbor(value)));
});

test('MESSAGE-KEY-MISSING names the field', () => {
  const refusal = assertRefused(
    'MESSAGE-KEY-MISSING',
    decodeChanged((entries) => entries.delete(3)),
  );
  assert.equal(refusal.where, 'batch-header.seq');
});

test('MESSAGE-KEY-UNKNOWN', () => {
  assertRefused(
    'MESSAGE-KEY-UNKNOWN',
    decodeChanged((entries) => entries.set(10, 0)),
  );
  assertRefused('MESSAGE-KEY-MISSING', () => decodeBatchHeader(encodeCbor(new Map([['nodeId', 0]]))));
});

test('MESSAGE-FIELD: another kind or range, read or written', () => {
  const rows: [number, CborValue][] = [
    [1, 'a'],
    [1, new Uint8Array(31)],
    [2, -1],
    [2, body],
    [6, []],
    [6, new Map([[1, -1]])],
    [6, new Map([['cpu', 1]])],
    [9, null],
  ];
  for (const [key, value] of rows)
    assertRefused(
      'MESSAGE-FIELD',
      decodeChanged((entries) => entries.set(key, value)),
    );
  const written = [{ epoch: 0.5 }, { epoch: -1 }, { seq: undefined }, { totals: {} }, { totals: new Map([[1, 0.5]]) }];
  for (const change of written) {
    assertRefused('MESSAGE-FIELD', () => encodeBatchHeader({ ...GOLDEN_HEADER, ...change } as unknown as BatchHeader));
  }
  assertRefused('MESSAGE-FIELD', () => encodeOfferMessage({ ...GOLDEN_OFFER, className: 5 as unknown as string }));
  assertRefused('MESSAGE-FIELD', () => encodeOfferMessage({ ...GOLDEN_OFFER_IN_FULL, drainEpoch: -1 }));
});

test('HEX-FORM names the field', () => {
  const refusal = assertRefused('HEX-FORM', () => encodeBatchHeader({ ...GOLDEN_HEADER, recordsRoot: 'xy' }));
  assert.equal(refusal.where, 'batch-header.recordsRoot');
});

test('a decoded message does not share the input', () => {
  const bytes = MESSAGES['device-request'].bytes.slice();
  const request = decodeDeviceRequest(bytes);
  bytes.fill(0);
  assert.deepEqual(request.body, body);
});

test('a task result comes back', () => {
  const result = { cose: Uint8Array.of(0xd2), output: body };
  assert.deepEqual(decodeTaskResult(encodeTaskResult(result)), result);
});

test('TASK-RESULT-SHAPE', () => {
  for (const value of [0, [], [body], [body, 'a'], ['a', body], [body, body, null], new Map()]) {
    assertRefused('TASK-RESULT-SHAPE', () => decodeTaskResult(encodeCbor(value)));
  }
});

test('a task receipt’s id depends on the deployment', () => {
  const { bytes } = MESSAGES['task-receipt'];
  assert.notEqual(taskReceiptId(bytes, Uint8Array.of(0)), taskReceiptId(bytes, Uint8Array.of(1)));
});

test('refusal codes are distinct, not 0, and come back as text', () => {
  const numbers = Object.values(REFUSAL_CODES);
  assert.equal(new Set(numbers).size, numbers.length);
  for (const [code, number] of Object.entries(REFUSAL_CODES)) assert.equal(refusalOf(number), code);
  assert.equal(refusalOf(ACCEPTED), null);
  assert.ok(numbers.every((number) => Number.isInteger(number) && number > 0 && number < 256));
});

test('RECEIPT-CODE', () => {
  for (const number of [-1, 16, 1.5]) assertRefused('RECEIPT-CODE', () => refusalOf(number));
});
