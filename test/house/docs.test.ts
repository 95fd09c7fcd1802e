import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { filesMatching, ROOT, textOf } from '../../tools/source-tree.ts';

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
