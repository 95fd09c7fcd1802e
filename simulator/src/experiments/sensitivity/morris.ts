import type { MorrisDesign } from '../designs/morris-design.ts';
import { ExperimentRefusal, sameLength } from '../refusal.ts';
import { type BootstrapOptions, bootstrap } from '../statistics/bootstrap.ts';
import { momentsOf, varianceOf } from '../statistics/moments.ts';
import { replicatesOf } from './replicates.ts';
import { type Judged, judged } from './wording.ts';

export interface MorrisEffects {
  /** Mean elementary effect, in outputs per whole range of the parameter. */
  readonly mu: number;
  /** Mean of its absolute value: how much the parameter matters. */
  readonly muStar: number;
  /** Deviation of the effect: bends and interactions. */
  readonly sigma: number;
}

export interface MorrisJudged extends MorrisEffects {
  /** μ* with its interval, over trajectories; distinguishable when above what noise alone would give. */
  readonly judged: Judged;
}

/**
 * Elementary effects (f(to) − f(from)) / (x(to) − x(from)) of each parameter: μ and σ of Morris 1991, μ* of Campolongo,
 * Cariboni and Saltelli (Environ. Model. Softw. 22, 2007). `outputs` one for each point of the design.
 * Refuses EXPERIMENT-LENGTH, EXPERIMENT-VALUE, EXPERIMENT-COUNT below two effects of a parameter.
 */
export function morrisEffects(design: MorrisDesign, outputs: ArrayLike<number>): MorrisEffects[] {
  sameLength(design.points.length, outputs.length, 'outputs');
  replicatesOf(outputs, 1);
  return effectsOf(design, outputs).map((effects) => {
    const deviation = Math.sqrt(varianceOf(momentsOf(effects)));
    return { mu: meanOf(effects), muStar: meanOf(effects.map(Math.abs)), sigma: deviation };
  });
}

export interface MorrisAnalysis extends BootstrapOptions {
  /** Runs of each point, point after point; 1. */
  readonly replicates?: number;
  /** Replicate k has the same draws in every point: then only what remains in differences is noise. */
  readonly sharedDraws?: boolean;
}

/**
 * The same with intervals and a verdict, for sampled trajectories with `replicates` runs of each point. Noise of a
 * difference with variance d² moves an effect by d·√(2 / π) / Δ on average, whatever the parameter does: that is the
 * floor. With draws of their own, two means of variance s² have d² = 2s².
 * Refuses as `morrisEffects` and as `bootstrap`.
 */
export function judgedMorris(
  design: MorrisDesign,
  outputs: ArrayLike<number>,
  options: MorrisAnalysis,
): MorrisJudged[] {
  const { replicates = 1, sharedDraws = false } = options;
  const { means, variances, perRow } = replicatesOf(outputs, replicates);
  const effects = morrisEffects(design, means);
  const [step] = design.steps;
  if (step === undefined) throw new ExperimentRefusal('EXPERIMENT-COUNT', 'design', 'at least one step', 0);
  const delta = Math.abs(design.points[step.to]![step.parameter]! - design.points[step.from]![step.parameter]!);
  const own = (2 * meanOf(Array.from(variances))) / perRow;
  const noise = sharedDraws ? differenceNoise(design, outputs, perRow) : effects.map(() => own);
  const columns = effectsOf(design, means).map((column) => column.map(Math.abs));
  const stars = bootstrap(columns, (sums, rows) => sums.map((sum) => sum / rows), options);
  return effects.map((effect, at) => {
    const floor = Math.sqrt((2 * noise[at]!) / Math.PI) / delta;
    return { ...effect, judged: judged(stars[at]!, floor) };
  });
}

/** For each parameter, the variance that draws leave in the mean difference of a step; 0 with one run. */
function differenceNoise({ parameters, steps }: MorrisDesign, outputs: ArrayLike<number>, perRow: number): number[] {
  const noise = Array.from({ length: parameters }, (): number[] => []);
  if (perRow === 1) return noise.map(() => 0);
  for (const { parameter, from, to } of steps) {
    const differences = Array.from({ length: perRow }, (_, run) => {
      return outputs[to * perRow + run]! - outputs[from * perRow + run]!;
    });
    noise[parameter]!.push(varianceOf(momentsOf(differences)) / perRow);
  }
  return noise.map(meanOf);
}

/** For each parameter its effects, in the order of the trajectories. */
function effectsOf({ parameters, points, steps }: MorrisDesign, outputs: ArrayLike<number>): number[][] {
  const effects = Array.from({ length: parameters }, (): number[] => []);
  for (const { parameter, from, to } of steps) {
    const distance = points[to]![parameter]! - points[from]![parameter]!;
    effects[parameter]!.push((outputs[to]! - outputs[from]!) / distance);
  }
  return effects;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
