import { Ajv, type ErrorObject } from 'ajv';
import { EconomyRefusal, type EconomyRefusalCode } from './refusal.ts';
import { economySchema } from './schema.ts';
import { type Source, treeOf } from './source.ts';

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile(economySchema);

/** Unknown names first: a misspelt field is also a missing one, and the misspelling is the useful message. */
const ORDER: readonly string[] = ['additionalProperties', 'required', 'type', 'enum', 'pattern', 'minProperties'];

const CODES: Readonly<Record<string, EconomyRefusalCode>> = {
  additionalProperties: 'ECONOMY-UNKNOWN-KEY',
  required: 'ECONOMY-MISSING',
  minProperties: 'ECONOMY-MISSING',
  type: 'ECONOMY-TYPE',
  enum: 'ECONOMY-CHOICE',
  pattern: 'ECONOMY-CHOICE',
};

/**
 * Checks names, presence and rough form, and reports the clearest problem.
 * @throws EconomyRefusal ECONOMY-UNKNOWN-KEY, ECONOMY-MISSING, ECONOMY-TYPE, ECONOMY-CHOICE
 */
export function validateSource(source: Source): void {
  if (validate(treeOf(source))) return;
  const errors = [...(validate.errors ?? [])].sort((x, y) => rank(x) - rank(y));
  throw refusalOf(source, errors[0]!);
}

function rank(error: ErrorObject): number {
  const place = ORDER.indexOf(error.keyword);
  return place === -1 ? ORDER.length : place;
}

function refusalOf(source: Source, error: ErrorObject): EconomyRefusal {
  const level = error.instancePath.slice(1).replaceAll('/', '.');
  const named = error.params.additionalProperty ?? error.params.missingProperty;
  const path = [level, named].filter((part) => part !== undefined && part !== '').join('.');
  const place = source.places.get(path) ?? placeBelow(source, path) ?? source.places.get(level) ?? `${source.file}:1`;
  const code = CODES[error.keyword];
  if (code === undefined) throw new Error(`no code for the schema keyword ${error.keyword} at ${path}`);
  return new EconomyRefusal(code, `${place} ${path}`.trim(), expectation(error), found(error));
}

/** An unknown group has no value of its own; the place of the first value in it. */
function placeBelow(source: Source, path: string): string | undefined {
  for (const [known, place] of source.places) if (known.startsWith(`${path}.`)) return place;
  return undefined;
}

function expectation({ keyword, params, parentSchema }: ErrorObject): string {
  if (keyword === 'additionalProperties') return `one of ${Object.keys(parentSchema?.properties ?? {}).join(', ')}`;
  if (keyword === 'required') return 'a value';
  if (keyword === 'minProperties') return `at least ${params.limit}`;
  if (keyword === 'enum') return `one of ${params.allowedValues.join(', ')}`;
  if (keyword === 'pattern') return `text of the form ${params.pattern}`;
  return [params.type].flat().join(' or ');
}

function found({ keyword, params, data }: ErrorObject): string {
  if (keyword === 'additionalProperties') return params.additionalProperty;
  if (keyword === 'required' || keyword === 'minProperties') return 'nothing';
  return data === null ? 'nothing' : JSON.stringify(data);
}
