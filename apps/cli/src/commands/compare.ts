import {
  allMetrics,
  type ComparedField,
  type Comparison,
  compare,
  metricNamed,
  shortText,
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
  withExploreOptions,
} from '../explore/session.ts';
import { csvText, intervalText, tableText } from '../explore/table.ts';
import { metricsHelp } from './sensitivity.ts';
import { wholeFrom } from './whole-number.ts';

interface CompareFlags extends ExploreFlags {
  readonly scenarioB?: string;
  readonly metric?: readonly string[];
  readonly attacks: boolean;
  readonly runs: number;
}

/** What is compared unless somebody says otherwise. */
const METRICS = [
  ...['marginMedian', 'marginP10', 'price', 'hourlyMoveMost', 'utilisation', 'servedShare', 'coverage.min'],
  ...['chargedGrains', 'emissionGrains', 'activeNodes', 'nakamoto', 'herfindahl', 'gini'],
];

const EXAMPLES = `
Examples:
  stannary compare reference my-network.yaml --runs 40
  stannary compare reference reference --scenario-b stress --metric marginMedian,priceHigh`;

/** `stannary compare`. */
export function defineCompare(command: Command): void {
  withExploreOptions(
    command
      .description('two economies, or one in two worlds, in the same runs: what differs, with intervals')
      .argument('<a>', 'economy file, or the name of a shipped one')
      .argument('<b>', 'the other')
      .option('--scenario-b <file>', "B's scenario, where it is another")
      .addOption(new Option('--metric <name,...>', 'what is looked at').argParser(listed))
      .option('--attacks', 'also what every attack costs beyond twice its return', false)
      .addOption(new Option('--runs <n>', 'runs of each').argParser(wholeFrom(2, 1_000_000)).default(40)),
  )
    .addHelpText('after', () => `${EXAMPLES}\n\nMetrics:\n${metricsHelp()}\n${EXIT_STATUS_HELP}`)
    .action(comparePair);
}

async function comparePair(fileA: string, fileB: string, flags: CompareFlags): Promise<void> {
  const a = await openSetting(fileA, flags, flags.runs);
  const scenarioB = flags.scenarioB ?? flags.scenario;
  const b = await openSetting(
    fileB,
    { ...flags, ...(scenarioB === undefined ? {} : { scenario: scenarioB }) },
    flags.runs,
  );
  const named = (flags.metric ?? METRICS).map(metricNamed);
  const attacks = allMetrics().filter(({ name }) => flags.attacks && /^attack:.*:difference$/.test(name));
  const metrics = [...named, ...attacks];
  const jobs = 2 * flags.runs * (1 + attacks.length);
  if (!flags.json) {
    const needed = await timeNeeded(a, metrics, jobs, flags.workers);
    console.log(`A ${fileA}, B ${fileB}: ${flags.runs} runs of each, about ${needed}`);
  }
  const plan = {
    command: 'compare',
    sides: [a, b].map(({ policy, scenarioOf }) => ({
      economy: policy.economyHash,
      scenario: scenarioOf(policy.economy),
    })),
    runs: flags.runs,
    metrics: metrics.map(({ name }) => name),
  };
  const folder = flags.out === undefined ? null : ExploreFolder.open(flags.out, plan);
  const found = await runLong(flags, (options) => compare(a, b, metrics, options));
  if (found === null) return;
  folder?.write('comparison.csv', comparisonCsv(found));
  console.log(flags.json ? JSON.stringify(comparisonJson(found)) : comparisonText(found));
}

/** Fields shown; `--json` has them all. */
const FIELDS_SHOWN = 30;

function comparisonText({ economyFields, scenarioFields, metrics, runs }: Comparison): string {
  const rows = metrics.map(({ metric, a, b, difference, words }) => [
    metric.name,
    metric.unit,
    shortText(a),
    shortText(b),
    shortText(difference.mean),
    intervalText(difference.interval),
    words,
  ]);
  return [
    ...fieldsText('economy', economyFields),
    ...fieldsText('scenario', scenarioFields),
    '',
    tableText(['metric', 'unit', 'A', 'B', 'B - A', '95 % interval', 'in words'], rows),
    '',
    `  Means of ${runs} runs that A and B share; each interval holds for itself. Costs and demand are A's, in credits.`,
  ].join('\n');
}

function fieldsText(what: string, fields: readonly ComparedField[]): string[] {
  if (fields.length === 0) return ['', `  The same ${what}.`];
  const rows = fields.slice(0, FIELDS_SHOWN).map(({ path, a, b }) => [path, a ?? '–', b ?? '–']);
  const more = fields.length > FIELDS_SHOWN ? [`  … and ${fields.length - FIELDS_SHOWN} more`] : [];
  return ['', tableText([what, 'A', 'B'], rows), ...more];
}

function comparisonJson({ metrics, ...rest }: Comparison) {
  return {
    ...rest,
    metrics: metrics.map(({ metric, ...found }) => ({ metric: metric.name, unit: metric.unit, ...found })),
  };
}

function comparisonCsv({ metrics }: Comparison): string {
  const head = ['metric', 'unit', 'a', 'b', 'difference', 'low', 'high', 'correlation'];
  return csvText(
    head,
    metrics.map(({ metric, a, b, difference: { mean, interval, correlation } }) => [
      ...[metric.name, metric.unit, a, b, mean],
      ...[interval.low, interval.high, correlation],
    ]),
  );
}
