import {
  allMetrics,
  chosenFields,
  type ExploredField,
  type ExploreSetting,
  exploredField,
  type MetricSensitivity,
  metricNamed,
  movableFields,
  type Sensitivity,
  type SensitivityPlan,
  sensitivity,
  sensitivityBudget,
  shortText,
  uncertainFields,
} from '@stannary/simulator/lab';
import { type Command, Option } from 'commander';
import { timeNeeded } from '../explore/estimate-time.ts';
import { ExploreFolder } from '../explore/folder.ts';
import {
  EXIT_STATUS_HELP,
  type ExploreFlags,
  listed,
  openSetting,
  runLong,
  seedOf,
  withExploreOptions,
} from '../explore/session.ts';
import { csvText, intervalText, tableText } from '../explore/table.ts';
import { wholeFrom } from './whole-number.ts';

interface SensitivityFlags extends ExploreFlags {
  readonly over?: readonly string[];
  readonly policy: boolean;
  readonly metric: readonly string[];
  readonly method: 'morris' | 'sobol';
  readonly n?: number;
  readonly replicates: number;
  readonly secondOrder: boolean;
  readonly dryRun: boolean;
}

const N_DEFAULT = { morris: 20, sobol: 1_024 } as const;
const RESAMPLES = 1_000;

const EXAMPLES = `
Examples:
  stannary sensitivity reference --metric marginMedian
  stannary sensitivity reference --over 'take.burn=2 %..10 %,scenario.demand.elasticity=0.5..2' --method sobol --n 256
  stannary sensitivity my-network.yaml --policy --metric minRatio --out sensitivity`;

/** `stannary sensitivity`. */
export function defineSensitivity(command: Command): void {
  withExploreOptions(
    command
      .description('which fields of economy and world move a metric, and by how much')
      .argument('<economy>', 'economy file, or the name of a shipped one')
      .addOption(
        new Option(
          '--over <field=low..high,...>',
          'fields and their ranges; without it the uncertain assumptions',
        ).argParser(listed),
      )
      .addOption(
        new Option('--policy', 'all chosen parameters, by gate.sensitivity.step').default(false).conflicts('over'),
      )
      .addOption(
        new Option('--metric <name,...>', 'what is looked at; see below')
          .argParser(listed)
          .default(undefined, 'marginMedian'),
      )
      .addOption(
        new Option('--method <name>', 'screening, or shares of variance')
          .choices(['morris', 'sobol'])
          .default('morris'),
      )
      .addOption(new Option('--n <n>', 'trajectories (20) or base points (1024)').argParser(wholeFrom(2, 1_000_000)))
      .addOption(new Option('--replicates <k>', 'runs of each point').argParser(wholeFrom(1, 100_000)).default(2))
      .option('--second-order', 'pairs of fields too (sobol)', false)
      .option('--dry-run', 'print the budget and end', false),
  )
    .addHelpText('after', () => `${EXAMPLES}\n\nMetrics:\n${metricsHelp()}\n${EXIT_STATUS_HELP}`)
    .action(analyse);
}

/** Every metric of the registry, a line each. */
export function metricsHelp(): string {
  return tableText(
    ['name', 'what', 'unit'],
    allMetrics().map(({ name, meaning, unit }) => [name, meaning, unit]),
  );
}

async function analyse(entry: string, flags: SensitivityFlags): Promise<void> {
  const setting = await openSetting(entry, flags, flags.replicates);
  const { plan, fixed } = planOf(setting, flags);
  const budget = sensitivityBudget(plan, flags.replicates);
  const needed = await timeNeeded(setting, plan.metrics, budget.jobs, flags.workers);
  const { points, runs, jobsEach, jobs } = budget;
  const head = `${entry}: ${plan.method} over ${plan.fields.length} fields, ${points} points × ${runs} runs × ${jobsEach} jobs = ${jobs} runs, about ${needed}`;
  if (!flags.json)
    for (const line of [head, ...fixed.map(({ path, because }) => `  stays: ${path}: ${because}`)]) console.log(line);
  if (flags.dryRun) {
    if (flags.json) console.log(JSON.stringify({ budget, fields: plan.fields.map(fieldJson), fixed }));
    return;
  }
  const folder = flags.out === undefined ? null : ExploreFolder.open(flags.out, folderPlan(setting, plan));
  const found = await runLong(flags, (options) => sensitivity(setting, plan, options));
  if (found === null) return;
  folder?.write('points.csv', pointsCsv(found));
  folder?.write('effects.csv', effectsCsv(found));
  console.log(flags.json ? JSON.stringify(sensitivityJson(found, fixed)) : sensitivityText(found));
}

function planOf(setting: ExploreSetting, flags: SensitivityFlags) {
  const { over, policy, method, secondOrder } = flags;
  const chosen: readonly ExploredField[] =
    over !== undefined
      ? over.map((text) => exploredField(setting, text))
      : policy
        ? chosenFields(setting)
        : uncertainFields(setting);
  const plan: SensitivityPlan = {
    fields: chosen,
    metrics: (flags.metric ?? ['marginMedian']).map(metricNamed),
    method,
    n: flags.n ?? N_DEFAULT[method],
    secondOrder,
    seed: seedOf(setting),
    resamples: RESAMPLES,
  };
  if (over !== undefined) return { plan, fixed: [] };
  const { fields, fixed } = movableFields(setting, plan);
  return { plan: { ...plan, fields }, fixed };
}

/** What tells this analysis from others. */
function folderPlan({ policy, scenarioOf, runs }: ExploreSetting, plan: SensitivityPlan) {
  const { method, n, secondOrder, seed, metrics, fields } = plan;
  return {
    command: 'sensitivity',
    economy: policy.economyHash,
    scenario: scenarioOf(policy.economy),
    ...{ method, n, secondOrder, seed, runs },
    metrics: metrics.map(({ name }) => name),
    fields: fields.map(fieldJson),
  };
}

function fieldJson({ path, of, here, low, high }: ExploredField) {
  return { path, of, here, low, high };
}

function sensitivityText(found: Sensitivity): string {
  return found.metrics.map((metric) => metricText(found, metric)).join('\n');
}

function metricText({ plan }: Sensitivity, found: MetricSensitivity): string {
  const { metric, here, mean, min, max, noiseShare } = found;
  const unit = metric.unit === '' ? '' : ` ${metric.unit}`;
  const noise =
    noiseShare === null
      ? 'one run a point: what is the draws’ cannot be told from what is the fields’; --replicates 2 tells'
      : `${shortText(100 * noiseShare)} % of the variance of single runs is the draws’`;
  const head = `\n${metric.name}: ${metric.meaning}\n  ${shortText(here)}${unit} as it stands; ${shortText(mean)} over all points, ${shortText(min)} to ${shortText(max)}\n  ${noise}\n`;
  return `${head}\n${found.morris === null ? sobolText(plan, found) : morrisText(plan, found)}`;
}

function morrisText({ fields }: SensitivityPlan, { morris }: MetricSensitivity): string {
  const rows = fields
    .map((field, at) => ({ field, effect: morris![at]! }))
    .sort((a, b) => b.effect.muStar - a.effect.muStar)
    .map(({ field, effect }) => [
      field.path,
      `${field.low} to ${field.high}`,
      shortText(effect.muStar),
      shortText(effect.mu),
      shortText(effect.sigma),
      effect.judged.distinguishable ? intervalText(effect.judged.bca) : effect.judged.words,
    ]);
  const note =
    '  Effects over the whole range; µ* the mean size, µ with its sign, σ how much it hangs on the other fields.';
  return `${tableText(['field', 'range', 'µ*', 'µ', 'σ', '95 % interval of µ*'], rows)}\n${note}`;
}

function sobolText({ fields }: SensitivityPlan, { sobol }: MetricSensitivity): string {
  const { indices, convergence } = sobol!;
  const rows = fields
    .map((field, at) => ({ field, first: indices.first[at]!, total: indices.total[at]! }))
    .sort((a, b) => b.total.estimate - a.total.estimate)
    .map(({ field, first, total }) => [field.path, `${field.low} to ${field.high}`, first.words, total.words]);
  const pairs = indices.second
    .filter(({ index }) => index.distinguishable)
    .map(({ parameters: [i, j], index }) => `  ${fields[i]!.path} with ${fields[j]!.path}: ${index.words}`);
  const second =
    indices.second.length === 0
      ? []
      : ['', ...(pairs.length === 0 ? ['  No pair of fields is distinguishable from 0.'] : ['  Pairs:', ...pairs])];
  const steps = convergence.rows.map(({ base, halfWidthMax, changeMax }) => [
    String(base),
    shortText(halfWidthMax),
    changeMax === null ? '–' : shortText(changeMax),
  ]);
  const settled = convergence.settled
    ? '  Settled: intervals and last change are within 0.05.'
    : '  Not settled: an interval or the last change is beyond 0.05; a larger --n tells more.';
  return [
    tableText(['field', 'range', 'alone (first order)', 'with all others (total)'], rows),
    ...second,
    '',
    tableText(['base points', 'widest half interval', 'largest change'], steps),
    settled,
  ].join('\n');
}

function sensitivityJson({ plan, budget, metrics }: Sensitivity, fixed: readonly { path: string; because: string }[]) {
  return {
    method: plan.method,
    budget,
    fields: plan.fields.map(fieldJson),
    fixed,
    metrics: metrics.map(({ metric, ...found }) => ({ metric: metric.name, unit: metric.unit, ...found })),
  };
}

/** A row for every point and run. */
function pointsCsv({ plan, points, outputs }: Sensitivity): string {
  const head = ['point', 'run', ...plan.fields.map(({ path }) => path), ...plan.metrics.map(({ name }) => name)];
  const rows = points.flatMap((texts, point) =>
    Array.from(outputs[0]![point]!, (_, run) => [
      point,
      run,
      ...texts,
      ...outputs.map((ofMetric) => ofMetric[point]![run]!),
    ]),
  );
  return csvText(head, rows);
}

/** A row for every metric, index and field; `distinguishable` says whether it can be told from nothing. */
function effectsCsv({ plan, metrics }: Sensitivity): string {
  const head = ['metric', 'index', 'field', 'with', 'estimate', 'low', 'high', 'distinguishable'];
  const path = (at: number): string => plan.fields[at]!.path;
  const rows = metrics.flatMap(({ metric, morris, sobol }) => {
    const row = (
      index: string,
      field: string,
      other: string,
      one: { estimate: number; bca: { low: number; high: number }; distinguishable: boolean },
    ) => [metric.name, index, field, other, one.estimate, one.bca.low, one.bca.high, String(one.distinguishable)];
    return [
      ...(morris ?? []).map(({ judged }, at) => row('mu*', path(at), '', judged)),
      ...(sobol?.indices.first ?? []).map((one, at) => row('first', path(at), '', one)),
      ...(sobol?.indices.total ?? []).map((one, at) => row('total', path(at), '', one)),
      ...(sobol?.indices.second ?? []).map(({ parameters: [i, j], index }) => row('second', path(i), path(j), index)),
    ];
  });
  return csvText(head, rows);
}
