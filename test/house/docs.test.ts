import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { type Token, tokensOf } from '../../tools/source-tokens.ts';
import { filesMatching, productSources, ROOT, textOf } from '../../tools/source-tree.ts';

interface Page {
  readonly path: string;
  readonly text: string;
}

/** `[text](target)`, `![text](target)`, `src="target"`, `href="target"`, outside code. */
function linksOf(page: Page): readonly string[] {
  const prose = page.text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const markdown = [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)];
  const html = [...prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g)];
  return [...markdown, ...html].map((match) => match[1] as string);
}

/** A heading's anchor as hosts of Markdown make it. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ +(.+?) *$/gm);
  const anchors = [...headings].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
  return new Set(anchors);
}

/** Links that lead nowhere, by a way to read a file that gives null where there is none. */
function brokenLinks(page: Page, read: (path: string) => string | null): string[] {
  return linksOf(page).flatMap((link) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
    const text = read(path);
    if (text === null) return [`${page.path}: ${link}: there is no ${path}`];
    if (anchor === undefined || anchorsOf(text).has(anchor)) return [];
    return [`${page.path}: ${link}: ${path} has no such heading`];
  });
}

/** Pages of docs/ that no other page leads to. */
function orphans(pages: readonly Page[]): string[] {
  const reached = new Set(
    pages.flatMap((page) =>
      linksOf(page).map((link) => posix.join(posix.dirname(page.path), link.split('#')[0] ?? '')),
    ),
  );
  return pages.map((page) => page.path).filter((path) => path.startsWith('docs/') && !reached.has(path));
}

function readAny(path: string): string | null {
  if (!existsSync(join(ROOT, path))) return null;
  return path.endsWith('.md') ? textOf(path) : '';
}

const PAGES = filesMatching('**/*.md').map((path) => ({ path, text: textOf(path) }));

test('every link between pages leads somewhere', () => {
  assert.deepEqual(
    PAGES.flatMap((page) => brokenLinks(page, readAny)),
    [],
  );
});

test('every page of docs/ is reached from another page', () => {
  assert.deepEqual(orphans(PAGES), []);
});

/** `npm run x` and `npm x` in code of a page, whose script the root manifest does not have. */
function unknownScripts(page: Page, scripts: ReadonlySet<string>): string[] {
  const called = [...page.text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)];
  const names = called.map((match) => (match[1] ?? match[2]) as string);
  return names.filter((name) => !scripts.has(name)).map((name) => `${page.path}: npm run ${name}`);
}

test('every npm script that a page names is there', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  assert.deepEqual(
    PAGES.flatMap((page) => unknownScripts(page, new Set(Object.keys(scripts)))),
    [],
  );
});

/** Files of the house that a text names, in backticks or in a comment. */
function filesNamed(text: string): readonly string[] {
  const roots = 'kernel|wire|execution|economies|edge|arbitration|settlement|apps|test|docs|tools';
  const named = text.matchAll(
    new RegExp(`(?<![\\w/.-])(?:${roots})/[\\w./-]+\\.(?:ts|mjs|sol|md|yaml)(?![\\w*])`, 'g'),
  );
  return [...new Set([...named].map((match) => match[0]))];
}

test('every file that a page or a comment names is there', () => {
  const texts = [...PAGES, ...productSources().map((path) => ({ path, text: textOf(path) }))];
  const missing = texts.flatMap(({ path, text }) =>
    filesNamed(text)
      .filter((named) => !existsSync(join(ROOT, named)))
      .map((named) => `${path}: there is no ${named}`),
  );
  assert.deepEqual(missing, []);
});

/** Routes as `GET /v1/x`, as they stand in calls of `….get<…>('/v1/x', …)`. */
function routesOf(source: string): string[] {
  const tokens = tokensOf(source);
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'string' || !/^\/(v1\/|healthz|metrics)/.test(token.text)) return [];
    const method = tokens[beforeTypeArguments(tokens, at - 2)]?.text ?? '';
    return /^(get|post|put|delete)$/.test(method) ? [`${method.toUpperCase()} ${token.text}`] : [];
  });
}

/** The index itself, or where it closes type arguments the one before they open. */
function beforeTypeArguments(tokens: readonly Token[], closeAt: number): number {
  let depth = 0;
  for (let at = closeAt; at >= 0; at -= 1) {
    const text = tokens[at]?.text;
    if (text === '>') depth += 1;
    if (depth === 0) return at;
    if (text === '<') depth -= 1;
  }
  return -1;
}

test('the API page lists every route of the gateway, and no other', () => {
  const sources = productSources().filter((path) => /^apps\/gateway\/src\/(?!client\/)/.test(path));
  const page = textOf('docs/reference/api.md').matchAll(/^\| `([A-Z]+ \/[^`?]*)/gm);
  const listed = new Set([...page].map((match) => match[1] as string));
  const served = sources.flatMap((path) => routesOf(textOf(path)));
  assert.deepEqual([...listed].sort(), served.sort());
});

test('found: routes, with type arguments or without; not found: other strings', () => {
  const source = "server.get<{ P: { id: A<B> } }>('/v1/a/:id', run);\nserver.post('/v1/a', run);\nfetch('/v1/b');";
  assert.deepEqual(routesOf(source), ['GET /v1/a/:id', 'POST /v1/a']);
});

const FILES = new Map([
  ['docs/a.md', '# First steps: a/b\n'],
  ['README.md', ''],
]);
const readSome = (path: string): string | null => FILES.get(path) ?? null;

for (const [name, text] of [
  ['a link to a page that is not there', '[b](b.md)'],
  ['a link to a heading that is not there', '[a](a.md#second-steps)'],
  ['a picture that is not there', '<img src="images/x.png">'],
] as const) {
  test(`refused: ${name}`, () => assert.equal(brokenLinks({ path: 'docs/b.md', text }, readSome).length, 1));
}

test('refused: a page that nobody finds, a script that nobody wrote', () => {
  assert.deepEqual(orphans([{ path: 'docs/a.md', text: '[up](../README.md)' }]), ['docs/a.md']);
  assert.deepEqual(unknownScripts({ path: 'a.md', text: '`npm run fly`' }, new Set(['start'])), ['a.md: npm run fly']);
});

test('allowed: links that lead somewhere, other sites, code', () => {
  const text = '[a](a.md#first-steps-ab) [up](../README.md) [site](https://example.org) `[x](y.md)`';
  assert.deepEqual(brokenLinks({ path: 'docs/b.md', text }, readSome), []);
});
