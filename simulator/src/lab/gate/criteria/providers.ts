import { atLeast, atMost, meanOf, measured, notShown } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { followEpochs } from '../scenes/scenes.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

const DAY_SECONDS = 86_400;
const MOVED_BY = ['assumptions.providerCost', 'price.initial', 'price.floor', 'take.treasury', 'classes.*.bond'];

/** G5: honest work pays those who do it, and those who begin to. */
export const providers: Criterion = {
  gate: 'G5',
  title: 'Honest work pays',
  share: 'economics',
  scenes: ['base', 'newcomers'],
  checks: (setting) => [margin(setting, 'marginMedian'), margin(setting, 'marginP10'), breakEven(setting)],
};

function margin({ economy, scenes, context }: CriterionSetting, name: 'marginMedian' | 'marginP10'): GateCheck {
  const { gate } = economy;
  const isMedian = name === 'marginMedian';
  const spread = context.scenario.providers[0]?.cost.deviation ?? 0;
  return measured({
    id: isMedian ? 'margin-median' : 'margin-p10',
    metric: isMedian ? 'margin of the middle provider' : 'margin that nine of ten providers reach',
    unit: 'of revenue',
    figure: meanOf(scenes.get('base')!.values(name)),
    line: atLeast((isMedian ? gate.marginPpmMedianMin : gate.marginPpmP10Min) / MILLION),
    how: `over all nodes and eras of a run, after take, running cost (95 % within ±${Math.round(spread * 200)} % of the mean) and the capital in bonds`,
    movedBy: MOVED_BY,
  });
}

function breakEven({ economy, scenes }: CriterionSetting): GateCheck {
  const results = scenes.get('newcomers');
  const days = (results?.values('breakEvenSeconds') ?? []).map((seconds) => seconds / DAY_SECONDS);
  const check = {
    id: 'break-even',
    metric: 'until the middle newcomer has earned its cost',
    unit: 'd',
    line: atMost(economy.gate.breakEvenSecondsMax / DAY_SECONDS),
    movedBy: ['newcomer.ramp', 'newcomer.multiplierMin', 'cadence.holdback', 'vesting.schedule.share', ...MOVED_BY],
  };
  if (results === undefined) {
    const epochs = followEpochs(economy);
    return notShown(
      check,
      `the time to its line is ${epochs} epochs of ${economy.cadence.epochMs / 1_000} s, more than one run follows: measure it on longer epochs`,
    );
  }
  if (days.length === 0)
    return notShown(check, 'nobody entered in any run: a population with room for newcomers shows it');
  const how = `cash of ${results.sum('newcomers')} nodes that entered a running market: ramp, holdback, vesting, the capital in the bond and the identity fee`;
  return measured({ ...check, figure: meanOf(days), how });
}
