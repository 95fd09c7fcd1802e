import { KernelRefusal } from '@stannary/kernel';
import { type EconomyProfile, economyCatalogue } from './catalogue/economy.ts';
import { expectedOf, inKeptUnits, type Measure, measured, type Scale, writtenLike } from './catalogue/kinds.ts';
import {
  type AnyPart,
  type Derived,
  type Field,
  type FullScale,
  isOptional,
  type List,
  type NamedMap,
  type Parts,
  type ProfileOf,
  type Section,
  type Variant,
} from './catalogue/parts.ts';
import { compare, type Ratio, wholeOf } from './decimal.ts';
import { namesText } from './nearest-name.ts';
import { EconomyRefusal, type EconomyRefusalCode, shownText } from './refusal.ts';
import { nodeAt, type SourceList, type SourceMap, type SourceNode, type SourceValue, shownNode } from './source.ts';

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

const UNIT_FROM: Readonly<Record<string, string>> = { epochs: 'cadence.epoch', eras: 'cadence.era' };

/** A field as it stood in the file: what bounds and steps are compared with. */
export interface Seen {
  /** Null for a variant's tag. */
  readonly field: Field | null;
  /** In base units of its kind; null for words, flags and dates. */
  readonly amount: Ratio | null;
  readonly text: string;
  readonly where: string;
}

export interface Reading {
  readonly profile: EconomyProfile;
  readonly scale: FullScale;
  /** Every field of the file by its path. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** Hard bounds that the file passes and waives. */
  readonly waived: readonly EconomyRefusal[];
}

/**
 * A source as the kernel reads it: decimals, durations and shares as integers, exactly or not at all; named maps as
 * lists in canonical order. The first thing at fault is thrown, with all others in it.
 * @throws EconomyRefusal ECONOMY-MISSING, ECONOMY-UNKNOWN-KEY, ECONOMY-TYPE, ECONOMY-LENGTH, ECONOMY-CHOICE,
 *   ECONOMY-PRECISION, ECONOMY-WHOLE, ECONOMY-RANGE, ECONOMY-BOUNDS, and the code of each kind
 */
export function readSource(root: SourceMap): Reading {
  const reader = new Reader(root, scaleOf(root));
  const profile = reader.part(economyCatalogue, root, '') as EconomyProfile;
  reader.stopIfRefused();
  return { profile, scale: reader.scale, seen: reader.seen, waived: reader.waived };
}

/** Reads one small map by its own section: the head of a version. */
export function readSection<S extends Section>(
  part: S,
  node: SourceNode,
  path: string,
  scale: FullScale,
): ProfileOf<S> {
  const reader = new Reader({ form: 'map', place: node.place, entries: new Map() }, scale);
  const profile = reader.part(part, node, path) as ProfileOf<S>;
  reader.stopIfRefused();
  return profile;
}

/** Units that the file itself defines come first: grains, then the epoch, then the era, which may count epochs. */
function scaleOf(root: SourceMap): FullScale {
  const number = (path: string, scale: Scale): bigint => {
    const reader = new Reader(root, { ...scale, epochMs: scale.epochMs ?? 1n, eraMs: 1n });
    const kept = reader.whole(path, scale);
    reader.stopIfRefused();
    return kept!;
  };
  const grainsPerUnit = number('grainsPerUnit', { epochMs: null, eraMs: null, grainsPerUnit: 1n });
  const epochMs = number('cadence.epoch', { epochMs: null, eraMs: null, grainsPerUnit });
  const epochsPerEra = number('cadence.era', { epochMs, eraMs: null, grainsPerUnit });
  const scale = { grainsPerUnit, epochMs, eraMs: epochMs * epochsPerEra };
  const programme = nodeAt(root, 'programme');
  return programme?.form === 'map' ? { ...scale, dataUnit: 10n ** number('programme.decimals', scale) } : scale;
}

/** A walk over catalogue and source at once. What cannot be read is noted and undefined; the walk goes on. */
class Reader {
  readonly scale: FullScale;
  readonly seen = new Map<string, Seen>();
  readonly waived: EconomyRefusal[] = [];
  readonly #refusals: EconomyRefusal[] = [];
  readonly #root: SourceMap;
  readonly #waives: boolean;

  constructor(root: SourceMap, scale: FullScale) {
    this.#root = root;
    this.scale = scale;
    const bounds = root.entries.get('bounds');
    this.#waives = bounds?.form === 'value' && bounds.text === 'waived';
  }

  stopIfRefused(): void {
    const [first, ...others] = this.#refusals;
    if (first !== undefined) throw new EconomyRefusal(first.code, first.where, first.expected, first.got, others);
  }

  part(part: AnyPart, node: SourceNode, path: string): unknown {
    switch (part.part) {
      case 'field':
        return this.#field(part, node, path);
      case 'section':
        return this.#asMap(node, path, (map) => this.#fields(part.fields, map, path));
      case 'map':
        return this.#asMap(node, path, (map) => this.#map(part, map, path));
      case 'list':
        return node.form === 'list' ? this.#list(part, node, path) : this.#refuseForm(node, path, 'a list');
      case 'variant':
        return this.#asMap(node, path, (map) => this.#variant(part, map, path));
      case 'optional':
        return isNothing(node) ? null : this.part(part.inner, node, path);
      case 'derived': {
        const read = this.part(part.inner, node, path);
        return read === undefined ? undefined : this.#derive(part, read, node, path);
      }
    }
  }

  /** What the kernel computes from the file, it may refuse to. */
  #derive(part: Derived, read: unknown, node: SourceNode, path: string): unknown {
    try {
      return part.derive(read as never, this.scale, (value) => this.#safe(value, node, path));
    } catch (error) {
      if (!(error instanceof KernelRefusal)) throw error;
      return this.#refuse('ECONOMY-RULE', node.place, path, error.expected, error.got);
    }
  }

  /** The kept units of the catalogue's field at a path, by a scale that may still lack its epoch or era. */
  whole(path: string, scale: Scale): bigint | undefined {
    const keys = path.split('.');
    const field = keys.reduce<AnyPart>((part, key) => fieldsOf(part)[key]!, economyCatalogue) as Field<string, unknown>;
    const above = nodeAt(this.#root, keys.slice(0, -1).join('.')) ?? this.#root;
    const node = nodeAt(this.#root, path);
    if (node === undefined) return this.#refuse('ECONOMY-MISSING', above.place, path, 'a value', 'nothing');
    if (node.form !== 'value') return this.#refuseForm(node, path, 'a value');
    const kind = field.kind as Measure;
    const amount = this.#amount(field, kind, node, path, scale);
    return amount === undefined ? undefined : this.#kept(kind, amount, node, path, scale);
  }

  #asMap(node: SourceNode, path: string, read: (map: SourceMap) => unknown): unknown {
    return node.form === 'map' ? read(node) : this.#refuseForm(node, path, 'a section');
  }

  /** Unknown names first: a misspelt field is also a missing one, and the misspelling is the useful message. */
  #fields(fields: Parts, map: SourceMap, path: string, tag: Record<string, string> = {}): unknown {
    const names = [...Object.keys(tag), ...Object.keys(fields)];
    const unknown = [...map.entries].filter(([key]) => !names.includes(key));
    for (const [key, node] of unknown) {
      this.#refuse('ECONOMY-UNKNOWN-KEY', node.place, below(path, key), namesText(names, key), key);
    }
    const missing = Object.keys(fields).filter((key) => !isOptional(fields[key]!) && !map.entries.has(key));
    if (unknown.length === 0) this.#refuseMissing(missing, map, path, Object.keys(tag)[0]);
    let complete = unknown.length === 0 && missing.length === 0;
    const profile: Record<string, unknown> = { ...tag };
    for (const [key, part] of Object.entries(fields)) {
      // What may be left out is read as if it were null, so that what is derived from it is derived.
      const nothing = { form: 'value', place: map.place, value: null, text: '' } as const;
      const node = map.entries.get(key) ?? (isOptional(part) ? nothing : undefined);
      const value = node === undefined ? undefined : this.part(part, node, below(path, key));
      if (value === undefined) complete = false;
      profile[part.as ?? key] = value;
    }
    return complete ? profile : undefined;
  }

  /** One refusal for all that one section lacks. */
  #refuseMissing([first, ...others]: readonly string[], map: SourceMap, path: string, tag?: string): void {
    if (first === undefined) return;
    const expected = others.length === 0 ? 'a value' : `a value, and one of each of ${others.join(', ')}`;
    const why = tag === undefined ? '' : `, since a change of ${tag} drops the fields of the one before`;
    this.#refuse('ECONOMY-MISSING', map.place, below(path, first), `${expected}${why}`, 'nothing');
  }

  #variant({ tag, cases }: Variant, map: SourceMap, path: string): unknown {
    const at = below(path, tag);
    const node = map.entries.get(tag);
    if (node === undefined) return this.#refuse('ECONOMY-MISSING', map.place, at, 'a value', 'nothing');
    const name = node.form === 'value' ? node.text : '';
    const chosen = Object.hasOwn(cases, name) ? cases[name] : undefined;
    if (chosen === undefined) {
      return this.#refuse('ECONOMY-CHOICE', node.place, at, `one of ${Object.keys(cases).join(', ')}`, shownNode(node));
    }
    this.seen.set(at, { field: null, amount: null, text: name, where: `${node.place} ${at}` });
    if (chosen.part === 'section') return this.#fields(chosen.fields, map, path, { [tag]: name });
    const rest = new Map([...map.entries].filter(([key]) => key !== tag));
    const read = this.part(chosen, { ...map, entries: rest }, path);
    return read === undefined ? undefined : { [tag]: name, ...(read as object) };
  }

  #map(part: NamedMap, map: SourceMap, path: string): unknown {
    const present = [...map.entries].filter(([, node]) => !isNothing(node)).sort(([x], [y]) => (x < y ? -1 : 1));
    if (present.length === 0) return this.#refuse('ECONOMY-MISSING', map.place, path, 'at least one entry', 'nothing');
    const needed = part.complete ? (part.names as readonly string[]) : [];
    const missing = needed.filter((name) => !present.some(([key]) => key === name));
    const entries = present.map(([name, node]) => {
      const read = this.#isName(part, name, node, path) ? this.part(part.item, node, below(path, name)) : undefined;
      const own = part.item.part === 'field' ? { [part.item.as]: read } : (read as object);
      return read === undefined ? undefined : { [part.nameAs]: name, ...own };
    });
    for (const name of missing) this.#refuse('ECONOMY-MISSING', map.place, below(path, name), 'a section', 'nothing');
    return missing.length > 0 || entries.includes(undefined) ? undefined : entries;
  }

  #isName({ names }: NamedMap, name: string, node: SourceNode, path: string): boolean {
    if (names instanceof RegExp ? names.test(name) : names.includes(name)) return true;
    const at = below(path, name);
    if (names instanceof RegExp) {
      this.#refuse('ECONOMY-CHOICE', node.place, at, `a name of the form ${names.source}`, name);
    } else this.#refuse('ECONOMY-UNKNOWN-KEY', node.place, at, namesText(names, name), name);
    return false;
  }

  #list({ item, lengthMin, lengthMax }: List, list: SourceList, path: string): unknown {
    const { length } = list.items;
    if (length < lengthMin || length > lengthMax) {
      return this.#refuse('ECONOMY-LENGTH', list.place, path, `${lengthMin} to ${lengthMax} items`, `${length}`);
    }
    const items = list.items.map((node, index) => this.part(item, node, `${path}[${index}]`));
    return items.includes(undefined) ? undefined : items;
  }

  #field(field: Field, node: SourceNode, path: string): unknown {
    if (node.form !== 'value' || isNothing(node)) return this.#refuseForm(node, path, 'a value');
    const { kind } = field;
    const where = `${node.place} ${path}`;
    if (kind.family === 'plain') {
      const value = kind.read(node.value, node.text);
      if (value === undefined) return this.#refuse(kind.code, node.place, path, kind.expected, node.text);
      this.seen.set(path, { field, amount: null, text: node.text, where });
      return value;
    }
    const amount = this.#amount(field, kind, node, path, this.scale);
    if (amount === undefined) return undefined;
    const kept = this.#kept(kind, amount, node, path, this.scale);
    if (kept === undefined || !this.#inBounds(field, kind, amount, node, path)) return undefined;
    this.seen.set(path, { field, amount, text: node.text, where });
    return kind.keep === 'text' ? `${kept}` : this.#safe(kept, node, path, kind.keptUnit);
  }

  #amount(field: Field, kind: Measure, node: SourceValue, path: string, scale: Scale): Ratio | undefined {
    const amount = measured(kind, node.text, scale);
    if (amount === null) return this.#refuse(kind.code, node.place, path, expectedOf(kind), shownNode(node));
    if (kind.ceiling !== null && compare(amount, kind.ceiling.at) > 0) {
      return this.#refuse(kind.code, node.place, path, `at most ${kind.ceiling.text}`, node.text);
    }
    if (field.positive && amount.numerator === 0n) {
      return this.#refuse(kind.code, node.place, path, 'more than 0', node.text);
    }
    return amount;
  }

  #kept(kind: Measure, amount: Ratio, node: SourceValue, path: string, scale: Scale): bigint | undefined {
    const kept = inKeptUnits(kind, amount, scale);
    const whole = wholeOf(kept);
    if (whole !== null) return whole;
    const below = kept.numerator / kept.denominator;
    const nearest = [below, below + 1n].map((one) => (one === 0n ? null : writtenLike(node.text, kind, one, scale)));
    const offered = nearest.filter((text) => text !== null).join(' or ');
    const expected = `a whole number ${ofUnit(kind)}`.trim() + this.#unitFrom(kind);
    return this.#refuse(
      kind.inexact,
      node.place,
      path,
      `${expected}${offered === '' ? '' : `, as ${offered} is`}`,
      node.text,
    );
  }

  /** Where the file says how large the unit is: often that is what has changed. */
  #unitFrom({ keptUnit }: Measure): string {
    const path = UNIT_FROM[keptUnit];
    const node = path === undefined ? undefined : nodeAt(this.#root, path);
    return node === undefined ? '' : ` (${node.place} ${path}: ${shownText(shownNode(node), 40)})`;
  }

  #inBounds({ min, max }: Field, kind: Measure, amount: Ratio, node: SourceValue, path: string): boolean {
    const bound = (text: string | null) => (text === null ? amount : measured(kind, text, this.scale)!);
    const low = compare(amount, bound(min)) < 0;
    if (!low && compare(amount, bound(max)) <= 0) return true;
    const expected = low ? `at least ${min}, the hard minimum` : `at most ${max}, the hard maximum`;
    const refusal = new EconomyRefusal('ECONOMY-BOUNDS', `${node.place} ${path}`, expected, node.text);
    (this.#waives ? this.waived : this.#refusals).push(refusal);
    return this.#waives;
  }

  #safe(value: bigint, node: SourceNode, path: string, unit = ''): number {
    if (value > SAFE_MAX) {
      this.#refuse('ECONOMY-RANGE', node.place, path, `at most 2^53 - 1 ${unit}`.trim(), shownNode(node));
    }
    return Number(value);
  }

  #refuseForm(node: SourceNode, path: string, expected: string): undefined {
    return this.#refuse('ECONOMY-TYPE', node.place, path, expected, shownNode(node));
  }

  #refuse(code: EconomyRefusalCode, place: string, path: string, expected: string, got: string): undefined {
    this.#refusals.push(new EconomyRefusal(code, `${place} ${path}`.trim(), expected, got));
    return undefined;
  }
}

function fieldsOf(part: AnyPart): Parts {
  return part.part === 'optional' || part.part === 'derived' ? fieldsOf(part.inner) : (part as Section).fields;
}

function ofUnit({ keptUnit }: Measure): string {
  return keptUnit === '' ? '' : `of ${keptUnit}`;
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** `key:` or `key: null`. */
function isNothing(node: SourceNode): boolean {
  return node.form === 'value' && node.value === null;
}

/** The whole amounts of kept units that a field's hard bounds allow. */
export function keptBounds({ kind, min, max }: Field, scale: FullScale): readonly [bigint, bigint] | null {
  if (kind.family !== 'measure' || min === null || max === null) return null;
  const [low, high] = [min, max].map((text) => inKeptUnits(kind, measured(kind, text, scale)!, scale));
  const up = (value: Ratio) => (value.numerator + value.denominator - 1n) / value.denominator;
  return [up(low!), high!.numerator / high!.denominator];
}
