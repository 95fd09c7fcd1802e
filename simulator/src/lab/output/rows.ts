import type { CampaignJob, CampaignPlan, JobResult } from '../campaign/plan.ts';
import type { PointTally } from '../campaign/tally.ts';
import type { SweptPoint } from '../scenario/sweep.ts';

/** A cell of a table; null where there is no value. */
export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly type: 'whole' | 'number' | 'text';
}

/** What rows of runs have: point, run, what the point sets, and the figures. */
export interface RunTable {
  readonly columns: readonly Column[];
  readonly row: (job: CampaignJob, result: JobResult) => Cell[];
}

/** A row a run. `figures` are the names of the first result: all of a kind have the same. */
export function runTable(points: readonly SweptPoint[], figures: readonly string[]): RunTable {
  const fields = Object.keys(points[0]!.parameters).map((field) => parameterColumn(points, field));
  const columns: Column[] = [
    { name: 'point', type: 'whole' },
    { name: 'run', type: 'whole' },
    ...fields.map(({ column }) => column),
    ...figures.map((name) => ({ name, type: 'number' }) as const),
  ];
  const row = ({ point, run }: CampaignJob, result: JobResult): Cell[] => [
    point,
    run,
    ...fields.map(({ cell }) => cell(points[point]!)),
    ...figures.map((name) => result.figures[name] ?? null),
  ];
  return { columns, row };
}

/** Numbers where all values of a field have the same unit, which then stands in the name; else texts. */
function parameterColumn(points: readonly SweptPoint[], field: string) {
  const form = /^([+-]?[\d_]+(?:\.[\d_]+)?(?:e[+-]?\d+)?)\s*(.*)$/i;
  const parts = points.map(({ parameters }) => form.exec(parameters[field]!));
  const unit = parts[0]?.[2];
  if (parts.every((part) => part !== null && part[2] === unit)) {
    const column: Column = { name: unit === '' ? field : `${field} [${unit}]`, type: 'number' };
    const cell = ({ parameters }: SweptPoint): Cell => Number(form.exec(parameters[field]!)![1]!.replaceAll('_', ''));
    return { column, cell };
  }
  return {
    column: { name: field, type: 'text' } as Column,
    cell: ({ parameters }: SweptPoint): Cell => parameters[field]!,
  };
}

const FAN_COLUMNS = ['p5', 'p25', 'p50', 'p75', 'p95'] as const;

export const FAN_TABLE: readonly Column[] = [
  { name: 'point', type: 'whole' },
  { name: 'series', type: 'text' },
  { name: 'part', type: 'whole' },
  { name: 'untilEpoch', type: 'number' },
  ...FAN_COLUMNS.map((name) => ({ name, type: 'number' }) as const),
];

/** A row a point, series and part of the horizon: quantiles over the runs. */
export function* fanRows(
  { scenario, points }: Pick<CampaignPlan, 'scenario' | 'points'>,
  tallies: readonly PointTally[],
): Generator<Cell[]> {
  for (const [point, tally] of tallies.entries()) {
    const { horizonEpochs } = { ...scenario, ...(points[point]!.scenario as { horizonEpochs?: number }) };
    for (const series of tally.seriesNames) {
      const fan = tally.fan(series);
      for (const part of fan.p50.keys()) {
        const until = ((part + 1) * horizonEpochs) / fan.p50.length;
        yield [point, series, part, until, ...FAN_COLUMNS.map((name) => fan[name][part]!)];
      }
    }
  }
}
