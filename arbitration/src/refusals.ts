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

/** Every code of admission, in the order of the checks. Those of `zero-usage` are numbered in wire's REFUSAL_CODES. */
export const ADMISSION_CODES = {
  'BATCH-OVERSIZED': rule('unsigned', 'input', 'The body or its list of records is larger than the limits.'),
  'BATCH-MALFORMED': rule('unsigned', 'input', 'The bytes are not a batch in the one form of the wire profile.'),
  'BATCH-NODE-UNKNOWN': rule('unsigned', 'retry', 'No node of this id is registered in a final block.'),
  'BATCH-SIGNATURE': rule('unsigned', 'input', "The signature is not the node's for this chain and economy."),
  'BATCH-RECORD-COUNT': rule('signed', 'input', 'The header counts another number of records than came with it.'),
  'BATCH-TOTALS': rule('signed', 'input', "The header's totals are not the sums of the records."),
  'BATCH-RECORDS-ROOT': rule('signed', 'input', "The records are not those under the header's root."),
  'BATCH-REPLAYED': rule('signed', 'give-up', 'The sequence number lies behind the head, and its header is not kept.'),
  'BATCH-EQUIVOCATION': rule('signed', 'give-up', 'The node signed two headers with one sequence number.'),
  'BATCH-GAP-LIMIT': rule('signed', 'retry', 'Too many batches already wait for the missing ones before them.'),
  'BATCH-CHAIN': rule('signed', 'give-up', "The header does not follow the node's head."),
  'BATCH-EPOCH-FUTURE': rule('zero-usage', 'input', "The batch's epoch has not begun."),
  'BATCH-EPOCH-CLOSED': rule('zero-usage', 'give-up', 'The batch came later than late batches may.'),
  'BATCH-NODE-STOPPED': rule('zero-usage', 'give-up', 'The node is stopped or slashed.'),
  'BATCH-NODE-UNBONDED': rule('zero-usage', 'give-up', "The node's bond lies below the stop line."),
  'BATCH-CLOCK-SKEW': rule('zero-usage', 'input', "The batch or a window of it ends after the gateway's clock."),
  'RECORD-RESOURCE-UNRATED': rule('zero-usage', 'input', 'The economy has no rate for the resource.'),
  'RECORD-LEASE-UNKNOWN': rule('zero-usage', 'input', 'There is no such lease.'),
  'RECORD-LEASE-FOREIGN': rule('zero-usage', 'input', "The lease is another node's."),
  'RECORD-LEASE-ENDED': rule('zero-usage', 'input', "The lease is not one of the batch's epoch."),
  'RECORD-WINDOW-OUTSIDE-EPOCH': rule('zero-usage', 'input', "The window is not inside the batch's epoch."),
  'RECORD-WINDOW-OUTSIDE-LEASE': rule('zero-usage', 'input', 'The window is not inside the lease.'),
  'RECORD-WINDOW-OVERLAP': rule('zero-usage', 'input', 'The window begins before an earlier one of its lease ended.'),
  'RECORD-EVIDENCE-MISSING': rule('zero-usage', 'input', 'A billed record names no receipt, or its receipt never came.'),
  'RECORD-EVIDENCE-MISMATCH': rule('zero-usage', 'input', "The record names another receipt than its lease's."),
  'RECORD-QUANTITY-IMPLAUSIBLE': rule('zero-usage', 'input', 'More than the lease allows or the node can do.'),
} as const satisfies Record<string, AdmissionRule> & Record<RefusalCode, AdmissionRule & { stage: 'zero-usage' }>;

export type AdmissionCode = keyof typeof ADMISSION_CODES;

/** A code of a batch that is accepted with zero usage. */
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
export type ArbitrationCode = 'EVIDENCE-MALFORMED' | 'AUDIT-NODE-UNKNOWN' | 'REPLICA-OPERATOR';

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

function rule<Stage extends AdmissionStage>(stage: Stage, refusalClass: RefusalClass, text: string) {
  return { stage, refusalClass, text } as const;
}
