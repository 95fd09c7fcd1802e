import { shownText } from '@stannary/economies';

const LINE_MAX = 2_000;

export interface LineOptions {
  readonly isJson: boolean;
  readonly atMs: number;
}

/** A finding as it is printed. Names of files and what gateways and nodes say are in it, and must not act on a terminal. */
export function findingLine(finding: { readonly kind: string }, text: string, { isJson, atMs }: LineOptions): string {
  const at = new Date(atMs).toISOString();
  if (isJson) return shownText(JSON.stringify({ at, ...finding }), Number.POSITIVE_INFINITY);
  return `${at}  ${shownText(text, LINE_MAX)}`;
}

/** Why a look failed, as it is printed. */
export function failureLine(message: string): string {
  return `stannary: ${shownText(message, LINE_MAX)}; looking again`;
}
