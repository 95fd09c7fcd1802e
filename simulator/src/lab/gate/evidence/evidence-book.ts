import { createHash } from 'node:crypto';
import { exactly, measured, notShown } from '../criterion.ts';
import { GateRefusal } from '../refusal.ts';
import type { EvidenceUsed, GateCheck, GateName } from '../report.ts';
import { type DetachedSignature, isSigned } from './signed-form.ts';

/** What somebody else measured, for one row of the gate: a metering trial, a parity run, a drill, an export. */
export interface Evidence {
  readonly kind: string;
  readonly gate: GateName;
  /** Of the very economy that is gated. */
  readonly economyHash: string;
  /** By the check's id, in the check's unit. */
  readonly figures: Readonly<Record<string, EvidenceFigure>>;
  /** How it was measured, where, and by whom, in words. */
  readonly how: string;
  /** ISO 8601. */
  readonly madeAt: string;
}

export interface EvidenceFigure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly samples: number;
}

export interface SignedEvidence {
  readonly format: 'stannary-evidence/1';
  readonly evidence: Evidence;
  readonly signature: DetachedSignature;
}

/** A file as it was read. */
export interface EvidenceFile {
  readonly file: string;
  readonly text: string;
}

type Wanted = Omit<GateCheck, 'state' | 'figure' | 'how' | 'line'> & {
  readonly line: NonNullable<GateCheck['line']>;
  readonly kind: string;
};

/** Signed files by gate and kind. What is absent, or of another economy, is not shown: never passed. */
export class EvidenceBook {
  readonly #economyHash: string;
  readonly #files: readonly { readonly file: string; readonly sha256: string; readonly signed: SignedEvidence }[];
  readonly #used = new Map<string, EvidenceUsed>();

  /** @throws GateRefusal GATE-EVIDENCE-FORM, GATE-EVIDENCE-SIGNATURE */
  constructor(economyHash: string, files: readonly EvidenceFile[]) {
    this.#economyHash = economyHash;
    this.#files = files.map(({ file, text }) => ({
      file,
      sha256: createHash('sha256').update(text).digest('hex'),
      signed: readEvidence(file, text),
    }));
  }

  /** The newest file of the economy decides. */
  check(gate: GateName, { kind, ...wanted }: Wanted): GateCheck {
    const ofKind = this.#files.filter(({ signed }) => signed.evidence.gate === gate && signed.evidence.kind === kind);
    const own = ofKind
      .filter(({ signed }) => signed.evidence.economyHash === this.#economyHash)
      .sort((a, b) => (a.signed.evidence.madeAt < b.signed.evidence.madeAt ? 1 : -1));
    const found = own.find(({ signed }) => Object.hasOwn(signed.evidence.figures, wanted.id));
    if (found === undefined) return notShown(wanted, this.#reason(gate, kind, wanted.id, ofKind));
    const { evidence, signature } = found.signed;
    const { value, low, high, samples } = evidence.figures[wanted.id]!;
    const { file, sha256 } = found;
    this.#used.set(file, { gate, kind, file, sha256, signer: signature.publicKey });
    // An end that is left out is the value itself.
    const interval = low === undefined && high === undefined ? null : ([low ?? value, high ?? value] as const);
    const figure = { ...exactly(value, samples), interval, confidence: interval === null ? null : 0.9 };
    return measured({ ...wanted, figure, how: `${evidence.how} (${file}, ${evidence.madeAt})` });
  }

  get used(): readonly EvidenceUsed[] {
    return [...this.#used.values()];
  }

  #reason(
    gate: GateName,
    kind: string,
    id: string,
    ofKind: readonly { readonly file: string; readonly signed: SignedEvidence }[],
  ): string {
    const other = ofKind.find(({ signed }) => signed.evidence.economyHash !== this.#economyHash);
    if (other !== undefined) {
      const { economyHash } = other.signed.evidence;
      return `${other.file} is of another economy, ${economyHash.slice(0, 16)}…, not of ${this.#economyHash.slice(0, 16)}…`;
    }
    if (ofKind.length > 0) return `no file of kind ${kind} has a figure ${id}`;
    return `needs evidence: a signed file of kind ${kind} for ${gate} with a figure ${id}`;
  }
}

/** @throws GateRefusal GATE-EVIDENCE-FORM, GATE-EVIDENCE-SIGNATURE */
function readEvidence(file: string, text: string): SignedEvidence {
  const signed = parsed(file, text) as SignedEvidence;
  const isWhole =
    signed?.format === 'stannary-evidence/1' &&
    isEvidence(signed.evidence) &&
    typeof signed.signature === 'object' &&
    signed.signature !== null;
  if (!isWhole) throw evidenceForm(file, 'something else');
  if (isSigned(signed.evidence, signed.signature)) return signed;
  throw new GateRefusal(
    'GATE-EVIDENCE-SIGNATURE',
    file,
    'a signature over the evidence by the key beside it',
    'another',
  );
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw evidenceForm(file, 'no JSON');
  }
}

function evidenceForm(file: string, got: string): GateRefusal {
  const expected =
    'a stannary-evidence/1 file: kind, gate, economyHash, figures with value and samples, how, madeAt, signature';
  return new GateRefusal('GATE-EVIDENCE-FORM', file, expected, got);
}

/** The draft that is to be signed, for an economy. @throws GateRefusal GATE-EVIDENCE-FORM */
export function evidenceDraft(file: string, text: string, economyHash: string): Evidence {
  const draft = { ...(parsed(file, text) as object), economyHash };
  if (isEvidence(draft)) return draft;
  throw evidenceForm(file, 'a draft that lacks one of them');
}

function isEvidence(data: unknown): data is Evidence {
  if (typeof data !== 'object' || data === null) return false;
  const { kind, gate, economyHash, figures, how, madeAt } = data as Evidence;
  const texts = [kind, gate, economyHash, how, madeAt].every((text) => typeof text === 'string' && text !== '');
  if (!texts || typeof figures !== 'object' || figures === null) return false;
  return Object.values(figures as Readonly<Record<string, EvidenceFigure | null>>).every((figure) => {
    if (typeof figure !== 'object' || figure === null) return false;
    const { value, samples, low = value, high = value } = figure;
    const isOrdered = [value, low, high].every(Number.isFinite) && low <= value && value <= high;
    return isOrdered && Number.isInteger(samples) && samples > 0;
  });
}
