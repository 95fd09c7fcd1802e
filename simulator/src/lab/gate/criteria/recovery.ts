import { deviationLeft } from '@stannary/kernel';
import { atMost, meanOf, measured, notShown, worstFor } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

const HOUR_SECONDS = 3_600;

/** G10: shocks pass, and so do halts. */
export const recovery: Criterion = {
  gate: 'G10',
  title: 'Shocks pass',
  share: 'economics',
  scenes: ['demand-up', 'demand-down', 'halt'],
  checks: (setting) => [afterStep(setting), afterHalt(setting)],
};

function afterStep({ economy, context, scenes }: CriterionSetting): GateCheck {
  const check = {
    id: 'after-step',
    metric: 'until the price stays within 10 % of where it settles after demand stepped by ±50 %',
    unit: 'h',
    line: atMost(economy.gate.recoverySecondsMax / HOUR_SECONDS),
    movedBy: ['price.gain', 'price.targetUtilisation', 'price.floor', 'price.cap'],
  };
  const both = (['demand-up', 'demand-down'] as const).map((scene) => {
    const results = scenes.get(scene)!;
    const hours = results.values('recoverySeconds').map((seconds) => seconds / HOUR_SECONDS);
    return { scene, unsettled: results.runs - hours.length, figure: meanOf(hours) };
  });
  const unsettled = both.reduce((sum, one) => sum + one.unsettled, 0);
  if (unsettled > 0) {
    return notShown(
      check,
      `in ${unsettled} runs the price had not settled when they were cut: longer epochs show where`,
    );
  }
  const worst = worstFor(check.line, both);
  const { elasticity } = context.scenario.demand;
  const left =
    economy.price.kind === 'rational-step' ? deviationLeft(economy.price.gainPpm / MILLION, elasticity, 2) : null;
  const form = left === null ? '' : `; by the closed form an epoch leaves ${left.toFixed(4)} of a small deviation`;
  return measured({ ...check, figure: worst.figure, how: `the slower of both worlds (${worst.scene})${form}` });
}

function afterHalt({ economy, scenes }: CriterionSetting): GateCheck {
  const hours = scenes
    .get('halt')!
    .values('haltSeconds')
    .map((seconds) => seconds / HOUR_SECONDS);
  const check = {
    id: 'after-halt',
    metric: 'until emission follows work again within 10 %, after the oracle stood still for two hours',
    unit: 'h',
    line: atMost(economy.gate.haltRecoverySecondsMax / HOUR_SECONDS),
    movedBy: ['oracle.rule.average', 'oracle.rule.stale', 'supply.ceiling'],
  };
  if (hours.length === 0) return notShown(check, 'nothing is minted, so nothing can halt: the scenario has no work');
  return measured({
    ...check,
    figure: meanOf(hours),
    how: 'the network pauses as a whole in a halt: no epoch passes, no price moves; what halts alone is minting at a price',
  });
}
