import {
  convictionProbability,
  deviationLeft,
  erlangC,
  erlangWait,
  fraudRetention,
  judgeMeter,
  type MeteringRule,
  singleServerQueue,
} from '@stannary/kernel';
import { washUsage } from '../../../attacks/wash-usage.ts';
import { Draws } from '../../../draws/draws.ts';
import { RunningMoments } from '../../../observers/running-moments.ts';
import { Simulation } from '../../../simulation.ts';
import { simulateQueue, simulateRetention } from '../../../truths.ts';
import { atMost, equalTo, exactly, measured } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { ANCHORS } from './anchors.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

/** G2: what the gate computes with is what it says it is. */
export const modelTruth: Criterion = {
  gate: 'G2',
  title: 'The model tells the truth',
  share: 'economics',
  scenes: [],
  checks: (setting) => [anchors(), ...comparisons(setting).map(withinThree), priceReturn(setting), washLoss(setting)],
};

function anchors(): GateCheck {
  const wrong = ANCHORS.filter(({ compute, expected }) => compute() !== expected);
  const which = wrong.map(({ id, compute, expected }) => `${id}: ${compute()} instead of ${expected}`);
  return measured({
    id: 'anchors',
    metric: 'published numbers that the kernel does not reproduce',
    unit: 'anchors',
    figure: exactly(wrong.length, ANCHORS.length),
    line: equalTo(0),
    how: wrong.length === 0 ? `${ANCHORS.length} numbers of other systems, to the last digit given` : which.join('; '),
    movedBy: [],
  });
}

/** A simulated mean and the closed form that it must meet. */
interface Comparison {
  readonly id: string;
  readonly metric: string;
  readonly simulated: RunningMoments;
  readonly closedForm: number;
}

function withinThree({ id, metric, simulated, closedForm }: Comparison): GateCheck {
  const error = simulated.standardError;
  const off = Math.abs(simulated.mean - closedForm);
  return measured({
    id,
    metric: `${metric}: distance from the closed form`,
    unit: 'standard errors',
    // What has no spread at all must be the closed form itself, but for what doubles round.
    figure: exactly(error > 0 ? off / error : off <= 1e-9 * Math.abs(closedForm) ? 0 : 1e9, simulated.count),
    line: atMost(3),
    how: `simulated ${simulated.mean.toPrecision(6)}, closed form ${closedForm.toPrecision(6)}`,
    movedBy: [],
  });
}

const QUEUE_RUNS = 24;
/** Of a holdback, in mean times to detection. */
const OWN_HOLDBACK_MAX = 4;

function comparisons({ context, economy }: CriterionSetting): readonly Comparison[] {
  const { seed } = context;
  const { verification, cadence, metering } = economy;
  const detection = (verification.auditFloorPpm * verification.detectionPpm) / MILLION ** 2;
  const holdback = cadence.holdbackEras * cadence.epochsPerEra;
  const queue = (servers: number, load: number, of: 'inSystem' | 'waitingShare' | 'timeWaiting') => {
    const rule = { arrivalRate: load, serviceRate: 1, servers };
    return momentsOver(QUEUE_RUNS, (run) => simulateQueue(rule, 12_000, { seed, run })[of]);
  };
  // What a holdback of so long leaves a cheat is nothing: the law is looked at where there is something to see.
  const own = Math.max(detection, 0.005);
  const held = Math.min(holdback, Math.ceil(OWN_HOLDBACK_MAX / own));
  const kept = (q: number, held: number) => simulateRetention(q, held, 20_000, { seed, run: 0 });
  return [
    {
      id: 'queue-one',
      metric: 'customers in M/M/1 at 80 %',
      simulated: queue(1, 0.8, 'inSystem'),
      closedForm: singleServerQueue(0.8, 1).inSystem,
    },
    {
      id: 'queue-many',
      metric: 'who waits in M/M/10 at 80 %',
      simulated: queue(10, 8, 'waitingShare'),
      closedForm: erlangC(10, 8),
    },
    {
      id: 'queue-wait',
      metric: 'how long one waits in M/M/5 at 60 %',
      simulated: queue(5, 3, 'timeWaiting'),
      closedForm: erlangWait(5, 3),
    },
    {
      id: 'retention',
      metric: 'revenue that a fraud keeps (attack 6), detection 5 %, holdback 24',
      simulated: kept(0.05, 24),
      closedForm: fraudRetention(0.05, 24),
    },
    {
      id: 'retention-own',
      metric: `the same at this economy’s detection, holdback ${held}`,
      simulated: kept(own, held),
      closedForm: fraudRetention(own, held),
    },
    {
      id: 'sequential-test',
      metric: 'cheats that the meters’ test convicts in 100 samples',
      simulated: convictions(metering, seed),
      closedForm: convictionProbability(metering.test, CHEAT_GOOD, 100),
    },
  ];
}

function momentsOver(runs: number, measure: (run: number) => number): RunningMoments {
  const moments = new RunningMoments();
  for (let run = 0; run < runs; run += 1) moments.add(measure(run));
  return moments;
}

/** Good samples of a meter that cheats in every tenth window. */
const CHEAT_GOOD = 0.9;

function convictions(rule: MeteringRule, seed: number): RunningMoments {
  const draws = new Draws({ seed, run: 0 });
  const good = { claimedQuantity: 1_000, referenceQuantity: 1_000 };
  const bad = { claimedQuantity: 1_000, referenceQuantity: 0 };
  return momentsOver(1_500, (cheat) => {
    const samples = Array.from({ length: 100 }, (_, at) =>
      draws.uniform('meter', at, 0, cheat) < CHEAT_GOOD ? good : bad,
    );
    return judgeMeter({ ...rule, confidence: [] }, 0, samples).isConvicted ? 1 : 0;
  });
}

const PRICE_GAIN = 62_500;

/** What an epoch leaves of the price's distance from where it settles, in a market without noise, against the lagged rule's root. */
function priceReturn({ context, economy }: CriterionSetting): GateCheck {
  const { price, assumptions } = economy;
  const { scenario } = context;
  const { initialMicrograinsPerNcuS: initial, targetUtilisationPpm: target } = price;
  const rule = { ...withoutKind(price), kind: 'rational-step', gainPpm: PRICE_GAIN, breaker: null } as never;
  const demand = {
    ...scenario.demand,
    elasticity: 1,
    noise: 0,
    trace: null,
    growthPerYear: 0,
    outsideMicrograinsPerNcuS: null,
  };
  const utilisation = (target / MILLION) * 1.05;
  const quiet = { ...scenario, seed: context.seed, horizonEpochs: 34, shocks: [], demand: { ...demand, utilisation } };
  const providers = scenario.providers.map((one) => ({
    ...one,
    availability: 1,
    operatorSkew: 0,
    cost: { ...one.cost, revenueShare: 0 },
  }));
  const prices: number[] = [];
  const observer = {
    epoch: (figures: { readonly priceMicrograinsPerNcuS: number }) => void prices.push(figures.priceMicrograinsPerNcuS),
  };
  new Simulation({ ...economy, price: rule }, { ...quiet, providers }, { observers: [observer] }).advance();
  const off = (epoch: number) => Math.abs(Math.log(prices[epoch]! / (initial * 1.05)));
  const left = (off(30) / off(10)) ** (1 / 20);
  const closed = deviationLeft(PRICE_GAIN / MILLION, 1, 2);
  return within('price-step', 'what an epoch leaves of a price’s deviation', left, closed, assumptions.nodes);
}

function withoutKind<Rule extends { readonly kind: string }>({ kind: _, ...rest }: Rule): Omit<Rule, 'kind'> {
  return rest;
}

/** Attack 5 in the simulator: of what a wash trader pays itself, the burn and the insurance are lost. */
function washLoss({ context, economy }: CriterionSetting): GateCheck {
  const scenario = {
    ...context.scenario,
    seed: context.seed,
    horizonEpochs: 2 * economy.cadence.epochsPerEra,
    shocks: [],
  };
  const attacks = [{ attack: washUsage, parameters: { nodes: 5 } }];
  const { ledger } = new Simulation(economy, scenario, { attacks, assumeLive: true }).advance().accountOf(0);
  const { burnPpm, insurancePpm } = economy.take;
  const lost = (ledger.ownBurnGrains + ledger.ownInsuranceGrains) / ledger.ownChargesGrains;
  return within(
    'wash',
    'what wash usage loses of its own charges (attack 5)',
    lost,
    (burnPpm + insurancePpm) / MILLION,
    ledger.nodes,
  );
}

/** Of what has no chance in it, only the rounding of money and an approximation of small moves. */
function within(id: string, metric: string, simulated: number, closedForm: number, samples: number): GateCheck {
  const off = closedForm === 0 ? Math.abs(simulated) : Math.abs(simulated / closedForm - 1);
  return measured({
    id,
    metric: `${metric}: distance from the closed form`,
    unit: 'relative',
    figure: exactly(off, samples),
    line: atMost(0.005),
    how: `simulated ${simulated.toPrecision(6)}, closed form ${closedForm.toPrecision(6)}`,
    movedBy: [],
  });
}
