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
    .addOption(
      pathOption('--scenario-set <path=value>', 'change a field of the scenario, such as demand.elasticity=0.8'),
    )
    .option('--horizon <time>', 'length of a run: 30d, 12 epochs');
}

/** Threads beyond which a number is a slip of the pen. */
const WORKERS_MAX = 1_024;

/** `--workers n`. */
export function workersOption(): Option {
  const about = 'threads; 0: this one alone; without it one a core';
  return new Option('--workers <n>', about).argParser(wholeFrom(0, WORKERS_MAX));
}
