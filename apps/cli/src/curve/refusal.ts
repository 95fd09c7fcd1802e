import { CliRefusal } from '../refusal.ts';

/** Every fault of what a curve was asked is the input's. */
const CURVE_REFUSALS = {
  'CURVE-UNKNOWN': 'input',
  'CURVE-RANGE': 'input',
  'CURVE-VALUE': 'input',
  'CURVE-GIVEN': 'input',
  'CURVE-CLASS': 'input',
  'CURVE-STREAM': 'input',
  'CURVE-NONE': 'input',
} as const;

export function curveRefusal(
  code: keyof typeof CURVE_REFUSALS,
  where: string,
  expected: string,
  got: string,
): CliRefusal {
  return new CliRefusal(code, CURVE_REFUSALS[code], { where, expected, got });
}
