import {
  channelSeparator,
  concatBytes,
  contentHash,
  type Domain,
  encodeBatch,
  encodeBatchHeader,
  encodeCbor,
  encodeDeviceRequest,
  encodeOfferMessage,
  encodeReceipt,
  encodeRecord,
  encodeTaskReceipt,
  encodeTaskResult,
  encodeVoucher,
  externalAad,
  FIRST_PREVIOUS_BATCH_ID,
  fromHex,
  nodeIdOf,
  REFUSAL_CODES,
  recordsRoot,
  signedId,
  signStructure,
  spkiOfPoint,
  toHex,
  totalsOf,
  type UsageRecord,
  voucherDigest,
} from '../src/index.ts';

/** The pinned deployment, device and time. The key is the public one of RFC 9052's examples (key id 11). */
export const GOLDEN_DOMAIN: Domain = {
  chain: 'eip155:31337',
  settlement: '0x00112233445566778899aabbccddeeff00112233',
  economyHash: 'ec'.repeat(32),
};

export const GOLDEN_SPKI = spkiOfPoint(
  fromHex('bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff'),
  fromHex('20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e'),
);

/** Made once with that key over the header's Sig_structure: ECDSA draws a nonce, so the signature is pinned as well. */
const GOLDEN_SIGNATURE =
  '31698e7c5c44d0a8c3abd58084304afb53e4f8c8b099c623ee203052e576c74e14cff94050a2f7742d766367e53bbb93e3166732be0004b81758ad3fd95f5537';

const NODE_ID = nodeIdOf(GOLDEN_SPKI);
const AAD = externalAad(GOLDEN_DOMAIN);

export const GOLDEN_RECORDS: readonly UsageRecord[] = [
  usage(7, 5_000_000_000, 0, 'e1'.repeat(32)),
  usage(1, 2_400_000, 1000, null),
  usage(7, 23, 2000, 'e2'.repeat(32)),
];

export const GOLDEN_HEADER = {
  nodeId: NODE_ID,
  epoch: 28_333_333,
  seq: 1,
  previousBatchId: FIRST_PREVIOUS_BATCH_ID,
  recordCount: GOLDEN_RECORDS.length,
  totals: totalsOf(GOLDEN_RECORDS),
  recordsRoot: recordsRoot(GOLDEN_RECORDS),
  sealedAtMs: 1_700_000_003_000,
};

export const GOLDEN_TASK_RECEIPT = {
  taskId: '01'.repeat(32),
  moduleHash: '02'.repeat(32),
  inputHash: '03'.repeat(32),
  outputHash: '04'.repeat(32),
  fuel: 5_000_000_023,
  checkpointRoot: '06'.repeat(32),
  checkpointCount: 7,
  costTableHash: '08'.repeat(32),
};

export const GOLDEN_OFFER = {
  epoch: 28_333_334,
  className: 'edge',
  capacityNcuMs: 240_000,
  floorMicrograinsPerNcuS: 1_500,
};

const GOLDEN_CHANNEL_DOMAIN = { chain: 'eip155:31337', contract: `0x${'c4'.repeat(20)}` };

/** Its signature is of the pinned form, not of the voucher: test/vectors/voucher.json has those. */
export const GOLDEN_VOUCHER = {
  voucher: {
    channelId: 'ca'.repeat(32),
    payee: `0x${'b2'.repeat(20)}`,
    cumulativeGrains: 5_000_000_023,
    deadlineMs: 1_700_000_000_000,
  },
  signature: { signer: 'p256' as const, bytes: fromHex(GOLDEN_SIGNATURE) },
};

/** Every optional field. */
export const GOLDEN_OFFER_IN_FULL = {
  ...GOLDEN_OFFER,
  resource: 'fuel',
  region: 'eu-north-1',
  evidence: 'hardware-key',
  drainEpoch: 28_333_400,
  poolId: 'rack-7',
};

/**
 * Bytes and hashes of one of each message, as hex: golden.json. A changed line there means that nodes and gateways of
 * two versions no longer understand each other, or that a contract rebuilds other bytes than a node signed.
 */
export function goldenMessages(): Record<string, Record<string, string | number>> {
  const header = encodeBatchHeader(GOLDEN_HEADER);
  const protectedAndUnprotected = fromHex('d28443a10126a0');
  const signature = fromHex(GOLDEN_SIGNATURE);
  const cose = concatBytes(protectedAndUnprotected, encodeCbor(header), encodeCbor(signature));
  const taskReceipt = encodeTaskReceipt(GOLDEN_TASK_RECEIPT);
  const offer = encodeOfferMessage(GOLDEN_OFFER);
  const request = { nodeId: NODE_ID, action: 'offer', sentAtMs: 1_700_000_004_000, body: offer };
  const receipt = { batchId: signedId(header, AAD), acceptedSeq: 1, chainCode: REFUSAL_CODES['BATCH-NODE-STOPPED'] };
  return {
    domain: { externalAad: toHex(AAD) },
    device: { spki: toHex(GOLDEN_SPKI), nodeId: NODE_ID },
    records: { first: toHex(encodeRecord(GOLDEN_RECORDS[0]!)), root: GOLDEN_HEADER.recordsRoot },
    batchHeader: signed(header),
    batch: { cose: toHex(cose), body: toHex(encodeBatch({ cose, records: GOLDEN_RECORDS })) },
    receipt: signed(encodeReceipt(receipt)),
    taskReceipt: signed(taskReceipt),
    taskResult: { body: toHex(encodeTaskResult({ cose, output: Uint8Array.of(1, 2, 3) })) },
    deviceRequest: signed(encodeDeviceRequest(request)),
    voucher: {
      bytes: toHex(encodeVoucher(GOLDEN_VOUCHER)),
      digest: toHex(voucherDigest(channelSeparator(GOLDEN_CHANNEL_DOMAIN), GOLDEN_VOUCHER.voucher)),
    },
    offer: { bytes: toHex(offer) },
    offerInFull: { bytes: toHex(encodeOfferMessage(GOLDEN_OFFER_IN_FULL)) },
    content: { hash: contentHash({ b: [1, -2, 'é'], aa: null, a: { x: true } }) },
    refusalCodes: { ...REFUSAL_CODES },
  };
}

function signed(payload: Uint8Array): Record<string, string> {
  return { bytes: toHex(payload), sigStructure: toHex(signStructure(payload, AAD)), id: signedId(payload, AAD) };
}

function usage(resource: number, quantity: number, offsetMs: number, evidence: string | null): UsageRecord {
  const windowStartMs = 1_700_000_000_000 + offsetMs;
  return { leaseId: '1e'.repeat(32), resource, quantity, windowStartMs, windowMs: 1000, evidence };
}
