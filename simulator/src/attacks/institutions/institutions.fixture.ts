import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AttackEconomics, Economy } from '@stannary/kernel';
import type { RunningMoments } from '../../observers/running-moments.ts';
import { defaultScenario } from '../../scenario/defaults.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { economyWith, momentsOf } from '../../world.fixture.ts';
import type { Attack, AttackAccount, AttackSetting } from '../attack.ts';
import { settingOf } from '../plan.ts';

/** What a test changes of the reference: sections of the economy, fields of the default scenario, the attacker's choices. */
export interface Changes {
  readonly economy?: { readonly [Section in keyof Economy]?: unknown };
  readonly scenario?: Partial<Scenario>;
  readonly parameters?: Readonly<Record<string, number>>;
}

export function settingFor(attack: Attack, { economy: changed = {}, scenario, parameters = {} }: Changes = {}) {
  const economy = economyWith(changed);
  return settingOf(economy, { ...defaultScenario(economy), ...scenario }, { attack: attack as never, parameters });
}

export interface Played {
  readonly cost: RunningMoments;
  readonly return: RunningMoments;
  /** Of cost less twice the return. */
  readonly margin: RunningMoments;
}

export function playedOver(attack: Attack, setting: AttackSetting, runs: number): Played {
  const accounts = Array.from({ length: runs }, (_, run) => attack.attempt(setting, run));
  const over = (measure: (account: AttackAccount) => number) => momentsOf(accounts.map(measure));
  return {
    cost: over(({ costCredits }) => costCredits),
    return: over(({ returnCredits }) => returnCredits),
    margin: over(({ costCredits, returnCredits }) => costCredits - 2 * returnCredits),
  };
}

/** Within 3 standard errors, and the rounding of whatever is kept in whole units. */
export function assertNear(
  what: string,
  { mean, standardError }: RunningMoments,
  truth: number,
  rounding = 1e-9,
): void {
  const shown = `${what}: ${mean} ± ${standardError}, should be ${truth}`;
  assert.ok(Math.abs(mean - truth) <= 3 * standardError + Math.abs(truth) * rounding, shown);
}

/** Cost and return of simulated attempts are the closed form's. */
export function assertMeets(attack: Attack, changes: Changes, runs: number, rounding?: number): AttackEconomics {
  const setting = settingFor(attack, changes);
  const closed = attack.closedForm(setting);
  assert.ok(closed !== null, 'a closed form is there');
  const played = playedOver(attack, setting, runs);
  assertNear(`cost of ${attack.id}`, played.cost, closed.costCredits, rounding);
  assertNear(`return of ${attack.id}`, played.return, closed.returnCredits, rounding);
  return closed;
}

/** Fields that the reference economy's file has, as dotted paths; the file is indented by two spaces. */
export function referenceFields(): ReadonlySet<string> {
  const text = readFileSync(new URL('../../../../economies/reference.yaml', import.meta.url), 'utf8');
  const fields = new Set<string>();
  const path: string[] = [];
  for (const line of text.split('\n')) {
    const field = /^( *)([\w-]+):/.exec(line);
    if (field === null) continue;
    path.splice(field[1]!.length / 2, Number.POSITIVE_INFINITY, field[2]!);
    fields.add(path.join('.'));
  }
  return fields;
}
