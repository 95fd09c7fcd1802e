export type RefusalClass = 'input' | 'retry' | 'give-up';

/** A row of a table of refusals: the sentence says what the code means, to whoever is refused. */
export const meaning = (refusalClass: RefusalClass, _sentence: string): RefusalClass => refusalClass;

/** An expected refusal of the lab; the message says where, what was expected and what came. */
export abstract class LabRefusal<Code extends string> extends Error {
  readonly code: Code;
  /** What the caller can do about it: mend what was given, where a kind of refusals does not say otherwise. */
  readonly refusalClass: RefusalClass = 'input';
  readonly where: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: Code, where: string, expected: string, got: unknown, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${String(got)}`, options);
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = String(got);
  }
}
