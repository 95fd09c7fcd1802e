import { join } from 'node:path';
import { type NumberColumn, readName, readNumber, readTime } from './cells.ts';
import { TraceRefusal } from './refusal.ts';
import { dataFolder } from './sets.ts';
import { type RowCondition, readTable, type TableRow } from './table.ts';

// Data without a course of time: what providers have, what it is worth, what it costs. Drives supply and cost.

/** How a column is read; the names are those of the row that comes out. */
type FieldLayout =
  | { readonly as: 'name'; readonly column: string }
  /** May be empty. */
  | { readonly as: 'text'; readonly column: string }
  | ({ readonly as: 'number' } & NumberColumn)
  /** Null where it was not measured: an empty cell, or this word. */
  | ({ readonly as: 'measured'; readonly notMeasured?: string } & NumberColumn)
  | { readonly as: 'day'; readonly column: string };

type FieldOf<Layout> = Layout extends { as: 'name' | 'text' }
  ? string
  : Layout extends { as: 'measured' }
    ? number | null
    : number;

export type StaticTable = keyof typeof LAYOUTS;
/** Days are seconds since 1970. */
export type TableRowOf<Name extends StaticTable> = {
  readonly [Field in keyof (typeof LAYOUTS)[Name]['fields']]: FieldOf<(typeof LAYOUTS)[Name]['fields'][Field]>;
};

const name = (column: string) => ({ as: 'name', column }) as const;
const text = (column: string) => ({ as: 'text', column }) as const;
const number = (column: string) => ({ as: 'number', column }) as const;
const measured = (column: string) => ({ as: 'measured', column }) as const;

const LAYOUTS = {
  'cloud-server-benchmarks': {
    file: 'benchmarks.csv',
    fields: {
      vendor: name('vendor'),
      server: name('server'),
      benchedSeconds: { as: 'day', column: 'bench_date' },
      vcpus: measured('vcpus'),
      memoryMib: measured('memory_mib'),
      threadsPerCore: measured('threads_per_core'),
      gpuCount: measured('gpu_count'),
      gpuModel: text('gpu_model'),
      oneThreadBogoOps: measured('stressng_div16_1thread_bogo_ops_s'),
      threads: measured('stressng_div16_threads'),
      allThreadsBogoOps: measured('stressng_div16_all_threads_bogo_ops_s'),
    },
  },
  'mlperf-inference-v4-0': {
    file: 'results.csv',
    fields: {
      submitter: name('submitter'),
      system: text('system'),
      accelerator: text('accelerator'),
      acceleratorsPerNode: { as: 'measured', column: 'accelerators_per_node', notMeasured: 'N/A' },
      nodes: measured('nodes'),
      benchmark: name('benchmark'),
      scenario: name('scenario'),
      result: number('result'),
      units: name('units'),
    },
  },
  'accelerator-specs': {
    file: 'skus.csv',
    fields: {
      class: name('class'),
      vendor: name('vendor'),
      sku: name('sku'),
      peakTflops: number('tflops_fp16_or_cpu_fp32'),
      launchPriceUsd: measured('msrp_usd'),
      powerMaxWatts: measured('max_power_w'),
      releaseYear: measured('release_year'),
    },
  },
  'cloud-egress-prices': {
    file: 'aws_transfer_costs.csv',
    fields: { from: name('src'), to: name('dst'), usdPerGb: number('cost') },
  },
  'gcp-vm-prices-weekly/machine-types': {
    file: 'machine_types.csv',
    fields: {
      machineType: name('machine_type'),
      vcpus: number('vcpus'),
      memoryGb: number('memory_gb'),
      accelerators: text('accelerators'),
    },
  },
  'alibaba-gpu-v2023/nodes': {
    file: 'nodes.csv',
    fields: {
      node: name('sn'),
      cores: { as: 'number', column: 'cpu_milli', divideBy: 1_000 },
      memoryMib: number('memory_mib'),
      gpus: number('gpu'),
      model: text('model'),
    },
  },
} as const satisfies Readonly<
  Record<string, { readonly file: string; readonly fields: Readonly<Record<string, FieldLayout>> }>
>;

export const staticTables = (): readonly StaticTable[] => Object.keys(LAYOUTS) as StaticTable[];

/**
 * Streams a table of a public data set.
 * @throws TraceRefusal TRACE-NAME, TRACE-DATA and those of tables and cells
 */
export async function* tableNamed<Name extends StaticTable>(
  table: Name,
  env: Readonly<Record<string, string | undefined>> = process.env,
  where: readonly RowCondition[] = [],
): AsyncGenerator<TableRowOf<Name>> {
  if (!Object.hasOwn(LAYOUTS, table))
    throw new TraceRefusal('TRACE-NAME', 'table', `one of ${staticTables().join(', ')}`, table);
  const { file, fields } = LAYOUTS[table];
  const layout = Object.entries(fields) as [string, FieldLayout][];
  const columns = layout.map(([, { column }]) => column);
  for await (const rows of readTable(join(dataFolder(table.split('/')[0]!, env), file), columns, where)) {
    for (const row of rows)
      yield Object.fromEntries(layout.map(([field, one]) => [field, readField(row, one)])) as TableRowOf<Name>;
  }
}

function readField(row: TableRow, layout: FieldLayout): string | number | null {
  if (layout.as === 'name') return readName(row, layout.column);
  if (layout.as === 'text') return row.cell(layout.column);
  if (layout.as === 'day') return readTime(row, { column: layout.column, unit: 'utc' });
  if (layout.as === 'measured' && row.cell(layout.column) === layout.notMeasured) return null;
  return readNumber(row, layout.as === 'measured' ? { ...layout, whenEmpty: 'leave-out' } : layout);
}
