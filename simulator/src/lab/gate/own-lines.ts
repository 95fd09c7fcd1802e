import { loadEconomy, measuredField, measuredPaths, type Policy } from '@stannary/economies';
import type { OwnLine } from './report.ts';

const STANDARD = 'reference';
const LINES = 'gate.';

/**
 * The lines that an economy draws itself, where the reference economy draws others: an economy that is judged by its own
 * lines may draw them where it stands. In the order of the file.
 */
export async function ownLinesOf(policy: Policy): Promise<OwnLine[]> {
  const { policies } = await loadEconomy(STANDARD);
  return measuredPaths(policy).flatMap((field): OwnLine[] => {
    if (!field.startsWith(LINES)) return [];
    const own = measuredField(policy, field)!;
    const standard = measuredField(policies[0], field);
    return standard === null || own.here === standard.here ? [] : [{ field, own: own.text, standard: standard.text }];
  });
}
