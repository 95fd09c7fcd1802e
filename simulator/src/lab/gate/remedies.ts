import { changePolicy, EconomyRefusal, type Override, type Policy, runChecks } from '@stannary/economies';
import { KernelRefusal } from '@stannary/kernel';
import { SimulationRefusal } from '../../refusal.ts';
import type { GateContext } from './context.ts';
import type { GateCheck } from './report.ts';

/** Tried at most, because each may take a campaign. */
const TRIED_MAX = 4;

/** Makes the failed checks anew under other rules; which of them still fail. */
export type Retry = (context: GateContext) => Promise<readonly GateCheck[]>;

/**
 * Changes of one field after which what failed passes: the smallest that make a closed form of `check` pass, then the
 * reference's own values. Only what was tried is told, and only if all that failed passes.
 */
export async function remediesOf(
  context: GateContext,
  failed: readonly GateCheck[],
  retry: Retry,
): Promise<readonly Override[]> {
  const fields = failed.flatMap(({ movedBy }) => movedBy ?? []);
  const found: Override[] = [];
  for (const change of candidates(context.policy, fields).slice(0, TRIED_MAX)) {
    context.signal?.throwIfAborted();
    if (found.some(([path]) => path === change[0])) continue;
    const changed = changedContext(context, change);
    if (changed === null) continue;
    const checks = await retried(retry, changed);
    const states = failed.map(({ id }) => checks.find((check) => check.id === id)?.state);
    if (states.every((state) => state === 'passed')) found.push(change);
  }
  return found;
}

/** Other rules may be ones that no run can be made of. */
async function retried(retry: Retry, context: GateContext): Promise<readonly GateCheck[]> {
  try {
    return await retry(context);
  } catch (error) {
    if (error instanceof KernelRefusal || error instanceof SimulationRefusal) return [];
    throw error;
  }
}

function candidates(policy: Policy, patterns: readonly string[]): readonly Override[] {
  const moved = [...policy.reading.seen.keys()].filter((path) => patterns.some((pattern) => covers(pattern, path)));
  const smallest = runChecks(policy)
    .flatMap(({ changes }) => changes)
    .filter(({ path, also }) => also === null && moved.includes(path))
    .map(({ path, to }): Override => [path, to]);
  const defaults = moved.flatMap((path): Override[] => {
    const { field, text } = policy.reading.seen.get(path)!;
    return field === null || field.default === text ? [] : [[path, field.default]];
  });
  const order = (path: string) => patterns.findIndex((pattern) => covers(pattern, path));
  const all = [...smallest, ...defaults.sort(([one], [other]) => order(one) - order(other))];
  return all.filter(([path, text], at) => all.findIndex(([p, t]) => p === path && t === text) === at);
}

/** `classes.*.bond` covers `classes.edge.bond.min`. */
function covers(pattern: string, path: string): boolean {
  const own = path.split('.');
  return pattern.split('.').every((step, at) => own[at] !== undefined && (step === '*' || step === own[at]));
}

function changedContext(context: GateContext, change: Override): GateContext | null {
  try {
    const policy = changePolicy(context.policy, [change]);
    const { economySource } = context;
    return { ...context, policy, economySource: { ...economySource, set: [...economySource.set, change] } };
  } catch (error) {
    if (error instanceof EconomyRefusal) return null;
    throw error;
  }
}
