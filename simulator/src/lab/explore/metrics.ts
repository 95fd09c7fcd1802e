import { ECONOMIC_ATTACKS } from '../../attacks/catalogue.ts';
import { COST_RATIO_LINE } from '../campaign/attempt-run.ts';
import { FIGURES, type FigureName } from '../campaign/figures.ts';
import type { Point } from '../campaign/plan.ts';
import { ExploreRefusal } from './refusal.ts';

/** One figure of one kind of job. */
export interface Probe {
  readonly kind: string;
  readonly options: Point['options'];
  readonly figure: string;
}

/** A number that variants of an economy are told apart by. */
export interface Metric {
  readonly name: string;
  readonly meaning: string;
  /** Empty for a plain number. */
  readonly unit: string;
  /** Which way is better for the network; `neither` where that depends. */
  readonly better: 'more' | 'less' | 'neither';
  readonly probes: readonly Probe[];
  /** Of the probes' figures, in their order, each a mean over the same runs or of one run. */
  readonly of: (figures: readonly number[]) => number;
}

/** An attack that returns nothing costs infinitely more: it is counted as this many times. */
export const RATIO_MOST = 1_000;

/** Cost over return; what costs nothing and returns nothing is no attack, and cannot be told from the best defended. */
export function costRatio(costCredits: number, returnCredits: number): number {
  return returnCredits <= 0 ? RATIO_MOST : Math.min(RATIO_MOST, costCredits / returnCredits);
}

type Better = Metric['better'];

/** Which way is better, where it does not depend. */
const BETTER: Readonly<Partial<Record<FigureName, Better>>> = {
  ...{ hourlyMove: 'less', hourlyMoveMost: 'less', servedShare: 'more', activeNodes: 'more', activeNodesLeast: 'more' },
  ...{ activeNodesLast: 'more', exits: 'less', medianMargin: 'more', marginLow: 'more', marginHigh: 'more' },
  ...{ nakamoto: 'more', herfindahl: 'less', gini: 'less', topOperatorMost: 'less', coverage: 'more' },
  ...{ coverageLeast: 'more', chargedGrains: 'more', demandedNcuMs: 'more', usedNcuMs: 'more', lostNcuMs: 'less' },
  ...{ proposedFaults: 'less', convictions: 'less' },
};

/** Other names of figures. */
const ALIASES: Readonly<Record<string, FigureName>> = {
  'coverage.min': 'coverageLeast',
  marginMedian: 'medianMargin',
  marginP10: 'marginLow',
};

function simulated(name: string, figure: FigureName): Metric {
  const { unit, meaning } = FIGURES[figure];
  const probes = [{ kind: 'simulate', options: {}, figure }];
  return {
    name,
    meaning,
    unit: unit === 'share' ? '' : unit,
    better: BETTER[figure] ?? 'neither',
    probes,
    of: ([one]) => one!,
  };
}

const attempted = (attack: string, figure: string): Probe => ({ kind: 'attempt', options: { attack }, figure });

/** What can be asked of an attack, by its id or its module's path. */
function attackMetrics(attack: string): Metric[] {
  const one = (name: string, figure: string, meaning: string, better: Better): Metric => ({
    name: `attack:${attack}:${name}`,
    ...{ meaning, unit: 'credits', better },
    probes: [attempted(attack, figure)],
    of: ([value]) => value!,
  });
  return [
    {
      name: `attack:${attack}:ratio`,
      meaning: `cost over return, at most ${RATIO_MOST}`,
      unit: '',
      better: 'more',
      probes: [attempted(attack, 'costCredits'), attempted(attack, 'returnCredits')],
      of: ([cost, back]) => costRatio(cost!, back!),
    },
    one('difference', 'differenceCredits', `cost less ${COST_RATIO_LINE} times the return`, 'more'),
    one('cost', 'costCredits', 'what an attempt costs', 'more'),
    one('return', 'returnCredits', 'what an attempt brings', 'less'),
    one('stake', 'stakeCredits', 'what an attempt puts at stake', 'neither'),
  ];
}

/** The least of all attacks' ratios, each played with its own parameters. */
function minRatio(): Metric {
  const ratios = ECONOMIC_ATTACKS.map(({ id }) => attackMetrics(id)[0]!);
  return {
    name: 'minRatio',
    meaning: `least cost over return of the ${ratios.length} attacks, at most ${RATIO_MOST}`,
    unit: '',
    better: 'more',
    probes: ratios.flatMap(({ probes }) => probes),
    of: (figures) => Math.min(...ratios.map(({ of }, at) => of(figures.slice(2 * at, 2 * at + 2)))),
  };
}

/** Every metric of the registry: figures of runs, the least ratio, then attack by attack. */
export function allMetrics(): readonly Metric[] {
  const figures = (Object.keys(FIGURES) as FigureName[]).map((figure) => simulated(figure, figure));
  const aliases = Object.entries(ALIASES).map(([name, figure]) => simulated(name, figure));
  return [...aliases, ...figures, minRatio(), ...ECONOMIC_ATTACKS.flatMap(({ id }) => attackMetrics(id))];
}

/** By name; `attack:PATH:ratio` takes a module of one's own. @throws ExploreRefusal EXPLORE-METRIC */
export function metricNamed(name: string): Metric {
  const [, attack = ''] = /^attack:(.+\.[cm]?[jt]s):\w+$/.exec(name) ?? [];
  const known = attack === '' ? allMetrics() : attackMetrics(attack);
  const found = known.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const stem = name.split(/[.:]/)[0]!;
  const near = known.filter((metric) => metric.name.startsWith(stem));
  const names = (near.length > 0 ? near : known.slice(0, 16)).map((metric) => metric.name).join(', ');
  throw new ExploreRefusal('EXPLORE-METRIC', 'metric', `one of ${names}${near.length > 0 ? '' : ', …'}`, name);
}
