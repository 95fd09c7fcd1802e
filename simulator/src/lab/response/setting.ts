import type { Attack, AttackSetting } from '../../attacks/attack.ts';
import { settingOf } from '../../attacks/plan.ts';

/** An attack's setting in a world: what is not told is the world's fact or the attack's own value. Refuses SIMULATION-PARAMETER. */
export function settingFor(
  attack: Attack,
  { economy, scenario }: Omit<AttackSetting, 'parameters'>,
  parameters: AttackSetting['parameters'],
): AttackSetting {
  return settingOf(economy, scenario, { attack, parameters });
}
