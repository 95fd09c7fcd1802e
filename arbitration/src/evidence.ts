import {
  batchId,
  type CborValue,
  decodeBatchHeader,
  decodeCbor,
  decodeTaskReceipt,
  encodeCbor,
  fromHex,
  parseCose,
  sha256,
  signStructure,
  type TaskReceipt,
  toHex,
  type Verify,
  WireRefusal,
} from '@stannary/wire';
import { ArbitrationRefusal } from './refusals.ts';
import { judgeReplicas, type TaskResultFact } from './replicas.ts';

// Evidence is bytes that convict by themselves: anyone who knows the nodes' keys and operators comes to the same
// finding offline. Its SHA-256 names it in verdicts, statements and on the chain.

/** One signed batch header. */
export interface SignedHeader {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
}

/** Two valid headers of one node with the same seq and external data and different ids. */
export interface EquivocationProof {
  readonly aad: Uint8Array;
  readonly first: SignedHeader;
  readonly second: SignedHeader;
}

/** One node's signed receipt of a task: a COSE_Sign1, with the external data of the epoch in which it was made. */
export interface SignedReceipt {
  readonly nodeId: string;
  readonly aad: Uint8Array;
  readonly cose: Uint8Array;
}

/** A task that was executed several times, not everywhere with the same result. */
export interface WrongResultProof {
  /** The task whose result was audited. */
  readonly taskId: string;
  readonly original: SignedReceipt;
  readonly replicas: readonly SignedReceipt[];
}

export type Evidence =
  | { readonly kind: 'equivocation'; readonly proof: EquivocationProof }
  | { readonly kind: 'wrong-result'; readonly proof: WrongResultProof };

/** The bytes to keep and publish. Errors: wire's HEX-FORM for an id that is none. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>(
      evidence.kind === 'equivocation' ? equivocationFields(evidence.proof) : wrongResultFields(evidence.proof),
    ),
  );
}

/** What names the evidence everywhere else: SHA-256 of its bytes, hex. */
export function evidenceHash(bytes: Uint8Array): string {
  return toHex(sha256(bytes));
}

/** Errors: EVIDENCE-MALFORMED for anything that `encodeEvidence` did not make. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  try {
    return evidenceOf(decodeCbor(bytes));
  } catch (error) {
    if (!(error instanceof WireRefusal)) throw error;
    throw malformed('evidence in the wire profile', error.message, error);
  }
}

/** A node's key and who runs it, as the registry had them. */
export interface RegisteredNode {
  readonly verify: Verify;
  readonly operator: string;
}

/** What a judge needs beside the bytes. */
export interface EvidenceRules {
  /** Finds a node in the registry; null where there is none. */
  readonly node: (nodeId: string) => RegisteredNode | null;
  /** Blind replicas that must agree, from the economy of the task's epoch. */
  readonly replicasToConvict: number;
}

export type EvidenceFinding =
  | { readonly holds: true; readonly offence: Evidence['kind']; readonly guilty: readonly string[] }
  | { readonly holds: false; readonly offence: Evidence['kind']; readonly reason: string };

/**
 * Judges evidence again from its bytes, the registry and the economy alone: who is guilty of what, or why nobody is.
 * Errors: EVIDENCE-MALFORMED.
 */
export function verifyEvidence(bytes: Uint8Array, rules: EvidenceRules): EvidenceFinding {
  const evidence = decodeEvidence(bytes);
  const judged = evidence.kind === 'equivocation' ? equivocators(evidence.proof, rules) : cheats(evidence.proof, rules);
  return typeof judged === 'string'
    ? { holds: false, offence: evidence.kind, reason: judged }
    : { holds: true, offence: evidence.kind, guilty: judged };
}

/** In words, what the evidence shows; it does not verify. Errors: EVIDENCE-MALFORMED. */
export function describeEvidence(bytes: Uint8Array): string {
  const evidence = decodeEvidence(bytes);
  return evidence.kind === 'equivocation' ? describeEquivocation(evidence.proof) : describeWrongResult(evidence.proof);
}

/** The guilty node, or why there is none. */
function equivocators({ aad, first, second }: EquivocationProof, rules: EvidenceRules): string[] | string {
  const [one, other] = [headerOf(first), headerOf(second)];
  if (one.nodeId !== other.nodeId) return 'the headers are of two nodes';
  if (one.seq !== other.seq) return 'the headers have two sequence numbers';
  if (batchId(first.header, aad) === batchId(second.header, aad)) return 'the headers are one and the same';
  const node = rules.node(one.nodeId);
  if (node === null) return `node ${one.nodeId} is not registered`;
  const isSigned = ({ header, signature }: SignedHeader) => node.verify(signStructure(header, aad), signature);
  return isSigned(first) && isSigned(second) ? [one.nodeId] : "a signature is not the node's";
}

/** The nodes whose results differ from the one that the replicas agree on, or why there are none. */
function cheats(proof: WrongResultProof, rules: EvidenceRules): string[] | string {
  const facts: TaskResultFact[] = [];
  for (const { nodeId, aad, cose } of [proof.original, ...proof.replicas]) {
    const node = rules.node(nodeId);
    if (node === null) return `node ${nodeId} is not registered`;
    const { payload, signature, toBeSigned } = parsed(cose);
    if (!node.verify(toBeSigned(aad), signature)) return `a signature is not that of node ${nodeId}`;
    facts.push({ nodeId, operator: node.operator, receipt: receiptOf(payload) });
  }
  const [original, ...replicas] = facts;
  if (original!.receipt.taskId !== proof.taskId) return 'the first receipt is of another task';
  if (replicas.some(({ receipt }) => !isSameWork(receipt, original!.receipt)))
    return 'the receipts are of different work';
  if (new Set(facts.map(({ operator }) => operator)).size < facts.length) return 'an operator stands there twice';
  const judgement = judgeReplicas(original!, replicas, rules.replicasToConvict);
  return judgement.kind === 'fault' ? [...judgement.convicted] : 'too few replicas agree against anyone';
}

/** Same module, input and prices: then every honest machine has the same output, fuel and checkpoints. */
function isSameWork(one: TaskReceipt, other: TaskReceipt): boolean {
  return (
    one.moduleHash === other.moduleHash &&
    one.inputHash === other.inputHash &&
    one.costTableHash === other.costTableHash
  );
}

function describeEquivocation({ aad, first, second }: EquivocationProof): string {
  const { nodeId, seq, epoch } = headerOf(first);
  const ids = [first, second].map(({ header }) => short(batchId(header, aad)));
  return `Node ${short(nodeId)} signed two different batches as its number ${seq} (epoch ${epoch}): ${ids.join(' and ')}.`;
}

function describeWrongResult({ original, replicas, taskId }: WrongResultProof): string {
  const said = [original, ...replicas].map(({ nodeId, cose }) => {
    const { outputHash, fuel, checkpointRoot } = receiptOf(parsed(cose).payload);
    return `node ${short(nodeId)} got output ${short(outputHash)}, fuel ${fuel}, checkpoints ${short(checkpointRoot)}`;
  });
  const times = `executed ${said.length} times, the first time for pay and then blind`;
  return `Task ${short(taskId)} was ${times}: ${said.join('; ')}. Blind results that agree convict the others.`;
}

// The CBOR forms. 1 says which evidence it is; the other keys are its fields.

const EQUIVOCATION = 'stannary/equivocation/1';
const WRONG_RESULT = 'stannary/wrong-result/1';

function equivocationFields({ aad, first, second }: EquivocationProof): [number, CborValue][] {
  const pair = [first, second].map(({ header, signature }) => [header, signature]);
  return [
    [1, EQUIVOCATION],
    [2, aad],
    [3, pair],
  ];
}

function wrongResultFields({ taskId, original, replicas }: WrongResultProof): [number, CborValue][] {
  const receipts = [original, ...replicas].map(({ nodeId, aad, cose }) => [fromHex(nodeId, 32, 'nodeId'), aad, cose]);
  return [
    [1, WRONG_RESULT],
    [2, fromHex(taskId, 32, 'taskId')],
    [3, receipts],
  ];
}

function evidenceOf(value: CborValue): Evidence {
  if (!(value instanceof Map)) throw malformed('a map', typeof value);
  const kind = value.get(1);
  if (kind === EQUIVOCATION && value.size === 3) return { kind: 'equivocation', proof: equivocationOf(value) };
  if (kind === WRONG_RESULT && value.size === 3) return { kind: 'wrong-result', proof: wrongResultOf(value) };
  throw malformed('a known kind of evidence', String(kind));
}

function equivocationOf(value: ReadonlyMap<number | string, CborValue>): EquivocationProof {
  const [first, second, ...rest] = listOf(value.get(3), 3).map((pair) => {
    const [header, signature, ...more] = listOf(pair, 3);
    if (more.length > 0) throw malformed('a header and its signature', `${more.length} more`);
    const signed = { header: bytesOf(header, 3), signature: bytesOf(signature, 3) };
    headerOf(signed);
    return signed;
  });
  if (first === undefined || second === undefined || rest.length > 0) throw malformed('two headers', 'others');
  return { aad: bytesOf(value.get(2), 2), first, second };
}

function wrongResultOf(value: ReadonlyMap<number | string, CborValue>): WrongResultProof {
  const [original, ...replicas] = listOf(value.get(3), 3).map((entry) => {
    const [nodeId, aad, cose, ...more] = listOf(entry, 3);
    if (more.length > 0) throw malformed('a node, external data and a receipt', `${more.length} more`);
    const signed = { nodeId: idOf(nodeId, 3), aad: bytesOf(aad, 3), cose: bytesOf(cose, 3) };
    receiptOf(parsed(signed.cose).payload);
    return signed;
  });
  if (original === undefined) throw malformed('receipts', 'none');
  return { taskId: idOf(value.get(2), 2), original, replicas };
}

function headerOf({ header }: SignedHeader) {
  return decodeBatchHeader(header);
}

function parsed(cose: Uint8Array) {
  return parseCose(cose);
}

function receiptOf(payload: Uint8Array): TaskReceipt {
  return decodeTaskReceipt(payload);
}

function listOf(value: CborValue | undefined, key: number): readonly CborValue[] {
  if (!Array.isArray(value)) throw malformed('an array', typeof value, undefined, key);
  return value;
}

function bytesOf(value: CborValue | undefined, key: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed('bytes', typeof value, undefined, key);
  return value;
}

function idOf(value: CborValue | undefined, key: number): string {
  const bytes = bytesOf(value, key);
  if (bytes.length !== 32) throw malformed('32 bytes', `${bytes.length}`, undefined, key);
  return toHex(bytes);
}

function short(id: string): string {
  return `${id.slice(0, 8)}…`;
}

function malformed(expected: string, got: string, cause?: unknown, key?: number): ArbitrationRefusal {
  const where = key === undefined ? 'evidence' : `evidence[${key}]`;
  return new ArbitrationRefusal('EVIDENCE-MALFORMED', { expected, got, where }, { cause });
}
