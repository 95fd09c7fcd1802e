import { decodeCbor, encodeCbor } from './cbor.ts';
import { signedId } from './cose.ts';
import type { Hash } from './hash.ts';
import { messageCodec } from './message.ts';
import { nameOf, WireRefusal } from './refusal.ts';

/** What a node signs over one executed task; everything in it is bit-equal on every honest replica. */
export interface TaskReceipt {
  readonly taskId: string;
  /** SHA-256 of the original module. */
  readonly moduleHash: string;
  readonly inputHash: string;
  readonly outputHash: string;
  readonly fuel: number;
  /** Merkle root over the checkpoints' state hashes. */
  readonly checkpointRoot: string;
  readonly checkpointCount: number;
  readonly costTableHash: string;
}

const taskReceiptCodec = messageCodec<TaskReceipt>('task-receipt', {
  taskId: { key: 1, kind: 'id' },
  moduleHash: { key: 2, kind: 'id' },
  inputHash: { key: 3, kind: 'id' },
  outputHash: { key: 4, kind: 'id' },
  fuel: { key: 5, kind: 'unsigned' },
  checkpointRoot: { key: 6, kind: 'id' },
  checkpointCount: { key: 7, kind: 'unsigned' },
  costTableHash: { key: 8, kind: 'id' },
});

/** The receipt's bytes: the payload of the node's COSE_Sign1. Errors: as MessageCodec.encode. */
export const encodeTaskReceipt = taskReceiptCodec.encode;

/** Errors: as MessageCodec.decode. */
export const decodeTaskReceipt = taskReceiptCodec.decode;

/** SHA-256 of the receipt's Sig_structure: the evidence that a usage record names. */
export const taskReceiptId: (receiptBytes: Uint8Array, aad: Uint8Array, hash?: Hash) => string = signedId;

/** A task's result as it is posted: the signed receipt and the output that it names. */
export interface TaskResult {
  readonly cose: Uint8Array;
  readonly output: Uint8Array;
}

/** CBOR[signed receipt bytes, output bytes]. */
export function encodeTaskResult(result: TaskResult): Uint8Array {
  return encodeCbor([result.cose, result.output]);
}

/** Errors: those of decodeCbor; TASK-RESULT-SHAPE. The output's hash is not checked here. */
export function decodeTaskResult(body: Uint8Array): TaskResult {
  const value = decodeCbor(body);
  const [cose, output, ...rest] = Array.isArray(value) ? value : [];
  if (cose instanceof Uint8Array && output instanceof Uint8Array && rest.length === 0) return { cose, output };
  throw new WireRefusal('TASK-RESULT-SHAPE', { expected: 'an array of two byte strings', got: nameOf(value) });
}
