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

test('every refusal says what its caller can do', () => {
  const silent = productRefusals().filter((refusal) => refusal.refusalClass === null);
  assert.deepEqual(
    silent.map((refusal) => refusal.code),
    [],
  );
});

test('every refusal has a test that names it', () => {
  const tests = filesMatching('**/*.test.ts').map(textOf).join('\n');
  assert.deepEqual(untested(productRefusals(), tests), []);
});

const NOTHING: Refusal = { code: '', folder: 'a', refusalClass: null, http: null, receipt: null, says: [] };

test('refused: a code that no test names', () => {
  const refusal = { ...NOTHING, code: 'BATCH-SEQUENCE' };
  assert.deepEqual(untested([refusal], 'BATCH-SEQUENCE-GAP'), ['BATCH-SEQUENCE']);
  assert.deepEqual(untested([refusal], "refused('BATCH-SEQUENCE')"), []);
});

const FOUND: readonly (readonly [string, string, Partial<Refusal>])[] = [
  ['in a table of classes', "const CODES = { 'HEX-FORM': 'retry' };", { refusalClass: 'retry' }],
  ['in the table of receipts', "const CODES = { 'HEX-FORM': 7 };", { receipt: 7 }],
  [
    'in the table of HTTP answers',
    "const CODES = { 'HEX-FORM': [404, 'no such thing'] };",
    { refusalClass: 'give-up', http: 404, says: ['no such thing'] },
  ],
  [
    'in a table of rules',
    "const CODES = { 'HEX-FORM': rule('signed', 'input', 'The bytes are wrong.'), 'B-C': 1 };",
    { refusalClass: 'input', says: ['The bytes are wrong.'] },
  ],
  [
    'in a call with a detail',
    "throw new WireRefusal('HEX-FORM', { expected: '64 digits', got });",
    { says: ['64 digits'] },
  ],
  [
    'in a call with its class, and a computed expectation',
    `throw refuse('HEX-FORM', 'retry', { got, expected: \`$${'{'}f({ a: 1 })} digits of $${'{'}b}\` });`,
    { refusalClass: 'retry', says: ['… digits of …'] },
  ],
  [
    'in an object, its class beside it',
    "throw new A({ code: 'HEX-FORM', message, expected: 'an answer' }, 503, 'retry', { cause });",
    { refusalClass: 'retry', says: ['an answer'] },
  ],
  ['in a call by position', "throw new A('HEX-FORM', 'usage', 'at most 9', got);", { says: ['at most 9'] }],
  [
    'with the usual class of its package',
    "class A extends Error { refusalClass: RefusalClass = 'input'; }\nthrow new A('HEX-FORM');",
    { refusalClass: 'input' },
  ],
  [
    'with its own class besides the usual one',
    "class A extends Error { constructor() { this.refusalClass = c === 'HEX-FORM' ? 'retry' : 'input'; } }",
    { refusalClass: 'retry' },
  ],
  [
    'in two places, the table speaking for both',
    "const CODES = { 'HEX-FORM': [400, 'the form is wrong'] };\nrefuse('HEX-FORM', 'body', 'hex', got);",
    { refusalClass: 'input', http: 400, says: ['the form is wrong'] },
  ],
];

for (const [name, text, expected] of FOUND) {
  test(`found: a code ${name}`, () => {
    const found = refusalsIn([{ path: 'a/src/b.ts', text }], ['a']).filter((refusal) => refusal.code === 'HEX-FORM');
    assert.deepEqual(found, [{ ...NOTHING, code: 'HEX-FORM', ...expected }]);
  });
}

test('not found: standards, comments, words of a sentence', () => {
  const text = "// BATCH-LATE\nconst hash = 'SHA-256', name = 'see BATCH-LATE', curve = 'P-256';";
  assert.deepEqual(refusalsIn([{ path: 'a/src/b.ts', text }], ['a']), []);
});
