import { CliRefusal } from '../refusal.ts';

/** Every fault of a data folder is the input's. */
const REPLAY_REFUSALS = {
  'REPLAY-FILE': 'input',
  'REPLAY-CSV': 'input',
  'REPLAY-EMPTY': 'input',
  'REPLAY-COLUMN': 'input',
  'REPLAY-CELL': 'input',
  'REPLAY-DUPLICATE': 'input',
  'REPLAY-PERIOD-UNKNOWN': 'input',
  'REPLAY-PERIOD': 'input',
  'REPLAY-GAP': 'input',
  'REPLAY-JOIN': 'input',
  'REPLAY-FALLING': 'input',
} as const;

/** `where` names the file, the line and the column. */
export function replayRefusal(
  code: keyof typeof REPLAY_REFUSALS,
  where: string,
  expected: string,
  got: string,
): CliRefusal {
  return new CliRefusal(code, REPLAY_REFUSALS[code], { where, expected, got });
}
