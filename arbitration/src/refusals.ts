import { REFUSAL_CODES, type RefusalClass, type RefusalCode } from '@stannary/wire';

/**
 * When an admission code is given. `unsigned`: before the signature holds; nothing is stored, nothing counts against
 * the node. `signed`: the node said it, and still nothing is stored. `zero-usage`: the node's head advances, a
 * receipt goes out, the usage counts nothing.
 */
export type AdmissionStage = 'unsigned' | 'signed' | 'zero-usage';

export interface AdmissionRule {
  readonly stage: AdmissionStage;
  /** What the node can do: mend its input, try again later, or stop. */
  readonly refusalClass: RefusalClass;
  readonly text: string;
}

const RULES = [
  rule('BATCH-OVERSIZED', 'input', 'The body or its list of records is larger than the limits.', 'unsigned'),
  rule('BATCH-MALFORMED', 'input', 'The bytes are not a batch in the one form of the wire profile.', 'unsigned'),
  rule('BATCH-RECORD-COUNT', 'input', 'The header counts another number of records than came with it.', 'unsigned'),
  rule('BATCH-NODE-UNKNOWN', 'retry', 'No node of this id is registered in a final block.', 'unsigned'),
  rule('BATCH-SIGNATURE', 'input', "The signature is not the node's for this chain and economy.", 'unsigned'),
  rule('BATCH-TOTALS', 'input', "The header's totals are not the sums of the records.", 'signed'),
  rule('BATCH-RECORDS-ROOT', 'input', "The records are not those under the header's root.", 'signed'),
  rule('BATCH-REPLAYED', 'give-up', 'The sequence number lies behind the head, and its header is not kept.', 'signed'),
  rule('BATCH-EQUIVOCATION', 'give-up', 'The node signed two headers with one sequence number.', 'signed'),
  rule('BATCH-GAP-LIMIT', 'retry', 'Too many batches already wait for the missing ones before them.', 'signed'),
  rule('BATCH-CHAIN', 'give-up', "The header does not follow the node's head.", 'signed'),
  rule('BATCH-EPOCH-FUTURE', 'input', "The batch's epoch has not begun.", 'zero-usage'),
  rule('BATCH-EPOCH-CLOSED', 'give-up', 'The batch came later than late batches may.', 'zero-usage'),
  rule('BATCH-NODE-STOPPED', 'give-up', 'The node is stopped or slashed.', 'zero-usage'),
  rule('BATCH-NODE-UNBONDED', 'give-up', "The node's bond lies below the stop line.", 'zero-usage'),
  rule('BATCH-CLOCK-SKEW', 'input', "The batch or a window of it ends after the gateway's clock.", 'zero-usage'),
  rule('RECORD-RESOURCE-UNRATED', 'input', 'The economy has no rate for the resource.', 'zero-usage'),
  rule('RECORD-LEASE-UNKNOWN', 'input', 'There is no such lease.', 'zero-usage'),
  rule('RECORD-LEASE-FOREIGN', 'input', "The lease is another node's.", 'zero-usage'),
  rule('RECORD-LEASE-ENDED', 'input', "The lease is not one of the batch's epoch.", 'zero-usage'),
  rule('RECORD-WINDOW-OUTSIDE-EPOCH', 'input', "The window is not inside the batch's epoch.", 'zero-usage'),
  rule('RECORD-WINDOW-OUTSIDE-LEASE', 'input', 'The window is not inside the lease.', 'zero-usage'),
  rule('RECORD-WINDOW-OVERLAP', 'input', 'The window begins before an earlier one of its lease ended.', 'zero-usage'),
  rule(
    'RECORD-EVIDENCE-MISSING',
    'input',
    'A billed record names no receipt, or its receipt never came.',
    'zero-usage',
  ),
  rule('RECORD-EVIDENCE-MISMATCH', 'input', "The record names another receipt than its lease's.", 'zero-usage'),
  rule('RECORD-QUANTITY-IMPLAUSIBLE', 'input', 'More than the lease allows or the node can do.', 'zero-usage'),
] as const;

export type AdmissionCode = (typeof RULES)[number]['code'];

/** Every code of admission, in the order of the checks. */
export const ADMISSION_CODES = Object.fromEntries(RULES.map((row) => [row.code, row])) as unknown as {
  readonly [Code in AdmissionCode]: AdmissionRule & { readonly code: Code };
};

/** A code of a batch that is accepted with zero usage: those that wire numbers for receipts. */
export type ZeroUsageCode = RefusalCode;

/** The number of a zero-usage code in a receipt. */
export function chainCodeOf(code: ZeroUsageCode): number {
  return REFUSAL_CODES[code];
}

/** What was expected, what came, and where: parts of a refusal's message. */
export interface RefusalDetail {
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;
}

/** Expected refusals of this package's other doors. */
export type ArbitrationCode = 'EVIDENCE-MALFORMED' | 'AUDIT-NODE-UNKNOWN' | 'COMMITTEE-POOL';

export class ArbitrationRefusal extends Error {
  readonly code: ArbitrationCode;
  readonly refusalClass: RefusalClass = 'input';
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;

  constructor(code: ArbitrationCode, detail: RefusalDetail, options?: ErrorOptions) {
    const { expected, got, where } = detail;
    const said = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
    super(`${code}${where ? ` at ${where}` : ''}: ${said}`, options);
    this.name = 'ArbitrationRefusal';
    this.code = code;
    Object.assign(this, detail);
  }
}

function rule<Code extends string>(code: Code, refusalClass: RefusalClass, text: string, stage: AdmissionStage) {
  return { code, refusalClass, text, stage } as const;
}
