import { Simulation } from '../simulation.ts';
import type { AttackSetting, CohortAttack } from './attack.ts';

/**
 * Gives an attack from inside the market its attempt: a run of the setting's scenario with nobody else attacking, and the
 * same run with an honest cohort where the attack names one. Offences in shadow mode count as live.
 * @throws SimulationRefusal those of a simulation, from the attempt
 */
export function cohortAttack(attack: Omit<CohortAttack, 'attempt'>): CohortAttack {
  const whole: CohortAttack = {
    ...attack,
    attempt: (setting, run) => {
      const { economy, parameters } = setting;
      const horizonEpochs = attack.horizonEpochs?.(setting) ?? setting.scenario.horizonEpochs;
      const scenario = { ...setting.scenario, horizonEpochs };
      const played = (own: AttackSetting['parameters']) =>
        new Simulation(economy, scenario, {
          run,
          attacks: [{ attack: whole, parameters: own }],
          assumeLive: true,
        }).advance();
      const { honest } = attack;
      const beside = honest === undefined ? null : played({ ...parameters, ...honest }).cohorts[0]!.ledger;
      return played(parameters).accountOf(0, beside).account;
    },
  };
  return whole;
}
