import { type PaidPeriod, type ProgrammePayout, type ProgrammeRule, payPeriod, type Tolerance } from '@stannary/kernel';
import type { ReplayInputs } from './read-folder.ts';

/** One recomputed payout beside what was really paid. */
export interface ReplayRow {
  readonly period: string;
  readonly account: string;
  readonly version: number;
  readonly payout: ProgrammePayout;
  /** Null where the folder does not say. */
  readonly reallyPaid: bigint | null;
  /** |recomputed − really paid|, or null. */
  readonly difference: bigint | null;
  readonly matches: boolean;
}

export interface ReplayPeriod {
  readonly result: PaidPeriod;
  readonly reallyPaid: bigint | null;
  readonly compared: number;
  readonly matches: number;
}

export interface ReplayReport {
  readonly rows: readonly ReplayRow[];
  readonly periods: readonly ReplayPeriod[];
  readonly compared: number;
  readonly matches: number;
  /** The compared row that is furthest off, matching or not. */
  readonly furthest: ReplayRow | null;
  /** Rows that differ by more than the tolerance, in the order of periods and accounts. */
  readonly differing: readonly ReplayRow[];
  /** Payments to accounts that have no row in the period: there is nothing to recompute them from. */
  readonly withoutInputs: readonly { readonly period: string; readonly account: string; readonly paid: bigint }[];
  readonly gaps: ReplayInputs['gaps'];
}

/** Recomputes every payout and compares it with what was really paid. Refuses as `payPeriod` does. */
export function replay(rule: ProgrammeRule, inputs: ReplayInputs, tolerance: Tolerance): ReplayReport {
  const results = inputs.periods.map((period) => {
    const participants = [...(inputs.participants.get(period.id)?.values() ?? [])];
    return payPeriod(rule, period, participants);
  });
  const byPeriod = results.map((result) => compare(result, inputs.paid?.get(result.id) ?? null, tolerance));
  const rows = byPeriod.flat();
  const compared = rows.filter(({ difference }) => difference !== null);
  const differing = compared.filter(({ matches }) => !matches);
  return {
    rows,
    periods: results.map((result, index) => summary(result, byPeriod[index]!)),
    compared: compared.length,
    matches: compared.length - differing.length,
    furthest: compared.reduce<ReplayRow | null>(further, null),
    differing,
    withoutInputs: withoutInputs(inputs),
    gaps: inputs.gaps,
  };
}

function compare(result: PaidPeriod, paid: ReadonlyMap<string, bigint> | null, tolerance: Tolerance): ReplayRow[] {
  return result.payouts.map((payout): ReplayRow => {
    const { account } = payout;
    const reallyPaid = paid === null ? null : (paid.get(account) ?? 0n);
    const difference = reallyPaid === null ? null : distance(payout.paid, reallyPaid);
    const matches = difference !== null && isTolerated(tolerance, difference, reallyPaid!);
    return { period: result.id, account, version: result.version, payout, reallyPaid, difference, matches };
  });
}

function isTolerated(tolerance: Tolerance, difference: bigint, reallyPaid: bigint): boolean {
  return difference <= BigInt(tolerance.amount) || difference * 1_000_000n <= BigInt(tolerance.ppm) * reallyPaid;
}

function distance(x: bigint, y: bigint): bigint {
  return x < y ? y - x : x - y;
}

function further(furthest: ReplayRow | null, row: ReplayRow): ReplayRow {
  return furthest === null || row.difference! > furthest.difference! ? row : furthest;
}

function summary(result: PaidPeriod, rows: readonly ReplayRow[]): ReplayPeriod {
  const compared = rows.filter(({ difference }) => difference !== null);
  return {
    result,
    reallyPaid: compared.length === 0 ? null : compared.reduce((sum, { reallyPaid }) => sum + reallyPaid!, 0n),
    compared: compared.length,
    matches: compared.filter(({ matches }) => matches).length,
  };
}

function withoutInputs({ periods, participants, paid }: ReplayInputs): ReplayReport['withoutInputs'] {
  return periods.flatMap(({ id }) => {
    const unknown = [...(paid?.get(id) ?? [])].filter(
      ([account, sum]) => sum > 0n && !participants.get(id)?.has(account),
    );
    return unknown.map(([account, sum]) => ({ period: id, account, paid: sum }));
  });
}
