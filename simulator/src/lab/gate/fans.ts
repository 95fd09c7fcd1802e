import { quantileOf } from '../../experiments/index.ts';
import type { Fan } from './report.ts';
import { FAN_POINTS } from './scenes/fan-series.ts';
import type { Measurements, SceneResults } from './scenes/measure.ts';
import type { SceneName } from './scenes/scenes.ts';

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95];

const SHOWN: readonly (readonly [id: string, title: string, unit: string, scenes: readonly SceneName[]])[] = [
  ['price', 'Price of work', 'micrograins per NCU·s', ['base', 'demand-up', 'demand-down', 'joint-stress']],
  ['tokenPrice', 'Price of the work token', 'micrograins of credit', ['base', 'joint-stress']],
  ['coverage', 'Coverage of credits', 'of credits outstanding', ['base', 'joint-stress']],
  ['utilisation', 'Utilisation', 'of capacity offered', ['base', 'demand-up', 'demand-down']],
  ['activeNodes', 'Nodes at work', 'nodes', ['base', 'newcomers']],
];

/** Quantiles over runs, in every world that was run. */
export function fansOf(measured: Measurements): readonly Fan[] {
  return SHOWN.flatMap(([id, title, unit, scenes]) =>
    scenes.flatMap((scene) => {
      const results = measured.get(scene);
      return results === undefined || results.runs === 0 ? [] : [fanOf(results, { id, title, unit, world: scene })];
    }),
  );
}

function fanOf(results: SceneResults, named: Pick<Fan, 'id' | 'title' | 'unit' | 'world'>): Fan {
  const runs = results.series(named.id);
  const every = Math.max(1, Math.ceil(results.horizonEpochs / FAN_POINTS));
  const at = Array.from({ length: runs[0]!.length }, (_, point) => point * every);
  const sorted = at.map((_, point) =>
    runs
      .map((series) => series[point] ?? null)
      .filter((value) => value !== null)
      .sort((one, other) => one - other),
  );
  const quantiles = SHARES.map((share) => ({
    share,
    values: sorted.map((values) => (values.length === 0 ? null : quantileOf(values, share))),
  }));
  return { ...named, at, quantiles };
}
