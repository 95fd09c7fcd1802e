import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, list, multiple, section, share, variant } from './catalogue/parts.ts';
import { leavesOf, merge, withOverrides } from './layers.ts';
import { EconomyRefusal } from './refusal.ts';
import { nodeAt, parseSource, type SourceMap, type SourceNode } from './source.ts';

const form = { default: '1', min: '0', max: '10', stepMax: 'free' } as const;
const step = section('A step.', { upTo: multiple('upToPpm', 'End.', form), slope: share('slopePpm', 'Slope.', form) });
const steps = list('Steps.', { lengthMin: 1, lengthMax: 4, default: [] }, step);
const catalogue = section('A test.', {
  curve: variant(
    'A curve.',
    { tag: 'kind', default: 'flat' },
    {
      flat: section('One height.', { height: count('height', 'Height.', form) }),
      steps: section('Steps.', { steps, height: count('height', 'Height.', form) }),
    },
  ),
  size: count('size', 'Size.', form),
});

const base = parseSource('curve:\n  kind: flat\n  height: 3\nsize: 1\n', 'base');
const stepped = parseSource(
  'curve:\n  kind: steps\n  height: 3\n  steps: [{upTo: 1, slope: 1}, {upTo: 2, slope: 0.5}]\n',
  'base',
);

/** The values of a source as plain data. */
function plain(node: SourceNode | undefined): unknown {
  if (node?.form === 'map') return Object.fromEntries([...node.entries].map(([key, inner]) => [key, plain(inner)]));
  return node?.form === 'list' ? node.items.map(plain) : node?.value;
}

function merged(change: string, below: SourceMap = base): unknown {
  return plain(merge(catalogue, below, parseSource(change, 'change')));
}

function set(path: string, text: string, below: SourceMap = base): SourceMap {
  return withOverrides(catalogue, below, [[path, text]]);
}

test('listed keys replace, all others stay', () => {
  assert.deepEqual(merged('curve: {height: 4}'), { curve: { kind: 'flat', height: 4 }, size: 1 });
});

test('a section whose kind changes is replaced', () => {
  assert.deepEqual(merged('curve: {kind: steps, steps: []}'), { curve: { kind: 'steps', steps: [] }, size: 1 });
  assert.deepEqual(merged('curve: {kind: flat}'), plain(base));
});

test('a list is replaced whole', () => {
  assert.deepEqual(merged('curve: {steps: [{upTo: 9, slope: 1}]}', stepped), {
    curve: { kind: 'steps', height: 3, steps: [{ upTo: 9, slope: 1 }] },
  });
});

test('a value keeps the place it was written at', () => {
  const source = merge(catalogue, base, parseSource('\n\nsize: 2', 'change'));
  assert.equal(nodeAt(source, 'size')!.place, 'change:3');
  assert.equal(nodeAt(source, 'curve.height')!.place, 'base:3');
});

test('overrides reach fields, items of lists and whole sections', () => {
  assert.equal(plain(nodeAt(set('size', '7'), 'size')), 7);
  assert.equal(plain(nodeAt(set('curve.steps[1].slope', '0.25', stepped), 'curve.steps[1].slope')), 0.25);
  assert.equal(plain(nodeAt(set('curve.steps[1].slope', '0.25', stepped), 'curve.steps[0].slope')), 1);
  assert.deepEqual(plain(nodeAt(set('curve', '{kind: steps, steps: []}'), 'curve')), { kind: 'steps', steps: [] });
  assert.deepEqual(plain(nodeAt(set('curve.kind', 'steps'), 'curve')), { kind: 'steps' });
  assert.deepEqual(plain(nodeAt(set('fresh.deep', '1'), 'fresh')), { deep: 1 });
});

test('overrides apply in their order', () => {
  const source = withOverrides(catalogue, base, [
    ['curve.kind', 'steps'],
    ['curve.height', '8'],
    ['curve.height', '9'],
  ]);
  assert.deepEqual(plain(nodeAt(source, 'curve')), { kind: 'steps', height: 9 });
});

for (const path of ['', 'a..b', 'steps[', 'curve.steps[2].slope', 'curve.steps.slope', 'curve[0]', 'size.deep']) {
  test(`refuses to set ${path === '' ? 'nothing' : path}: ECONOMY-SET`, () => {
    assert.throws(
      () => set(path, '1', path.includes('steps') ? stepped : base),
      (error) => error instanceof EconomyRefusal && error.code === 'ECONOMY-SET',
    );
  });
}

test('refuses to set more than one value: ECONOMY-YAML', () => {
  assert.throws(() => set('size', '1\nname: x'), { code: 'ECONOMY-YAML' });
  assert.throws(() => set('size', '['), { code: 'ECONOMY-YAML' });
});

test('leaves are the paths of values, a list is one', () => {
  assert.deepEqual(leavesOf(stepped), ['curve.kind', 'curve.height', 'curve.steps']);
});
