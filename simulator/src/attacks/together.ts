import { SimulationRefusal } from '../refusal.ts';
import type { Attack, CohortAttack } from './attack.ts';
import { cohortAttempt } from './cohort-attack.ts';
import { settingOf } from './plan.ts';

/**
 * An attack while others attack too, all in one run: they share one market, one emission and one limit on slashes. The others
 * play their own parameters; the account is the first one's. Its closed form is that of an attacker alone.
 * It lasts as long as the scenario, or as the attack among them that needs most.
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
      const { economy, scenario } = setting;
      const horizons = [
        own.horizonEpochs?.(setting),
        ...beside.map((other) => other.horizonEpochs?.(settingOf(economy, scenario, { attack: other }))),
      ].filter((epochs) => epochs !== undefined);
      const horizonEpochs = Math.max(scenario.horizonEpochs, ...horizons);
      return cohortAttempt(own, setting, run, { horizonEpochs, others: beside });
    },
  };
}

function fromInside(attack: Attack): CohortAttack {
  if ('cohort' in attack && 'play' in attack) return attack as CohortAttack;
  throw new SimulationRefusal('SIMULATION-ATTACK', attack.id, 'an attack from inside the market', 'one from outside');
}
