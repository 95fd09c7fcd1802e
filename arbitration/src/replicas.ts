import type { TaskReceipt } from '@stannary/wire';

/** One execution of a task's work: who signed what. */
export interface TaskResultFact {
  readonly nodeId: string;
  readonly operator: string;
  readonly receipt: TaskReceipt;
}

/** What is bit-equal on every honest execution of the same work. */
export type Truth = Pick<TaskReceipt, 'outputHash' | 'fuel' | 'checkpointRoot' | 'checkpointCount'>;

export type Judgement =
  /** So many more blind replicas, each from an operator that has none, have to be run. */
  | { readonly kind: 'pending'; readonly need: number }
  /** Every execution agrees. */
  | { readonly kind: 'confirmed'; readonly agreeing: readonly string[] }
  /** Enough replicas agree with each other; whoever differs from them is at fault, audited or auditing. */
  | {
      readonly kind: 'fault';
      readonly offence: 'wrong-result';
      readonly truth: Truth;
      readonly convicted: readonly string[];
      readonly agreeing: readonly string[];
    }
  /** Executions differ and nobody is left to decide: nobody is convicted, and the result is not confirmed. */
  | { readonly kind: 'unresolved'; readonly reason: string; readonly need: number };

/**
 * Judges an audited result by its blind replicas, given in any order. One that agrees confirms; after one that
 * differs, `replicasToConvict` replicas must agree with each other. The original's own word does not count there: a
 * cheat and one colluding auditor must not outvote an honest one.
 *
 * `operatorsLeft`: how many operators could still run a replica. Replicas of one operator, or of the original's, would
 * be one opinion told twice: a caller that passes them is wrong, and that is an assertion.
 */
export function judgeReplicas(
  original: TaskResultFact,
  replicas: readonly TaskResultFact[],
  replicasToConvict: number,
  operatorsLeft = Number.POSITIVE_INFINITY,
): Judgement {
  const everyone = [original, ...replicas];
  if (new Set(everyone.map(({ operator }) => operator)).size < everyone.length)
    throw new Error(`two executions of task ${original.receipt.taskId} are of one operator`);
  if (replicas.length > 0 && replicas.every((replica) => agree(replica, original)))
    return { kind: 'confirmed', agreeing: everyone.map(({ nodeId }) => nodeId) };
  const largest = largestAgreement(replicas);
  if (replicas.length > 0 && largest.length >= replicasToConvict) return convict(largest[0]!, everyone);
  const need = replicas.length === 0 ? 1 : replicasToConvict - largest.length;
  if (need <= operatorsLeft) return { kind: 'pending', need };
  const reason = `${need} more blind replicas are needed, and ${operatorsLeft} operators are left to run one`;
  return { kind: 'unresolved', reason, need };
}

function convict({ receipt }: TaskResultFact, everyone: readonly TaskResultFact[]): Judgement {
  const { outputHash, fuel, checkpointRoot, checkpointCount } = receipt;
  const truth = { outputHash, fuel, checkpointRoot, checkpointCount };
  const named = (isAgreeing: boolean) =>
    everyone.filter((result) => isSame(result.receipt, truth) === isAgreeing).map(({ nodeId }) => nodeId);
  return { kind: 'fault', offence: 'wrong-result', truth, convicted: named(false), agreeing: named(true) };
}

function largestAgreement(results: readonly TaskResultFact[]): readonly TaskResultFact[] {
  let largest: readonly TaskResultFact[] = [];
  for (const result of results) {
    const group = results.filter((other) => agree(result, other));
    if (group.length > largest.length) largest = group;
  }
  return largest;
}

function agree(one: TaskResultFact, other: TaskResultFact): boolean {
  return isSame(one.receipt, other.receipt);
}

function isSame(one: Truth, other: Truth): boolean {
  return (
    one.outputHash === other.outputHash &&
    one.fuel === other.fuel &&
    one.checkpointRoot === other.checkpointRoot &&
    one.checkpointCount === other.checkpointCount
  );
}
