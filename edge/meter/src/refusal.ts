export type RefusalClass = 'input' | 'retry' | 'give-up';

/** Every refusal of the meter and what its caller should do about it; the exit status of the program follows it. */
export const METER_REFUSALS = {
  'METER-ARGUMENT': 'input',
  'METER-PLUGIN': 'input',
  'METER-KEY-FORMAT': 'input',
  'METER-KEY-MODE': 'input',
  'METER-CGROUP-FORMAT': 'give-up',
  'METER-PROCFS-FORMAT': 'give-up',
  'METER-CPU-SOURCE': 'give-up',
  'METER-WINDOW-EPOCH': 'input',
  'METER-QUANTITY': 'input',
  'METER-BATCH-COUNT': 'input',
  'METER-BATCH-EPOCH': 'input',
  'METER-BATCH-REFUSED': 'give-up',
  'METER-SPOOL-LOCKED': 'give-up',
  'METER-SPOOL-TORN': 'give-up',
  'METER-SPOOL-CHAIN': 'give-up',
  'METER-SPOOL-FULL': 'retry',
  'METER-SPOOL-DISK': 'retry',
  'METER-POSTER-KEY': 'retry',
  'METER-RECEIPT-FORMAT': 'retry',
  'METER-RECEIPT-SIGNATURE': 'retry',
  'METER-RECEIPT-BATCH': 'retry',
  'METER-BLOB-HASH': 'retry',
} as const satisfies Record<string, RefusalClass>;

export type MeterRefusalCode = keyof typeof METER_REFUSALS;

export interface RefusalDetails {
  readonly expected: string;
  readonly got: string;
  /** The file, field or message that was refused. */
  readonly where: string;
}

/** An expected refusal of the meter. `code` is stable; `refusalClass` says: fix the input, try again, or give up. */
export class MeterRefusal extends Error {
  readonly code: MeterRefusalCode;
  readonly refusalClass: RefusalClass;
  readonly expected: string;
  readonly got: string;
  readonly where: string;

  constructor(code: MeterRefusalCode, details: RefusalDetails, options?: ErrorOptions) {
    super(`${details.where}: expected ${details.expected}, got ${details.got}`, options);
    this.name = 'MeterRefusal';
    this.code = code;
    this.refusalClass = METER_REFUSALS[code];
    this.expected = details.expected;
    this.got = details.got;
    this.where = details.where;
  }
}

/** Anything thrown that says what to do about itself: the refusals of this package, of the gateway, wire and execution. */
export interface AnyRefusal extends Error {
  readonly code: string;
  readonly refusalClass: RefusalClass;
}

/** True for refusals, whichever package threw them; false for bugs, which must not be caught. */
export function isRefusal(thrown: unknown): thrown is AnyRefusal {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('refusalClass' in thrown)) return false;
  return (
    typeof thrown.code === 'string' &&
    (thrown.refusalClass === 'input' || thrown.refusalClass === 'retry' || thrown.refusalClass === 'give-up')
  );
}
