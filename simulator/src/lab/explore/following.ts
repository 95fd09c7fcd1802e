import type { Scenario } from '../../scenario/scenario.ts';

/**
 * A scenario under a variant of its economy: where it says what the economy assumed before, it says what the economy
 * assumes now; what somebody chose stays. Lists of another length are somebody's choice.
 */
export function followingScenario(scenario: Scenario, assumedBefore: Scenario, assumedNow: Scenario): Scenario {
  return followed(scenario, assumedBefore, assumedNow) as Scenario;
}

function followed(chosen: unknown, before: unknown, now: unknown): unknown {
  if (Array.isArray(chosen) && Array.isArray(before) && Array.isArray(now)) {
    if (chosen.length !== before.length || now.length !== before.length) return chosen;
    return chosen.map((one, at) => followed(one, before[at], now[at]));
  }
  if (isRecord(chosen) && isRecord(before) && isRecord(now)) {
    const entries = Object.entries(chosen).map(([key, one]) => {
      return [key, key in before && key in now ? followed(one, before[key], now[key]) : one] as const;
    });
    return Object.fromEntries(entries);
  }
  return chosen === before ? now : chosen;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
