import { type AttackFinding, type CheckState, type GateCheck, numberText, roughText } from '@stannary/simulator/lab';
import { type Cell, left, right } from './columns.ts';

const SIGNS: Readonly<Record<CheckState, string>> = { failed: '✗', 'not shown': '?', passed: '✓' };
const WORST_FIRST: readonly CheckState[] = ['failed', 'not shown', 'passed'];

export interface AttackRow {
  readonly cells: readonly Cell[];
  /** Of the world that is shown. */
  readonly check: GateCheck;
}

/**
 * A row for each attack, in the world that it comes off best in: what it costs the attacker, what it brings, how much the
 * one is of the other; and the ids of all checks that the rows stand for.
 */
export function attackRows(
  findings: readonly AttackFinding[],
  checks: readonly GateCheck[],
): { readonly rows: readonly AttackRow[]; readonly ids: ReadonlySet<string> } {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const judged = findings.flatMap((finding) => {
    const check = byId.get(`${finding.id}.${finding.world}`);
    return check === undefined ? [] : [{ finding, check }];
  });
  const attacks = [...new Set(judged.map(({ finding }) => finding.id))];
  const rows = attacks.map((id): AttackRow => {
    const own = judged.filter(({ finding }) => finding.id === id);
    const { finding, check } = own.sort((a, b) => bySafety(a.finding, b.finding))[0]!;
    return { cells: cellsOf(finding), check };
  });
  return { rows, ids: new Set(judged.map(({ check }) => check.id)) };
}

function bySafety(one: AttackFinding, other: AttackFinding): number {
  const state = WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state);
  return state === 0 ? ratioOf(one) - ratioOf(other) : state;
}

function ratioOf({ costRatio }: AttackFinding): number {
  return costRatio?.value ?? Number.POSITIVE_INFINITY;
}

function cellsOf({ id, state, world, cost, return: returned, costRatio }: AttackFinding): Cell[] {
  const interval = costRatio?.interval;
  return [
    left(`${SIGNS[state]} ${id}`),
    left('costs'),
    right(roughText(cost.value)),
    left('brings'),
    right(roughText(returned.value)),
    left('credits'),
    right(costRatio === null ? 'no return' : `× ${numberText(costRatio.value)}`),
    left(interval == null ? '' : `(${numberText(interval[0])} to ${numberText(interval[1])})`),
    left(`in the ${world} world`),
  ];
}
