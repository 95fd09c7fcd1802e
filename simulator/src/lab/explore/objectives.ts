import type { Evaluation } from '../../experiments/index.ts';
import type { Evaluated } from './evaluate.ts';
import { type Metric, metricNamed } from './metrics.ts';
import { ExploreRefusal } from './refusal.ts';

export interface Objective {
  readonly metric: Metric;
  readonly way: 'max' | 'min';
}

/** A line that a metric must keep. */
export interface TuneGate {
  readonly metric: Metric;
  readonly relation: '>=' | '<=';
  readonly line: number;
}

/** `max marginMedian`, `min price`. @throws ExploreRefusal EXPLORE-OBJECTIVE, EXPLORE-METRIC */
export function objectiveOf(text: string): Objective {
  const [, way, name] = /^\s*(max|min)\s+(\S+)\s*$/.exec(text) ?? [];
  if (name !== undefined) return { metric: metricNamed(name), way: way as Objective['way'] };
  throw new ExploreRefusal('EXPLORE-OBJECTIVE', 'objective', 'max METRIC or min METRIC', text);
}

/** `minRatio>=2`. @throws ExploreRefusal EXPLORE-OBJECTIVE, EXPLORE-METRIC */
export function tuneGateOf(text: string): TuneGate {
  const [, name, relation, number] = /^\s*(\S+?)\s*(>=|<=)\s*(-?[\d._]+)\s*$/.exec(text) ?? [];
  const line = Number(number?.replaceAll('_', ''));
  if (name !== undefined && Number.isFinite(line)) {
    return { metric: metricNamed(name), relation: relation as TuneGate['relation'], line };
  }
  throw new ExploreRefusal('EXPLORE-OBJECTIVE', 'subject to', 'METRIC>=number or METRIC<=number', text);
}

/** As a search is told: all smaller is better, a gate by how far it was missed. */
export function evaluationOf(
  { objectives, gates }: { readonly objectives: readonly Objective[]; readonly gates: readonly TuneGate[] },
  found: Evaluated,
  variant: number,
): Evaluation {
  return {
    objectives: objectives.map(({ metric, way }) => {
      const value = found.ofMeans(metric, variant);
      return way === 'max' ? -value : value;
    }),
    violations: gates.map(({ metric, relation, line }) => {
      const value = found.ofMeans(metric, variant);
      return relation === '>=' ? line - value : value - line;
    }),
  };
}

/** A variant that is not run, refused by so many checks: worse than every one that is. */
export function refusedEvaluation(objectives: number, gates: number, failed: number): Evaluation {
  const worst = (count: number): number[] => Array.from({ length: count }, () => Number.POSITIVE_INFINITY);
  return { objectives: worst(objectives), violations: [...worst(gates), failed] };
}
