import type { AttackEconomics } from '@stannary/kernel';
import { Draws } from '../draws/draws.ts';
import { SimulationRefusal } from '../refusal.ts';
import type { Attack, AttackSetting } from './attack.ts';
import { attempted } from './expectation.ts';

/** Address of the choice: no agent of a simulation has this group. */
const MIXTURE = 0xffff_fffe;

/** How a mixture is shown. */
export interface MixtureNames {
  readonly id: string;
  readonly number: number;
  readonly title: string;
}

/**
 * An attacker who does not let anybody know what it will do: in each attempt one of several attacks, drawn by the run's
 * address with these weights. Its parameters are those of its attacks, as `metering-inflation.nodes`.
 * @throws SimulationRefusal SIMULATION-ATTACK (no attack, an attack twice, weights that are none)
 */
export function mixtureOf(
  attacks: readonly Attack[],
  weights: readonly number[],
  names: MixtureNames = { id: 'mixture', number: 100, title: 'Mixture of attacks' },
): Attack {
  const total = checkedTotal(attacks, weights);
  const shares = weights.map((weight) => weight / total);
  const list = attacks.map(({ id }, index) => `${id} (${Math.round(shares[index]! * 100)} %)`).join(', ');
  return {
    ...names,
    strategy: `Plays one of several attacks, drawn anew each time: ${list}.`,
    defence: 'Whatever stands against each of them.',
    defendedBy: [...new Set(attacks.flatMap(({ defendedBy }) => defendedBy))],
    parameters: Object.fromEntries(
      attacks.flatMap(({ id, parameters }) =>
        Object.entries(parameters).map(([name, parameter]) => [`${id}.${name}`, parameter]),
      ),
    ),
    minimumSize: (setting) => Math.min(...attacks.map((one) => one.minimumSize(settingFor(one, setting)))),
    closedForm: (setting) =>
      meanOf(
        attacks.map((one) => one.closedForm(settingFor(one, setting))),
        shares,
      ),
    closedFormHolds: (setting) => {
      const reasons = attacks.map((one) => one.closedFormHolds?.(settingFor(one, setting)) ?? null);
      return reasons.find((reason) => reason !== null) ?? null;
    },
    attempt: (setting, run) => {
      const drawn = new Draws({ seed: setting.scenario.seed, run }).uniform('attack', 0, MIXTURE, 0);
      let upTo = 0;
      const chosen = attacks.find((_, index) => {
        upTo += shares[index]!;
        return drawn < upTo;
      });
      const one = chosen ?? attacks.at(-1)!;
      return one.attempt(settingFor(one, setting), run);
    },
  };
}

function checkedTotal(attacks: readonly Attack[], weights: readonly number[]): number {
  const refuse = (expected: string, got: unknown) =>
    new SimulationRefusal('SIMULATION-ATTACK', 'mixture', expected, got);
  if (attacks.length === 0) throw refuse('an attack', 'none');
  if (new Set(attacks.map(({ id }) => id)).size < attacks.length) {
    throw refuse('each attack once', attacks.map(({ id }) => id).join(', '));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const isSane = weights.length === attacks.length && weights.every((weight) => weight >= 0) && total > 0;
  if (!isSane || !Number.isFinite(total)) throw refuse('a weight >= 0 for each attack, not all 0', weights.join(', '));
  return total;
}

function settingFor({ id, parameters }: Attack, setting: AttackSetting): AttackSetting {
  const own = Object.keys(parameters).map((name) => [name, setting.parameters[`${id}.${name}`]!]);
  return { ...setting, parameters: Object.fromEntries(own) };
}

function meanOf(parts: readonly (AttackEconomics | null)[], shares: readonly number[]): AttackEconomics | null {
  let returned = 0;
  let cost = 0;
  for (const [index, part] of parts.entries()) {
    if (part === null) return null;
    returned += shares[index]! * part.returnCredits;
    cost += shares[index]! * part.costCredits;
  }
  return attempted(returned, cost);
}
