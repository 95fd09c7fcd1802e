import { economyCatalogue } from './catalogue/economy.ts';
import { type Kind, unitNames } from './catalogue/kinds.ts';
import {
  type AnyPart,
  type Field,
  isOptional,
  type NamedMap,
  type Parts,
  type Section,
  type Variant,
} from './catalogue/parts.ts';
import { VERSION_MEANINGS, versionHead } from './catalogue/versions.ts';
import { boundsText } from './template.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema for editors (`stannary.schema.json`), draft 7: names, forms, meanings, defaults and bounds of all
 * fields. Every section stands once, without saying what must be there; what a file that extends nothing must have
 * stands beside it, because a file that extends another one and a version's `set` name only what differs.
 */
export function editorSchema(catalogue: Section = economyCatalogue): Json {
  const { fields } = catalogue;
  const refs = Object.fromEntries(Object.keys(fields).map((key) => [key, { $ref: `#/definitions/${key}` }]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Stannary economy',
    description: catalogue.meaning,
    type: 'object',
    properties: {
      extends: { type: 'string', description: 'The economy that this file changes: a bundled name or a path.' },
      ...refs,
      versions: { type: 'array', items: versionSchema(refs), description: versionHead.meaning },
    },
    additionalProperties: false,
    if: { required: ['extends'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
    then: {},
    else: demanded(catalogue),
    definitions: Object.fromEntries(Object.entries(fields).map(([key, part]) => [key, shape(part)])),
  };
}

function versionSchema(refs: Json): Json {
  const { name, version, ...set } = refs;
  const head = shape(versionHead) as { properties: Json };
  return {
    ...head,
    properties: {
      ...head.properties,
      from: { ...valueSchema(VERSION_MEANINGS.from), examples: ['90 d', '2_000 epochs', '2027-06-01'] },
      set: { type: 'object', description: VERSION_MEANINGS.set, properties: set, additionalProperties: false },
    },
    required: ['version', 'from', 'set'],
  };
}

/** What may stand at a part: nothing is required, so that a file may name only what differs. */
function shape(part: AnyPart): Json {
  switch (part.part) {
    case 'field':
      return fieldSchema(part);
    case 'section':
      return object(part.meaning, shapes(part.fields));
    case 'map':
      return mapSchema(part);
    case 'list':
      return {
        type: 'array',
        description: part.meaning,
        items: { allOf: [shape(part.item), demanded(part.item)] },
        minItems: part.lengthMin,
        maxItems: part.lengthMax,
      };
    case 'variant':
      return variantSchema(part);
    case 'optional':
      return { anyOf: [shape(part.inner), { type: 'null' }] };
    case 'derived':
      return shape(part.inner);
  }
}

function shapes(fields: Parts): Json {
  return Object.fromEntries(Object.entries(fields).map(([key, part]) => [key, shape(part)]));
}

function object(description: string, properties: Json): Json {
  return { type: 'object', description, properties, additionalProperties: false };
}

/** An entry set to null is taken out. */
function mapSchema({ meaning, names, item }: NamedMap): Json {
  const entry = { anyOf: [shape(item), { type: 'null' }] };
  const base = { type: 'object', description: meaning, additionalProperties: false };
  if (names instanceof RegExp) return { ...base, patternProperties: { [names.source]: entry }, minProperties: 1 };
  // Names by themselves, so that editors offer them; the entry once, because it may be large.
  const offered = Object.fromEntries(names.map((name) => [name, {}]));
  return { ...base, properties: offered, patternProperties: { [`^(${names.join('|')})$`]: entry }, minProperties: 1 };
}

/** With its tag a variant has that case's fields; without, where the extended file has the tag, those of any case. */
function variantSchema({ meaning, tag, cases }: Variant): Json {
  const tagSchema = { type: 'string', enum: Object.keys(cases), description: meaning };
  const all = Object.entries(cases).map(
    ([name, part]) => [name, (shape(part) as { properties: Json }).properties] as const,
  );
  const union = unionOf(all.map(([, properties]) => properties));
  const ofCase = ([name, properties]: readonly [string, Json]) => ({
    if: { properties: { [tag]: { const: name } }, required: [tag] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
    then: { properties: { [tag]: {}, ...properties }, additionalProperties: false },
  });
  const open = Object.fromEntries(Object.keys(union).map((key) => [key, {}]));
  return { ...object(meaning, { [tag]: tagSchema, ...open }), allOf: [...all.map(ofCase), untagged(tag, union)] };
}

/** A field that cases have in different forms may have any of them. */
function unionOf(all: readonly Json[]): Json {
  const keys = [...new Set(all.flatMap((properties) => Object.keys(properties)))];
  const forms = (key: string) => {
    const texts = all.filter((properties) => key in properties).map((properties) => JSON.stringify(properties[key]));
    const [first, ...others] = [...new Set(texts)].map((text) => JSON.parse(text) as Json);
    return others.length === 0 ? first : { anyOf: [first, ...others] };
  };
  return Object.fromEntries(keys.map((key) => [key, forms(key)]));
}

function untagged(tag: string, properties: Json): Json {
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
  return { if: { required: [tag] }, then: {}, else: { properties } };
}

function fieldSchema(field: Field): Json {
  const { kind, meaning } = field;
  const description = `${meaning} Default ${field.default}; ${boundsText(field)}.`;
  return { ...kindSchema(kind), description, default: plainDefault(field) };
}

function kindSchema(kind: Kind): Json {
  if (kind.family === 'plain') return kind.schema;
  const units = unitNames(kind).map((unit) => unit.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  const type = units.includes('') ? ['string', 'number'] : 'string';
  return { type, pattern: `^[0-9][0-9_.]*\\s*(${units.join('|')})$`, examples: kind.examples };
}

function plainDefault({ kind, default: usual }: Field): string | boolean {
  return kind.family === 'plain' && kind.schema.type === 'boolean' ? usual === 'true' : usual;
}

function valueSchema(description: string): Json {
  return { type: ['string', 'number'], description };
}

/** What a file that extends nothing must have: names only, level by level. */
function demanded(part: AnyPart): Json {
  switch (part.part) {
    case 'section':
      return demandedFields(part.fields);
    case 'map': {
      const inner = demanded(part.item);
      if (!part.complete) return { additionalProperties: inner };
      return { required: part.names as readonly string[], additionalProperties: { type: 'object', ...inner } };
    }
    case 'variant': {
      const ofCase = ([name, one]: readonly [string, AnyPart]) => ({
        if: { properties: { [part.tag]: { const: name } } },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
        then: demanded(one),
      });
      return { required: [part.tag], allOf: Object.entries(part.cases).map(ofCase) };
    }
    case 'optional':
    case 'derived':
      return demanded(part.inner);
    default:
      return {};
  }
}

function demandedFields(fields: Parts): Json {
  const required = Object.entries(fields).filter(([, part]) => !isOptional(part));
  const inner = Object.entries(fields).map(([key, part]) => [key, demanded(part)] as const);
  const properties = Object.fromEntries(inner.filter(([, one]) => Object.keys(one).length > 0));
  const names = required.map(([key]) => key);
  return Object.keys(properties).length > 0 ? { required: names, properties } : { required: names };
}
