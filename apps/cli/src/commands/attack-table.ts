import type { Attack } from '@stannary/simulator';
import { type AttackFinding, type Figure, shortText } from '@stannary/simulator/lab';

/** Half-width of a two-sided 95 % interval in standard errors, for many runs. */
const ERRORS_95 = 1.96;

/** A closed form beside the simulation. */
export interface Distance {
  /** Simulated less closed, in standard errors of the simulation; null where they are one but for roundings. */
  readonly costErrors: number | null;
  readonly returnErrors: number | null;
}

/** How far the simulation is from the closed form; null without one. */
export function distanceOf({ closedForm, cost, return: returned }: AttackFinding): Distance | null {
  if (closedForm === null) return null;
  const scale = Math.max(cost.value, returned.value);
  return {
    costErrors: errorsFrom(cost, closedForm.costCredits, scale),
    returnErrors: errorsFrom(returned, closedForm.returnCredits, scale),
  };
}

/** Prices are whole micrograins: sides that are closer than this share of the larger are one. */
const ROUNDING = 2e-5;

function errorsFrom({ value, interval }: Figure, truth: number, scale: number): number | null {
  const error = interval === null ? 0 : (interval[1] - interval[0]) / (2 * ERRORS_95);
  return error <= Math.abs(value) * 1e-9 || Math.abs(value - truth) <= scale * ROUNDING
    ? null
    : (value - truth) / error;
}

const HEADINGS = ['attack', 'world', 'cost', 'return', 'cost / return', 'closed form', 'apart, SE', 'verdict'];

/** One row for each attack and world; under it the strategy that was played. */
export function findingsText(findings: readonly AttackFinding[], isBest: boolean): string {
  const rows = findings.map((finding) => [
    `${finding.number} ${finding.id}`,
    finding.world,
    figureText(finding.cost),
    figureText(finding.return),
    finding.costRatio === null || finding.return.value <= 0 ? 'no return' : figureText(finding.costRatio),
    finding.closedForm === null ? '-' : ratioText(finding.closedForm),
    distanceText(distanceOf(finding)),
    verdictOf(finding),
  ]);
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd();
  const played = findings.map(
    ({ id, world, parameters }) => `  ${id}, ${world}: ${parametersText(parameters) || 'nothing to choose'}`,
  );
  const noted = findings.flatMap(({ id, world, closedFormNote: note }) =>
    note === undefined ? [] : [`  ${id}, ${world}: no closed form here, for ${note}`],
  );
  return [
    line(HEADINGS),
    ...rows.map(line),
    '',
    `${isBest ? 'Best responses' : 'Strategies'}:`,
    ...played,
    ...noted,
    '',
    'Credits; intervals at the gate’s confidence. An attack does not pay where its cost is shown to exceed twice its return.',
  ].join('\n');
}

/** What an attack is and what can be chosen of it. */
export function attacksText(attacks: readonly Attack[]): string {
  return attacks
    .map(({ id, number, title, strategy, parameters }) => {
      const lines = Object.entries(parameters).map(
        ([name, { meaning, unit, least, most, value }]) =>
          `      ${name} ${value} (${least} to ${most}), ${unit}: ${meaning}`,
      );
      return [`${String(number).padStart(3)}  ${id}: ${title}`, `      ${strategy}`, ...lines].join('\n');
    })
    .join('\n');
}

/** In words: it pays, it does not, or more runs are needed. */
export function verdictOf({ state, costRatio }: AttackFinding): string {
  if (state === 'passed') return 'does not pay';
  if (state === 'not shown') return 'not shown';
  return costRatio !== null && costRatio.value < 1 ? 'PAYS' : 'too cheap';
}

function figureText({ value, interval }: Figure): string {
  const [low, high] = interval ?? [value, value];
  const half = (high - low) / 2;
  return half <= Math.abs(value) * 1e-9 ? shortText(value) : `${shortText(value)} ± ${shortText(half)}`;
}

function ratioText({ costCredits, returnCredits }: { costCredits: number; returnCredits: number }): string {
  return returnCredits > 0 ? shortText(costCredits / returnCredits) : 'no return';
}

function distanceText(distance: Distance | null): string {
  if (distance === null) return '-';
  const text = (errors: number | null) => (errors === null ? 'exact' : errors.toFixed(1));
  return `${text(distance.costErrors)}, ${text(distance.returnErrors)}`;
}

function parametersText(parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${shortText(value)}`)
    .join(', ');
}
