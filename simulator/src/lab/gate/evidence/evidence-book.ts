import { createHash } from 'node:crypto';
import { NAME_MAX, NUMBER_MAX, PROSE_MAX, TIME } from '../../report/shape.ts';
import { exactly, measured, notShown } from '../criterion.ts';
import { GateRefusal } from '../refusal.ts';
import type { EvidenceUsed, Figure, GateCheck, GateName, LooserAge } from '../report.ts';
import { canonicalKey, type DetachedSignature, isSigned } from './signed-form.ts';

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

/** Whose evidence counts, and for how long. */
export interface EvidenceRules {
  /** When the gate is run, ISO 8601. */
  readonly madeAt: string;
  /** Public keys in hex. Null: whoever signed it, and the report says that nobody vouched for the key. */
  readonly signers: readonly string[] | null;
  /** By kind, over `EVIDENCE_DAYS_MAX`. */
  readonly daysMax?: Readonly<Record<string, number>>;
}

/**
 * Days after which evidence shows nothing any more. Books change with every era; code and drills with releases and people;
 * meters with hardware, which is slower.
 */
export const EVIDENCE_DAYS_MAX: Readonly<Record<string, number>> = {
  'metering-trial': 180,
  'parity-run': 90,
  drill: 180,
  books: 31,
};

/** Kinds that are let count for longer than by default: the report says so, lest old evidence pass for fresh. */
export function looserAges(daysMax: Readonly<Record<string, number>>): readonly LooserAge[] {
  return Object.entries(daysMax).flatMap(([kind, days]) => {
    const standard = EVIDENCE_DAYS_MAX[kind];
    return standard !== undefined && days > standard ? [{ kind, days, standard }] : [];
  });
}

type Wanted = Omit<GateCheck, 'state' | 'figure' | 'how' | 'line'> & {
  readonly line: NonNullable<GateCheck['line']>;
  readonly kind: string;
  /** The figure is an age in hours when the evidence was made: when the gate is run it is older by what has passed since. */
  readonly isAge?: true;
};

interface ReadFile {
  readonly file: string;
  readonly sha256: string;
  readonly evidence: Evidence;
  readonly signer: string;
}

/**
 * Signed files by gate and kind. What is absent, of another economy, signed by a key that does not count, or too old, is
 * not shown: never passed.
 */
export class EvidenceBook {
  readonly #economyHash: string;
  readonly #rules: EvidenceRules;
  readonly #signers: ReadonlySet<string> | null;
  readonly #files: readonly ReadFile[];
  readonly #used = new Map<string, EvidenceUsed>();

  /** @throws GateRefusal GATE-EVIDENCE-FORM, GATE-EVIDENCE-SIGNATURE, GATE-EVIDENCE-DATE (it says that it is of the future) */
  constructor(economyHash: string, files: readonly EvidenceFile[], rules: EvidenceRules) {
    this.#economyHash = economyHash;
    this.#rules = rules;
    this.#signers = rules.signers && new Set(rules.signers.map(canonicalKey));
    this.#files = files.map(({ file, text }) => {
      const { evidence, signature } = readEvidence(file, text);
      requirePast(file, evidence.madeAt, rules.madeAt);
      const sha256 = createHash('sha256').update(text).digest('hex');
      return { file, sha256, evidence, signer: canonicalKey(signature.publicKey) };
    });
  }

  /** The newest file that counts decides. */
  check(gate: GateName, { kind, isAge, ...wanted }: Wanted): GateCheck {
    const ofKind = this.#files.filter(({ evidence }) => evidence.gate === gate && evidence.kind === kind);
    const found = ofKind
      .filter((one) => this.#objection(one, wanted.id) === null)
      .sort((a, b) => Date.parse(b.evidence.madeAt) - Date.parse(a.evidence.madeAt))[0];
    if (found === undefined) return notShown(wanted, this.#reason(gate, kind, wanted.id, ofKind));
    const { file, sha256, evidence, signer } = found;
    const { how, madeAt } = evidence;
    const isPinned = this.#signers !== null;
    this.#used.set(file, { gate, kind, file, sha256, signer, isPinned, madeAt });
    const grown = isAge === true ? (this.#ageDays(evidence) * DAY_MS) / HOUR_MS : 0;
    const since = isAge === true ? `; ${Number(grown.toPrecision(3))} h have passed since` : '';
    const signed = isPinned ? '' : `; signer not pinned: ${signer}`;
    const figure = figureOf(evidence.figures[wanted.id]!, grown);
    return measured({ ...wanted, figure, how: `${how} (${file}, ${madeAt})${since}${signed}` });
  }

  get used(): readonly EvidenceUsed[] {
    return [...this.#used.values()];
  }

  /** Why a file of the right kind does not count for a figure; null where it does. */
  #objection({ file, evidence, signer }: ReadFile, id: string): string | null {
    const { economyHash, kind, figures, madeAt } = evidence;
    if (economyHash !== this.#economyHash) {
      return `${file} is of another economy, ${economyHash.slice(0, 16)}…, not of ${this.#economyHash.slice(0, 16)}…`;
    }
    if (!Object.hasOwn(figures, id)) return `no file of kind ${kind} has a figure ${id}`;
    if (this.#signers?.has(signer) === false) {
      return `${file} is signed by ${signer}, which is none of the keys that may sign evidence`;
    }
    const daysMax = this.#rules.daysMax?.[kind] ?? EVIDENCE_DAYS_MAX[kind] ?? Number.POSITIVE_INFINITY;
    const days = this.#ageDays(evidence);
    return days <= daysMax
      ? null
      : `${file} is ${Math.floor(days)} days old, made at ${madeAt}; evidence of kind ${kind} shows nothing after ${daysMax}`;
  }

  #ageDays({ madeAt }: Evidence): number {
    return Math.max(0, Date.parse(this.#rules.madeAt) - Date.parse(madeAt)) / DAY_MS;
  }

  /** Of the file that came nearest to counting. */
  #reason(gate: GateName, kind: string, id: string, ofKind: readonly ReadFile[]): string {
    const own = ofKind.filter(({ evidence }) => evidence.economyHash === this.#economyHash);
    const having = own.filter(({ evidence }) => Object.hasOwn(evidence.figures, id));
    const trusted = having.filter(({ signer }) => this.#signers?.has(signer) !== false);
    const nearest = [trusted, having, own, ofKind].find((files) => files.length > 0)?.[0];
    if (nearest !== undefined) return this.#objection(nearest, id)!;
    return `needs evidence: a signed file of kind ${kind} for ${gate} with a figure ${id}`;
  }
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Clocks of two machines differ by so much and no more. */
const SKEW_MS = 300_000;

function requirePast(file: string, madeAt: string, now: string): void {
  if (Date.parse(madeAt) <= Date.parse(now) + SKEW_MS) return;
  throw new GateRefusal('GATE-EVIDENCE-DATE', file, `evidence made by ${now}`, `evidence made at ${madeAt}`);
}

/** An end that is left out is the value itself. */
function figureOf({ value, low, high, samples }: EvidenceFigure, grown: number): Figure {
  if (low === undefined && high === undefined) return exactly(value + grown, samples);
  const interval = [(low ?? value) + grown, (high ?? value) + grown] as const;
  return { value: value + grown, interval, confidence: 0.9, samples };
}

/** @throws GateRefusal GATE-EVIDENCE-FORM, GATE-EVIDENCE-SIGNATURE */
function readEvidence(file: string, text: string): SignedEvidence {
  if (!isText(file, NAME_MAX)) throw evidenceForm(file, `a name of ${file.length} letters, not of at most ${NAME_MAX}`);
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
  const expected = `a stannary-evidence/1 file: kind, gate, economyHash, figures with value and samples, how in at most ${HOW_MAX} letters, madeAt as 2026-03-14T09:26:53Z, signature`;
  return new GateRefusal('GATE-EVIDENCE-FORM', file, expected, got);
}

/** The draft that is to be signed, for an economy. @throws GateRefusal GATE-EVIDENCE-FORM */
export function evidenceDraft(file: string, text: string, economyHash: string): Evidence {
  const draft = { ...(parsed(file, text) as object), economyHash };
  if (isEvidence(draft)) return draft;
  throw evidenceForm(file, 'a draft that lacks one of them, or has it too long or in another form');
}

function isEvidence(data: unknown): data is Evidence {
  if (typeof data !== 'object' || data === null) return false;
  const { kind, gate, economyHash, figures, how, madeAt } = data as Evidence;
  const names = [kind, gate, economyHash].every((text) => isText(text, NAME_MAX));
  if (!names || !isText(how, HOW_MAX) || !isTime(madeAt)) return false;
  if (typeof figures !== 'object' || figures === null) return false;
  const all = Object.entries(figures as Readonly<Record<string, unknown>>);
  return (
    all.length <= FIGURES_MAX && all.every(([id, figure]) => isText(id, NAME_MAX) && id !== '$' && isFigure(figure))
  );
}

/** Room for what a report adds: the file's name, its time, its signer. */
const HOW_MAX = PROSE_MAX / 2;
const FIGURES_MAX = 100;

/** Text that UTF-8 has: half a surrogate pair could not be signed. */
function isText(text: unknown, lengthMax: number): boolean {
  return typeof text === 'string' && text !== '' && text.length <= lengthMax && text.isWellFormed();
}

function isTime(text: unknown): boolean {
  return typeof text === 'string' && TIME.test(text) && !Number.isNaN(Date.parse(text));
}

function isFigure(figure: unknown): boolean {
  if (typeof figure !== 'object' || figure === null) return false;
  const { value, samples, low = value, high = value } = figure as EvidenceFigure;
  const isDrawable = [value, low, high].every((end) => Number.isFinite(end) && Math.abs(end) <= FIGURE_MAX);
  // Errors without their sign, times, ages and counts: none is less than nothing, and a negative one meets any line.
  return isDrawable && value >= 0 && low <= value && value <= high && Number.isSafeInteger(samples) && samples > 0;
}

/** An age grows, and stays within what a report can say. */
const FIGURE_MAX = NUMBER_MAX / 2;
