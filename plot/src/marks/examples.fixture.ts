import { areasSvg } from './areas.ts';
import { barsSvg } from './bars.ts';
import { fanSvg } from './fan.ts';
import { intervalSvg } from './interval.ts';
import { paretoSvg } from './pareto.ts';
import { profileSvg } from './profile.ts';
import { scatterSvg } from './scatter.ts';

const EPOCHS = [0, 24, 48, 72, 96];

/** A small picture of each kind, by name; what they draw is compared with the files of `golden/`. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  fan: fanSvg({
    title: 'Price',
    about: 'Price of a NCU·h over four days: the median stays near 0.010 credits.',
    x: { label: 'epochs' },
    y: { label: 'credits per NCU·h' },
    at: EPOCHS,
    quantiles: [
      { share: 0.05, values: [0.01, 0.008, 0.007, null, 0.006] },
      { share: 0.25, values: [0.01, 0.009, 0.009, 0.009, 0.009] },
      { share: 0.5, values: [0.01, 0.01, 0.0105, 0.011, 0.0105] },
      { share: 0.75, values: [0.01, 0.011, 0.0125, 0.013, 0.0135] },
      { share: 0.95, values: [0.01, 0.013, 0.015, 0.017, 0.018] },
    ],
    line: { name: 'outside option', value: 0.016 },
  }),
  interval: intervalSvg({
    title: 'Cost ratio by attack',
    about: 'Wash usage is nearest to the line of 2.',
    x: { label: 'cost / return' },
    lines: [{ name: 'twice the return', value: 2 }],
    rows: [
      { name: 'wash usage', value: 2.5, interval: [2.2, 2.9], text: '2.5' },
      { name: 'lazy work', value: 1.2, interval: [0.9, 1.6], state: 'failed', text: '1.2' },
      { name: 'flash stake', value: 16, interval: [12, 22], state: 'not shown', text: '16' },
      { name: 'sybil split', value: 0, text: 'nothing returned' },
    ],
  }),
  scatter: scatterSvg({
    title: 'Cost against return',
    about: 'Two attacks above the upper line, one between the lines.',
    x: { label: 'return, credits' },
    y: { label: 'cost, credits' },
    rays: [
      { name: 'cost = return', factor: 1 },
      { name: 'cost = 2 × return', factor: 2 },
    ],
    points: [
      { label: '5', name: 'wash usage', x: 100, y: 250, xInterval: [90, 110], yInterval: [230, 270] },
      { label: '7', name: 'lazy work', x: 40, y: 60, yInterval: [50, 72], state: 'failed' },
      { label: '1', name: 'sybil split', x: 0, y: 500, state: 'not shown' },
    ],
  }),
  bars: barsSvg({
    title: 'Top operator by class',
    about: 'All classes keep to 15 %.',
    x: { label: 'share of class, %' },
    bars: [
      { name: 'grid', value: 9.2, interval: [8.1, 10.4], line: 15, text: '9.2 %' },
      { name: 'edge', value: 14.1, interval: [12.9, 15.2], line: 15, text: '14.1 %' },
    ],
  }),
  pareto: paretoSvg({
    title: 'Margin against price',
    about: 'Three settings that nothing beats, one that is beaten, and the present one.',
    x: { label: 'price, credits per NCU·h' },
    y: { label: 'provider margin, %' },
    points: [
      { name: 'a', x: 0.009, y: 11, isOnFront: true },
      { name: 'b', x: 0.01, y: 17, isOnFront: true },
      { name: 'c', x: 0.012, y: 21, isOnFront: true },
      { name: 'd', x: 0.012, y: 14, isOnFront: false },
      { name: 'reference', x: 0.011, y: 16, isOnFront: false, isCurrent: true },
    ],
  }),
  areas: areasSvg({
    title: 'Supply',
    about: 'Two streams under a cap of 1000.',
    x: { label: 'years' },
    y: { label: 'million tokens' },
    at: [0, 4, 8, 12],
    areas: [
      { name: 'simple', values: [0, 60, 90, 105] },
      { name: 'baseline', values: [0, 90, 180, 240] },
    ],
    line: { name: 'cap', value: 400 },
  }),
  profile: profileSvg({
    title: 'Wash usage over volume',
    about: 'Cost is above return everywhere.',
    x: { label: 'volume, credits/epoch' },
    y: { label: 'credits' },
    lines: [
      {
        name: 'cost',
        points: [
          [1, 10],
          [10, 40],
          [100, 300],
        ],
      },
      {
        name: 'return',
        points: [
          [1, 3],
          [10, 20],
          [100, 60],
        ],
      },
    ],
    mark: { name: 'best response', at: 10 },
  }),
};
