/**
 * What the caller of a refused call can do: mend what it handed in (`input`), or ask again on a healthier
 * machine (`retry`). Everything that follows from module and input alone is `input`: it fails the same way on
 * every replica.
 */
export type RefusalClass = 'input' | 'retry' | 'give-up';

/** Every code this package refuses with; one test in this folder is named for each. */
export type ExecutionCode =
  | 'EXECUTION-MODULE-SIZE'
  | 'EXECUTION-MODULE-LIMIT'
  | 'EXECUTION-INVALID-MODULE'
  | 'EXECUTION-FORBIDDEN-IMPORT'
  | 'EXECUTION-FORBIDDEN-FEATURE'
  | 'EXECUTION-RESERVED-EXPORT'
  | 'EXECUTION-ABI'
  | 'EXECUTION-INPUT-SIZE'
  | 'EXECUTION-INPUT-RANGE'
  | 'EXECUTION-OUTPUT-SIZE'
  | 'EXECUTION-OUTPUT-RANGE'
  | 'EXECUTION-OUT-OF-FUEL'
  | 'EXECUTION-STACK'
  | 'EXECUTION-TRAP'
  | 'EXECUTION-ENGINE';

/** What was expected, what came, and where; all for people, the code is for programs. */
export interface RefusalDetail {
  readonly expected: string;
  readonly got: string;
  readonly where: string;
}

/** An expected refusal. `EXECUTION-ENGINE` is the only one that says nothing about the task itself. */
export class ExecutionRefusal extends Error {
  readonly code: ExecutionCode;
  readonly refusalClass: RefusalClass;
  readonly expected: string;
  readonly got: string;
  readonly where: string;

  constructor(code: ExecutionCode, detail: RefusalDetail) {
    super(`${code}: ${detail.where}: expected ${detail.expected}, got ${detail.got}`);
    this.name = 'ExecutionRefusal';
    this.code = code;
    this.refusalClass = code === 'EXECUTION-ENGINE' ? 'retry' : 'input';
    this.expected = detail.expected;
    this.got = detail.got;
    this.where = detail.where;
  }
}

/** Refuses a module for something the deterministic profile leaves out. */
export function forbidden(where: string, got: string): ExecutionRefusal {
  return new ExecutionRefusal('EXECUTION-FORBIDDEN-FEATURE', { expected: 'the deterministic profile', got, where });
}
