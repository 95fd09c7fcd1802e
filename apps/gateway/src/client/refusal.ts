import type { RefusalAnswer } from './api.ts';

export type RefusalClass = 'input' | 'retry' | 'give-up';

/**
 * A refusal of the gateway, on either side of the wire. `code` is stable; `refusalClass` tells the caller what to do:
 * fix the input, try again later, or give up.
 */
export class GatewayRefusal extends Error {
  readonly code: string;
  readonly refusalClass: RefusalClass;
  readonly status: number;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly where: string | undefined;

  constructor(answer: RefusalAnswer, status: number, refusalClass: RefusalClass, options?: ErrorOptions) {
    super(answer.message, options);
    this.name = 'GatewayRefusal';
    this.code = answer.code;
    this.status = status;
    this.refusalClass = refusalClass;
    this.expected = answer.expected;
    this.got = answer.got;
    this.where = answer.where;
  }
}

/** What a caller should do about an HTTP status: 408, 425, 429 and 5xx may pass, 401/403/404/410 will not, the rest is the caller's input. */
export function refusalClassOf(status: number): RefusalClass {
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'retry';
  return status === 401 || status === 403 || status === 404 || status === 410 ? 'give-up' : 'input';
}
