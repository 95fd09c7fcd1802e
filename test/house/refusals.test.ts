import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productRefusals, REFUSALS_PAGE, type Refusal, refusalsIn, refusalsPage } from '../../tools/refusal-table.ts';
import { filesMatching, textOf } from '../../tools/source-tree.ts';

function untested(refusals: readonly Refusal[], tests: string): string[] {
  return refusals.map((refusal) => refusal.code).filter((code) => !new RegExp(`${code}(?![\\w-])`).test(tests));
}

test(`${REFUSALS_PAGE} lists every code of the sources`, () => {
  const page = refusalsPage(productRefusals());
  assert.ok(textOf(REFUSALS_PAGE) === page, 'it is out of date; run: node tools/write-refusals.mjs');
});

test('every refusal has a test that names it', () => {
  const tests = filesMatching('**/*.test.ts').map(textOf).join('\n');
  assert.deepEqual(untested(productRefusals(), tests), []);
});

test('refused: a code that no test names', () => {
  const refusal = { code: 'BATCH-SEQUENCE', folder: 'a', answer: 'input', expected: [] };
  assert.deepEqual(untested([refusal], 'BATCH-SEQUENCE-GAP'), ['BATCH-SEQUENCE']);
  assert.deepEqual(untested([refusal], "refused('BATCH-SEQUENCE')"), []);
});

const FOUND: readonly (readonly [string, string, Omit<Refusal, 'folder'>])[] = [
  [
    'in a table of classes',
    "const CODES = { 'SPOOL-FULL': 'retry' };",
    { code: 'SPOOL-FULL', answer: 'retry', expected: [] },
  ],
  [
    'in the table of receipts',
    "const CODES = { 'BATCH-LATE': 7 };",
    { code: 'BATCH-LATE', answer: 'receipt 7', expected: [] },
  ],
  [
    'in the table of HTTP answers',
    "const CODES = { 'TASK-UNKNOWN': [404, 'this consumer has no such task'] };",
    { code: 'TASK-UNKNOWN', answer: 'HTTP 404', expected: ['this consumer has no such task'] },
  ],
  [
    'in a call with a detail',
    "throw new WireRefusal('HEX-FORM', { expected: '64 digits', got });",
    { code: 'HEX-FORM', answer: '', expected: ['64 digits'] },
  ],
  [
    'in a call with its class, and a computed expectation',
    "throw refuse('HEX-FORM', 'retry', { got, expected: `$" + '{f({ a: 1 })} digits of $' + '{b}` });',
    { code: 'HEX-FORM', answer: 'retry', expected: ['… digits of …'] },
  ],
  [
    'in a call by position',
    "throw new KernelRefusal('KERNEL-RANGE', 'usage', 'at most 9', got);",
    { code: 'KERNEL-RANGE', answer: '', expected: ['at most 9'] },
  ],
  [
    'in an object, its class beside it',
    "throw new A({ code: 'GATEWAY-SILENT', message, expected: 'an answer' }, 503, 'retry', { cause });",
    { code: 'GATEWAY-SILENT', answer: 'retry', expected: ['an answer'] },
  ],
  [
    'with the usual class of its package',
    "class A extends Error { refusalClass: RefusalClass = 'input'; }\nthrow new A('HEX-FORM');",
    { code: 'HEX-FORM', answer: 'input', expected: [] },
  ],
  [
    'with its own class besides the usual one',
    "class A extends Error { constructor() { this.refusalClass = c === 'HEX-FORM' ? 'retry' : 'input'; } }",
    { code: 'HEX-FORM', answer: 'retry', expected: [] },
  ],
];

for (const [name, text, expected] of FOUND) {
  test(`found: a code ${name}`, () => {
    const found = refusalsIn([{ path: 'a/src/b.ts', text }], ['a']);
    assert.deepEqual(found, [{ ...expected, folder: 'a' }]);
  });
}

test('not found: standards, comments, words of a sentence', () => {
  const text = "// BATCH-LATE\nconst hash = 'SHA-256', name = 'see BATCH-LATE', curve = 'P-256';";
  assert.deepEqual(refusalsIn([{ path: 'a/src/b.ts', text }], ['a']), []);
});
