/** What the caller can do about a refusal: mend the input, ask again later, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

export type ExperimentRefusalCode =
  | 'EXPERIMENT-DIMENSIONS'
  | 'EXPERIMENT-COUNT'
  | 'EXPERIMENT-LENGTH'
  | 'EXPERIMENT-VALUE'
  | 'EXPERIMENT-RANGE'
  | 'EXPERIMENT-SEED'
  | 'EXPERIMENT-DUPLICATE';

/** The only expected error of designs, statistics and tuning. The same input is refused again. */
export class ExperimentRefusal extends Error {
  readonly code: ExperimentRefusalCode;
  readonly refusalClass: RefusalClass = 'input';
  readonly expected: string;
  readonly got: string;
  readonly where: string;

  constructor(code: ExperimentRefusalCode, where: string, expected: string, got: unknown) {
    super(`${where}: expected ${expected}, got ${String(got)}`);
    this.name = 'ExperimentRefusal';
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = String(got);
  }
}

/** A value that came from outside: a NaN or an infinity must not travel on into a report. */
export function finite(value: number, where: string): number {
  if (!Number.isFinite(value)) throw new ExperimentRefusal('EXPERIMENT-VALUE', where, 'a finite number', value);
  return value;
}

/** Every value of a column, with the place of the first that is none. */
export function allFinite(values: ArrayLike<number>, where: string): void {
  for (let at = 0; at < values.length; at += 1) {
    if (!Number.isFinite(values[at])) finite(values[at]!, `${where}[${at}]`);
  }
}

/** A count: whole, and at least `least`. */
export function countFrom(least: number, value: number, where: string): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ExperimentRefusal('EXPERIMENT-COUNT', where, `a whole number of at least ${least}`, value);
  }
  return value;
}

export function sameLength(expected: number, got: number, where: string): void {
  if (expected !== got) throw new ExperimentRefusal('EXPERIMENT-LENGTH', where, `${expected} values`, got);
}

/** A share strictly between 0 and 1. */
export function openShare(value: number, where: string): number {
  if (!(value > 0 && value < 1)) {
    throw new ExperimentRefusal('EXPERIMENT-RANGE', where, 'a share between 0 and 1, neither of them', value);
  }
  return value;
}
