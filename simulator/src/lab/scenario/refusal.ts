import { LabRefusal, meaning } from '../refusal.ts';

const SCENARIO_REFUSALS = {
  'SCENARIO-FILE': meaning('input', 'the file cannot be read, or is too long'),
  'SCENARIO-YAML': meaning('input', 'the file is no plain YAML from here on'),
  'SCENARIO-FIELD': meaning('input', 'there is no such field; the message names the nearest'),
  'SCENARIO-MISSING': meaning('input', 'a field has no default here and must be said'),
  'SCENARIO-TYPE': meaning('input', 'a map, a list or a single value is expected here'),
  'SCENARIO-VALUE': meaning('input', 'the text is no value of this kind, or in no unit that it knows'),
  'SCENARIO-RANGE': meaning('input', 'the value is out of its range, or must be whole'),
  'SCENARIO-EXTENDS': meaning('input', 'files extend each other in a loop, or too many'),
  'SCENARIO-SWEEP': meaning('input', 'the sweep makes no points: its design, a range, or a point that is no economy'),
} as const;

export type ScenarioRefusalCode = keyof typeof SCENARIO_REFUSALS;

/** Further faults that a message lists. */
const LISTED = 8;

/** Why a scenario file is refused. `where` is `file:line:column path.of.the.field`. */
export class ScenarioRefusal extends LabRefusal<ScenarioRefusalCode> {
  override readonly name = 'ScenarioRefusal';
  /** What else is wrong with the same file. */
  readonly others: readonly ScenarioRefusal[];

  constructor(
    code: ScenarioRefusalCode,
    where: string,
    expected: string,
    got: string,
    others: readonly ScenarioRefusal[] = [],
    options?: ErrorOptions,
  ) {
    super(code, where, expected, got.length > 80 ? `${got.slice(0, 79)}…` : got, options);
    this.others = others;
    const also = others.slice(0, LISTED).map((other) => `\n  also ${other.message} [${other.code}]`);
    const more = others.length > LISTED ? `\n  and ${others.length - LISTED} more` : '';
    this.message += `${also.join('')}${more}`;
  }
}

/** For a message: the name that was probably meant, and how many others there are. */
export function nearestText(names: readonly string[], got: string): string {
  const sorted = names.toSorted((x, y) => distance(x, got) - distance(y, got));
  const few = sorted.slice(0, 3).join(', ');
  return names.length <= 3 ? `one of ${few}` : `a field that there is, nearest ${few}`;
}

/** Letters to insert, drop or change (Levenshtein 1966). */
function distance(x: string, y: string): number {
  let row = Array.from({ length: y.length + 1 }, (_, at) => at);
  for (let i = 1; i <= x.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= y.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (x[i - 1] === y[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[y.length]!;
}
