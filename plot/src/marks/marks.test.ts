import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { plotStyle } from '../palette.ts';
import { scaleOf } from '../scale.ts';
import { areasSvg } from './areas.ts';
import { barsSvg } from './bars.ts';
import { EXAMPLES } from './examples.fixture.ts';
import { fanSvg } from './fan.ts';
import { geometryFaults } from './geometry.fixture.ts';
import { intervalSvg } from './interval.ts';
import { paretoSvg } from './pareto.ts';
import { profileSvg } from './profile.ts';
import { scatterSvg } from './scatter.ts';

const GOLDEN = join(import.meta.dirname, '../../golden');

for (const [name, svg] of Object.entries(EXAMPLES)) {
  test(`${name}: the picture is the one that was looked at`, () => {
    const message = 'look at the difference after: node plot/tools/write-golden.ts';
    assert.ok(svg === readFileSync(join(GOLDEN, `${name}.svg`), 'utf8'), message);
    assert.deepEqual(geometryFaults(svg), []);
  });
}

const number = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.constantFrom(0, 1, -1, 1e-30, 1e30, -1e30, 1e-7, 12.5),
);
const name = fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom('<script>x</script>', '"&\u0000', '\ud800', ''));
const base = fc.record({
  title: name,
  about: name,
  width: fc.integer({ min: 300, max: 900 }),
  isEmbedded: fc.boolean(),
});
const axis = fc.record({ label: name });
const interval = fc.option(fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const));
const state = fc.constantFrom('passed', 'failed', 'not shown');
const kind = fc.constantFrom('linear', 'log');
const rising = fc
  .uniqueArray(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 12 })
  .map((values) => values.sort((a, b) => a - b));

const fan = fc
  .tuple(base, axis, axis, rising, kind, fc.option(fc.record({ name, value: number })))
  .chain(([picture, x, y, at, scale, line]) =>
    fc
      .array(fc.array(fc.option(number), { minLength: at.length, maxLength: at.length }), { maxLength: 5 })
      .map((rows) => {
        const quantiles = rows.map((values, index) => ({ share: [0.05, 0.5, 0.95, 0.25, 0.8][index]!, values }));
        return fanSvg({ ...picture, x, y, at, quantiles, scale: scale as 'log', line });
      }),
  );
const bar = fc.record({ name, value: number, interval, line: fc.option(number), text: name });
const row = fc.record({ name, value: number, interval, state, text: name });
const point = fc.record({ label: name, name, x: number, y: number, xInterval: interval, yInterval: interval, state });
const dot = fc.record({ name, x: number, y: number, isOnFront: fc.boolean(), isCurrent: fc.boolean() });
const line = fc.record({ name, points: fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 }) });
const list = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 8 });

/** Any picture of each kind. */
const ANY: Readonly<Record<string, fc.Arbitrary<string>>> = {
  fan,
  bars: fc.tuple(base, axis, list(bar)).map(([picture, x, bars]) => barsSvg({ ...picture, x, bars })),
  interval: fc
    .tuple(base, axis, list(row), fc.array(fc.record({ name, value: number }), { maxLength: 2 }), kind)
    .map(([picture, x, rows, lines, scale]) =>
      intervalSvg({ ...picture, x, rows: rows as never, lines, scale: scale as 'log' }),
    ),
  scatter: fc
    .tuple(base, axis, axis, list(point), fc.double({ min: 1e-3, max: 1e3, noNaN: true }))
    .map(([picture, x, y, points, factor]) =>
      scatterSvg({ ...picture, x, y, points: points as never, rays: [{ name: 'ray', factor }] }),
    ),
  pareto: fc
    .tuple(base, axis, axis, list(dot))
    .map(([picture, x, y, points]) => paretoSvg({ ...picture, x, y, points })),
  areas: fc
    .tuple(base, axis, axis, rising, list(fc.tuple(name, fc.double({ min: 0, max: 1e12, noNaN: true }))))
    .map(([picture, x, y, at, parts]) =>
      areasSvg({
        ...picture,
        x,
        y,
        at,
        areas: parts.map(([of, value]) => ({ name: of, values: at.map(() => value) })),
      }),
    ),
  profile: fc
    .tuple(base, axis, axis, list(line), fc.option(fc.record({ name, at: number })))
    .map(([picture, x, y, lines, mark]) => profileSvg({ ...picture, x, y, lines, mark })),
};

for (const [of, picture] of Object.entries(ANY)) {
  test(`${of}: only finite numbers, nothing outside of the picture, no markup from names`, () => {
    fc.assert(
      fc.property(picture, (svg) => {
        const inside = svg.replace(/<style>.*<\/style>/, '');
        assert.deepEqual(geometryFaults(inside), []);
        assert.doesNotMatch(inside, /<script|"&"|\p{Cs}/u);
        assert.equal(svg.match(/</g)!.length, svg.match(/>/g)!.length);
      }),
      { numRuns: 60 },
    );
  });
}

test('a picture inside a page has no style, ground, namespace or title of its own', () => {
  const about = { title: 'Margin', about: 'By class.', id: 'margin', isEmbedded: true };
  const svg = barsSvg({ ...about, x: { label: '%' }, bars: [{ name: 'a', value: 1 }] });
  assert.match(
    svg,
    /^<svg class="plot" viewBox="0 0 720 \d+" role="img" aria-labelledby="margin-t" aria-describedby="margin-d">/,
  );
  assert.doesNotMatch(svg, /<style|ground|http|heading/);
  assert.match(plotStyle(), /prefers-color-scheme:dark/);
});

test('a log axis has powers of ten around the values, and 2 and 5 where there are few', () => {
  const texts = (values: readonly number[]) => scaleOf(values, [0, 100], { kind: 'log' }).ticks.map(({ text }) => text);
  assert.deepEqual(texts([2, 30]), ['1', '2', '5', '10', '20', '50', '100']);
  assert.deepEqual(texts([0.02, 5e5]), ['0.01', '1', '100', '10k', '1M']);
  assert.deepEqual(texts([3e-9, 2e-7]), ['10⁻⁹', '10⁻⁸', '10⁻⁷', '10⁻⁶']);
  assert.deepEqual(texts([]), ['1', '2', '5', '10']);
});

test('a scale rises, and puts what is outside of it on its end', () => {
  const scale = scaleOf([1, 1000], [10, 110], { kind: 'log' });
  assert.deepEqual([0, 1, 10, 1000, 1e9].map(scale.at).map(Math.round), [10, 10, 43, 110, 110]);
  assert.deepEqual([0, 1, 1000, 1001].map(scale.holds), [false, true, true, false]);
});

test('nothing to draw, or what cannot be drawn, is a bug', () => {
  const picture = { title: 't', about: 'a', x: { label: 'x' }, y: { label: 'y' } };
  assert.throws(() => barsSvg({ ...picture, bars: [] }), /no bars/);
  assert.throws(() => barsSvg({ ...picture, bars: [{ name: 'a', value: Number.NaN }] }), /NaN/);
  assert.throws(() => barsSvg({ ...picture, id: '"', bars: [{ name: 'a', value: 1 }] }), /id "/);
  assert.throws(() => fanSvg({ ...picture, at: [1], quantiles: [{ share: 0.5, values: [] }] }), /1 positions/);
  assert.throws(() => areasSvg({ ...picture, at: [1, 2], areas: [{ name: 'a', values: [1, -1] }] }), /stacked/);
  assert.throws(() => intervalSvg({ ...picture, rows: [] }), /no rows/);
  assert.throws(() => scatterSvg({ ...picture, points: [] }), /no points/);
  assert.throws(() => paretoSvg({ ...picture, points: [] }), /no points/);
  assert.throws(() => profileSvg({ ...picture, lines: [] }), /0 points/);
});
