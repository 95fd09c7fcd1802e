import type { ProgrammeRule, ProgrammeVersion } from '@stannary/kernel';
import type { LoadedEconomy, Policy } from './load-economy.ts';
import { EconomyRefusal } from './refusal.ts';
import { nodeAt, shownNode } from './source.ts';

/**
 * The programme of an economy over time: each version's rules, in force for periods that start at the version's date or
 * later. A single version without a date holds from the beginning of time.
 * @throws EconomyRefusal ECONOMY-PROGRAMME (no version has one, or a later one has none), ECONOMY-DATE (several versions,
 *   and no date of genesis)
 */
export function programmeOf({ policies }: Pick<LoadedEconomy, 'policies'>): ProgrammeRule {
  const first = policies.findIndex(({ economy }) => economy.programme !== null);
  const paying = policies.slice(Math.max(0, first));
  const versions = paying.map((policy) => versionOf(policy, policies.length === 1));
  return { kind: 'programme', versions };
}

function versionOf(policy: Policy, isOnly: boolean): ProgrammeVersion {
  const { version, fromMs, economy } = policy;
  if (economy.programme === null) throw refusal(policy, 'ECONOMY-PROGRAMME', 'programme', 'a programme');
  const { atMs } = economy.genesis;
  if (atMs === null && !isOnly)
    throw refusal(policy, 'ECONOMY-DATE', 'genesis.at', 'the date from which versions count');
  // Up: a period that starts within a version's first second belongs to it.
  return { version, fromSeconds: Math.ceil(((atMs ?? 0) + fromMs) / 1_000), ...economy.programme };
}

function refusal({ source }: Policy, code: 'ECONOMY-PROGRAMME' | 'ECONOMY-DATE', path: string, expected: string) {
  const node = nodeAt(source, path);
  return new EconomyRefusal(code, `${(node ?? source).place} ${path}`, expected, node ? shownNode(node) : 'nothing');
}
