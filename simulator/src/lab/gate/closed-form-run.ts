import { changePolicy, EconomyRefusal, type Override, type Policy } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import { attackNamed } from '../campaign/attempt-run.ts';
import type { JobWorld } from '../campaign/job.ts';
import type { JobResult, Json } from '../campaign/plan.ts';
import { closedBestResponse } from '../response/closed-response.ts';
import { leastOf } from './least-ratio.ts';
import { type GateProfile, gateScenario } from './worlds.ts';

/** What a job of this kind is told; run r asks about the economy that `sets[r]` makes of the plan's. */
export interface ClosedFormOptions {
  readonly sets: readonly (readonly Override[])[];
  /** Changes that the economy's rules refuse: the whole set is dropped, or those of it that do not pass together. */
  readonly refused: 'set' | 'changes';
  /** Each economy's own world of this profile; null for the plan's one world. */
  readonly profile: GateProfile | null;
  /** Attacks by name, each from its best response to the economy as it stands, and strategies that each tries. */
  readonly attacks: readonly { readonly name: string; readonly start: Readonly<Record<string, number>> }[];
  readonly attempts: number;
}

/**
 * The attack of the least cost over return in an economy near the plan's, by closed forms. `ratio` and `othersRatio`, of
 * all other attacks, at most RATIO_MAX, null in an economy that its rules refuse; `attack`, its place in the list, null
 * where nobody attacks; `parameters.NAME`, what it chose.
 */
export async function closedFormRun(world: JobWorld, run: number): Promise<JobResult> {
  const { sets, refused, profile, attacks, attempts } = world.options as unknown as ClosedFormOptions;
  const economy = economyOf(world.policy, sets[run]!, refused);
  if (economy === null) return { figures: { ratio: null, othersRatio: null, attack: null }, series: {} };
  const { seed } = world.scenario;
  const scenario = profile === null ? world.scenario : { ...gateScenario(economy, profile), seed };
  const tried = [];
  for (const { name, start } of attacks) {
    tried.push(closedBestResponse(await attackNamed(name), { economy, scenario }, { start, attempts }));
  }
  const { ratio, othersRatio, at } = leastOf(tried);
  const chosen = at === null ? [] : Object.entries(tried[at]!.parameters);
  const parameters = Object.fromEntries(chosen.map(([name, value]) => [`parameters.${name}`, value]));
  return { figures: { ratio, othersRatio, attack: at, ...parameters }, series: {} };
}

function economyOf(policy: Policy, set: readonly Override[], refused: ClosedFormOptions['refused']): Economy | null {
  const whole = changed(policy, set);
  return whole !== null || refused === 'set' ? whole : changed(policy, accepted(policy, set));
}

function changed(policy: Policy, set: readonly Override[]): Economy | null {
  if (set.length === 0) return policy.economy;
  try {
    return changePolicy(policy, set).economy;
  } catch (error) {
    if (error instanceof EconomyRefusal) return null;
    throw error;
  }
}

/** The changes that the economy's rules let pass together, each tried on those before it. */
function accepted(policy: Policy, set: readonly Override[]): Override[] {
  const kept: Override[] = [];
  for (const one of set) if (changed(policy, [...kept, one]) !== null) kept.push(one);
  return kept;
}

/** Options as a plan carries them. */
export function closedFormOptions(options: ClosedFormOptions): Readonly<Record<string, Json>> {
  return { ...options } as unknown as Readonly<Record<string, Json>>;
}
