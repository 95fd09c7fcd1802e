import type { Override } from '@stannary/economies';
import type { Economy } from '@stannary/kernel';
import { defaultScenario, type Scenario } from '@stannary/simulator';
import {
  type ExploreSetting,
  followingScenario,
  loadScenario,
  type RunOptions,
  type ScenarioOverride,
} from '@stannary/simulator/lab';
import { type Command, Option } from 'commander';
import { setOption } from '../commands/set-option.ts';
import { wholeFrom } from '../commands/whole-number.ts';
import { withWorldOptions, workersOption } from '../commands/world-options.ts';
import { Progress } from '../lab/progress.ts';
import { untilStopped } from '../lab/stopping.ts';

/** What all commands that explore an economy can be told. */
export interface ExploreFlags {
  readonly scenario?: string;
  readonly scenarioSet: readonly Override[];
  readonly horizon?: string;
  readonly seed?: number;
  readonly workers?: number;
  readonly out?: string;
  readonly set: readonly Override[];
  readonly json: boolean;
}

export const EXIT_STATUS_HELP =
  '\nExit status: 0 done, 2 the input was refused, 4 a run broke down, 130 stopped by Ctrl-C.';

/** `a,b`, any number of times. */
export function listed(text: string, before: readonly string[] | undefined): readonly string[] {
  const parts = text.split(',').map((one) => one.trim());
  return [...(before ?? []), ...parts.filter((one) => one !== '')];
}

/** `text`, any number of times. */
export function repeated(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** Options of the world, the workers and the output. */
export function withExploreOptions(command: Command): Command {
  return withWorldOptions(command)
    .addOption(new Option('--seed <n>', 'seed of worlds and designs').argParser(wholeFrom(0)))
    .addOption(workersOption())
    .option('--out <dir>', 'folder for CSV files and for what was run: the same command goes on from it')
    .addOption(setOption())
    .option('--json', 'print one line of JSON', false);
}

/** An economy in its world. Refuses as loading economy and scenario does. */
export async function openSetting(entry: string, flags: ExploreFlags, runs: number): Promise<ExploreSetting> {
  const { scenarioSet, horizon, seed } = flags;
  const over: readonly ScenarioOverride[] = [
    ...scenarioSet,
    ...(horizon === undefined ? [] : [['horizon', horizon, '--horizon'] as const]),
    ...(seed === undefined ? [] : [['seed', String(seed), '--seed'] as const]),
  ];
  const request = { economy: entry, set: flags.set, file: flags.scenario ?? null, scenarioSet: over, sweep: null };
  const { economy: source, policy, scenario, populations } = await loadScenario(request);
  const assumed = defaultScenario(policy.economy);
  const scenarioOf = (economy: Economy): Scenario => followingScenario(scenario, assumed, defaultScenario(economy));
  return { source, policy, scenarioOf, populations, firstRun: 0, runs };
}

/** The seed of a setting's world, for designs and searches as well. */
export function seedOf({ policy, scenarioOf }: ExploreSetting): number {
  return scenarioOf(policy.economy).seed;
}

/** Runs what takes long: with the time left on a terminal, unless JSON was asked for. Null: Ctrl-C stopped it. */
export async function runLong<Result>(
  { workers, out, json }: Pick<ExploreFlags, 'workers' | 'out' | 'json'>,
  work: (options: RunOptions) => Promise<Result>,
): Promise<Result | null> {
  const progress = new Progress(process.stderr, () => performance.now(), json);
  const found = await untilStopped(
    (signal) =>
      work({
        signal,
        onProgress: (done, of) => progress.tell('runs', done, of),
        ...(workers === undefined ? {} : { workers }),
        ...(out === undefined ? {} : { folder: `${out}/runs` }),
      }),
    () =>
      `stannary: stopped; ${out === undefined ? 'nothing is kept without --out' : `the same command goes on from ${out}`}`,
  );
  progress.end();
  return found;
}
