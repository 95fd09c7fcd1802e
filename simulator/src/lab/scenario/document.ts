import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { ScenarioRefusal } from './refusal.ts';

/** A file's content with the place (`file:line:column`) of everything in it. */
export type ScenarioNode =
  | { readonly form: 'map'; readonly place: string; readonly entries: ReadonlyMap<string, ScenarioNode> }
  | { readonly form: 'list'; readonly place: string; readonly items: readonly ScenarioNode[] }
  /** As YAML reads it, and as it is written. */
  | { readonly form: 'value'; readonly place: string; readonly value: unknown; readonly text: string };
export type ScenarioMap = Extract<ScenarioNode, { form: 'map' }>;

const CHARACTERS_MAX = 1_000_000;
const DEPTH_MAX = 16;

/**
 * YAML 1.2 of maps, lists and single values; no anchors, no tags, each key once.
 * @throws SCENARIO-FILE (too long), SCENARIO-YAML, SCENARIO-TYPE
 */
export function parseScenario(text: string, file: string): ScenarioMap {
  if (text.length > CHARACTERS_MAX) {
    throw new ScenarioRefusal('SCENARIO-FILE', file, `at most ${CHARACTERS_MAX} characters`, `${text.length}`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, version: '1.2', schema: 'core', uniqueKeys: true });
  const placeAt = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const expected = problem.code === 'DUPLICATE_KEY' ? 'each key once' : 'YAML 1.2';
    throw new ScenarioRefusal('SCENARIO-YAML', placeAt(problem.pos[0]), expected, problem.message.split('\n')[0]!);
  }
  const node = nodeOf(document.contents, placeAt(0), placeAt, 0);
  if (node.form === 'map') return node;
  if (node.form === 'value' && node.value === null) return { form: 'map', place: node.place, entries: new Map() };
  // Not what it says: `extends` may have named a file that is somebody's secret.
  const got = node.form === 'value' ? 'a single value' : shownNode(node);
  throw new ScenarioRefusal('SCENARIO-TYPE', node.place, 'a map of fields', got);
}

function nodeOf(node: unknown, place: string, placeAt: (offset: number) => string, depth: number): ScenarioNode {
  const refuse = (got: string) => new ScenarioRefusal('SCENARIO-YAML', place, 'a map, a list or a single value', got);
  if (depth > DEPTH_MAX) throw refuse(`more than ${DEPTH_MAX} levels`);
  if (node === null || node === undefined) return { form: 'value', place, value: null, text: '' };
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  if (anchor !== undefined || tag !== undefined) throw refuse(anchor === undefined ? 'a tag' : 'an anchor');
  const placeOf = (inner: unknown) => placeAt((inner as { range?: readonly number[] } | null)?.range?.[0] ?? 0);
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): [string, ScenarioNode] => {
      if (!isScalar(key)) throw refuse('a key that is not a name');
      const at = value === null ? placeOf(key) : placeOf(value);
      return [String(key.value), nodeOf(value, at, placeAt, depth + 1)];
    });
    return { form: 'map', place, entries: new Map(entries) };
  }
  if (isSeq(node)) {
    return { form: 'list', place, items: node.items.map((item) => nodeOf(item, placeOf(item), placeAt, depth + 1)) };
  }
  if (!isScalar(node)) throw refuse('an alias');
  return { form: 'value', place, value: node.value, text: node.source ?? String(node.value) };
}

/** A node as a message shows it. */
export function shownNode(node: ScenarioNode): string {
  if (node.form === 'value') return node.text === '' ? 'nothing' : node.text;
  return node.form === 'map' ? 'a map' : 'a list';
}

/** What a node says, as plain data: for parts that have a reader of their own. */
export function plainOf(node: ScenarioNode): unknown {
  if (node.form === 'value') return node.value;
  if (node.form === 'list') return node.items.map(plainOf);
  return Object.fromEntries([...node.entries].map(([key, inner]) => [key, plainOf(inner)]));
}

/** `a.b=text` as the file that would say it. */
export function nodeAtPath(path: string, text: string, place: string): ScenarioMap {
  const steps = path.split('.');
  const value = parseScenario(`value: ${text}`, place).entries.get('value')!;
  return steps.reduceRight<ScenarioNode>((inner, step) => ({ form: 'map', place, entries: new Map([[step, inner]]) }), {
    ...value,
    place,
  }) as ScenarioMap;
}
