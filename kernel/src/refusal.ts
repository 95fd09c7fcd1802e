/** What the caller can do about a refusal: mend the input, ask again later, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

export type KernelRefusalCode =
  | 'KERNEL-AMOUNT'
  | 'KERNEL-RANGE'
  | 'KERNEL-DIVIDE-BY-ZERO'
  | 'KERNEL-LOGARITHM'
  | 'KERNEL-BEFORE-GENESIS'
  | 'KERNEL-CLOCK'
  | 'KERNEL-EPOCH'
  | 'KERNEL-PRICE-UNKNOWN'
  | 'KERNEL-MARKET-UNKNOWN'
  | 'KERNEL-MARKET-DUPLICATE'
  | 'KERNEL-BENCHMARK-UNKNOWN'
  | 'KERNEL-LEASE-USE'
  | 'KERNEL-LEASE-UNKNOWN'
  | 'KERNEL-LEASE-DUPLICATE'
  | 'KERNEL-GRANT-UNKNOWN'
  | 'KERNEL-GRANT-DUPLICATE'
  | 'KERNEL-BEACON'
  | 'KERNEL-ACCOUNT'
  | 'KERNEL-NODE-UNKNOWN'
  | 'KERNEL-NODE-DUPLICATE'
  | 'KERNEL-NODE-WORK'
  | 'KERNEL-CLASS-UNKNOWN'
  | 'KERNEL-RESOURCE-UNKNOWN'
  | 'KERNEL-PURPOSE-UNKNOWN'
  | 'KERNEL-USAGE-EPOCH'
  | 'KERNEL-USAGE-DUPLICATE'
  | 'KERNEL-VERDICT-UNKNOWN'
  | 'KERNEL-OFFENCE-UNKNOWN'
  | 'KERNEL-FAULT-DUPLICATE'
  | 'KERNEL-FAULT-UNKNOWN'
  | 'KERNEL-WINDOW'
  | 'KERNEL-OFFER-DUPLICATE'
  | 'KERNEL-DEMAND-DUPLICATE'
  | 'KERNEL-COLUMN-UNKNOWN'
  | 'KERNEL-PARTICIPANT-DUPLICATE'
  | 'KERNEL-POOL'
  | 'KERNEL-BOND'
  | 'KERNEL-SUPPLY-STREAMS'
  | 'KERNEL-SUPPLY-STEP'
  | 'KERNEL-EVIDENCE-UNKNOWN'
  | 'KERNEL-POOL-EMPTY'
  | 'KERNEL-HATCH'
  | 'KERNEL-MINT-HALTED'
  | 'KERNEL-MINT-WAIT'
  | 'KERNEL-MINT-SLOW'
  | 'KERNEL-TOKEN-COVER'
  | 'KERNEL-REPORT-DUPLICATE'
  | 'KERNEL-SAMPLE-ORDER';

/** The kernel's only expected error. Anything else that it throws is a bug and must stop the process. */
export class KernelRefusal extends Error {
  readonly code: KernelRefusalCode;
  /** The kernel is pure: the same input is refused again, so every refusal is the input's. */
  readonly refusalClass: RefusalClass = 'input';
  readonly expected: string;
  readonly got: string;
  readonly where: string;

  constructor(code: KernelRefusalCode, where: string, expected: string, got: unknown) {
    super(`${where}: expected ${expected}, got ${String(got)}`);
    this.name = 'KernelRefusal';
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = String(got);
  }
}
