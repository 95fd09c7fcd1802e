import type { Economy } from '@stannary/kernel';
import { COHORT_GROUPS } from '../agents/population.ts';
import { SimulationRefusal } from '../refusal.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Attack, AttackAccount, AttackChoices, AttackSetting, PlannedAttack } from './attack.ts';

/**
 * An attack's setting, with every parameter.
 * @throws SimulationRefusal SIMULATION-PARAMETER (unknown, or outside its bounds)
 */
export function settingOf(
  economy: Economy,
  scenario: Scenario,
  planned: Pick<PlannedAttack, 'parameters'> & { readonly attack: Pick<Attack, 'id' | 'parameters'> },
): AttackSetting {
  const { attack, parameters: given = {} } = planned;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(attack.parameters, name)) continue;
    const known = Object.keys(attack.parameters).join(', ');
    throw new SimulationRefusal('SIMULATION-PARAMETER', `${attack.id}.${name}`, `one of ${known}`, name);
  }
  const parameters = Object.fromEntries(
    Object.entries(attack.parameters).map(([name, { value, least, most, whole, fact }]) => {
      const chosen = given[name] ?? fact?.({ economy, scenario }) ?? value;
      if (!(chosen >= least && chosen <= most) || (whole === true && !Number.isInteger(chosen))) {
        const expected = `a ${whole === true ? 'whole ' : ''}number from ${least} to ${most}`;
        throw new SimulationRefusal('SIMULATION-PARAMETER', `${attack.id}.${name}`, expected, chosen);
      }
      return [name, chosen];
    }),
  );
  return { economy, scenario, parameters };
}

/**
 * Addresses of cohorts' draws, by the names of their attacks and, where one is there several times, by which it is: another
 * attacker more or less changes nobody's draws.
 */
export function cohortAddresses(ids: readonly string[]): number[] {
  const { least, most } = COHORT_GROUPS;
  const taken = new Set<number>();
  return ids.map((id, index) => {
    const earlier = ids.slice(0, index).filter((one) => one === id).length;
    let address = least + (fnv1a(`${id} ${earlier}`) % (most - least));
    while (taken.has(address)) address = address + 1 < most ? address + 1 : least;
    taken.add(address);
    return address;
  });
}

/** FNV-1a, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

/**
 * An agent's choices may be anybody's code: what is no number must not reach the books.
 * @throws SimulationRefusal SIMULATION-CHOICE
 */
export function checkedChoices(id: string, epoch: number, choices: AttackChoices): AttackChoices {
  const where = `${id} in epoch ${epoch}`;
  const numbers = {
    washNcuMs: [choices.washNcuMs ?? 0, Number.MAX_SAFE_INTEGER],
    withheldNcuMs: [choices.withheldNcuMs ?? 0, Number.MAX_SAFE_INTEGER],
    inflation: [choices.inflation ?? 0, 1e6],
    falseShare: [choices.falseShare ?? 0, 1],
    missedShare: [choices.missedShare ?? 0, 1],
    'exposure.probability': [choices.exposure?.probability ?? 0, 1],
  } as const;
  for (const [name, [value, most]] of Object.entries(numbers)) {
    if (typeof value === 'number' && value >= 0 && value <= most) continue;
    throw new SimulationRefusal('SIMULATION-CHOICE', `${where}: ${name}`, `a number from 0 to ${most}`, value);
  }
  const counts = {
    enters: [choices.enters ?? 0, 0],
    'reserves.promisedNcuMs': [choices.reserves?.promisedNcuMs ?? 0, 0],
    'reserves.contractMicrograinsPerNcuS': [choices.reserves?.contractMicrograinsPerNcuS ?? 0, 0],
    'reserves.termEpochs': [choices.reserves?.termEpochs ?? 1, 1],
  } as const;
  for (const [name, [value, least]] of Object.entries(counts)) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new SimulationRefusal('SIMULATION-CHOICE', `${where}: ${name}`, `an integer from ${least} on`, value);
  }
  return choices;
}

/**
 * What an attempt came to: numbers, none below 0, whatever the attack's author reckoned with.
 * @throws SimulationRefusal SIMULATION-ACCOUNT
 */
export function checkedAccount(where: string, account: AttackAccount): AttackAccount {
  for (const side of ['costCredits', 'returnCredits', 'stakeCredits'] as const) {
    const value: unknown = account?.[side];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) continue;
    const expected =
      'a finite number of credits, none below 0: what an attack loses is its cost, what it gains its return';
    throw new SimulationRefusal('SIMULATION-ACCOUNT', `${where}: ${side}`, expected, value);
  }
  return account;
}
