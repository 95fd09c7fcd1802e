import type { Attack, AttackSetting } from '../../attacks/attack.ts';
import { settingOf } from '../../attacks/plan.ts';
import { closedScore, isBetter, type Score } from './objective.ts';
import { type Point, patternSearch, searched } from './pattern-search.ts';
import { keyIn, type Parameters, parametersAt, placeOf, strategySpace } from './strategy-space.ts';

export interface Tried extends Score {
  /** What the attacker chose, and what it was told; facts are the world's. */
  readonly parameters: Parameters;
}

/** Strategies of a closed form that a search looks at: a few milliseconds each, against minutes of simulation. */
const FREE_ATTEMPTS = 64;

/**
 * What a closed form says is best; null without one.
 * @param search.start where to begin; the parameters' own values by default
 */
export function closedBestResponse(
  attack: Attack,
  world: Omit<AttackSetting, 'parameters'>,
  search: { readonly told?: Parameters; readonly start?: Parameters; readonly attempts?: number } = {},
): Tried | null {
  const { told = {}, start = {}, attempts = FREE_ATTEMPTS } = search;
  const space = strategySpace(attack, world.scenario, told);
  const chosen = (point: Point) => ({ ...told, ...parametersAt(space, point) });
  const scoreAt = (point: Point) =>
    closedScore(attack, settingOf(world.economy, world.scenario, { attack, parameters: chosen(point) }));
  const found = searched(
    patternSearch<Score | null>(space.names.length, [placeOf(space, attack, start)], {
      attempts,
      keyOf: keyIn(space),
      isBetter: (a, b) => a !== null && (b === null || isBetter(a, b)),
    }),
    scoreAt,
  );
  return found === null || found.value === null ? null : { ...found.value, parameters: chosen(found.point) };
}
