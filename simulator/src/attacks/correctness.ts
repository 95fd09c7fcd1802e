/**
 * An attack on correctness: a schedule of messages against the code that production runs. It must be impossible, not dear:
 * the gate demands that no schedule succeeds.
 */
export interface CorrectnessAttack {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly strategy: string;
  readonly defence: string;
  /** Plays one schedule, drawn by address: the same seed and run give the same messages. */
  schedule(seed: number, run: number): ScheduleOutcome;
}

export interface ScheduleOutcome {
  /** Hostile messages sent; at least one. */
  readonly attempts: number;
  /** Of them what paid twice, or more than was deposited, or took from the victim. */
  readonly successes: number;
  /** What was refused, by the production code's own refusal codes. */
  readonly refusals: Readonly<Record<string, number>>;
  /** The first success, told step by step, so that it can be replayed; null without one. */
  readonly trace: readonly string[] | null;
}

/** So many schedules of a seed, summed; the trace is the first success'. */
export function playSchedules(attack: CorrectnessAttack, seed: number, schedules: number): ScheduleOutcome {
  const refusals: Record<string, number> = {};
  let [attempts, successes] = [0, 0];
  let trace: ScheduleOutcome['trace'] = null;
  for (let run = 0; run < schedules; run += 1) {
    const one = attack.schedule(seed, run);
    attempts += one.attempts;
    successes += one.successes;
    trace ??= one.trace;
    for (const [code, count] of Object.entries(one.refusals)) refusals[code] = (refusals[code] ?? 0) + count;
  }
  return { attempts, successes, refusals, trace };
}
