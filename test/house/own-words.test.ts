import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPTIONAL_PARTS } from '../../tools/optional-parts.ts';
import { tokensOf } from '../../tools/source-tokens.ts';
import { allFiles, filesMatching, textOf } from '../../tools/source-tree.ts';

// The repository speaks of the project alone: not of the machines it was written on, nor of work that is still to do.

const BINARY = /\.(wasm|png|jpe?g|ico|woff2?|gz)$/;
/** The lock file's checksums may spell anything. */
const UNREAD = new Set(['package-lock.json']);

const FOREIGN: readonly (readonly [string, RegExp])[] = [
  ['a path of one machine', /(?<![\w.:/~$}-])\/(?:home|root|Users|work|tmp)\/[\w.-]/],
  ['a drive of one machine', /(?<!\w)[A-Z]:\\\\?\w/],
  ['a registry of one machine', /verdacci[o]|artifactor[y]|localhost:(?:4873|8081)/i],
  ['a promise', new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`)],
  ['a promise', /\bcoming soon\b|\bnot (?:yet )?implemented\b|\bto be done\b/i],
];

function foreignWords(path: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = FOREIGN.find(([, pattern]) => pattern.test(line));
    return found === undefined ? [] : [`${path}:${index + 1}: ${found[0]}: ${line.trim().slice(0, 100)}`];
  });
}

/** Tests that do not run: focused ones leave out the others, skipped ones themselves. */
function idleTests(path: string, source: string): string[] {
  const tokens = tokensOf(source);
  const lines = source.split('\n');
  return tokens.flatMap((token, at) => {
    if (token.kind !== 'word' || !['skip', 'only', 'todo'].includes(token.text)) return [];
    const called = tokens[at - 1]?.text === '.' && tokens[at + 1]?.text === '(';
    const inObject = /^[{,]$/.test(tokens[at - 1]?.text ?? '');
    const asked = inObject && tokens[at + 1]?.text === ':';
    const short = inObject && /^[},]$/.test(tokens[at + 1]?.text ?? '');
    if (!called && !asked && !short) return [];
    const reason = short ? source : lines.slice(token.line - 1, token.line + 2).join(' ');
    if (token.text === 'skip' && OPTIONAL_PARTS.some((part) => reason.includes(part.name))) return [];
    return [`${path}:${token.line}: ${token.text} without the name of an optional part`];
  });
}

test('nothing in the repository speaks of anything but the project', () => {
  const paths = allFiles().filter((path) => !BINARY.test(path) && !UNREAD.has(path));
  assert.deepEqual(
    paths.flatMap((path) => foreignWords(path, textOf(path))),
    [],
  );
});

test('every test runs, but where an optional part is missing', () => {
  assert.deepEqual(
    filesMatching('**/*.test.ts').flatMap((path) => idleTests(path, textOf(path))),
    [],
  );
});

const REFUSED: readonly (readonly [string, string])[] = [
  ['a home folder', `see ${'/ho'}me/ada/stannary`],
  ['a scratch folder', `const at = '${'/tm'}p/x';`],
  ['a drive', `${'C:'}\\Users`],
  ['a local registry', `${'local'}host:4873`],
  ['a note to oneself', `// ${'TO' + 'DO'} later`],
  ['a feature that is not there', `${'coming'} soon`],
];

for (const [name, line] of REFUSED) {
  test(`refused: ${name}`, () => assert.equal(foreignWords('a.md', line).length, 1));
}

test('allowed: addresses of the API, paths of the system, an exclamation', () => {
  const lines = [
    'POST /v1/work answers',
    '#!/usr/bin/env node',
    'https://example.org/home/x',
    'hacking away',
    '../work/a',
  ];
  assert.deepEqual(foreignWords('a.md', lines.join('\n')), []);
});

const IDLE: readonly (readonly [string, string])[] = [
  ['a focused test', 'test.on' + "ly('a', () => {});"],
  ['a skipped test', 'test.sk' + "ip('a', () => {});"],
  ['a test that waits', "test('a', { to" + 'do: true }, () => {});'],
  ['a skip for no named reason', "test('a', { sk" + 'ip: slow }, () => {});'],
];

for (const [name, source] of IDLE) {
  test(`refused: ${name}`, () => assert.equal(idleTests('a.test.ts', source).length, 1));
}

test('allowed: a skip that names what is missing', () => {
  const source = "test('a', { skip: browser === null && 'Chromium is missing' }, () => {});";
  assert.deepEqual(idleTests('a.test.ts', source), []);
});
