import type { Statement } from '@stannary/kernel';
import type { Posting } from './postings.ts';
export function statementPostings(_statement: Statement): Posting[] {
  return [];
}
