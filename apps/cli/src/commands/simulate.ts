import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Override } from '@stannary/economies';
import {
  type CampaignPlan,
  codeVersion,
  DESIGNS,
  type Design,
  FIGURES,
  fitDemand,
  fittedDemand,
  type LoadedScenario,
  loadScenario,
  queueWorkplace,
  readAxisText,
  readPrecision,
  runStudy,
  SCENARIO_PRESETS,
  type ScenarioOverride,
  type Study,
  type SweepSpec,
  simulationHtml,
  traceNames,
  withScenario,
} from '@stannary/simulator/lab';
import { type Command, Option } from 'commander';
import { calibrationLines, type DemandCalibration } from '../lab/calibration-text.ts';
import { Progress } from '../lab/progress.ts';
import { checkOut, ResultsFolder } from '../lab/results-folder.ts';
import { untilStopped } from '../lab/stopping.ts';
import { studyReport } from '../lab/study-report.ts';
import { studyText } from '../lab/study-text.ts';
import { CliRefusal } from '../refusal.ts';
import { writeNew } from '../write-new.ts';
import { pathOption } from './path-option.ts';
import { setOption } from './set-option.ts';
import { wholeFrom } from './whole-number.ts';
import { withWorldOptions, workersOption } from './world-options.ts';

export interface SimulateFlags {
  readonly scenario?: string;
  readonly set: readonly Override[];
  readonly scenarioSet: readonly Override[];
  readonly demand?: string;
  readonly calibrate: boolean;
  readonly horizon?: string;
  readonly seed?: string;
  readonly runs?: string;
  readonly until?: string;
  readonly runsMax: number;
  readonly sweep: readonly Override[];
  readonly design: Design;
  readonly points?: number;
  readonly workers?: number;
  readonly queue?: string;
  readonly out?: string;
  readonly html?: string;
  readonly force: boolean;
  readonly resume: boolean;
  readonly json: boolean;
}

/** Of a study that nobody said more of: enough for an interval. */
const RUNS_DEFAULT = '16';

const HELP = `
Worlds: ${Object.keys(SCENARIO_PRESETS).join(', ')}, or a scenario file.
Traces: ${traceNames().join(', ')}, or a CSV file.
Figures: ${Object.keys(FIGURES).join(', ')}.

Examples:
  stannary simulate reference --scenario stress --runs 64
  stannary simulate economy.yaml --demand alibaba-gpu-v2023 --calibrate --horizon 30d
  stannary simulate reference --sweep economy.price.gain='3 % .. 8 % : 6' --until 'price ±1 %' --out gain

Exit status: 0 done, 2 the input was refused, 3 the queue does not answer, 4 a run broke down, 130 stopped by Ctrl-C.`;

/** `stannary simulate`. */
export function defineSimulate(command: Command): void {
  withWorldOptions(command)
    .description('an economy in a world of providers, demand, prices and shocks: what comes of it, over many runs')
    .argument('<economy>', 'economy file, or the name of a shipped one')
    .addOption(setOption())
    .option('--demand <trace>', 'demand with the shape of a public trace, or of a CSV file')
    .option('--calibrate', 'fit a model of demand to the trace, say how far it is off, and simulate the model', false)
    .option('--seed <n>', 'seed of all draws')
    .option('--runs <n>', `runs of each point; without it the scenario file's, or ${RUNS_DEFAULT}`)
    .option('--until <precision>', 'go on until a figure is known so well: "price ±1 %"')
    .addOption(new Option('--runs-max <n>', 'but never beyond so many runs').argParser(wholeFrom(1)).default(10_000))
    .addOption(
      pathOption('--sweep <field=values>', 'economy.… or scenario.…: "5 %, 10 %", "2 % .. 10 % : 5", or "2 % .. 10 %"'),
    )
    .addOption(new Option('--design <design>', 'how points of a sweep are chosen').choices(DESIGNS).default('grid'))
    .addOption(new Option('--points <n>', 'how many, of lhs and sobol').argParser(wholeFrom(1)))
    .addOption(workersOption())
    .option('--queue <url>', 'let the machines do it that run `stannary worker` on this PostgreSQL: postgres://…')
    .option('--out <dir>', 'keep every run there, as CSV and Parquet, with a page of them')
    .option('--html <file>', 'write a page of it: figures with their intervals, and fans over time')
    .option('--force', 'overwrite a page that is there', false)
    .option('--resume', 'go on with the runs that are in that folder', false)
    .option('--json', 'print one line of JSON', false)
    .addHelpText('after', HELP)
    .action((economy: string, flags: SimulateFlags) => simulate(economy, flags, console.log));
}

/**
 * Simulates and prints; stopped by a signal it says how to go on. Refuses OUT-RESUME, OUT-FOLDER, OUT-EXISTS,
 * SIMULATE-HTML, SIMULATE-CALIBRATE, and as `loadScenario` and `runStudy` do.
 */
export async function simulate(economy: string, flags: SimulateFlags, print: (text: string) => void): Promise<void> {
  const until = flags.until === undefined ? null : readPrecision(flags.until);
  const loaded = await loadScenario({
    economy,
    set: flags.set,
    file: flags.scenario ?? null,
    under: [['runs', RUNS_DEFAULT]],
    scenarioSet: overFile(flags),
    sweep: sweepOf(flags),
  });
  const calibration = flags.calibrate ? calibrated(loaded) : null;
  const plan = planOf(loaded, calibration);
  if (flags.out !== undefined) checkOut(flags.out, flags.resume);
  const results = flags.out === undefined ? null : new ResultsFolder(flags.out, loaded.points);
  const progress = new Progress(process.stderr, () => performance.now(), flags.json);
  let done = 0;
  const study = await untilStopped(
    (signal) =>
      runStudy(plan, {
        signal,
        until,
        runsMax: flags.runsMax,
        ...(flags.workers === undefined ? {} : { workers: flags.workers }),
        ...(flags.queue === undefined
          ? {}
          : { workplace: (one) => queueWorkplace(flags.queue!, one, { onSilence: saySilence }) }),
        ...(flags.out === undefined ? {} : { folder: flags.out }),
        onProgress: (at, of) => {
          done += 1;
          progress.tell('runs', at, of);
        },
        onResult: (job, result) => results?.add(job, result),
      }),
    () => stoppedText(done, flags.out),
  );
  progress.end();
  if (study === null) return;
  const summary = summaryOf(plan, loaded, study, calibration);
  const page = simulationHtml(studyReport(plan, loaded, study));
  results?.finish(plan, study.tallies, summary, page);
  if (flags.html !== undefined)
    writeNew(flags.html, page, flags.force, (detail) => new CliRefusal('SIMULATE-HTML', 'give-up', detail));
  print(flags.json ? JSON.stringify(summary) : reportText(plan, loaded, study, calibration));
}

function planOf(loaded: LoadedScenario, calibration: DemandCalibration | null): CampaignPlan {
  const { economy, points } = loaded;
  const scenario = calibration === null ? loaded.scenario : calibration.scenario;
  return {
    name: scenario.name,
    kind: 'simulate',
    economy,
    scenario,
    points: points.map(({ point }) => point),
    firstRun: 0,
    runs: scenario.runs,
  };
}

/** What the options say over the file. */
function overFile({ scenarioSet, demand, horizon, seed, runs }: SimulateFlags): ScenarioOverride[] {
  const said: ScenarioOverride[] = [];
  const say = (option: string, path: string, text: string | undefined) =>
    text !== undefined && said.push([path, text, option]);
  const trace = demand === undefined ? undefined : JSON.stringify(existsSync(demand) ? resolve(demand) : demand);
  say('--demand', 'demand.trace', trace);
  say('--horizon', 'horizon', horizon);
  say('--seed', 'seed', seed);
  say('--runs', 'runs', runs);
  return [...said, ...scenarioSet];
}

function sweepOf({ sweep, design, points }: SimulateFlags): SweepSpec | null {
  if (sweep.length === 0) return null;
  const axes = sweep.map(([field, text]) => readAxisText(field, text, `--sweep ${field}`));
  return { where: '--sweep', design, points: points ?? null, seed: null, axes };
}

/** The demand of the trace as a model of it. Refuses SIMULATE-CALIBRATE. */
function calibrated({ demand, scenario, policy }: LoadedScenario): DemandCalibration {
  if (demand === null) {
    throw new CliRefusal('SIMULATE-CALIBRATE', 'input', {
      where: '--calibrate',
      expected: 'a trace of demand to fit',
      got: 'none',
      remedy: 'name one by --demand, or as demand.trace in the scenario file',
    });
  }
  const fit = fitDemand(demand);
  if ('reason' in fit) return { source: demand.source, fit, noise: null, scenario };
  const { trace, noise, growthPerYear } = fittedDemand(demand, fit, policy.economy.cadence.epochMs / 1_000);
  const changes = {
    'demand.noise': noise,
    'demand.growthPerYear': growthPerYear,
    'demand.trace': trace === null ? null : { ...trace },
  };
  return { source: demand.source, fit, noise, scenario: withScenario(scenario, changes) };
}

function summaryOf(
  plan: CampaignPlan,
  loaded: LoadedScenario,
  study: Study,
  calibration: DemandCalibration | null,
): object {
  const { scenario } = plan;
  const { policy, points, notes } = loaded;
  return {
    economy: { name: policy.economy.name, economyHash: policy.economyHash },
    scenario: scenario.name,
    codeVersion: codeVersion(),
    seed: scenario.seed,
    runs: study.runs,
    horizonEpochs: scenario.horizonEpochs,
    isPrecise: study.isPrecise,
    traces: notes,
    demandFit:
      calibration === null ? null : { source: calibration.source, noise: calibration.noise, fit: calibration.fit },
    points: points.map(({ parameters }, at) => {
      const tally = study.tallies[at]!;
      return { parameters, figures: Object.fromEntries(tally.figureNames.map((name) => [name, tally.summary(name)])) };
    }),
  };
}

function reportText(
  plan: CampaignPlan,
  loaded: LoadedScenario,
  study: Study,
  calibration: DemandCalibration | null,
): string {
  const { economy, economyHash } = loaded.policy;
  const { name, horizonEpochs, seed } = plan.scenario;
  const days = (horizonEpochs * economy.cadence.epochMs) / 86_400_000;
  const heading = `${economy.name} ${economyHash.slice(0, 12)} in the world ${name}: ${study.runs} runs of ${days} d, seed ${seed}`;
  const missed = study.isPrecise === false ? ['not as precise as asked for: --runs-max was reached'] : [];
  const fit = calibration === null ? [] : calibrationLines(calibration);
  return [heading, ...loaded.notes, ...fit, ...missed, '', studyText(study, loaded.points, economy)].join('\n');
}

function saySilence(seconds: number): void {
  const how = 'workers are started by `stannary worker --queue …`, with the same version of the code';
  console.error(`stannary: no worker has answered for ${Math.round(seconds)} s; ${how}`);
}

function stoppedText(done: number, out: string | undefined): string {
  const kept =
    out === undefined ? 'nothing is kept without --out' : `the same command with --resume goes on from ${out}`;
  return `stannary: stopped after ${done} run${done === 1 ? '' : 's'}; ${kept}`;
}
