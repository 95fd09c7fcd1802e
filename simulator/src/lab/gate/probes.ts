import type { Policy } from '@stannary/economies';
import {
  momentsOf,
  type PairMoments,
  pairMomentsOf,
  ratioInterval,
  runsNeeded,
  varianceOf,
} from '../../experiments/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { EconomySource } from '../campaign/plan.ts';
import { runCampaign } from '../campaign/run-campaign.ts';
import type { ResponseOptions } from '../response/best-response.ts';
import type { Tried } from '../response/closed-response.ts';
import { POWER } from './attack-evidence.ts';
import type { NamedAttack } from './attacks.ts';
import { RATIO_MAX } from './least-ratio.ts';
import type { Figure } from './report.ts';

/** A field a step away: how the file would have it. */
export interface Step {
  readonly path: string;
  readonly text: string;
}

/** An attack in the economy of a step, to be simulated. */
export interface Probe {
  readonly step: Step;
  readonly attack: NamedAttack;
  readonly parameters: Tried['parameters'];
}

export interface ProbeTrial {
  readonly source: EconomySource;
  readonly policy: Policy;
  readonly scenario: Scenario;
  /** What cost over return must reach. */
  readonly line: number;
  /** Attempts of each probe at first, and at most of one of which so few cannot tell. */
  readonly runs: number;
  readonly runsMax: number;
}

/** Two-sided: each end bounds the truth at 95 %. */
const CONFIDENCE = 0.9;
const FIRST_RUN = 131_072;

/**
 * Cost over return of each probe, with its Fieller interval, from attempts of common runs; null where no run saw a return.
 * Where the interval holds the line, fresh runs, as many as would have shown what was seen, count alone.
 */
export async function playedRatios(
  trial: ProbeTrial,
  probes: readonly Probe[],
  options: ResponseOptions,
): Promise<(Figure | null)[]> {
  if (probes.length === 0) return [];
  const first = await played(trial, probes, [FIRST_RUN, trial.runs], options);
  const figures = first.map(ratioFigure);
  for (const [at, pairs] of first.entries()) {
    if (figures[at] === null) continue;
    const { value, interval } = figures[at]!;
    if (value < trial.line || (interval?.[0] ?? value) >= trial.line) continue;
    const runs = Math.min(trial.runsMax, Math.max(2 * trial.runs, 2 * neededFor(pairs, trial.line)));
    const [fresh] = await played(trial, [probes[at]!], [2 * FIRST_RUN, runs], options);
    figures[at] = ratioFigure(fresh!);
  }
  return figures;
}

interface Pairs {
  readonly costs: readonly number[];
  readonly returns: readonly number[];
}

/** Runs that would have shown the mean of cost less so many times the return that was seen. */
function neededFor({ costs, returns }: Pairs, line: number): number {
  const differences = momentsOf(costs.map((cost, at) => cost - line * returns[at]!));
  if (differences.mean <= 0) return 0;
  const deviation = Math.sqrt(varianceOf(differences));
  return runsNeeded({ deviation, effect: differences.mean, confidence: (1 + CONFIDENCE) / 2, power: POWER });
}

/** Null without a return. */
function ratioFigure({ costs, returns }: Pairs): Figure | null {
  const pairs = pairMomentsOf(costs, returns);
  if (pairs.meanY <= 0) return null;
  const capped = (ratio: number) => Math.min(RATIO_MAX, ratio);
  const [low, high] = endsOf(pairs).map(capped) as [number, number];
  const value = Math.min(high, Math.max(low, capped(pairs.meanX / pairs.meanY)));
  return { value, interval: [low, high], confidence: CONFIDENCE, samples: pairs.count };
}

/** Where the return may be nothing the ratio has no upper end; where nothing is excluded, no end at all. */
function endsOf(pairs: PairMoments): readonly [low: number, high: number] {
  const interval = ratioInterval(pairs, CONFIDENCE);
  if (interval.kind === 'between') return [interval.low, interval.high];
  const ratio = pairs.meanX / pairs.meanY;
  return [interval.kind === 'outside' && interval.above <= ratio ? interval.above : Math.min(0, ratio), RATIO_MAX];
}

async function played(
  { source, scenario }: ProbeTrial,
  probes: readonly Probe[],
  [firstRun, runs]: readonly [number, number],
  { workers, signal, shelf }: ResponseOptions,
): Promise<Pairs[]> {
  const pairs = probes.map(() => ({ costs: new Array<number>(runs), returns: new Array<number>(runs) }));
  await runCampaign(
    {
      name: 'sensitivity',
      kind: 'attempt',
      economy: source,
      scenario,
      points: probes.map(({ step, attack, parameters }) => ({
        economy: [[step.path, step.text]],
        scenario: {},
        options: { attack: attack.name, parameters },
      })),
      firstRun,
      runs,
    },
    {
      ...(workers === undefined ? {} : { workers }),
      ...(signal === undefined ? {} : { signal }),
      ...(shelf === undefined ? {} : { shelf }),
      onResult: ({ point, run }, { figures }) => {
        pairs[point]!.costs[run - firstRun] = figures.costCredits!;
        pairs[point]!.returns[run - firstRun] = figures.returnCredits!;
      },
    },
  );
  return pairs;
}
