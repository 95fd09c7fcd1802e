export {
  type AcceptedBatch,
  type Admission,
  type AdmissionFacts,
  BATCH_LIMITS,
  type BatchLimits,
  FIRST_HEAD,
  HELD_BATCHES_MAX,
  judgeBatch,
  type KnownNode,
  type NodeHead,
  type ReadBatch,
  type RefusedBatch,
  readBatch,
  type StoredHeader,
} from './admission.ts';
export {
  type AuditDraw,
  type DeliveredResult,
  drawAudits,
  type ReplicaCandidate,
  type ReplicaDraw,
  replicaNodes,
} from './audits.ts';
export { type CaseFinding, type CaseRules, type Charge, judgeCase, slashPpmOf } from './cases.ts';
export { drawCommittee, drawPositions } from './committee.ts';
export {
  decodeEvidence,
  describeEvidence,
  type EquivocationProof,
  type Evidence,
  type EvidenceFinding,
  type EvidenceRules,
  encodeEvidence,
  evidenceHash,
  type RegisteredNode,
  type SignedHeader,
  type SignedReceipt,
  verifyEvidence,
  type WrongResultProof,
} from './evidence.ts';
export type { AcceptedUsage, AcceptedUse, LeaseFact, RecordFacts } from './plausibility.ts';
export {
  ADMISSION_CODES,
  type AdmissionCode,
  type AdmissionRule,
  type AdmissionStage,
  type ArbitrationCode,
  ArbitrationRefusal,
  chainCodeOf,
  type ZeroUsageCode,
} from './refusals.ts';
export { type Judgement, judgeReplicas, type TaskResultFact, type Truth } from './replicas.ts';
