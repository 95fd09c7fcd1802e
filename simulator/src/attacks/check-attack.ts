import { SimulationRefusal } from '../refusal.ts';
import type { Attack, AttackAccount, AttackParameter, AttackSetting } from './attack.ts';
import { checkedAccount } from './plan.ts';

/** Numbers below are the catalogue's. */
const OWN_NUMBERS_FROM = 100;
const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const TEXTS = ['title', 'strategy', 'defence'] as const;
const FUNCTIONS = ['attempt', 'closedForm', 'minimumSize'] as const;

/**
 * Takes anything for an attack of a user's own, or says what it lacks. What it returns plays the same, and refuses accounts
 * that are no numbers.
 * @param where of what: the file that it came from
 * @throws SimulationRefusal SIMULATION-ATTACK; from its attempts SIMULATION-ACCOUNT
 */
export function checkAttack(value: unknown, where = 'attack'): Attack {
  if (typeof value !== 'object' || value === null) throw refuse(where, 'an attack, as cohortAttack makes one', value);
  const attack = value as Attack;
  if (typeof attack.id !== 'string' || !ID.test(attack.id)) {
    throw refuse(`${where}: id`, 'words of a-z and 0-9 joined by hyphens', attack.id);
  }
  if (!Number.isInteger(attack.number) || attack.number < OWN_NUMBERS_FROM) {
    throw refuse(`${where}: number`, `an integer from ${OWN_NUMBERS_FROM} on`, attack.number);
  }
  for (const name of TEXTS) {
    if (typeof attack[name] !== 'string' || attack[name] === '')
      throw refuse(`${where}: ${name}`, 'text', attack[name]);
  }
  for (const name of FUNCTIONS) {
    if (typeof attack[name] !== 'function') throw refuse(`${where}: ${name}`, 'a function', attack[name]);
  }
  if (!Array.isArray(attack.defendedBy) || !attack.defendedBy.every((field) => typeof field === 'string')) {
    throw refuse(`${where}: defendedBy`, 'a list of fields of the economy file', attack.defendedBy);
  }
  if (typeof attack.parameters !== 'object' || attack.parameters === null) {
    throw refuse(`${where}: parameters`, 'parameters by name', attack.parameters);
  }
  for (const [name, parameter] of Object.entries(attack.parameters)) {
    checkParameter(`${where}: parameters.${name}`, parameter);
  }
  return {
    ...attack,
    attempt: (setting, run) => {
      const place = `${where}: ${attack.id} in run ${run}`;
      return checkedAccount(place, played(attack, setting, run, place));
    },
  };
}

/** What an attempt throws is its author's, and told with its place. */
function played(attack: Attack, setting: AttackSetting, run: number, place: string): AttackAccount {
  try {
    return attack.attempt(setting, run);
  } catch (error) {
    if (error instanceof SimulationRefusal) throw error;
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new SimulationRefusal('SIMULATION-ATTACK', place, 'an attempt that ends', reason);
  }
}

function checkParameter(where: string, parameter: AttackParameter): void {
  const { least, most, value, meaning, unit } = parameter ?? {};
  if (typeof meaning !== 'string' || typeof unit !== 'string')
    throw refuse(where, 'a meaning and a unit', meaning ?? unit);
  if (![least, most, value].every(Number.isFinite)) {
    throw refuse(where, 'finite numbers least, most and value', [least, most, value].join(', '));
  }
  if (least <= value && value <= most) return;
  throw refuse(where, 'least <= value <= most', [least, value, most].join(', '));
}

function refuse(where: string, expected: string, got: unknown): SimulationRefusal {
  return new SimulationRefusal('SIMULATION-ATTACK', where, expected, typeof got === 'object' ? typeof got : got);
}
