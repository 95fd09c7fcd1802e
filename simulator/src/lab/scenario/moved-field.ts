import { fieldPaths, measuredField, type Policy } from '@stannary/economies';
import { type Part, type SectionPart, scenarioCatalogue } from './catalogue.ts';
import { expectedOf, type NumberKind, readNumber, scaleOf, writtenNumber } from './kinds.ts';
import type { Draft } from './read.ts';
import { nearestText, ScenarioRefusal } from './refusal.ts';

/** A field of economy or scenario, as sweeps and searches name it: `economy.price.gain`, `scenario.demand.elasticity`. */
export interface NamedField {
  readonly of: 'economy' | 'scenario';
  /** As the file names it. */
  readonly path: string;
  /** Null for what holds no number, or more than one. */
  readonly number: MovedNumber | null;
}

/** A number between whose values a range can be spanned, in the unit that it is kept in. */
export interface MovedNumber {
  /** Where the scenario holds it, as `providers[0].milliNcu`; of the economy the path. */
  readonly key: string;
  /** As it stands; null for a field that says nothing now. */
  readonly here: number | null;
  /** As the file writes it. */
  readonly hereText: string;
  /** Every value is a whole number. */
  readonly isWhole: boolean;
  /** What is expected where a text is none, for messages. */
  readonly expected: string;
  /** Null for a text that the field cannot hold. Of the economy one without a unit is in the field's own. */
  readonly keptOf: (text: string) => number | null;
  /** The nearest value that the field can hold, as a file would write it: like another text of it, where that is told. */
  readonly write: (kept: number, like?: string) => string;
}

/** Where fields are looked for. */
export interface FieldWorld {
  readonly policy: Policy;
  readonly draft: Pick<Draft, 'scenario' | 'populations'>;
}

/** @throws SCENARIO-FIELD for a name that neither of them has, or without a prefix */
export function namedField(name: string, world: FieldWorld, where: string): NamedField {
  const [, of, path] = /^(economy|scenario)\.(.+)$/.exec(name) ?? [];
  if (of === undefined || path === undefined)
    throw new ScenarioRefusal('SCENARIO-FIELD', where, 'a field as economy.… or scenario.…', name);
  if (of === 'scenario') return { of, path, number: scenarioNumber(path, world, where) };
  const paths = fieldPaths(world.policy);
  const isPart = paths.some((one) => one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`));
  if (!isPart) throw new ScenarioRefusal('SCENARIO-FIELD', where, nearestText(paths, path), path);
  return { of: 'economy', path, number: economyNumber(path, world.policy) };
}

/** Null for a field of the economy without a number. */
export function economyNumber(path: string, policy: Policy): MovedNumber | null {
  const field = measuredField(policy, path);
  if (field === null) return null;
  const unit = field.keptUnit === '' ? '' : ` in whole ${field.keptUnit}`;
  return {
    key: path,
    here: Number(field.here),
    hereText: field.text,
    isWhole: true,
    expected: `a value as ${field.text} is${unit}`,
    keptOf: (text) => {
      const kept = field.keptOf(text.trim());
      return kept === null || kept > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(kept);
    },
    write: (kept, like) => field.textAt(BigInt(Math.round(kept)), like)!,
  };
}

/** Digits that matter of a number that is not counted: a file's text of it reads back to the same. */
const DIGITS = 12;

function scenarioNumber(path: string, { policy, draft }: FieldWorld, where: string): MovedNumber | null {
  const found = fieldAt(path, draft, where);
  if (found?.part.part !== 'field' || found.part.kind.form !== 'number') return null;
  const { kind } = found.part as { readonly kind: NumberKind };
  const { key, here } = found;
  const scale = scaleOf(policy.economy);
  const write = (kept: number) =>
    writtenNumber(kind, kind.isWhole ? Math.round(kept) : Number(kept.toPrecision(DIGITS)));
  return {
    key,
    here: typeof here === 'number' ? here : null,
    hereText: typeof here === 'number' ? write(here) : 'null',
    isWhole: kind.isWhole,
    expected: expectedOf(kind),
    keptOf: (text) => readNumber(kind, text, scale) ?? null,
    write,
  };
}

interface FoundField {
  readonly part: Part;
  readonly key: string;
  readonly here: unknown;
}

/** The catalogue's part at a path; null within a list. @throws SCENARIO-FIELD */
function fieldAt(path: string, { scenario, populations }: FieldWorld['draft'], where: string): FoundField | null {
  let part: Part = scenarioCatalogue;
  let here: unknown = scenario;
  let key = '';
  for (const step of path.split('.')) {
    if (part.part === 'optional') part = part.inner;
    if (part.part === 'series' || part.part === 'list') return null;
    const names: readonly string[] = part.part === 'map' ? populations : Object.keys(fieldsOf(part, here));
    const at = names.indexOf(step);
    if (at === -1) throw new ScenarioRefusal('SCENARIO-FIELD', where, nearestText(names, step), step);
    if (part.part === 'map') {
      here = (here as readonly unknown[] | undefined)?.[at];
      key = `${key}[${at}]`;
      part = part.item;
      continue;
    }
    part = fieldsOf(part, here)[step]!;
    here = (here as Record<string, unknown> | null | undefined)?.[part.as];
    key = key === '' ? part.as : `${key}.${part.as}`;
  }
  return { part: part.part === 'optional' ? part.inner : part, key, here };
}

function fieldsOf(
  part: Exclude<Part, { part: 'map' | 'list' | 'series' | 'optional' }>,
  here: unknown,
): SectionPart['fields'] {
  if (part.part === 'field') return {};
  if (part.part === 'section') return part.fields;
  return part.cases[(here as { kind: string }).kind]!.fields;
}
