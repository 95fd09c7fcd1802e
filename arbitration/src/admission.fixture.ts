import { generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { Economy, EpochClock } from '@stannary/kernel';
import {
  type BatchHeader,
  batchId,
  concatBytes,
  encodeBatch,
  encodeBatchHeader,
  encodeCbor,
  encodeTaskReceipt,
  externalAad,
  type Hash,
  nodeIdOf,
  normaliseLowS,
  recordsRoot,
  signStructure,
  type TaskReceipt,
  totalsOf,
  type UsageRecord,
  type Verify,
} from '@stannary/wire';
import {
  type AcceptedBatch,
  type Admission,
  type AdmissionFacts,
  FIRST_HEAD,
  judgeBatch,
  type KnownNode,
  type NodeHead,
  readBatch,
  type StoredHeader,
} from './admission.ts';
import type { Evidence, SignedReceipt } from './evidence.ts';
import type { AcceptedUse, LeaseFact } from './plausibility.ts';

// A small world for the package's tests and benches: nodes with real keys, an economy, and a gateway in memory that
// keeps what a real one keeps. Not exported by the package.

/** The platform's SHA-256 by way of a binary string, which costs half of letting it allocate a Buffer per digest. */
export const nativeSha256: Hash = (bytes) => Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');

const CLOCK: EpochClock = { genesisMs: 1_700_000_000_000, epochMs: 60_000, epochsPerEra: 4, pauses: [] };

/** 64 million fuel a millisecond and NCU, as many µs of CPU time as a core has. */
export const ECONOMY = {
  cadence: { epochMs: 60_000, epochsPerEra: 4, graceMs: 10_000, lateEpochs: 1, clockSkewMs: 500 },
  resources: [
    { code: 1, name: 'cpu', coefficient: 1, divisor: 1_000, billed: false, quantityPerNcuMsMax: 1_000 },
    { code: 7, name: 'fuel', coefficient: 1, divisor: 1_000_000, billed: true, quantityPerNcuMsMax: 64_000_000 },
  ],
  verification: { auditFloorPpm: 10_000, detectionPpm: 900_000, consecutiveValidMin: 10, replicasToConvict: 2 },
  offences: [{ offence: 'wrong-result', mode: 'live', slashPpm: 500_000, threshold: 1, statistic: 'proof-count' }],
} as unknown as Economy;

export const AAD = externalAad({
  chain: 'eip155:31337',
  settlement: `0x${'5e'.repeat(20)}`,
  economyHash: 'ec'.repeat(32),
});

const IEEE = { dsaEncoding: 'ieee-p1363' } as const;

/** A node with its key: makes what a meter makes. */
export class TestNode {
  readonly nodeId: string;
  readonly known: KnownNode;
  readonly verify: Verify;
  readonly #privateKey: KeyObject;

  constructor(milliNcu = 4_000) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.nodeId = nodeIdOf(publicKey.export({ type: 'spki', format: 'der' }));
    const key = { key: publicKey, ...IEEE };
    this.verify = (message, signature) => verify('sha256', message, key, signature);
    this.known = { nodeId: this.nodeId, milliNcu, status: 'active', isBonded: true, verify: this.verify };
  }

  /** COSE_Sign1 of a payload; wire's own signer is asynchronous. */
  sign(payload: Uint8Array, aad = AAD): Uint8Array {
    const message = signStructure(payload, aad);
    const signature = normaliseLowS(sign('sha256', message, { key: this.#privateKey, ...IEEE }));
    return concatBytes(Uint8Array.of(0xd2), encodeCbor([Uint8Array.of(0xa1, 1, 0x26), new Map(), payload, signature]));
  }

  /** A batch's body, with whatever of the header is to differ from what the records say. */
  batch(records: readonly UsageRecord[], differing: Partial<BatchHeader> = {}, aad = AAD): TestBatch {
    const header: BatchHeader = {
      nodeId: this.nodeId,
      epoch: 2,
      seq: 1,
      previousBatchId: FIRST_HEAD.batchId,
      recordCount: records.length,
      totals: totalsOf(records),
      recordsRoot: recordsRoot(records, nativeSha256),
      sealedAtMs: NOW_MS,
      ...differing,
    };
    const payload = encodeBatchHeader(header);
    return { header, id: batchId(payload, aad), body: encodeBatch({ cose: this.sign(payload, aad), records }) };
  }
}

export interface TestBatch {
  readonly header: BatchHeader;
  readonly id: string;
  readonly body: Uint8Array;
}

/** 30 s into epoch 2. */
export const NOW_MS = CLOCK.genesisMs + 2.5 * CLOCK.epochMs;
export const EPOCH_START_MS = CLOCK.genesisMs + 2 * CLOCK.epochMs;

/** A record of a second of work at the start of epoch 2; `second` moves it. */
export function record(second: number, differing: Partial<UsageRecord> = {}): UsageRecord {
  const windowStartMs = EPOCH_START_MS + second * 1_000;
  return {
    leaseId: LEASE_ID,
    resource: 7,
    quantity: 1_000_000,
    windowStartMs,
    windowMs: 1_000,
    evidence: null,
    ...differing,
  };
}

export const LEASE_ID = 'a1'.repeat(32);

/** A node's leases, head and accepted usage, as a gateway keeps them. */
export class TestGateway {
  readonly leases = new Map<string, LeaseFact>();
  readonly used = new Map<string, AcceptedUse>();
  readonly stored = new Map<number, StoredHeader>();
  readonly held = new Map<number, Uint8Array>();
  readonly usedInEpoch = new Map<number, number>();
  head: NodeHead = FIRST_HEAD;
  /** By batch id. */
  readonly accepted = new Map<string, AcceptedBatch>();
  readonly node: TestNode;

  constructor(node: TestNode) {
    this.node = node;
    this.leases.set(LEASE_ID, this.lease());
  }

  lease(differing: Partial<LeaseFact> = {}): LeaseFact {
    const windowEndMs = EPOCH_START_MS + CLOCK.epochMs;
    return { nodeId: this.node.nodeId, epoch: 2, windowStartMs: EPOCH_START_MS, windowEndMs, ...differing };
  }

  facts(seq: number, differing: Partial<AdmissionFacts> = {}): AdmissionFacts {
    return {
      node: null,
      head: this.head,
      stored: this.stored.get(seq) ?? null,
      heldCount: this.held.size,
      clock: CLOCK,
      nowMs: NOW_MS,
      openEpoch: 2,
      economy: ECONOMY,
      aad: AAD,
      lease: (leaseId) => this.leases.get(leaseId) ?? null,
      used: (leaseId, resource) => this.used.get(`${leaseId} ${resource}`) ?? null,
      usedInEpoch: (resource) => this.usedInEpoch.get(resource) ?? 0,
      hash: nativeSha256,
      ...differing,
    };
  }

  /** Judges a body and changes nothing. */
  judge(body: Uint8Array, differing: Partial<AdmissionFacts> = {}): Admission {
    const read = readBatch(body);
    if (read.outcome === 'refused') return read;
    const node = read.header.nodeId === this.node.nodeId ? this.node.known : null;
    return judgeBatch(read, this.facts(read.header.seq, { node, ...differing }));
  }

  /** Judges a body and keeps what follows from it, held batches whose turn has come included. */
  take(body: Uint8Array, differing: Partial<AdmissionFacts> = {}): Admission {
    const admission = this.judge(body, differing);
    if (admission.outcome === 'held') {
      this.held.set(this.#store(body, admission.batchId, true), body);
    } else if (admission.outcome === 'accepted') {
      this.held.delete(this.#store(body, admission.head.batchId, false));
      this.#count(admission);
      const next = this.held.get(this.head.seq + 1);
      if (next !== undefined) this.take(next, differing);
    }
    return admission;
  }

  #store(body: Uint8Array, id: string, isHeld: boolean): number {
    const read = readBatch(body);
    if (read.outcome !== 'read') throw new Error('a refused batch is not stored');
    const { payload: header, signature } = read.cose;
    this.stored.set(read.header.seq, { batchId: id, isHeld, header, signature, aad: AAD });
    return read.header.seq;
  }

  #count(admission: AcceptedBatch): void {
    this.head = admission.head;
    this.accepted.set(admission.head.batchId, admission);
    for (const { leaseId, resource, quantity, windowEndMs } of admission.usage) {
      const key = `${leaseId} ${resource}`;
      this.used.set(key, { quantity: (this.used.get(key)?.quantity ?? 0) + quantity, windowEndMs });
      this.usedInEpoch.set(resource, (this.usedInEpoch.get(resource) ?? 0) + quantity);
    }
  }
}

/** What honest nodes say of one task. */
export const WORK: TaskReceipt = {
  taskId: '01'.repeat(32),
  moduleHash: '02'.repeat(32),
  inputHash: '03'.repeat(32),
  outputHash: '04'.repeat(32),
  fuel: 1_000_000,
  checkpointRoot: '05'.repeat(32),
  checkpointCount: 2,
  costTableHash: '06'.repeat(32),
};

export function signedReceipt(node: TestNode, differing: Partial<TaskReceipt> = {}, aad = AAD): SignedReceipt {
  return { nodeId: node.nodeId, aad, cose: node.sign(encodeTaskReceipt({ ...WORK, ...differing }), aad) };
}

/** Two batches of one number, signed by the node. */
export function equivocationOf(node: TestNode): Evidence & { kind: 'equivocation' } {
  const gateway = new TestGateway(node);
  gateway.take(node.batch([record(0)]).body);
  const admission = gateway.take(node.batch([record(1)]).body);
  if (admission.outcome !== 'equivocation') throw new Error(`expected equivocation, got ${admission.outcome}`);
  return { kind: 'equivocation', proof: admission.proof };
}
