import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '../../tools/source-tree.ts';
import { functionLengths } from './functions.ts';
import { productModules } from './modules.ts';

const LINES_MAX = 70;

/** Longer functions that stand as they are, with their length. Entries may shrink and go, never come or grow. */
const EXCEPTIONS: Readonly<Record<string, number>> = {};

test(`no function is longer than ${LINES_MAX} lines`, () => {
  const long = productModules()
    .flatMap(({ path }) => functionLengths(path, textOf(path)))
    .filter((one) => one.lines > LINES_MAX);
  const faults = long.filter((one) => one.lines > (EXCEPTIONS[one.name] ?? LINES_MAX));
  assert.deepEqual(
    faults.map((one) => `${one.name} (line ${one.line}): ${one.lines} lines`),
    [],
  );
  const shrunk = Object.entries(EXCEPTIONS).filter(
    ([name, lines]) => !long.some((one) => one.name === name && one.lines === lines),
  );
  assert.deepEqual(shrunk, [], 'an exception has shrunk or gone: record it');
});

const BODY = '\n  step();'.repeat(5);

const FOUND: readonly (readonly [string, string, string, number])[] = [
  ['a function', `export function settle(a: number): void {${BODY}\n}`, 'settle', 7],
  ['its return type in braces', `function settle(a: { b: number }): { c: number } {${BODY}\n}`, 'settle', 7],
  ['its parameters', `function settle(\n  a: number,\n): void {${BODY}\n}`, 'settle', 9],
  ['an arrow', `const settle = async (a: number): Promise<void> => {${BODY}\n};`, 'settle', 7],
  ['an arrow without parentheses', `lines.map(line => {${BODY}\n});`, 'map', 7],
  ['a method', `class A {\n  async *settle<T>(a: T): AsyncGenerator<T> {${BODY}\n  }\n}`, 'settle', 7],
  ['a private method', `class A {\n  #settle() {${BODY}\n  }\n}`, '#settle', 7],
  ['a constructor', `class A {\n  constructor(a: number) {${BODY}\n  }\n}`, 'constructor', 7],
];

for (const [name, source, expected, lines] of FOUND) {
  test(`measured: ${name}`, () => {
    const [found] = functionLengths('a.ts', source);
    assert.deepEqual({ name: found?.name, lines: found?.lines }, { name: `a.ts ${expected}`, lines });
  });
}

test('not measured: blocks, objects, classes, loops', () => {
  const source = `if (a) {${BODY}\n} else {${BODY}\n}
for await (const a of b()) {${BODY}\n}
switch (a) { case 1: {${BODY}\n} }
class A {\n  b = { c: 1 };\n}
const d = { e: [{ f: 1 }], g: a ? { h: 1 } : {} };
try {} catch (error) {${BODY}\n}`;
  assert.deepEqual(functionLengths('a.ts', source), []);
});

test('refused: a function of 71 lines', () => {
  const source = `function long() {${'\n  step();'.repeat(69)}\n}`;
  assert.equal(functionLengths('a.ts', source)[0]?.lines, LINES_MAX + 1);
});
