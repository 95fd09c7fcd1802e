import { type Economy, nodeLines, type Statement } from '@stannary/kernel';
import type { DemandSeries } from '../traces/demand.ts';
import type { Estimate, NotShown } from '../traces/estimates.ts';
import { newTally } from '../traces/schemas.ts';
import type { Calibration } from '../traces/statements.ts';
import { fittedDemand } from './fitted-demand.ts';

/** What a world needs of a running network beside its estimates: sizes, and the course of demand. */
export interface NetworkSeen {
  /** Used over offered. */
  readonly utilisation: number;
  /** By epoch, as the demand is. */
  readonly pricesMicrograinsPerNcuS: readonly number[];
  /** At the last epoch; classes without a node are left out. */
  readonly classes: readonly { readonly name: string; readonly nodes: number; readonly operators: number }[];
  readonly demand: DemandSeries;
}

/** Takes note of statements as they pass by: a few numbers an epoch. */
export class NetworkWatch {
  readonly #used: number[] = [];
  readonly #epochSeconds: number;
  #offered = 0;
  readonly #prices: number[] = [];
  #firstEpoch = 0;
  #last: Statement | null = null;

  constructor(epochSeconds: number) {
    this.#epochSeconds = epochSeconds;
  }

  async *watch(statements: Iterable<Statement> | AsyncIterable<Statement>): AsyncGenerator<Statement> {
    for await (const statement of statements) {
      if (this.#last === null) this.#firstEpoch = statement.epoch;
      this.#used.push(statement.usedNcuMs / 1_000);
      this.#offered += statement.offeredNcuMs / 1_000;
      this.#prices.push(statement.priceMicrograinsPerNcuS);
      this.#last = statement;
      yield statement;
    }
  }

  /** Null before the first statement. */
  get seen(): NetworkSeen | null {
    if (this.#last === null) return null;
    const quantities = Float64Array.from(this.#used);
    const used = quantities.reduce((sum, one) => sum + one, 0);
    return {
      utilisation: this.#offered === 0 ? 0 : used / this.#offered,
      pricesMicrograinsPerNcuS: this.#prices,
      classes: classesOf(this.#last),
      demand: {
        source: 'statements',
        unit: 'NCU·s',
        epochSeconds: this.#epochSeconds,
        startSeconds: this.#firstEpoch * this.#epochSeconds,
        quantities,
        arrivals: quantities,
        tally: newTally(),
      },
    };
  }
}

function classesOf(statement: Statement): NetworkSeen['classes'] {
  const active = nodeLines(statement).filter(({ status }) => status === 'active');
  const names = [...new Set(active.map(({ className }) => className))].sort();
  return names.map((name) => {
    const own = active.filter(({ className }) => className === name);
    return { name, nodes: own.length, operators: new Set(own.map(({ operator }) => operator)).size };
  });
}

/**
 * A scenario file of what was estimated. What is not shown is a comment, and stays as the economy assumes. Demand counts at
 * the initial price: what was asked for at each epoch's own, moved along the elasticity.
 */
export function calibratedScenario(
  name: string,
  economy: Economy,
  calibration: Calibration,
  seen: NetworkSeen,
): string {
  const { source, epochs, cost } = calibration;
  return [
    `# ${source}: epochs ${epochs.first} to ${epochs.last}.`,
    '# Intervals are two-sided. What is not shown stays as the economy assumes.',
    `name: ${name}`,
    'extends: default',
    ...demandLines(economy, calibration, seen),
    ...verificationLines(calibration),
    'providers:',
    ...economy.classes.flatMap((one) => providerLines(one.name, economy, calibration, seen)),
    ...('median' in cost.atExit ? [] : [`# cost is not shown: ${cost.atExit.reason}`]),
    '',
  ].join('\n');
}

function demandLines(economy: Economy, { demand, elasticity, churn }: Calibration, seen: NetworkSeen): string[] {
  const assumed = economy.assumptions.elasticityPpm / 1_000_000;
  // A demand that falls with its price is all that a scenario knows.
  const eta = 'elasticity' in elasticity ? Math.max(0, elasticity.elasticity.value) : assumed;
  // A scenario's demand is over the capacity of all nodes; what a network offers is of those that are up.
  const up = availabilityOf(churn) ?? economy.assumptions.honestAvailabilityPpm / 1_000_000;
  const atInitial = utilisationAtInitialPrice(seen, economy.price.initialMicrograinsPerNcuS, eta);
  const lines = [
    'demand:',
    `  utilisation: ${number(up * atInitial)} # of all capacity; of what was offered ${number(atInitial)} at the initial price, ${number(seen.utilisation)} at the prices that there were`,
    ...shown('elasticity', 'elasticity' in elasticity ? elasticity.elasticity : elasticity, (value) =>
      Math.max(0, value),
    ),
  ];
  if (!('level' in demand)) return [...lines, `  # profile and noise are not shown: ${demand.reason}`];
  const { trace, noise, growthPerYear } = fittedDemand(seen.demand, demand);
  const growth =
    growthPerYear === 0
      ? []
      : [`  growth: ${number(growthPerYear)} # per year, of ${seen.demand.quantities.length} epochs`];
  const profile =
    trace === null ? [] : [`  trace: { values: [${trace.values.map(number).join(', ')}], every: 1 epoch }`];
  return [...lines, `  noise: ${number(Math.min(10, noise))}`, ...growth, ...profile];
}

/** Each epoch's demand moved along the elasticity, over what was offered. */
function utilisationAtInitialPrice(
  { demand, pricesMicrograinsPerNcuS: prices, utilisation }: NetworkSeen,
  initial: number,
  eta: number,
): number {
  const { quantities } = demand;
  const used = quantities.reduce((sum, one) => sum + one, 0);
  const moved = quantities.reduce((sum, one, epoch) => sum + one * (prices[epoch]! / initial) ** eta, 0);
  return used === 0 ? 0 : (utilisation * moved) / used;
}

/** A map of fields, if one of them is shown: an empty one would be no map. */
function verificationLines({ detection: { audited } }: Calibration): string[] {
  const share = 'share' in audited ? audited.share : audited;
  return [...(share.kind === 'not-shown' ? [] : ['verification:']), ...shown('audits', share, asIs)];
}

function providerLines(className: string, economy: Economy, { churn, cost }: Calibration, seen: NetworkSeen): string[] {
  const found = seen.classes.find(({ name }) => name === className);
  if (found === undefined) return [`  ${className}: null # no active node`];
  const lines = [`  ${className}:`, `    nodes: ${found.nodes}`, `    operators: ${found.operators}`];
  const up = availabilityOf(churn);
  if (up !== null) lines.push(`    availability: ${number(up)} # time up over time known, whoever left included`);
  const { atExit } = cost;
  if (!('median' in atExit) || atExit.median.kind !== 'estimate' || atExit.logDeviation.kind !== 'estimate')
    return lines;
  const [median, deviation] = [atExit.median, atExit.logDeviation];
  const initial = economy.price.initialMicrograinsPerNcuS;
  // Of a lognormal; at the price at which a node leaves, its revenue is its cost.
  const mean = (median.value / initial) * Math.exp(deviation.value ** 2 / 2);
  const between = `${number(median.low / initial)} … ${number(median.high / initial)}`;
  return [
    ...lines,
    `    cost: { revenueShare: ${number(mean)}, deviation: ${number(deviation.value)} } # median ${between} of the initial price`,
  ];
}

function availabilityOf(churn: Calibration['churn']): number | null {
  return 'model' in churn ? churn.model.availability : null;
}

const asIs = (value: number): number => value;

function shown(field: string, estimate: Estimate | NotShown, within: (value: number) => number): string[] {
  if (estimate.kind === 'not-shown') return [`  # ${field} is not shown: ${estimate.reason}`];
  const { value, low, high, confidence } = estimate;
  return [`  ${field}: ${number(within(value))} # ${number(low)} … ${number(high)} at ${confidence * 100} %`];
}

function number(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}
