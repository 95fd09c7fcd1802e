import { ReportRefusal } from './refusal.ts';

// Readers of untrusted JSON: each gives the value as its type, or refuses it by path. What they give is made anew.

export type Reader<T> = (value: unknown, where: string) => T;

/** Letters of a name and of a sentence or a few, in a report; what goes into one is held to them before. */
export const NAME_MAX = 200;
export const PROSE_MAX = 4_000;
/** Times in UTC, as ISO 8601 has them. */
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

const GOT_MAX = 60;

/** @throws ReportRefusal REPORT-SHAPE */
export function refuse(where: string, expected: string, value: unknown): never {
  throw new ReportRefusal('REPORT-SHAPE', where, expected, gotText(value));
}

/** What came, short enough for one line and without characters that act on a terminal. */
export function gotText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return plain(typeof value === 'string' ? JSON.stringify(value) : `${value}`);
}

function plain(text: string): string {
  const short = text.length <= GOT_MAX ? text : `${text.slice(0, GOT_MAX - 1)}…`;
  return short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '·');
}

export function textTo(lengthMax: number): Reader<string> {
  return (value, where) => {
    if (typeof value !== 'string') return refuse(where, 'text', value);
    if (value.length > lengthMax) return refuse(where, `at most ${lengthMax} letters`, value);
    return value;
  };
}

export function textOf(form: RegExp, expected: string): Reader<string> {
  return (value, where) => (typeof value === 'string' && form.test(value) ? value : refuse(where, expected, value));
}

export const NUMBER_MAX = 1e100;

/** Finite and drawable. */
export const number: Reader<number> = (value, where) =>
  typeof value === 'number' && Math.abs(value) <= NUMBER_MAX
    ? value
    : refuse(where, `a number of at most ${NUMBER_MAX}`, value);

export const count: Reader<number> = (value, where) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(where, 'a whole number', value);

export const flag: Reader<boolean> = (value, where) =>
  typeof value === 'boolean' ? value : refuse(where, 'true or false', value);

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  return (value, where) => choices.find((one) => one === value) ?? refuse(where, choices.join(', '), value);
}

export function orNull<T>(read: Reader<T>): Reader<T | null> {
  return (value, where) => (value === null ? null : read(value, where));
}

export function listOf<T>(read: Reader<T>, lengthMax: number): Reader<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) return refuse(where, 'a list', value);
    if (value.length > lengthMax) return refuse(where, `at most ${lengthMax} entries`, value);
    return value.map((item, index) => read(item, `${where}[${index}]`));
  };
}

export function pairOf<A, B>(first: Reader<A>, second: Reader<B>): Reader<readonly [A, B]> {
  return (value, where) => {
    if (!Array.isArray(value) || value.length !== 2) return refuse(where, 'a list of two', value);
    return [first(value[0], `${where}[0]`), second(value[1], `${where}[1]`)];
  };
}

/** For a field that may be left out. */
export function orAbsent<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, where) => (value === undefined ? undefined : read(value, where));
}

/** Exactly these fields. The compiler holds that a type's fields are all here. */
export function recordOf<T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, where) => {
    const object = objectOf(value, where);
    const unknown = Object.keys(object).find((name) => !(names as string[]).includes(name));
    if (unknown !== undefined) refuse(pathTo(where, unknown), `one of ${names.join(', ')}`, 'an unknown field');
    const entries = names.map((name) => [name, fields[name](object[name], pathTo(where, name))] as const);
    return Object.fromEntries(entries.filter(([, one]) => one !== undefined)) as T;
  };
}

/** Names as they come, but `$`, which signatures write fractions with; values all of a kind. */
export function mapOf<T>(read: Reader<T>, sizeMax: number): Reader<Readonly<Record<string, T>>> {
  return (value, where) => {
    const entries = Object.entries(objectOf(value, where));
    if (entries.length > sizeMax) refuse(where, `at most ${sizeMax} entries`, entries);
    return Object.fromEntries(
      entries.map(([name, one]) => {
        if (name === '$' || name.length > 200) refuse(where, 'names of at most 200 letters, none of them $', name);
        return [name, read(one, pathTo(where, name))];
      }),
    );
  };
}

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : refuse(where, 'an object', value);
}

function pathTo(where: string, name: string): string {
  return where === '' ? plain(name) : `${where}.${plain(name)}`;
}
