import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EconomyRefusal, type EconomyRefusalCode } from './refusal.ts';
import { keysOf, nodeAt, parseSource } from './source.ts';

test('every value knows its file, its line and its digits', () => {
  const source = parseSource('a:\n  b: 1.50\n  c:\n    - 5 %\n    - { d: 1_000 }\n', 'x.yaml');
  const at = (path: string) => {
    const node = nodeAt(source, path);
    return node?.form === 'value' ? [node.place, node.text] : node?.place;
  };
  assert.deepEqual(at('a.b'), ['x.yaml:2', '1.50']);
  assert.deepEqual(at('a.c[0]'), ['x.yaml:4', '5 %']);
  assert.deepEqual(at('a.c[1].d'), ['x.yaml:5', '1_000']);
  assert.equal(at('a.c'), 'x.yaml:3');
  for (const path of ['b', 'a[0]', 'a.c.d', 'a.c[2]', 'a.b.c', 'a.b[0]']) assert.equal(at(path), undefined, path);
});

test('paths are names and places, and nothing else', () => {
  assert.deepEqual(keysOf('classes.edge.steps[1].slope'), ['classes', 'edge', 'steps', 1, 'slope']);
  for (const path of ['', '.a', 'a.', 'a..b', '[0]', 'a[x]', 'a[0', 'a]']) assert.deepEqual(keysOf(path), [], path);
});

test('a key of the language is a name like any other', () => {
  const source = parseSource('__proto__: 1\nconstructor: 2\n', 'x');
  assert.deepEqual([...source.entries.keys()], ['__proto__', 'constructor']);
});

test('JSON with tabs is YAML', () => {
  const source = parseSource(JSON.stringify({ a: { b: [1, { c: 'x' }] } }, null, '\t'), 'x');
  assert.equal(nodeAt(source, 'a.b[1].c')?.place, 'x:6');
});

test('a key that stands twice is named', () => {
  assert.throws(() => parseSource('take:\n  burn: 1\n  burn: 2\n', 'x'), {
    message: 'x:3: expected each key once, got burn again',
  });
});

const REFUSED: readonly (readonly [string, string, EconomyRefusalCode])[] = [
  ['no YAML', 'a: [1', 'ECONOMY-YAML'],
  [
    'more keys than any file has',
    Array.from({ length: 90_000 }, (_, index) => `k${index}:`).join('\n'),
    'ECONOMY-SIZE',
  ],
  ['a key twice', 'a: 1\na: 2', 'ECONOMY-YAML'],
  ['another YAML', '%YAML 1.1\n---\na: yes', 'ECONOMY-YAML'],
  ['two documents', 'a: 1\n---\nb: 1', 'ECONOMY-YAML'],
  ['an anchor', 'a: &b 1', 'ECONOMY-TYPE'],
  ['an alias', 'a: *b', 'ECONOMY-TYPE'],
  ['a tag', 'a: !!str 1', 'ECONOMY-TYPE'],
  ['a key that is a list', '? [a]\n: b', 'ECONOMY-TYPE'],
  ['no map', '- a', 'ECONOMY-TYPE'],
  ['nothing', '', 'ECONOMY-TYPE'],
  ['flow levels', '['.repeat(100_000), 'ECONOMY-SIZE'],
  ['block levels', `${'- '.repeat(50_000)}a`, 'ECONOMY-SIZE'],
  ['length', ' '.repeat(1_000_001), 'ECONOMY-SIZE'],
];

for (const [name, text, code] of REFUSED) {
  test(`refuses ${name}: ${code}`, () => {
    assert.throws(
      () => parseSource(text, 'x'),
      (error) => error instanceof EconomyRefusal && error.code === code && error.where.startsWith('x:'),
    );
  });
}

test('any text is read or refused', () => {
  const texts = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('a', ':', ' ', '\n', '- ', '{', '}', '[', ']', '"', '&', '*', '!', '#', '|', '1'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseSource(text, 'x');
      } catch (error) {
        assert.ok(error instanceof EconomyRefusal, `${JSON.stringify(text)}: ${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
