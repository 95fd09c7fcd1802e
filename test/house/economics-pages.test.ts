import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { loadEconomy } from '@stannary/economies';
import * as kernel from '@stannary/kernel';
import { plotSvg } from '@stannary/plot';
import { CLASSES_PAGE, classesPage } from '../../tools/classes-table.ts';
import { economicsPlots, PLOTS_FOLDER } from '../../tools/economics-plots.ts';
import { filesMatching, ROOT, textOf } from '../../tools/source-tree.ts';
import { commandsOf, exampleFaults, examplesOf, unprinted } from './page-examples.ts';

// The pages of docs/explanation/economics: each mechanism of the kernel has one, with an example that runs, fields that
// exist, a plot that is current, and the attack that it answers.

const PAGES = filesMatching('docs/explanation/economics/*.md').map((path) => ({ path, text: textOf(path) }));
const HEADINGS = ['The problem', 'The rule', 'In the economy file', 'A number', 'The attack', 'Source'];
const ATTACKS = 20;
const PLOT_BYTES_MAX = 12_000;
/** Who the economy is and where it comes from; what a class is made of is told as one. */
const NO_RULES = ['name', 'version', 'versions', 'bounds', 'grainsPerUnit', 'extends', 'classes', 'gate'];
const MECHANISMS = ['allocation', 'analysis', 'assets', 'market', 'programme', 'rewards', 'security', 'supply'];

const { economy: reference } = await loadEconomy('reference');
const plots = economicsPlots(reference);

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1] as string);
}

/** Paths of the reference page without the kinds in brackets, and everything above them. */
function knownFields(page: string): ReadonlySet<string> {
  const paths = [...page.matchAll(/^\| `([^`]+)`/gm)].map((match) =>
    (match[1] as string).replaceAll(/ \([^)]+\)/g, ''),
  );
  const above = (path: string) => path.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
  return new Set(paths.flatMap(above));
}

/** Fields that a page's table names. */
function fieldsOf(text: string): string[] {
  const table = /^## In the economy file\n([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
  const cells = [...table.matchAll(/^\| (`[^|]+) \|/gm)].map((match) => match[1] as string);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string));
}

/** Numbers of the attack catalogue, as in `*4, hoarding:*`. */
function attacksOf(text: string): number[] {
  return [...text.matchAll(/[*[](\d+), [^*\]]+[*\]]/g)].map((match) => Number(match[1]));
}

function unnamed(paths: readonly string[], texts: readonly string[]): string[] {
  return paths.filter((path) => !texts.some((text) => text.includes(`\`${path}\``)));
}

for (const { path, text } of PAGES) {
  const name = basename(path, '.md');

  test(`${name}: what its examples say is what the kernel says`, () => {
    assert.deepEqual(exampleFaults(path, text, { ...kernel, reference }), []);
    assert.ok(examplesOf(text).length > 1, 'a number and an attack');
  });

  test(`${name}: problem, rule, fields, number, attack, source, and its plot`, () => {
    assert.deepEqual(headingsOf(text), HEADINGS);
    assert.match(text, new RegExp(`^!\\[[^\\]]+\\]\\(plots/${name}\\.svg\\)$`, 'm'));
  });

  test(`${name}: its plot is current and small`, () => {
    const svg = readFileSync(join(ROOT, PLOTS_FOLDER, `${name}.svg`), 'utf8');
    assert.ok(plots[name] !== undefined && svg === plotSvg(plots[name]), 'run node tools/write-plots.mjs');
    assert.ok(svg.length < PLOT_BYTES_MAX, `${svg.length} bytes`);
  });
}

for (const { path, text } of PAGES.filter((page) => commandsOf(page.text).length > 0)) {
  test(`${basename(path, '.md')}: its commands print what it shows`, async () => {
    for (const command of commandsOf(text)) {
      const line = `"${process.execPath}" apps/cli/stannary.mjs ${command.args}`;
      const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: ROOT });
      assert.deepEqual(unprinted(command, stdout), []);
    }
  });
}

test('the page of classes is current', () => {
  assert.ok(textOf(CLASSES_PAGE) === classesPage(reference), 'run node tools/write-classes.mjs');
});

test('every plot belongs to a page', () => {
  const files = filesMatching(`${PLOTS_FOLDER}/*`).map((path) => basename(path, '.svg'));
  assert.deepEqual(
    files,
    PAGES.map(({ path }) => basename(path, '.md')),
  );
  assert.deepEqual(Object.keys(plots).sort(), files);
});

test('every field that a page names is in the economy file', () => {
  const known = knownFields(textOf('docs/reference/economy.md'));
  const missing = PAGES.flatMap(({ path, text }) =>
    fieldsOf(text)
      .filter((field) => !known.has(field))
      .map((field) => `${path}: ${field}`),
  );
  assert.deepEqual(missing, []);
});

test('every part of an economy file has a reader, or is said to have none', () => {
  const page = textOf('docs/explanation/economics.md');
  const section = /^## Who reads what\n([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  const named = [...section.matchAll(/`([a-zA-Z.<>]+)`/g)].map((match) => match[1] as string);
  const known = knownFields(textOf('docs/reference/economy.md'));
  const ofClass = (field: string) => known.has(`classes.<name>.${field}`);
  const rules = [...known].map((field) => field.replace('[]', '')).filter((field) => !field.includes('.'));
  const isNamed = (rule: string) => named.some((field) => field === rule || field.startsWith(`${rule}.`));
  const unread = rules.filter((rule) => !NO_RULES.includes(rule) && !isNamed(rule));
  assert.deepEqual(unread, []);
  const dotted = named.filter((field) => field.includes('.'));
  assert.deepEqual(
    dotted.filter((field) => !known.has(field) && !ofClass(field)),
    [],
  );
});

test('every mechanism of the kernel has its page', () => {
  const sources = MECHANISMS.flatMap((folder) => filesMatching(`kernel/src/${folder}/*.ts`)).filter(
    (path) => !/\.(test|bench|fixture|twins?)\.ts$/.test(path),
  );
  assert.deepEqual(
    unnamed(
      sources,
      PAGES.map(({ text }) => text),
    ),
    [],
  );
});

test('every attack of the catalogue is answered', () => {
  const answered = new Set(PAGES.flatMap(({ text }) => attacksOf(text)));
  const all = Array.from({ length: ATTACKS }, (_, index) => index + 1);
  assert.deepEqual(
    all.filter((attack) => !answered.has(attack)),
    [],
  );
});

const EXAMPLE = (line: string) => `## A number\n\n\`\`\`js\nconst two = 2;\n${line}\n\`\`\`\n`;

test('refused: an example that is not true, a fraction with a wrong digit', () => {
  assert.equal(exampleFaults('a.md', EXAMPLE('two + 2; // 5'), {}).length, 1);
  assert.equal(exampleFaults('a.md', EXAMPLE('two / 3; // 0.66'), {}).length, 1);
});

test('allowed: what is true, over several lines, and as many digits as are given', () => {
  const text = EXAMPLE('two / 3; // 0.67\n[\n  two,\n  2_000n,\n]; // [ 2, 2_000n ]');
  assert.deepEqual(exampleFaults('a.md', text, {}), []);
  assert.equal(examplesOf(text)[0]?.length, 2);
});

test('refused: a line that the command does not print', () => {
  const page = '```console\n$ npm run stannary -- curve a b \\\n    --at 1\n1  2\n1  3 …\n3  4\n```\n';
  const [command] = commandsOf(page);
  assert.equal(command?.args, 'curve a b \\\n    --at 1');
  assert.deepEqual(unprinted(command, '1  2  \n1  3  5\n'), ['3  4']);
});

test('found: fields, attacks, and files that no page names', () => {
  assert.deepEqual(fieldsOf('## In the economy file\n\n| `a.b`, `c` | `d` |\n\n## x\n'), ['a.b', 'c']);
  assert.deepEqual([...knownFields('| `a (kind).b` | x |\n')], ['a', 'a.b']);
  assert.deepEqual(attacksOf('*4, hoarding:* and ([5, wash](x.md)), 6 of 7'), [4, 5]);
  assert.deepEqual(unnamed(['a.ts', 'b.ts'], ['see `b.ts`']), ['a.ts']);
});
