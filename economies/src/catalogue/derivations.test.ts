import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { readSection } from '../read.ts';
import { editorSchema } from '../schema.ts';
import { parseSource } from '../source.ts';
import { templateLines } from '../template.ts';
import { choice, count, date, list, multiple, namedMap, optional, section, share, text, variant } from './parts.ts';

// A catalogue with every form of part: what `init` writes of it is read back, the schema accepts it, and the types follow.

const any = { default: '1', min: '0', max: '100', stepMax: ['20 %', '1'] } as const;
const free = { stepMax: 'free' } as const;

const catalogue = section('A test.', {
  owner: text('owner', 'Who owns it.', /^[a-z]+$/, { default: 'nobody', ...free }),
  curve: variant(
    'A curve.',
    { tag: 'kind', default: 'steps' },
    {
      flat: section('One height.', { height: count('height', 'Height.', any) }),
      steps: section('Straight pieces.', {
        steps: list(
          'Pieces, from the left.',
          { lengthMin: 1, lengthMax: 4, default: [{ upTo: '1' }, { upTo: '2', slope: '50 %' }] },
          section('A piece.', {
            upTo: multiple('upToPpm', 'Where it ends.', any),
            slope: share('slopePpm', 'How steep it is.', { ...any, default: '100 %', max: '100 %' }),
          }),
        ),
      }),
    },
  ),
  weights: namedMap(
    'Weights, by device.',
    {
      nameAs: 'device',
      names: /^[a-z0-9]+$/,
      entries: { h100: { meaning: 'A large one.', set: { weight: '9' } }, t4: { meaning: 'A small one.', set: {} } },
    },
    count('weight', 'Weight.', any),
  ),
  taps: list(
    'Shares.',
    { lengthMin: 0, lengthMax: 3, default: ['10 %', '5 %'] },
    share('tapPpm', 'Share.', { ...any, max: '1' }),
  ),
  reserve: optional(
    section('A reserve.', { mode: choice('mode', 'How.', ['open', 'shut'], { default: 'shut', ...free }) }),
    { present: false },
  ),
  pool: optional(section('A pool.', { size: count('size', 'Size.', any) }), { present: true }),
  start: optional(date('startMs', 'Start.', { default: '2027-01-01', ...free }), { present: false }),
});

const scale = { grainsPerUnit: 1_000_000n, epochMs: 3_600_000n, eraMs: 86_400_000n };
const written = `${templateLines(catalogue.fields).join('\n')}\n`;

test('what init writes of any catalogue is read back', () => {
  const profile = readSection(catalogue, parseSource(written, 'x'), '', scale);
  // The annotation is a test, too: the type of a profile follows from its catalogue.
  const curve: { readonly kind: 'flat' | 'steps' } = profile.curve;
  const weights: readonly { readonly device: string; readonly weight: number }[] = profile.weights;
  const reserve: { readonly mode: 'open' | 'shut' } | null = profile.reserve;
  assert.deepEqual(curve, {
    kind: 'steps',
    steps: [
      { upToPpm: 1_000_000, slopePpm: 1_000_000 },
      { upToPpm: 2_000_000, slopePpm: 500_000 },
    ],
  });
  assert.deepEqual(weights, [
    { device: 'h100', weight: 9 },
    { device: 't4', weight: 1 },
  ]);
  assert.equal(reserve, null);
  assert.deepEqual(profile.taps, [100_000, 50_000]);
  assert.deepEqual(profile.pool, { size: 1 });
  assert.equal(profile.startMs, null);
});

test('the schema accepts what init writes, and refuses what the reader refuses', () => {
  const accepts = new Ajv({ allowUnionTypes: true, strict: false }).compile(editorSchema(catalogue));
  const tree = parse(written) as Record<string, unknown>;
  assert.ok(accepts(tree), JSON.stringify(accepts.errors));
  assert.ok(accepts({ ...tree, curve: { kind: 'flat', height: 3 }, reserve: { mode: 'open' } }));
  const wrong = [
    { curve: { kind: 'flat', steps: [] } },
    { curve: { kind: 'flat' } },
    { curve: { kind: 'steps', steps: [{ upTo: '1' }] } },
    { curve: { kind: 'steps', steps: [] } },
    { weights: { H100: 1 } },
    { weights: {} },
    { taps: ['5 %', '5 %', '5 %', '5 %'] },
    { reserve: { mode: 'ajar' } },
    { reserve: {} },
    { start: 'soon' },
    { owner: 'Nobody' },
  ];
  for (const change of wrong) {
    assert.ok(!accepts({ ...tree, ...change }), JSON.stringify(change));
    const source = parseSource(JSON.stringify({ ...tree, ...change }), 'x');
    assert.throws(() => readSection(catalogue, source, '', scale), { name: 'EconomyRefusal' }, JSON.stringify(change));
  }
  // Where the file extends another one, any field of any case may be changed, and none must be.
  assert.ok(accepts({ extends: 'reference', curve: { height: 4 } }));
  assert.ok(!accepts({ extends: 'reference', curve: { hight: 4 } }));
});
