import { shownText } from '@stannary/economies';

export type RefusalClass = 'input' | 'retry' | 'give-up';

/** Exit status by class: 1 is left for a check that failed (conservation, a cheat that got away). */
export const EXIT_STATUS: Readonly<Record<RefusalClass, number>> = { input: 2, retry: 3, 'give-up': 4 };

/** A refusal of the command line, or of the local network that it runs. One line: what was expected, what came, what to do. */
export class CliRefusal extends Error {
  readonly code: string;
  readonly refusalClass: RefusalClass;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly where: string | undefined;

  constructor(
    code: string,
    refusalClass: RefusalClass,
    detail: { where: string; expected: string; got: string; remedy?: string },
    options?: ErrorOptions,
  ) {
    const where = shownText(detail.where, 400);
    const expected = shownText(detail.expected, 1_000);
    const got = shownText(detail.got, 200);
    super(
      `${where}: expected ${expected}, got ${got}${detail.remedy === undefined ? '' : `; ${detail.remedy}`}`,
      options,
    );
    this.name = 'CliRefusal';
    this.code = code;
    this.refusalClass = refusalClass;
    this.expected = expected;
    this.got = got;
    this.where = where;
  }
}

/** The exit status of any error: by its class where it has one, else 4. */
export function exitStatusOf(error: unknown): number {
  const refusalClass = (error as { refusalClass?: RefusalClass }).refusalClass;
  return refusalClass === undefined ? 4 : EXIT_STATUS[refusalClass];
}
