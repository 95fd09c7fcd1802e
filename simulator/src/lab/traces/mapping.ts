import { TraceRefusal } from './refusal.ts';
import type { TraceMapping } from './schemas.ts';

// A user's mapping comes from a scenario file: here it is held to the schemas' types.

/** Passes or refuses. */
type Check = (value: unknown, where: string) => void;

/**
 * The mapping itself, if it is one: every key known, every needed one there.
 * @throws TraceRefusal TRACE-MAPPING, with the path of the field
 */
export function traceMapping(value: unknown, where = 'trace'): TraceMapping {
  const schema = isObject(value) ? value.schema : undefined;
  const check = typeof schema === 'string' && Object.hasOwn(MAPPINGS, schema) ? MAPPINGS[schema]! : null;
  if (check === null) fault(`${where}.schema`, `one of ${Object.keys(MAPPINGS).join(', ')}`, schema);
  check(value, where);
  return value as TraceMapping;
}

function fault(where: string, expected: string, got: unknown): never {
  throw new TraceRefusal('TRACE-MAPPING', where, expected, got === undefined ? 'nothing' : `${JSON.stringify(got)}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value, where) => {
  if (typeof value !== 'string' || value === '') fault(where, 'a text', value);
};

const positive: Check = (value, where) => {
  if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY)
    fault(where, 'a number above 0', value);
};

const oneOf =
  (...words: readonly unknown[]): Check =>
  (value, where) => {
    if (!words.includes(value)) fault(where, `one of ${words.join(', ')}`, value);
  };

const list =
  (item: Check): Check =>
  (value, where) => {
    if (!Array.isArray(value)) fault(where, 'a list', value);
    for (const [index, one] of value.entries()) item(one, `${where}[${index}]`);
  };

/** Names that end with `?` may be missing. */
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, where) => {
    if (!isObject(value)) fault(where, 'an object', value);
    const names = Object.keys(fields).map((name) => name.replace('?', ''));
    const unknown = Object.keys(value).find((key) => !names.includes(key));
    if (unknown !== undefined) fault(`${where}.${unknown}`, `one of ${names.join(', ')}`, 'an unknown field');
    for (const [name, check] of Object.entries(fields)) {
      const key = name.replace('?', '');
      if (value[key] !== undefined || name === key) check(value[key], `${where}.${key}`);
    }
  };

/** The first check where the value has the key, else the second. */
const ifKey =
  (key: string, then: Check, otherwise: Check): Check =>
  (value, where) =>
    (isObject(value) && key in value ? then : otherwise)(value, where);

const whenEmpty: Check = (value, where) => {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return;
  oneOf('refuse', 'leave-out')(value, where);
};
const DURATIONS = ['ns', 'us', 'ms', 's', 'min', 'h', 'd'];
const number = object({ column: text, 'divideBy?': positive, 'max?': positive, 'whenEmpty?': whenEmpty });
const time = object({ column: text, unit: oneOf('utc', ...DURATIONS), 'whenEmpty?': whenEmpty });
const duration = object({ column: text, unit: oneOf(...DURATIONS), 'whenEmpty?': whenEmpty });
const names = list(text);
const whenBackwards = oneOf('refuse', 'leave-out');
const gaps = (...rules: string[]) => object({ everySeconds: positive, rule: oneOf(...rules) });
const states: Check = (value, where) => {
  if (!isObject(value)) fault(where, 'an object', value);
  for (const [word, meaning] of Object.entries(value)) oneOf('up', 'down', 'ignored')(meaning, `${where}.${word}`);
};
const nameOrNone: Check = (value, where) => {
  if (value !== null) text(value, where);
};

const file = (schema: string, rest: Readonly<Record<string, Check>>): Check =>
  object({
    schema: oneOf(schema),
    file: text,
    'where?': list(
      object({ column: text, equals: (value, at) => typeof value === 'string' || fault(at, 'a text', value) }),
    ),
    'order?': oneOf('ascending', 'any'),
    ...rest,
  });

const upDown = {
  events: object({ kind: oneOf('events'), node: names, time, state: text, states }),
  intervals: object({
    kind: oneOf('intervals'),
    node: names,
    start: time,
    end: ifKey('lengthSeconds', object({ lengthSeconds: positive }), time),
    state: oneOf('up', 'down'),
    'whenBackwards?': whenBackwards,
  }),
  count: object({ kind: oneOf('count'), time, count: number }),
};

const MAPPINGS: Readonly<Record<string, Check>> = {
  job: file('job', {
    'columns?': object({
      arrival: ifKey('before', object({ before: time }), time),
      duration: ifKey('from', object({ from: time, to: time }), duration),
      size: list(number),
      class: nameOrNone,
      'id?': text,
    }),
    'whenBackwards?': whenBackwards,
    'gaps?': gaps('refuse', 'zero'),
  }),
  request: file('request', {
    'columns?': object({ time, sizeIn: number, sizeOut: number }),
    'gaps?': gaps('refuse', 'zero'),
  }),
  usage: file('usage', {
    'columns?': object({ time, quantity: number, 'series?': names }),
    'after?': object({ file: text, key: text, time }),
    'gaps?': gaps('refuse', 'hold', 'zero'),
  }),
  price: file('price', {
    'columns?': object({ time, price: number, 'series?': names }),
    'gaps?': gaps('refuse', 'hold'),
  }),
  'up-down': file('up-down', {
    'columns?': (value, where) => {
      const kind = isObject(value) ? value.kind : undefined;
      const check =
        typeof kind === 'string' && Object.hasOwn(upDown, kind) ? upDown[kind as keyof typeof upDown] : null;
      if (check === null) fault(`${where}.kind`, `one of ${Object.keys(upDown).join(', ')}`, kind);
      check(value, where);
    },
  }),
};
