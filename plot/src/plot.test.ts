import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { niceTicks, type Plot, plotSvg, tickText } from './index.ts';

const plot: Plot = {
  title: 'Supply & <cap>',
  about: 'Tokens over time.',
  x: { label: 'time, y' },
  y: { label: 'tokens' },
  series: [
    {
      name: 'minted',
      points: [
        [0, 0],
        [10, 50],
        [20, 75],
      ],
    },
    { name: 'cap', points: [[20, 100]] },
  ],
};

test('ticks are round, lie around the range, and stand evenly', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
      fc.integer({ min: 2, max: 10 }),
      (from, length, count) => {
        const to = from + length;
        fc.pre(to - from > Math.abs(from) * 1e-6);
        const ticks = niceTicks(from, to, count);
        const step = ticks[1]! - ticks[0]!;
        assert.ok(ticks[0]! <= from + step * 1e-6 && ticks.at(-1)! >= to - step * 1e-6);
        assert.ok(ticks.length <= 2 * count + 3);
        const digits = step / 10 ** Math.floor(Math.log10(step) + 1e-6);
        assert.ok(
          [1, 2, 5].some((one) => Math.abs(digits - one) < 1e-3),
          `${digits}`,
        );
      },
    ),
  );
  assert.deepEqual(niceTicks(0, 100, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(niceTicks(0, 0, 2), [0, 0.5, 1]);
});

test('a tick says as much as tells it from its neighbours', () => {
  assert.deepEqual(
    [0, 500_000, 1_000_000, 1_500_000].map((one) => tickText(one, 500_000)),
    ['0', '500k', '1.0M', '1.5M'],
  );
  assert.deepEqual(
    [0, 0.02, -0.04].map((one) => tickText(one, 0.02)),
    ['0.00', '0.02', '−0.04'],
  );
});

test('the same plot is the same text: no script, no request, both colour schemes, names escaped', () => {
  const svg = plotSvg(plot);
  assert.equal(svg, plotSvg(structuredClone(plot)));
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 720 420" role="img"/);
  assert.match(svg, /<title id="t">Supply &amp; &lt;cap&gt;<\/title>/);
  assert.match(svg, /prefers-color-scheme:dark/);
  assert.doesNotMatch(svg.replace('http://www.w3.org/2000/svg', ''), /script|href|url\(|import|http/);
  assert.match(svg, /rotate\(-90\)" text-anchor="middle">tokens</);
});

test('a line goes through its points, a single point is a dot, a gap breaks the line', () => {
  const svg = plotSvg(plot);
  assert.match(svg, /<path class="line s0" d="M76 364L386 221L696 149.5"\/>/);
  assert.match(svg, /<circle class="dot s1" cx="696" cy="78"/);
  const broken = plotSvg({
    ...plot,
    series: [
      {
        name: 'a',
        points: [
          [0, 1],
          [1, null],
          [2, 1],
          [3, 2],
        ],
      },
    ],
  });
  assert.match(broken, /class="line s0" d="M[\d. ]+M[\d. ]+L[\d. ]+"/);
});

test('y begins at zero, unless something is below', () => {
  const low: Plot = {
    ...plot,
    series: [
      {
        name: 'a',
        points: [
          [0, -5],
          [1, 95],
        ],
      },
    ],
  };
  assert.match(plotSvg(low), />−20</);
  assert.match(
    plotSvg({
      ...plot,
      series: [
        {
          name: 'a',
          points: [
            [0, 95],
            [1, 96],
          ],
        },
      ],
    }),
    />0</,
  );
});

test('a plot of nothing, or of more than can be told apart, is a bug', () => {
  assert.throws(() => plotSvg({ ...plot, series: [] }), /0 series/);
  assert.throws(() => plotSvg({ ...plot, series: Array.from({ length: 9 }, () => plot.series[0]!) }), /9 series/);
});
