import { type Economy, nakamotoCoefficient } from '@stannary/kernel';
import { atLeast, atMost, below, exactly, meanOf, measured, worstFor } from '../criterion.ts';
import type { BarTable, Figure, GateCheck } from '../report.ts';
import type { CONCENTRATION } from '../scenes/concentration-watch.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

const YEAR_SECONDS = 365 * 86_400;
const AT = [
  ['launch', 0],
  ['one year', YEAR_SECONDS],
  ['four years', 4 * YEAR_SECONDS],
] as const;

/** G8: no few decide, neither over the work nor over the votes. */
export const concentration: Criterion = {
  gate: 'G8',
  title: 'No few decide',
  share: 'economics',
  scenes: ['base'],
  checks: (setting) => {
    const { gate } = setting.economy;
    return [
      operators(
        setting,
        'nakamoto',
        'operators of a class that together earn more than half',
        'operators',
        atLeast(gate.nakamotoMin),
      ),
      operators(setting, 'herfindahl', 'Herfindahl index of a class’s revenue', '', atMost(gate.hhiPpmMax / MILLION)),
      operators(setting, 'gini', 'Gini coefficient of a class’s revenue', '', atMost(gate.giniPpmMax / MILLION)),
      operators(
        setting,
        'topOperator',
        'share of the largest operator in its class',
        'of the class',
        atMost(gate.topOperatorPpmMax / MILLION),
      ),
      ...holders(setting.economy),
    ];
  },
};

type Measure = (typeof CONCENTRATION)[number];

/** Of the class that is worst off; by attested operator, because identities are free. */
function operators(
  { economy, scenes }: CriterionSetting,
  measure: Measure,
  metric: string,
  unit: string,
  line: GateCheck['line'] & object,
): GateCheck {
  const worst = worstFor(line, byClass(economy, scenes.get('base')!, measure));
  return measured({
    id: measure === 'topOperator' ? 'top-operator' : measure,
    metric,
    unit,
    figure: worst.figure,
    line,
    how: `mean over eras and runs, in ${worst.name}, the worst class, by operator`,
    movedBy: [`classes.${worst.name}.operatorCap`, `classes.${worst.name}.emissionShare`],
  });
}

/** A class that never earned has nobody who could decide over it. */
function byClass(
  { classes }: Economy,
  results: { values(name: string): readonly number[] },
  measure: Measure,
): readonly { readonly name: string; readonly figure: Figure }[] {
  const found = classes.map(({ name }) => ({ name, values: results.values(`${measure}.${name}`) }));
  const some = found.filter(({ values }) => values.length > 0);
  if (some.length === 0) return [{ name: 'any class', figure: exactly(Number.NaN, 0) }];
  return some.map(({ name, values }) => ({ name, figure: meanOf(values) }));
}

/** Allocations that one party decides over; providers and the public are many. */
const BLOCS: readonly string[] = ['treasury', 'team', 'investors'];

/**
 * Tokens of genesis that are free by a time. Each of treasury, team and investors counts as one holder, as if it voted
 * as one; what the public and providers hold is spread. Emission is left out: it only thins the blocs.
 */
function holders(economy: Economy): GateCheck[] {
  return AT.map(([when, seconds]) => {
    const free = economy.genesis.allocations.map((one) => ({ ...one, freeGrains: freeBy(one, seconds) }));
    const all = free.reduce((sum, { freeGrains }) => sum + freeGrains, 0);
    const blocs = free.filter(({ holder, freeGrains }) => BLOCS.includes(holder) && freeGrains > 0);
    const shares = blocs.map(({ name, freeGrains }) => `${name} ${percent(freeGrains / all)}`);
    const held = blocs.map(({ freeGrains }) => freeGrains);
    const spread = all - held.reduce((sum, grains) => sum + grains, 0);
    const few = nakamotoCoefficient([...held, ...Array.from({ length: SPREAD_AMONG }, () => spread / SPREAD_AMONG)]);
    return measured({
      id: `holders-${when.replaceAll(' ', '-')}`,
      metric: `largest single holder of free tokens, ${when}`,
      unit: 'of free tokens',
      figure: exactly(all === 0 ? 0 : Math.max(0, ...held) / all, free.length),
      line: below(0.5),
      how: `genesis without emission, each bloc as one holder: ${shares.join(', ') || 'no bloc'}; ${few > blocs.length ? 'no blocs together have' : `${few} of them together have`} a majority`,
      movedBy: blocs.flatMap(({ name }) => [
        `genesis.allocations.${name}.amount`,
        `genesis.allocations.${name}.vesting`,
      ]),
    });
  });
}

/** So many that none of them counts. */
const SPREAD_AMONG = 10_000;

function freeBy(
  { tokensGrains, lockupSeconds, vestingSeconds }: Economy['genesis']['allocations'][number],
  at: number,
): number {
  if (at < lockupSeconds) return 0;
  return vestingSeconds === 0 ? tokensGrains : tokensGrains * Math.min(1, (at - lockupSeconds) / vestingSeconds);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Bars by class for the report. */
export function concentrationTables({ economy, scenes }: CriterionSetting): readonly BarTable[] {
  const { gate } = economy;
  const table = (measure: Measure, title: string, unit: string, line: number): BarTable => ({
    id: `concentration-${measure}`,
    title,
    unit,
    bars: byClass(economy, scenes.get('base')!, measure).map(({ name, figure }) => ({ name, figure, line })),
  });
  return [
    table('nakamoto', 'Operators that together earn more than half', 'operators', gate.nakamotoMin),
    table(
      'topOperator',
      'Share of the largest operator in its class',
      'of the class',
      gate.topOperatorPpmMax / MILLION,
    ),
  ];
}
