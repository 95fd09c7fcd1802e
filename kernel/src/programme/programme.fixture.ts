import type { Participant } from './participant.ts';
import type { ProgrammePeriod } from './pay-period.ts';
import type { ProgrammeRule, ProgrammeVersion } from './rules.ts';

export const DAY_SECONDS = 86_400;

export const PERIOD: ProgrammePeriod = { id: 'first', startSeconds: 0, endSeconds: 30 * DAY_SECONDS, pool: 1_000n };

export function participant(account: string, amounts: Record<string, bigint>, flags = {}): Participant {
  return { account, amounts, flags };
}

/** One version from 1970 on that pays the pool by `work`, changed where a test says so. */
export function programme(changes: Partial<ProgrammeVersion> = {}): ProgrammeRule {
  const version: ProgrammeVersion = {
    version: 1,
    fromSeconds: 0,
    weight: { measure: { kind: 'column', column: 'work' }, steps: [] },
    requirements: [],
    payout: { kind: 'pool' },
    ...changes,
  };
  return { kind: 'programme', versions: [version] };
}
