import { Simulation } from '../simulation.ts';
import type { AttackAccount, AttackSetting, CohortAttack } from './attack.ts';

/**
 * Gives an attack from inside the market its attempt: a run of the setting's scenario with nobody else attacking.
 * @throws SimulationRefusal those of a simulation, from the attempt
 */
export function cohortAttack(attack: Omit<CohortAttack, 'attempt'>): CohortAttack {
  const whole: CohortAttack = {
    ...attack,
    attempt: (setting, run) => {
      const horizonEpochs = attack.horizonEpochs?.(setting) ?? setting.scenario.horizonEpochs;
      return cohortAttempt(whole, setting, run, { horizonEpochs, others: [] });
    },
  };
  return whole;
}

/**
 * What an attack comes to in a run in which others attack too, each with its own parameters; and the same run with an
 * honest cohort, where the attack names one. Offences in shadow mode count as live.
 * @throws SimulationRefusal those of a simulation
 */
export function cohortAttempt(
  attack: CohortAttack,
  { economy, scenario, parameters }: AttackSetting,
  run: number,
  { horizonEpochs, others }: { readonly horizonEpochs: number; readonly others: readonly CohortAttack[] },
): AttackAccount {
  const played = (own: AttackSetting['parameters']) => {
    const attacks = [{ attack, parameters: own }, ...others.map((other) => ({ attack: other }))];
    return new Simulation(economy, { ...scenario, horizonEpochs }, { run, attacks, assumeLive: true }).advance();
  };
  const { honest } = attack;
  const ledger = honest === undefined ? null : played({ ...parameters, ...honest }).cohorts[0]!.ledger;
  return played(parameters).accountOf(0, ledger).account;
}
