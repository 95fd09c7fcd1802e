import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { checksPage } from './checks-page.ts';
import { loadEconomy } from './load-economy.ts';
import { referencePage } from './page.ts';
import { editorSchema } from './schema.ts';
import { economyTemplate } from './template.ts';

const HINT = 'run node economies/src/write-generated.ts, then format';
const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

test('the reference economy is exactly what init writes', async () => {
  const text = economyTemplate({ name: 'reference', schemaPath: './stannary.schema.json' });
  assert.ok((await read('../reference.yaml')) === text, HINT);
});

test('the reference page is current', async () => {
  assert.ok((await read('../../docs/reference/economy.md')) === referencePage(), HINT);
});

test('the page of checks is current', async () => {
  const { policies } = await loadEconomy('reference');
  assert.ok((await read('../../docs/reference/checks.md')) === checksPage(policies[0]), HINT);
});

test('the editor schema is current', async () => {
  // Compared as data: the formatter lays the file out its own way.
  assert.deepEqual(JSON.parse(await read('../stannary.schema.json')), JSON.parse(JSON.stringify(editorSchema())), HINT);
});

test('init comments every field: default, bounds, step', () => {
  const lines = economyTemplate({ name: 'x', schemaPath: 'y' }).split('\n');
  const fields = lines.filter((line) => /^\s*[\w-]+: \S/.test(line));
  assert.ok(fields.length > 90);
  for (const line of fields) {
    const above = lines.slice(Math.max(0, lines.indexOf(line) - 3), lines.indexOf(line) + 1).join('\n');
    assert.match(above, /# default .*; .*(step|never changes|a change|its fields)/s, line);
  }
  assert.ok(lines.every((line) => line.length <= 120));
});

// The schema is for editors; the loader does not use it. They must not disagree on what they both can see.
const schema = new Ajv({ allowUnionTypes: true, strict: false }).compile(editorSchema());
const accepts = async (path: string) => schema(parse(await read(path), { version: '1.2' }));

for (const name of ['reference', 'local', 'presets/keep-ecdsa', 'presets/threshold']) {
  test(`the schema accepts ${name}`, async () => {
    assert.ok(await accepts(`../${name}.yaml`), JSON.stringify(schema.errors));
  });
}

test('the schema accepts versions and refuses what they may not set', () => {
  const versions = (set: object) => ({ extends: 'reference', versions: [{ version: 2, from: '30 d', set }] });
  assert.ok(schema(versions({ take: { burn: '6 %' }, classes: { grid: { curve: { bond: '1 token' } } } })));
  assert.ok(!schema(versions({ version: 3 })));
  assert.ok(!schema(versions({ take: { brun: '6 %' } })));
});

test('the schema demands all fields of a file that extends nothing', async () => {
  const whole = parse(await read('../reference.yaml')) as { take: Record<string, unknown>; offences: object };
  const { treasury, ...take } = whole.take;
  assert.ok(!schema({ ...whole, take }));
  assert.ok(schema({ extends: 'reference', take }));
  assert.ok(!schema({ ...whole, offences: { ...whole.offences, equivocation: null } }));
});

/** Broken files whose fault a schema can see. */
const SEEN = [
  'misspelt-field',
  'unknown-resource',
  'list-for-value',
  'value-for-section',
  'text-for-flag',
  'unknown-curve',
  'unknown-mode',
  'name-with-spaces',
  'class-name',
  'duration-without-unit',
  'amount-of-other-asset',
  'price-per-day',
];

test('the schema refuses the broken files whose fault it can see', async () => {
  const files = await readdir(new URL('../broken/', import.meta.url));
  for (const name of SEEN) {
    assert.ok(files.includes(`${name}.yaml`), name);
    assert.ok(!(await accepts(`../broken/${name}.yaml`)), name);
  }
});
