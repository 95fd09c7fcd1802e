import { Option } from 'commander';
import { wholeFrom } from './whole-number.ts';

/** `--epoch n`, for commands that look at one of an economy's versions. */
export function epochOption(): Option {
  return new Option('--epoch <n>', 'the version in force in this epoch').default(0).argParser(wholeFrom(0));
}
