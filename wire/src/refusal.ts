/** What the sender of refused bytes should do: mend the input, try again later, or stop. */
export type RefusalClass = 'input' | 'retry' | 'give-up';

/** Where it went wrong: expected and got in words, `where` as a field path or `byte N`. */
export interface RefusalDetail {
  readonly expected?: string;
  readonly got?: string;
  readonly where?: string;
}

/**
 * Bytes, or values to be put into bytes, that are outside the wire format. Always of class `input`: the same bytes
 * are refused again, so a resend is pointless. The codes are listed with the function that raises them.
 */
export class WireRefusal extends Error {
  readonly code: string;
  readonly refusalClass: RefusalClass = 'input';
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly where: string | undefined;

  constructor(code: string, detail: RefusalDetail = {}) {
    const { expected, got, where } = detail;
    const parts = [expected === undefined ? '' : `expected ${expected}`, got === undefined ? '' : `got ${got}`];
    const sentence = parts.filter((part) => part !== '').join(', ');
    super(`${code}${where === undefined ? '' : ` at ${where}`}${sentence === '' ? '' : `: ${sentence}`}`);
    this.name = 'WireRefusal';
    this.code = code;
    this.expected = expected;
    this.got = got;
    this.where = where;
  }
}

/** A short name of any value for a refusal's message; never the value of a long one. */
export function nameOf(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Map) return `a map of ${value.size}`;
  if (typeof value === 'string')
    return value.length > 80 ? `text of ${value.length} characters` : JSON.stringify(value);
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
