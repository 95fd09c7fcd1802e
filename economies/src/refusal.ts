/** What the caller can do about a refusal: mend the file, try again, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

export type EconomyRefusalCode =
  | 'ECONOMY-NOT-FOUND'
  | 'ECONOMY-YAML'
  | 'ECONOMY-MISSING'
  | 'ECONOMY-UNKNOWN-KEY'
  | 'ECONOMY-TYPE'
  | 'ECONOMY-CHOICE'
  | 'ECONOMY-EXTENDS'
  | 'ECONOMY-EXTENDS-KEY'
  | 'ECONOMY-DURATION'
  | 'ECONOMY-WHOLE'
  | 'ECONOMY-SHARE'
  | 'ECONOMY-AMOUNT'
  | 'ECONOMY-PRICE'
  | 'ECONOMY-COUNT'
  | 'ECONOMY-PRECISION'
  | 'ECONOMY-RANGE'
  | 'ECONOMY-SUMS'
  | 'ECONOMY-GRACE'
  | 'ECONOMY-LATE'
  | 'ECONOMY-HOLDBACK'
  | 'ECONOMY-UNBONDING'
  | 'ECONOMY-PRICE-ORDER'
  | 'ECONOMY-PRICE-GAIN'
  | 'ECONOMY-TAKE'
  | 'ECONOMY-CLASS-SHARES'
  | 'ECONOMY-BOND-LINES'
  | 'ECONOMY-OPERATOR-CAP'
  | 'ECONOMY-EMISSION-CAP'
  | 'ECONOMY-DETECTION'
  | 'ECONOMY-OFFENCE'
  | 'ECONOMY-SLASH-SPLIT'
  | 'ECONOMY-CHALLENGER'
  | 'ECONOMY-REPUTATION'
  | 'ECONOMY-NOTHING-BILLED';

/** Why an economy file is refused. `where` is `file:line path.of.the.field`. */
export class EconomyRefusal extends Error {
  readonly code: EconomyRefusalCode;
  /** A file is wrong until someone changes it. */
  readonly refusalClass: RefusalClass = 'input';
  readonly expected: string;
  readonly got: string;
  readonly where: string;

  constructor(code: EconomyRefusalCode, where: string, expected: string, got: string) {
    super(`${where}: expected ${expected}, got ${got}`);
    this.name = 'EconomyRefusal';
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = got;
  }
}
