import { atLeast, atMost, meanOf, measured, notShown } from '../criterion.ts';
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

/** Against what buyers pay elsewhere: by the scenario, whose buyers leave above it, else by the economy's own assumption. */
function priceRatio({ context, economy, scenes }: CriterionSetting): GateCheck {
  const check = {
    id: 'price-ratio',
    metric: 'price that 95 % of epochs stay below, over the outside offer',
    unit: 'of the offer',
    line: atMost(economy.gate.priceRatioPpmMax / MILLION),
    movedBy: ['price.initial', 'price.targetUtilisation', 'price.gain', 'assumptions.outsidePrice'],
  };
  const named = context.scenario.demand.outsideMicrograinsPerNcuS;
  const offer = named ?? economy.assumptions.outsideMicrograinsPerNcuS;
  if (offer === null) {
    return notShown(
      check,
      'no outside offer is named, so nothing says whether buyers are better off here: say one in assumptions.outsidePrice, or as demand.outside of the scenario',
    );
  }
  const ratios = scenes
    .get('base')!
    .values('priceP95')
    .map((price) => price / offer);
  const whose = named === null ? 'the economy’s own assumption, assumptions.outsidePrice' : 'the scenario’s';
  return measured({ ...check, figure: meanOf(ratios), how: `the best outside offer is ${whose}` });
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
