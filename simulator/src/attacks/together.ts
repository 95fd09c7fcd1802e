import { SimulationRefusal } from '../refusal.ts';
import { Simulation } from '../simulation.ts';
import type { Attack, AttackSetting, CohortAttack } from './attack.ts';

/**
 * An attack while others attack too, all in one run: they share one market, one emission and one limit on slashes. The others
 * play their own parameters; the account is the first one's. Its closed form is that of an attacker alone.
 * @throws SimulationRefusal SIMULATION-ATTACK (an attack that brings no nodes into the market, or nobody beside it)
 */
export function besideOthers(attack: Attack, others: readonly Attack[]): Attack {
  const [own, ...beside] = [attack, ...others].map(fromInside);
  if (own === undefined || beside.length === 0) {
    throw new SimulationRefusal('SIMULATION-ATTACK', attack.id, 'another attack beside it', 'none');
  }
  const list = beside.map(({ id }) => id).join(', ');
  return {
    ...own,
    id: [own, ...beside].map(({ id }) => id).join('+'),
    strategy: `${own.strategy} In the same network at the same time: ${list}.`,
    closedFormHolds: () => `others attack too (${list})`,
    attempt: (setting, run) => {
      const horizons = [own, ...beside].map((one) => one.horizonEpochs?.(ownSetting(one, own, setting)) ?? 0);
      const horizonEpochs = Math.max(setting.scenario.horizonEpochs, ...horizons);
      const scenario = { ...setting.scenario, horizonEpochs };
      const played = (parameters: AttackSetting['parameters']) => {
        const attacks = [{ attack: own, parameters }, ...beside.map((one) => ({ attack: one }))];
        return new Simulation(setting.economy, scenario, { run, attacks, assumeLive: true }).advance();
      };
      const { parameters } = setting;
      const honest = own.honest === undefined ? null : played({ ...parameters, ...own.honest }).cohorts[0]!.ledger;
      return played(parameters).accountOf(0, honest).account;
    },
  };
}

function fromInside(attack: Attack): CohortAttack {
  if ('cohort' in attack && 'play' in attack) return attack as CohortAttack;
  throw new SimulationRefusal('SIMULATION-ATTACK', attack.id, 'an attack from inside the market', 'one from outside');
}

function ownSetting(attack: CohortAttack, first: CohortAttack, setting: AttackSetting): AttackSetting {
  if (attack === first) return setting;
  const parameters = Object.entries(attack.parameters).map(([name, { value, fact }]) => [
    name,
    fact?.(setting) ?? value,
  ]);
  return { ...setting, parameters: Object.fromEntries(parameters) };
}
