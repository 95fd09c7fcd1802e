import type { Attack } from '../../attacks/attack.ts';
import { ECONOMIC_ATTACKS } from '../../attacks/catalogue.ts';
import { mixtureOf } from '../../attacks/mixture.ts';
import { settingOf } from '../../attacks/plan.ts';
import { besideOthers } from '../../attacks/together.ts';
import { SimulationRefusal } from '../../refusal.ts';
import { loadAttack } from '../attacks/load-attack.ts';
import type { JobWorld } from './job.ts';
import type { JobResult, Json } from './plan.ts';

/** Names with weights. */
const MIXED = /^[^,]+:[\d.]+(,[^,]+:[\d.]+)*$/;

/** What an attack must cost, over what it brings. */
export const COST_RATIO_LINE = 2;

/**
 * One attempt of an attack. Options: `attack`, an id of the catalogue or a module whose default export is an attack, and
 * `parameters`, those left out as the attack has them. `differenceCredits` is C - 2R: an attack is worthless where it is
 * positive in the mean.
 * @throws SimulationRefusal SIMULATION-ATTACK, SIMULATION-PARAMETER, SIMULATION-ACCOUNT
 */
export async function attemptRun({ economy, scenario, options }: JobWorld, run: number): Promise<JobResult> {
  const attack = await attackNamed(options.attack ?? null);
  const setting = settingOf(economy, scenario, { attack, parameters: numbersOf(attack.id, options.parameters ?? {}) });
  const { costCredits, returnCredits, stakeCredits } = attack.attempt(setting, run);
  const differenceCredits = costCredits - COST_RATIO_LINE * returnCredits;
  return { figures: { costCredits, returnCredits, stakeCredits, differenceCredits }, series: {} };
}

/**
 * From the catalogue, or a user's own file; `a+b` is a while b attacks too, `a:0.7,b:0.3` a mixture of both.
 * @throws SimulationRefusal SIMULATION-ATTACK
 */
export async function attackNamed(name: Json): Promise<Attack> {
  if (typeof name === 'string' && MIXED.test(name)) {
    const parts = name.split(',').map((part) => part.split(/:(?=[^:]*$)/));
    const attacks = await Promise.all(parts.map(([one]) => attackNamed(one!)));
    return mixtureOf(
      attacks,
      parts.map(([, weight]) => Number(weight)),
    );
  }
  if (typeof name === 'string' && name.includes('+')) {
    const [first, ...others] = await Promise.all(name.split('+').map((one) => attackNamed(one)));
    return besideOthers(first!, others);
  }
  const found = ECONOMIC_ATTACKS.find(({ id }) => id === name);
  if (found !== undefined) return found;
  if (typeof name !== 'string' || !isModulePath(name)) {
    const known = ECONOMIC_ATTACKS.map(({ id }) => id).join(', ');
    throw new SimulationRefusal('SIMULATION-ATTACK', 'attack', `${known}, or a module's path`, name);
  }
  return loadAttack(name);
}

/** Paths of the users' own modules in such a name, the parts of several at once and of mixtures among them. */
export function modulePaths(name: string): string[] {
  if (MIXED.test(name)) return name.split(',').flatMap((part) => modulePaths(part.replace(/:[^:]*$/, '')));
  if (name.includes('+')) return name.split('+').flatMap(modulePaths);
  return isModulePath(name) ? [name] : [];
}

/** What no id of the catalogue is. */
function isModulePath(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

function numbersOf(id: string, parameters: Json): Record<string, number> {
  const entries = Object.entries(parameters ?? {});
  const wrong = entries.find(([, value]) => typeof value !== 'number');
  if (wrong === undefined) return Object.fromEntries(entries);
  throw new SimulationRefusal('SIMULATION-PARAMETER', `${id}.${wrong[0]}`, 'a number', wrong[1]);
}
