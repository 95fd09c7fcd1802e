import type { Override } from '@stannary/economies';

interface Tree {
  readonly [key: string]: string | Tree;
}

/** An economy file that extends another and changes these fields, with lines of comment before it. */
export function patchText(extended: string, changes: readonly Override[], comment: readonly string[]): string {
  let tree: Tree = {};
  for (const [path, text] of changes) tree = withLeaf(tree, path.split('.'), text);
  const head = comment.map((line) => `# ${line}`.trimEnd());
  return [...head, `extends: ${extended}`, ...linesOf(tree, ''), ''].join('\n');
}

function withLeaf(tree: Tree, [key, ...rest]: readonly string[], text: string): Tree {
  const below = tree[key!];
  const inner = typeof below === 'object' ? below : {};
  return { ...tree, [key!]: rest.length === 0 ? text : withLeaf(inner, rest, text) };
}

function linesOf(tree: Tree, indent: string): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${indent}${key}: ${value}`] : [`${indent}${key}:`, ...linesOf(value, `${indent}  `)],
  );
}
