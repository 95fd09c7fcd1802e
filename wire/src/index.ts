export {
  type BatchHeader,
  batchId,
  batchRecordsRoot,
  checkBatchRecords,
  type DecodedBatch,
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  encodeBatchHeader,
  FIRST_PREVIOUS_BATCH_ID,
  recordsRoot,
  totalsOf,
} from './batch.ts';
export { beaconOf, type HashChain, hashChain, isPreimage } from './beacon.ts';
export { addressBytes, compareBytes, concatBytes, fromHex, toHex } from './bytes.ts';
export { CBOR_DEPTH_MAX, type CborValue, decodeCbor, encodeCbor } from './cbor.ts';
export {
  CHANNEL_TYPES,
  type ChannelConfig,
  type ChannelDomain,
  type Charge,
  type Close,
  channelId,
  channelSeparator,
  chargeDigest,
  closeDigest,
  decodeCharge,
  decodeClose,
  decodeVoucher,
  encodeCharge,
  encodeClose,
  encodeVoucher,
  NOBODY,
  type SignedCharge,
  type SignedClose,
  type SignedVoucher,
  type Voucher,
  voucherDigest,
} from './channel.ts';
export {
  coseOf,
  coseOpen,
  coseSign1,
  type Domain,
  externalAad,
  normaliseLowS,
  type ParsedCose,
  parseCose,
  type Sign,
  signedId,
  signStructure,
  type Verify,
} from './cose.ts';
export {
  type DeviceRequest,
  decodeDeviceRequest,
  decodeOfferMessage,
  encodeDeviceRequest,
  encodeOfferMessage,
  type OfferMessage,
} from './device.ts';
export { type Hash, keccak256, sha256 } from './hash.ts';
export { cborOf, contentHash } from './json.ts';
export { coseKeyOf, nodeIdOf, publicPointOf, spkiOfCoseKey, spkiOfPoint } from './keys.ts';
export { type MerkleClaim, merkleProof, merkleRoot, verifyMerkle } from './merkle.ts';
export {
  ACCEPTED,
  decodeReceipt,
  encodeReceipt,
  REFUSAL_CODES,
  type Receipt,
  type RefusalCode,
  refusalOf,
} from './receipt.ts';
export { encodeRecord, RESOURCE_CODES, type UsageRecord } from './records.ts';
export { type RefusalClass, type RefusalDetail, WireRefusal } from './refusal.ts';
export {
  CONTRACT_SIGNATURE_BYTES_MAX,
  checkedSignature,
  type DigestSignature,
  p256Signature,
  type SignerKind,
  signDigest,
  type VerifyDigest,
} from './signature.ts';
export { RECORD_BYTES, SumLevels } from './sum-levels.ts';
export {
  genericSumTree,
  type PayoutLeaf,
  payoutLeaf,
  type SumLeaf,
  type SumNode,
  type SumProof,
  type SumTree,
  sumTree,
  verifySum,
} from './sum-tree.ts';
export {
  decodeTaskReceipt,
  decodeTaskResult,
  encodeTaskReceipt,
  encodeTaskResult,
  type TaskReceipt,
  type TaskResult,
  taskReceiptId,
} from './task.ts';
