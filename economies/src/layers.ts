import type { AnyPart } from './catalogue/parts.ts';
import { EconomyRefusal } from './refusal.ts';
import { keysOf, nodeAt, parseSource, type SourceMap, type SourceNode } from './source.ts';

// One file over another, one version over the one before, and overrides from a command line over all of it.

/** A field's path and the text to put there. */
export type Override = readonly [path: string, text: string];

/**
 * A file over the one it extends, or a version over the one before. Listed keys replace, all others stay; a list is
 * replaced whole; null takes an entry or an optional part out; a section whose tag (`kind`) changes is replaced, because
 * the fields of the other kind mean nothing in it.
 */
export function merge(part: AnyPart | null, base: SourceNode | undefined, change: SourceNode): SourceNode {
  if (base?.form !== 'map' || change.form !== 'map') return change;
  if (changesTag(part, base, change)) return change;
  const entries = new Map(base.entries);
  for (const [key, node] of change.entries) {
    const inner = partBelow(part, key, change.entries.has(tagOf(part)) ? change : base);
    entries.set(key, merge(inner, base.entries.get(key), node));
  }
  return { form: 'map', place: change.place, entries };
}

/**
 * Puts texts at paths such as `classes.edge.curve.bond` or `curve.steps[1].slope`, one after the other.
 * @throws EconomyRefusal ECONOMY-SET for a path that leads nowhere, ECONOMY-YAML for a text that is not one value
 */
export function withOverrides(part: AnyPart, source: SourceMap, overrides: readonly Override[]): SourceMap {
  return overrides.reduce((root, [path, text]) => {
    const { entries } = parseSource(`value: ${text}`, '--set');
    const keys = keysOf(path);
    if (entries.size !== 1) throw new EconomyRefusal('ECONOMY-YAML', `--set:1 ${path}`, 'one value', text);
    if (keys.length === 0) {
      throw new EconomyRefusal('ECONOMY-SET', `--set:1 ${path}`, 'a path such as price.gain or steps[1].slope', path);
    }
    return put(part, root, keys, entries.get('value')!, path) as SourceMap;
  }, source);
}

function put(
  part: AnyPart | null,
  node: SourceNode | undefined,
  keys: readonly (string | number)[],
  value: SourceNode,
  path: string,
): SourceNode {
  const [key, ...rest] = keys;
  if (key === undefined) return merge(part, node, value);
  if (typeof key === 'string') {
    const absent = node === undefined || (node.form === 'value' && node.value === null);
    const inner = put(
      partBelow(part, key, node),
      node?.form === 'map' ? node.entries.get(key) : undefined,
      rest,
      value,
      path,
    );
    const change: SourceMap = { form: 'map', place: value.place, entries: new Map([[key, inner]]) };
    if (absent || node.form === 'map') return merge(part, absent ? undefined : node, change);
  } else if (node?.form === 'list' && node.items[key] !== undefined) {
    const items = node.items.map((item, index) =>
      index === key ? put(partBelow(part, key, node), item, rest, value, path) : item,
    );
    return { ...node, items };
  }
  const expected = typeof key === 'number' ? `a list with an item ${key}` : `a section with a field ${key}`;
  throw new EconomyRefusal('ECONOMY-SET', `--set:1 ${path}`, expected, path);
}

/** Paths of the values that a file or version names; a list is one. */
export function leavesOf(node: SourceNode, path = ''): readonly string[] {
  if (node.form !== 'map') return [path];
  return [...node.entries].flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`));
}

function changesTag(part: AnyPart | null, base: SourceMap, change: SourceMap): boolean {
  const tag = tagOf(part);
  const before = nodeAt(base, tag);
  const after = change.entries.get(tag);
  if (tag === '' || after === undefined) return false;
  return !(before?.form === 'value' && after.form === 'value' && before.text === after.text);
}

/** The key that chooses a variant's fields; empty for every other part. */
function tagOf(part: AnyPart | null): string {
  if (part?.part === 'variant') return part.tag;
  return part?.part === 'derived' || part?.part === 'optional' ? tagOf(part.inner) : '';
}

/** The part of the catalogue below a key; null where there is none. `node` chooses among a variant's cases. */
function partBelow(part: AnyPart | null, key: string | number, node: SourceNode | undefined): AnyPart | null {
  switch (part?.part) {
    case 'section':
      return part.fields[key] ?? null;
    case 'map':
    case 'list':
      return part.item;
    case 'variant': {
      const tag = node === undefined ? undefined : nodeAt(node, part.tag);
      const chosen = tag?.form === 'value' ? part.cases[tag.text] : undefined;
      return chosen === undefined ? null : partBelow(chosen, key, node);
    }
    case 'derived':
    case 'optional':
      return partBelow(part.inner, key, node);
    default:
      return null;
  }
}
