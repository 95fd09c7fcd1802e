import { type Command, Option } from 'commander';
import { pathOption } from './path-option.ts';
import { wholeFrom } from './whole-number.ts';

/** The world that an economy is played in, for every command that plays one. */
export function withWorldOptions(command: Command): Command {
  return command
    .option(
      '--scenario <file>',
      'a scenario file, or the name of a preset; without it the world that the economy assumes',
    )
    .addOption(scenarioSetOption())
    .option('--horizon <time>', 'length of a run: 30d, 12 epochs');
}

/** `--scenario-set path=value`, any number of times. */
export function scenarioSetOption(): Option {
  return pathOption('--scenario-set <path=value>', 'change a field of the scenario, such as demand.elasticity=0.8');
}

/** Threads beyond which a number is a slip of the pen. */
const WORKERS_MAX = 1_024;

/** `--workers n`. */
export function workersOption(): Option {
  const about = 'worker threads; 0 runs all in the main thread; without it one for each core';
  return new Option('--workers <n>', about).argParser(wholeFrom(0, WORKERS_MAX));
}
