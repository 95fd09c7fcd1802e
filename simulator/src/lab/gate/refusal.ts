/** What the caller can do about a refusal: here always mend what was given. */
export type RefusalClass = 'input';

export type GateRefusalCode =
  | 'GATE-BOUNDS'
  | 'GATE-EVIDENCE-DATE'
  | 'GATE-EVIDENCE-FORM'
  | 'GATE-EVIDENCE-SIGNATURE'
  | 'GATE-KEY'
  | 'GATE-LIVE'
  | 'GATE-REPORT'
  | 'GATE-SCENARIO';

/** A gate that cannot be run as asked; the message says where, what was expected and what came. */
export class GateRefusal extends Error {
  override readonly name = 'GateRefusal';
  readonly refusalClass: RefusalClass = 'input';
  readonly code: GateRefusalCode;
  readonly where: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: GateRefusalCode, where: string, expected: string, got: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${got}`, options);
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = got;
  }
}
