import { ExperimentRefusal, sameLength } from '../refusal.ts';

/** What the runs of one candidate gave. All smaller is better. */
export interface Evaluation {
  /** One for a single optimum, more for a front. */
  readonly objectives: readonly number[];
  /** For each gate by how much it was missed, in the gate's own unit; 0 or below is passed. */
  readonly violations?: readonly number[];
}

/** Refuses EXPERIMENT-LENGTH, and EXPERIMENT-VALUE for a NaN; an infinite value is a bad one. */
export function checkedEvaluations(
  evaluations: readonly Evaluation[],
  expected: { readonly count: number; readonly objectives: number },
): void {
  sameLength(expected.count, evaluations.length, 'evaluations');
  const gates = evaluations[0]?.violations?.length ?? 0;
  for (const [at, { objectives, violations = [] }] of evaluations.entries()) {
    sameLength(expected.objectives, objectives.length, `evaluations[${at}].objectives`);
    sameLength(gates, violations.length, `evaluations[${at}].violations`);
    const bad = [...objectives, ...violations].find(Number.isNaN);
    if (bad !== undefined) throw new ExperimentRefusal('EXPERIMENT-VALUE', `evaluations[${at}]`, 'numbers', bad);
  }
}

export function passesGates({ violations = [] }: Evaluation): boolean {
  return violations.every((violation) => violation <= 0);
}

/**
 * Candidates from the best to the worst by their first objective, the gates before it: whoever passes all comes before
 * whoever does not (Deb, Comput. Methods Appl. Mech. Eng. 186, 2000), and those are ordered by the sum of their ranks in
 * each gate, so that gates in different units need no weights. Ties by index.
 */
export function gatedOrder(evaluations: readonly Evaluation[]): number[] {
  const gates = evaluations[0]?.violations?.length ?? 0;
  const missed = evaluations.map(() => 0);
  for (let gate = 0; gate < gates; gate += 1) {
    const sizes = evaluations.map(({ violations }) => Math.max(0, violations![gate]!));
    // Of a rank, how many are strictly better: passing a gate is rank 0.
    for (const [at, size] of sizes.entries()) missed[at]! += sizes.filter((other) => other < size).length;
  }
  const passes = evaluations.map(passesGates);
  const order = [...evaluations.keys()];
  return order.sort((a, b) => {
    if (passes[a] !== passes[b]) return passes[a] ? -1 : 1;
    if (!passes[a] && missed[a] !== missed[b]) return missed[a]! - missed[b]!;
    return compared(evaluations[a]!.objectives[0]!, evaluations[b]!.objectives[0]!) || a - b;
  });
}

/** Subtraction would make a NaN of two infinities. */
export function compared(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
