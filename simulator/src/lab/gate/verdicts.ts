import { meets } from './criterion.ts';
import type { GateCheck, GateCriterion, GateName, GateReport } from './report.ts';

const THIN_MAX = 8;
/** Rows whose figures are what they are, near their lines or not. */
const EXACT: readonly GateName[] = ['G2', 'G11', 'G12', 'G14'];

const GATES = Array.from({ length: 17 }, (_, at): GateName => `G${at + 1}` as GateName);

/** Rows that are missing, or stand there without a check: what is not looked at has not passed. */
export function unlookedAt(criteria: readonly Pick<GateCriterion, 'gate' | 'checks'>[]): readonly GateName[] {
  return GATES.filter((name) => !criteria.some(({ gate, checks }) => gate === name && checks.length > 0));
}

/**
 * Economics pass when every row is there and every check that counts for economics has passed, in whatever row it stands;
 * ready to launch when all checks have, under bounds that bind.
 */
export function verdictsOf(criteria: readonly GateCriterion[], boundsWaived: boolean): GateReport['verdicts'] {
  const all = criteria.flatMap(({ checks, share }) =>
    checks.map((check) => ({ ...check, share: check.share ?? share })),
  );
  const economics = all.filter(({ share }) => share === 'economics');
  const isWhole = unlookedAt(criteria).length === 0;
  const passes = (checks: readonly GateCheck[]) => isWhole && checks.every(({ state }) => state === 'passed');
  return {
    economics: passes(economics) ? 'pass' : 'fail',
    launch: passes(all) && !boundsWaived ? 'ready' : 'not ready',
  };
}

/** The checks that pass by least, relative to their lines, at the worse end of their intervals; the thinnest first. */
export function thinOf(criteria: readonly GateCriterion[]): GateReport['thin'] {
  return criteria
    .filter(({ gate }) => !EXACT.includes(gate))
    .flatMap(({ gate, checks }) => checks.map((check) => ({ gate, check })))
    .flatMap(({ gate, check }) => {
      const headroom = headroomOf(check);
      return headroom === null ? [] : [{ check: `${gate} ${check.id}`, headroom, movedBy: check.movedBy ?? [] }];
    })
    .sort((one, other) => one.headroom - other.headroom || (one.check < other.check ? -1 : 1))
    .slice(0, THIN_MAX);
}

/** Null where a line is no distance away, but equality or nothing. */
function headroomOf({ state, figure, line }: GateCheck): number | null {
  if (state !== 'passed' || figure === null || line === null || line.relation === '=' || line.value === 0) return null;
  const [low, high] = figure.interval ?? [figure.value, figure.value];
  const worst = line.relation.startsWith('<') ? high : low;
  if (!meets(worst, line)) return 0;
  // Of a share that must be nearly all, what counts is how much may be missing.
  const isNearlyAll = line.relation.startsWith('>') && line.value > 0.5 && line.value < 1 && worst <= 1;
  return Math.abs(line.value - worst) / (isNearlyAll ? 1 - line.value : Math.abs(line.value));
}
