import type { Attack, AttackSetting, CohortAttack } from '../../attacks/attack.ts';
import { settingOf } from '../../attacks/plan.ts';
import type { GateProfile } from './worlds.ts';

// What attackers may take of a gate's time: simulated nodes times epochs, whatever the length of an epoch.

/** What an epoch takes whatever its nodes, in nodes. */
const NODES_PER_EPOCH = 90;

/** Of all attempts in one run, simulated, nodes times epochs: the profiles differ in how many runs they make of them. */
const ATTEMPTS_MOST: Readonly<Record<GateProfile, number>> = { quick: 1.5e6, full: 12e6 };
/** Of one mean course of each attack, epochs: closed forms are asked far more often where parameters are moved. */
const COURSES_MOST: Readonly<Record<GateProfile, number>> = { quick: 8_000, full: 5_000 };

/** An attack that a profile has no time for. */
export interface LongAttack<Named> {
  readonly named: Named;
  readonly horizonEpochs: number;
}

export interface Affordable<Named> {
  readonly attacks: readonly Named[];
  readonly tooLong: readonly LongAttack<Named>[];
  /** Of what there is time for, taken by those that are tried: node-epochs of attempts, or epochs of mean courses. */
  readonly spent: number;
}

type World = Omit<AttackSetting, 'parameters'>;

/** Attacks that are simulated: those that take least first, as many as there is time for. */
export function affordableAttempts<Named extends { readonly attack: Attack }>(
  world: World,
  profile: GateProfile,
  attacks: readonly Named[],
): Affordable<Named> {
  const nodes = world.scenario.providers.reduce((sum, one) => sum + one.nodes, 0);
  const costOf = ({ attack }: Named, epochs: number) =>
    epochs * (nodes + NODES_PER_EPOCH) * ('honest' in attack ? 2 : 1);
  return within(ATTEMPTS_MOST[profile], world, attacks, costOf);
}

/** The same of attacks whose closed forms are asked about economies nearby. */
export function affordableCourses<Named extends { readonly attack: Attack }>(
  world: World,
  profile: GateProfile,
  attacks: readonly Named[],
): Affordable<Named> {
  return within(COURSES_MOST[profile], world, attacks, (_, epochs) => epochs);
}

function within<Named extends { readonly attack: Attack }>(
  most: number,
  world: World,
  attacks: readonly Named[],
  costOf: (named: Named, epochs: number) => number,
): Affordable<Named> {
  const sized = attacks.map((named) => {
    const horizonEpochs = epochsOf(named.attack, world);
    return { named, horizonEpochs, cost: costOf(named, horizonEpochs) };
  });
  let spent = 0;
  const kept = new Set<Named>();
  for (const { named, cost } of [...sized].sort((a, b) => a.cost - b.cost)) {
    if (spent + cost > most) break;
    spent += cost;
    kept.add(named);
  }
  return {
    spent,
    attacks: attacks.filter((named) => kept.has(named)),
    tooLong: sized.flatMap(({ named, horizonEpochs }) => (kept.has(named) ? [] : [{ named, horizonEpochs }])),
  };
}

/** Epochs of an attempt at the attack's own values; 0 outside the market, where none pass. */
function epochsOf(attack: Attack, { economy, scenario }: World): number {
  if (!('cohort' in attack)) return 0;
  const { horizonEpochs } = attack as CohortAttack;
  return horizonEpochs?.(settingOf(economy, scenario, { attack })) ?? scenario.horizonEpochs;
}

/** Why such an attack is not shown. The full profile has more time for attempts, but not for closed forms. */
export function tooLongText(
  { horizonEpochs }: Pick<LongAttack<unknown>, 'horizonEpochs'>,
  profile: GateProfile,
  of: 'attempts' | 'courses',
): string {
  const more = profile === 'quick' && of === 'attempts' ? '; the full profile has more' : '';
  return `an attempt takes ${horizonEpochs} epochs, for which the ${profile} profile has no time${more}`;
}
