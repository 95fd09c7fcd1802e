import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Override } from '@stannary/economies';
import { paretoSvg } from '@stannary/plot';
import {
  type Candidate,
  type ExploreSetting,
  exploredField,
  type MetricFound,
  type Objective,
  objectiveOf,
  patchText,
  shortText,
  type Tuned,
  type TuneGate,
  type TunePlan,
  type TuneState,
  tune,
  tuneBudget,
  tuneGateOf,
  tuneMetrics,
} from '@stannary/simulator/lab';
import { type Command, Option } from 'commander';
import { timeNeeded } from '../explore/estimate-time.ts';
import { ExploreFolder } from '../explore/folder.ts';
import {
  EXIT_STATUS_HELP,
  type ExploreFlags,
  listed,
  openSetting,
  repeated,
  runLong,
  seedOf,
  withExploreOptions,
} from '../explore/session.ts';
import { csvText, intervalText, tableText } from '../explore/table.ts';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';
import { metricsHelp } from './sensitivity.ts';
import { wholeFrom } from './whole-number.ts';

interface TuneFlags extends ExploreFlags {
  readonly vary: readonly string[];
  readonly objective: readonly string[];
  readonly subjectTo?: readonly string[];
  readonly generations: number;
  readonly population?: number;
  readonly runs: number;
  readonly patch?: string;
  readonly force: boolean;
}

const NOTHING_PASSED = 1;
const STATE_FILE = 'tune.json';

const EXAMPLES = `
Examples:
  stannary tune reference --vary 'take.burn=2 %..10 %,price.gain=0.02..0.1' --objective 'max marginMedian' \\
    --subject-to 'attack:wash-usage:ratio>=2' --patch tuned.yaml
  stannary tune reference --vary 'take.burn=2 %..10 %' --objective 'max marginMedian' --objective 'max minRatio' --out front`;

/** `stannary tune`. */
export function defineTune(command: Command): void {
  withExploreOptions(
    command
      .description('the best of an economy within ranges of its fields, and within gates')
      .argument('<economy>', 'economy file, or the name of a shipped one')
      .addOption(
        new Option('--vary <field=low..high,...>', 'fields and their ranges').argParser(listed).makeOptionMandatory(),
      )
      .addOption(
        new Option('--objective <max|min metric>', 'what for; several make a front')
          .argParser(repeated)
          .makeOptionMandatory(),
      )
      .addOption(
        new Option(
          '--subject-to <condition>',
          'a gate that the answer must pass, such as "minRatio>=2" or "priceHigh<=9"; may be repeated',
        ).argParser(repeated),
      )
      .addOption(
        new Option('--generations <n>', 'how many generations are searched')
          .argParser(wholeFrom(1, 100_000))
          .default(20),
      )
      .addOption(
        new Option('--population <n>', 'candidates of a generation; without it the method’s own').argParser(
          wholeFrom(4, 10_000),
        ),
      )
      .addOption(new Option('--runs <n>', 'runs of each candidate').argParser(wholeFrom(1, 1_000_000)).default(4))
      .option('--patch <file>', 'write the best as an economy file that extends this one')
      .option('--force', 'overwrite a file that is there', false),
  )
    .addHelpText(
      'after',
      () =>
        `${EXAMPLES}\n\nMetrics:\n${metricsHelp()}\n${EXIT_STATUS_HELP.replace('0 done', '0 done, 1 nothing passed the gates')}`,
    )
    .action(tuneEconomy);
}

async function tuneEconomy(entry: string, flags: TuneFlags): Promise<void> {
  const setting = await openSetting(entry, flags, flags.runs);
  const plan: TunePlan = {
    fields: flags.vary.map((text) => exploredField(setting, text)),
    objectives: flags.objective.map(objectiveOf),
    gates: (flags.subjectTo ?? []).map(tuneGateOf),
    generations: flags.generations,
    seed: seedOf(setting),
    ...(flags.population === undefined ? {} : { population: flags.population }),
  };
  const jobs = tuneBudget(plan, flags.runs);
  if (!flags.json) {
    const needed = await timeNeeded(setting, tuneMetrics(plan), jobs, flags.workers);
    console.log(
      `${entry}: ${generationsText(plan.generations)}, fields varied: ${plan.fields.length}, ${jobs} runs, about ${needed}`,
    );
  }
  const folder = flags.out === undefined ? null : ExploreFolder.open(flags.out, folderPlan(setting, plan));
  const kept = folder?.read(STATE_FILE) ?? null;
  const found = await runLong(flags, (options) =>
    tune(setting, plan, {
      ...options,
      ...(kept === null ? {} : { from: JSON.parse(kept) as TuneState }),
      onGeneration: (state) => folder?.write(STATE_FILE, JSON.stringify(state)),
    }),
  );
  if (found === null) return;
  writeFound(entry, setting, flags, plan, found, folder);
  console.log(flags.json ? JSON.stringify(tunedJson(found)) : tunedText(plan, found));
  if (found.best.length === 0) process.exitCode = NOTHING_PASSED;
}

/** What tells this search from others; how long it goes on may change. */
function folderPlan(
  { policy, scenarioOf, runs }: ExploreSetting,
  { fields, objectives, gates, seed, population }: TunePlan,
) {
  return {
    command: 'tune',
    economy: policy.economyHash,
    scenario: scenarioOf(policy.economy),
    fields: fields.map(({ path, low, high, axis }) => ({ path, low, high, scale: axis.scale })),
    objectives: objectives.map(({ metric, way }) => `${way} ${metric.name}`),
    gates: gates.map(gateText),
    ...{ runs, seed, population: population ?? null },
  };
}

function writeFound(
  entry: string,
  { source }: ExploreSetting,
  flags: TuneFlags,
  plan: TunePlan,
  found: Tuned,
  folder: ExploreFolder | null,
): void {
  if (folder !== null) {
    folder.write('found.csv', foundCsv(plan, found));
    for (const [at, candidate] of found.best.entries()) {
      const name = plan.objectives.length === 1 ? 'best.yaml' : `front-${at + 1}.yaml`;
      folder.write(name, patchOf(entry, source.set, flags, plan, candidate, folder.path));
    }
    if (plan.objectives.length > 1 && found.best.length > 0) folder.write('front.svg', frontSvg(plan, found));
  }
  const [first] = found.best;
  if (flags.patch === undefined || first === undefined) return;
  const text = patchOf(entry, source.set, flags, plan, first, dirname(flags.patch));
  writeNew(flags.patch, text, flags.force, (detail) => new CliRefusal('TUNE-PATCH', 'give-up', detail));
}

/** An economy file of the candidate, with what was found of it. */
function patchOf(
  entry: string,
  set: readonly Override[],
  { runs }: TuneFlags,
  plan: TunePlan,
  candidate: Candidate,
  folder: string,
): string {
  const figures = candidate.found.map(({ metric, value, difference }) => {
    const against = difference === null ? '' : `, ${intervalText(difference.interval)} more than before`;
    return `  ${metric.name}: ${shortText(value)}${metric.unit === '' ? '' : ` ${metric.unit}`}${against}`;
  });
  const goal = plan.objectives.map(({ metric, way }) => `${way} ${metric.name}`).join(', ');
  const gates = plan.gates.length === 0 ? '' : `, subject to ${plan.gates.map(gateText).join(', ')}`;
  const comment = [
    `Found by tuning ${basename(entry)}: ${goal}${gates}.`,
    `In ${runs} runs of seed ${plan.seed} that the search has not seen:`,
    ...figures,
  ];
  return patchText(extendedFrom(entry, folder), [...set, ...candidate.change.economy], [...comment, '']);
}

/** A shipped economy's name, or the way from one file to the other. */
function extendedFrom(entry: string, folder: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(entry)) return entry;
  return isAbsolute(entry) ? entry : relative(resolve(folder), resolve(entry));
}

function gateText({ metric, relation, line }: TuneGate): string {
  return `${metric.name}${relation}${line}`;
}

function tunedText(plan: TunePlan, { method, generations, here, best }: Tuned): string {
  const names = ['', ...plan.fields.map(({ path }) => path), ...here.found.map(({ metric }) => metric.name), 'gates'];
  const row = (name: string, candidate: Candidate) => [
    name,
    ...textsOf(plan, candidate),
    ...candidate.found.map(({ value }) => shortText(value)),
    candidate.passes ? 'pass' : 'missed',
  ];
  const rows = [
    row('as it stands', here),
    ...best.map((one, at) => row(best.length === 1 ? 'best' : `${at + 1}`, one)),
  ];
  const head = `\n  ${method}, ${generationsText(generations)}; figures of runs that the search has not seen\n`;
  if (best.length === 0) return `${head}\n${tableText(names, rows)}\n\n  Nothing in the ranges passed the gates.`;
  const [first] = best;
  const won = best.length > 1 ? [] : first!.found.map(differenceText).filter((line) => line !== null);
  const worth = best.length > 1 ? null : worthText(plan.objectives[0]!, first!.found[0]!);
  return [head, tableText(names, rows), ...(won.length === 0 ? [] : ['', ...won]), ...(worth ?? [])].join('\n');
}

function generationsText(count: number): string {
  return `${count} generation${count === 1 ? '' : 's'}`;
}

/** Says so where the best that was found is no better than what is there; null where it is, or where one run cannot tell. */
function worthText({ way }: Objective, { difference }: MetricFound): readonly string[] | null {
  if (difference === null) return null;
  const { low, high } = difference.interval;
  const [least, most] = way === 'max' ? [low, high] : [-high, -low];
  if (least > 0) return null;
  const found = most < 0 ? 'worse than' : 'not distinguishable from';
  return [
    '',
    `  In these runs the best found is ${found} the economy as it stands: search longer, with more runs, or keep it.`,
  ];
}

/** The varied fields of a candidate, as its file has them; as it stands, nothing is changed. */
function textsOf({ fields }: TunePlan, { change }: Candidate): readonly string[] {
  return change.economy.length === 0 ? fields.map(({ here }) => here) : change.economy.map(([, text]) => text);
}

function differenceText({ metric, difference }: Candidate['found'][number]): string | null {
  if (difference === null) return null;
  const { mean, interval } = difference;
  const moved = `${shortText(Math.abs(mean))} ${mean < 0 ? 'less' : 'more'} than as it stands`;
  return `  ${metric.name}: ${moved} (95 %: ${intervalText(interval)})`;
}

function tunedJson({ here, best, ...rest }: Tuned) {
  const candidate = ({ change, passes, found }: Candidate) => ({
    set: change.economy,
    passes,
    found: found.map(({ metric, ...one }) => ({ metric: metric.name, unit: metric.unit, ...one })),
  });
  return { ...rest, here: candidate(here), best: best.map(candidate) };
}

function foundCsv(plan: TunePlan, { here, best }: Tuned): string {
  const head = [
    'candidate',
    ...plan.fields.map(({ path }) => path),
    ...here.found.map(({ metric }) => metric.name),
    'passes',
  ];
  const row = (name: string, candidate: Candidate) => [
    ...[name, ...textsOf(plan, candidate), ...candidate.found.map(({ value }) => value), String(candidate.passes)],
  ];
  return csvText(head, [row('as it stands', here), ...best.map((one, at) => row(`${at + 1}`, one))]);
}

/** The front in its first two objectives, beside where the economy stands. */
function frontSvg({ objectives }: TunePlan, { here, best }: Tuned): string {
  const place = ({ found }: Candidate) => ({ x: found[0]!.value, y: found[1]!.value });
  const [x, y] = objectives.map(axisOf);
  return paretoSvg({
    title: 'What can be had together',
    about: `${best.length} economies of which none is better in all objectives at once, and the one that stands.`,
    ...{ x: x!, y: y! },
    points: [
      ...best.map((one, at) => ({ name: `front-${at + 1}`, ...place(one), isOnFront: true })),
      { name: 'as it stands', ...place(here), isOnFront: false, isCurrent: true },
    ],
  });
}

function axisOf({ metric, way }: Objective): { label: string } {
  return {
    label: `${metric.name}${metric.unit === '' ? '' : `, ${metric.unit}`} (${way === 'max' ? 'more' : 'less'} is better)`,
  };
}
