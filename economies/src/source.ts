import { Composer, type CST, type Document, isMap, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';
import { EconomyRefusal } from './refusal.ts';

/** A file's content with the place (`file:line`) of everything in it. */
export type SourceNode = SourceMap | SourceList | SourceValue;

export interface SourceMap {
  readonly form: 'map';
  readonly place: string;
  readonly entries: ReadonlyMap<string, SourceNode>;
}

export interface SourceList {
  readonly form: 'list';
  readonly place: string;
  readonly items: readonly SourceNode[];
}

/** One value: as YAML reads it, and as it is written, because a number's digits count. */
export interface SourceValue {
  readonly form: 'value';
  readonly place: string;
  readonly value: unknown;
  readonly text: string;
}

/** More than any sensible file has; a bound, so that a hostile file costs nothing. */
export const LENGTH_MAX = 1_000_000;
/** Keys and list items; the reference has a tenth. Maps are checked for keys that stand twice by comparing all pairs. */
const ENTRIES_MAX = 5_000;
const DEPTH_MAX = 32;

/**
 * Parses YAML 1.2, and JSON with it: maps, lists and single values; no anchors, no tags, each key once.
 * @throws EconomyRefusal ECONOMY-YAML, ECONOMY-TYPE, ECONOMY-SIZE
 */
export function parseSource(text: string, file: string): SourceMap {
  if (text.length > LENGTH_MAX) {
    throw new EconomyRefusal('ECONOMY-SIZE', `${file}:1`, `at most ${LENGTH_MAX} characters`, `${text.length}`);
  }
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const placeAt = (offset: number) => `${file}:${Math.max(1, lines.linePos(offset).line)}`;
  refuseLarge(tokens, placeAt);
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: true });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (second !== undefined) throw new EconomyRefusal('ECONOMY-YAML', `${file}:1`, 'one document', 'several');
  refuseProblems(document!, placeAt, text);
  const node = nodeOf(document!.contents, `${file}:1`, '', placeAt);
  if (node.form === 'map') return node;
  throw new EconomyRefusal('ECONOMY-TYPE', `${file}:1`, 'a map of sections', shownNode(node));
}

/** Tokens are nested without recursion, so their depth and number can be measured before anything recurses over them. */
function refuseLarge(tokens: readonly CST.Token[], placeAt: (offset: number) => string): void {
  let level: unknown[] = [...tokens];
  let entries = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const first = level[0] as { offset?: number };
    if (depth > DEPTH_MAX) {
      throw new EconomyRefusal('ECONOMY-SIZE', placeAt(first.offset ?? 0), `at most ${DEPTH_MAX} levels`, 'more');
    }
    entries += level.reduce<number>((sum, token) => sum + entriesOf(token), 0);
    if (entries > ENTRIES_MAX) {
      const expected = `at most ${ENTRIES_MAX} keys and items`;
      throw new EconomyRefusal('ECONOMY-SIZE', placeAt(0), expected, `${entries}`);
    }
    level = level.flatMap(nestedTokens);
  }
}

function entriesOf(token: unknown): number {
  return (token as { items?: readonly unknown[] }).items?.length ?? 0;
}

function nestedTokens(token: unknown): readonly unknown[] {
  const { items = [], value } = token as { items?: readonly { key?: unknown; value?: unknown }[]; value?: unknown };
  const nested = [value, ...items.flatMap((item) => [item.key, item.value])];
  return nested.filter((one) => typeof one === 'object' && one !== null);
}

function refuseProblems(document: Document, placeAt: (offset: number) => string, text: string): void {
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem?.code === 'DUPLICATE_KEY') {
    const key = /^[^:\n]*/.exec(text.slice(problem.pos[0]))![0];
    throw new EconomyRefusal('ECONOMY-YAML', placeAt(problem.pos[0]), 'each key once', `${key} again`);
  }
  if (problem !== undefined) {
    throw new EconomyRefusal('ECONOMY-YAML', placeAt(problem.pos[0]), 'YAML 1.2', problem.message.split('\n')[0]!);
  }
  const { explicit, version } = document.directives?.yaml ?? {};
  if (explicit === true && version !== '1.2') {
    throw new EconomyRefusal('ECONOMY-YAML', placeAt(0), 'YAML 1.2', `YAML ${version}`);
  }
}

function nodeOf(node: unknown, place: string, path: string, placeAt: (offset: number) => string): SourceNode {
  const refuse = (got: string) =>
    new EconomyRefusal('ECONOMY-TYPE', `${place} ${path}`.trim(), 'a map, a list or a single value', got);
  if (node === null || node === undefined) return { form: 'value', place, value: null, text: '' };
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  if (anchor !== undefined) throw refuse('an anchor');
  if (tag !== undefined) throw refuse('a tag');
  if (isMap(node)) {
    const entries = new Map<string, SourceNode>();
    for (const { key, value } of node.items) {
      if (!isScalar(key)) throw refuse('a key that is not a name');
      const name = String(key.value);
      const inner = path === '' ? name : `${path}.${name}`;
      entries.set(name, nodeOf(value, placeAt(key.range?.[0] ?? 0), inner, placeAt));
    }
    return { form: 'map', place, entries };
  }
  if (isSeq(node)) {
    const items = node.items.map((item, index) =>
      nodeOf(item, placeAt((item as Node).range?.[0] ?? 0), `${path}[${index}]`, placeAt),
    );
    return { form: 'list', place, items };
  }
  if (!isScalar(node)) throw refuse('an alias');
  return { form: 'value', place, value: node.value, text: node.source ?? String(node.value) };
}

/** What stands at `classes.edge.curve.steps[1].slope`, if anything does. */
export function nodeAt(root: SourceNode, path: string): SourceNode | undefined {
  return keysOf(path).reduce<SourceNode | undefined>((node, key) => {
    if (node?.form === 'map' && typeof key === 'string') return node.entries.get(key);
    return node?.form === 'list' && typeof key === 'number' ? node.items[key] : undefined;
  }, root);
}

/** A path's steps: names, and numbers for places in a list. A path of another form has none. */
export function keysOf(path: string): readonly (string | number)[] {
  if (!/^[^.[\]]+(?:\.[^.[\]]+|\[\d+\])*$/.test(path)) return [];
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? name! : Number(index),
  );
}

/** A node as a message shows it. */
export function shownNode(node: SourceNode): string {
  if (node.form === 'value') return node.text === '' ? 'nothing' : node.text;
  return node.form === 'map' ? 'a map' : 'a list';
}
