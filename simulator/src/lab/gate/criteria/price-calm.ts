import type { Economy } from '@stannary/kernel';
import { atMost, below, exactly, meanOf, measured, notShown, worstFor } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

const SHOCKED = ['demand-up', 'demand-down'] as const;
/** Without the days before the step. */
const WEEKS_HOURS = 20 * 24;
const MOVED_BY = ['price.gain', 'price.targetUtilisation', 'price.breaker'];

/** G7: prices are calm, also when demand is not. */
export const priceCalm: Criterion = {
  gate: 'G7',
  title: 'Prices are calm',
  share: 'economics',
  scenes: ['demand-up', 'demand-down'],
  checks: (setting) => [volatility(setting), largestMove(setting), stability(setting)],
};

function volatility({ economy, scenes }: CriterionSetting): GateCheck {
  const check = {
    id: 'daily-volatility',
    metric: 'daily volatility of the price’s logarithm, a step of demand of ±50 % in it',
    unit: 'of the logarithm',
    line: atMost(economy.gate.logVolatilityPpmMaxPerDay / MILLION),
    movedBy: MOVED_BY,
  };
  const hours = (scenes.get('demand-up')!.horizonEpochs * economy.cadence.epochMs) / 3_600_000;
  if (hours < WEEKS_HOURS) {
    return notShown(
      check,
      `epochs of ${economy.cadence.epochMs / 1_000} s: a run is cut after ${hours.toFixed(1)} h, and a day’s move needs weeks; measure it on longer epochs`,
    );
  }
  const worst = worstFor(
    check.line,
    SHOCKED.map((scene) => ({ scene, figure: meanOf(scenes.get(scene)!.values('dailyLogVolatility')) })),
  );
  return measured({
    ...check,
    figure: worst.figure,
    how: `standard deviation over a month’s days with one step in them, in the worse of both worlds (${worst.scene}); supply stands still, so it is the price rule that is looked at`,
  });
}

function largestMove({ economy, scenes }: CriterionSetting): GateCheck {
  const moves = SHOCKED.flatMap((scene) => scenes.get(scene)!.values('hourlyMoveMost'));
  const epochs = SHOCKED.reduce((sum, scene) => sum + scenes.get(scene)!.sum('epochs'), 0);
  return measured({
    id: 'hourly-move',
    metric: 'largest move of the price within an hour',
    unit: 'of the price',
    figure: exactly(Math.max(...moves), epochs),
    line: atMost(economy.gate.movePpmMaxPerHour / MILLION),
    how: `the most of ${epochs} epochs, demand stepping by ±50 %`,
    movedBy: MOVED_BY,
  });
}

function stability({ economy, context }: CriterionSetting): GateCheck {
  const { elasticity } = context.scenario.demand;
  const gain = gainOf(economy);
  return measured({
    id: 'gain-elasticity',
    metric: 'd·η, gain times elasticity of demand',
    unit: '',
    figure: exactly(gain * elasticity),
    line: below(1),
    how: `closed form: with a lag of two epochs the price swings ever wider from 1 on, and comes back without overshoot up to 1/4; η = ${elasticity}`,
    movedBy: ['price.gain', 'assumptions.elasticity'],
  });
}

/** d of any rule: relative step per epoch and relative deviation of utilisation from its target, near the target. */
function gainOf({ price, cadence, assumptions }: Economy): number {
  switch (price.kind) {
    case 'rational-step':
      return price.gainPpm / MILLION;
    case 'exponential':
      return ((price.gainPpmPerHour / MILLION) * cadence.epochMs) / 3_600_000;
    case 'eip-1559':
      return 1 / price.denominator;
    case 'excess': {
      const offeredNcuMs = assumptions.nodes * assumptions.nodeNcu * cadence.epochMs;
      return (offeredNcuMs * price.targetUtilisationPpm) / MILLION / Number(price.updateFractionNcuMs);
    }
  }
}
