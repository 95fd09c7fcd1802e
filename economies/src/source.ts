import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { EconomyRefusal } from './refusal.ts';

/** One value of a file: as YAML reads it, as it is written, and where. */
export interface SourceValue {
  readonly value: unknown;
  readonly text: string;
  readonly where: string;
}

/** A file as flat paths (`classes.grid.bondMin`). Every level above a value has a place, too. */
export interface Source {
  readonly file: string;
  readonly values: Map<string, SourceValue>;
  readonly places: Map<string, string>;
}

/**
 * Parses YAML 1.2: maps of scalars only, no lists, anchors or tags, each key once.
 * @throws EconomyRefusal ECONOMY-YAML, ECONOMY-TYPE
 */
export function parseSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines, uniqueKeys: true });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const place = `${file}:${problem.linePos?.[0].line ?? 1}`;
    throw new EconomyRefusal('ECONOMY-YAML', place, 'YAML 1.2', problem.message.split('\n')[0]!);
  }
  const source: Source = { file, values: new Map(), places: new Map() };
  const lineOf = (node: Node | null) => lines.linePos(node?.range?.[0] ?? 0).line;
  collect(source, document.contents, '', lineOf, `${file}:1`);
  return source;
}

function collect(source: Source, node: unknown, path: string, lineOf: (node: Node) => number, above: string): void {
  if (isMap(node)) {
    source.places.set(path, above);
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const inner = path === '' ? key : `${path}.${key}`;
      const line = isScalar(pair.key) ? `${source.file}:${lineOf(pair.key)}` : above;
      collect(source, pair.value, inner, lineOf, line);
    }
  } else if ((isScalar(node) || node === null) && path !== '') {
    const value = isScalar(node) ? node.value : null;
    const text = isScalar(node) && node.source !== undefined ? node.source : String(value);
    source.places.set(path, above);
    source.values.set(path, { value, text, where: `${above} ${path}` });
  } else {
    throw new EconomyRefusal('ECONOMY-TYPE', `${above} ${path}`.trim(), 'a map or a single value', 'another YAML node');
  }
}

/** The values as nested plain objects, for the schema. */
export function treeOf(source: Source): object {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of source.values) {
    const keys = path.split('.');
    const last = keys.pop()!;
    let level = root;
    for (const key of keys) {
      level[key] ??= {};
      level = level[key] as Record<string, unknown>;
    }
    level[last] = value;
  }
  return root;
}

/**
 * A file over the one it extends: it may change values that are there, and add none.
 * @throws EconomyRefusal ECONOMY-EXTENDS-KEY
 */
export function mergeSource(base: Source, changes: Source): Source {
  for (const [path, { where }] of changes.values) {
    if (base.values.has(path)) continue;
    throw new EconomyRefusal('ECONOMY-EXTENDS-KEY', where, `a field of ${base.file}`, path);
  }
  return {
    file: changes.file,
    values: new Map([...base.values, ...changes.values]),
    places: new Map([...base.places, ...changes.places]),
  };
}
