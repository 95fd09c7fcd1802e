import type { Option } from 'commander';
import { pathOption } from './path-option.ts';

/** `--set path=value`, any number of times, for every command that takes an economy. */
export function setOption(): Option {
  return pathOption('--set <path=value>', 'change a field, such as classes.edge.bondMin="200 tokens"');
}
