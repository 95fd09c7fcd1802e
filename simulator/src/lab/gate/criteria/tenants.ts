import { atLeast, atMost, meanOf, measured } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

/** G6: those who buy are served, and nowhere better. */
export const tenants: Criterion = {
  gate: 'G6',
  title: 'Buyers are served',
  share: 'economics',
  scenes: ['base'],
  checks: (setting) => [priceRatio(setting), serviceLevel(setting)],
};

function priceRatio({ context, economy, scenes }: CriterionSetting): GateCheck {
  const { outsideMicrograinsPerNcuS: outside } = context.scenario.demand;
  const offer = outside ?? economy.price.capMicrograinsPerNcuS;
  const ratios = scenes
    .get('base')!
    .values('priceP95')
    .map((price) => price / offer);
  const what =
    outside === null
      ? 'the scenario names no outside offer (demand.outsideMicrograinsPerNcuS), so the price cap, past which nobody is meant to buy, stands for it'
      : 'the best outside offer is the scenario’s';
  return measured({
    id: 'price-ratio',
    metric: 'price that 95 % of epochs stay below, over the outside offer',
    unit: 'of the offer',
    figure: meanOf(ratios),
    line: atMost(economy.gate.priceRatioPpmMax / MILLION),
    how: what,
    movedBy: ['price.cap', 'price.initial', 'price.targetUtilisation', 'price.gain'],
  });
}

function serviceLevel({ context, economy, scenes }: CriterionSetting): GateCheck {
  const results = scenes.get('base')!;
  const slots = results.values('slots');
  // A run in which nothing was wanted served nobody.
  const shares = results.values('slotsKept').flatMap((kept, run) => (slots[run] === 0 ? [] : [kept / slots[run]!]));
  const { trace, noise } = context.scenario.demand;
  const demand =
    trace === null ? `demand without a trace, ±${noise * 100} % from epoch to epoch` : 'demand by the trace';
  return measured({
    id: 'service-level',
    metric: 'slots of a class and an epoch in which what was wanted was served and started in time',
    unit: 'of slots',
    figure: meanOf(shares),
    line: atLeast(economy.gate.slaMetPpmMin / MILLION),
    how: `${results.sum('slots')} slots; starts by M/M/c with the class's nodes that are up, jobs of assumptions.job, 95 % within slo.start; ${demand}`,
    movedBy: ['price.targetUtilisation', 'classes.*.slo.start', 'classes.*.slo.availability', 'price.gain'],
  });
}
