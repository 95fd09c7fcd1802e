import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { count, stepped } from './format.ts';
import { html } from './html.ts';

/** One measured quantity by epoch. */
export interface Panel {
  readonly name: string;
  readonly unit: string;
  readonly shape: 'line' | 'bars';
  /** Custom property that holds its colour, e.g. `--series-price`. */
  readonly colour: string;
  readonly values: readonly number[];
  /** How the readout writes a value, unit included. */
  readonly write: (value: number) => string;
  /** A level to compare with, drawn dashed. */
  readonly reference?: { readonly name: string; readonly value: number };
  /** Upper end of the axis, where the quantity has one. */
  readonly maximum?: number;
}

export interface FigureProps {
  readonly title: string;
  readonly epochs: readonly number[];
  readonly panels: readonly Panel[];
}

const PANEL_HEIGHT_PX = 118;
const EPOCH_AXIS_PX = 34;
const VALUE_AXIS_PX = 52;
/** Above this many epochs a mark for each would merge with the line. */
const MARKED_EPOCHS_MAX = 40;

/** Panels over one epoch axis; the pointer reads all of them at once. */
export function Figure({ title, epochs, panels }: FigureProps): VNode {
  const [pointed, setPointed] = useState<number | null>(null);
  const dark = useDarkScheme();
  const shown = pointed !== null && pointed < epochs.length ? pointed : epochs.length - 1;
  return html`<figure class="figure">
    <figcaption>
      <h3>${title}</h3>
      <span class="figure-epoch">${pointed === null ? 'latest, ' : ''}epoch ${count(epochs[shown] ?? 0)}</span>
    </figcaption>
    ${panels.map(
      (panel, index) => html`<div class="panel" key=${panel.name}>
        <${Legend} panel=${panel} shown=${shown} />
        <${Plot} key=${String(dark)} panel=${panel} epochs=${epochs} last=${index === panels.length - 1} onPoint=${setPointed} />
      </div>`,
    )}
  </figure>`;
}

function Legend({ panel, shown }: { panel: Panel; shown: number }): VNode {
  const value = panel.values[shown];
  return html`<p class="legend">
    <span class="swatch" data-shape=${panel.shape} style=${{ color: `var(${panel.colour})` }} aria-hidden="true"></span>
    <span>${panel.name}, <span class="unit">${panel.unit}</span></span>
    ${
      panel.reference &&
      html`<span class="swatch" data-shape="dashed" aria-hidden="true"></span><span>${panel.reference.name}</span>`
    }
    <strong class="readout">${value === undefined ? '–' : panel.write(value)}</strong>
  </p>`;
}

interface PlotProps {
  readonly panel: Panel;
  readonly epochs: readonly number[];
  /** The last panel of a figure carries the epoch axis. */
  readonly last: boolean;
  readonly onPoint: (index: number | null) => void;
}

function Plot({ panel, epochs, last, onPoint }: PlotProps): VNode {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = dataOf(panel, epochs);
  const drawn = useRef('');

  useEffect(() => {
    const element = frame.current!;
    const chart = new uPlot(optionsOf(panel, last, element.clientWidth, onPoint), data, element);
    plot.current = chart;
    drawn.current = JSON.stringify(data);
    const watcher = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height: heightOf(last) });
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.destroy();
    };
  }, []);

  useEffect(() => {
    const next = JSON.stringify(data);
    if (next === drawn.current) return;
    drawn.current = next;
    plot.current?.setData(data);
  });

  return html`<div class="plot" ref=${frame} role="img" aria-label=${descriptionOf(panel, epochs)}></div>`;
}

function heightOf(last: boolean): number {
  return PANEL_HEIGHT_PX + (last ? EPOCH_AXIS_PX : 0);
}

function dataOf(panel: Panel, epochs: readonly number[]): uPlot.AlignedData {
  const rows: number[][] = [[...epochs], [...panel.values]];
  if (panel.reference) rows.push(epochs.map(() => panel.reference!.value));
  return rows as unknown as uPlot.AlignedData;
}

/** What a person who does not see the picture should know of it. */
function descriptionOf(panel: Panel, epochs: readonly number[]): string {
  if (epochs.length === 0) return `${panel.name} by epoch: no epoch settled`;
  const least = panel.write(Math.min(...panel.values));
  const most = panel.write(Math.max(...panel.values));
  const span = `epochs ${epochs[0]} to ${epochs.at(-1)}`;
  return `${panel.name} by epoch, ${span}: from ${least} to ${most}, latest ${panel.write(panel.values.at(-1)!)}`;
}

function optionsOf(panel: Panel, last: boolean, width: number, onPoint: PlotProps['onPoint']): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: colour('--ink-3'), font, labelFont: font, labelSize: 16 };
  const hair = { stroke: colour('--rule'), width: 1 };
  return {
    width,
    height: heightOf(last),
    padding: [8, 8, last ? 0 : 6, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'epochs' }, points: { size: 7 } },
    scales: { x: { time: false, range: epochRange }, y: { range: (_plot, low, high) => valueRange(panel, low, high) } },
    axes: [
      {
        ...axis,
        show: last,
        size: 18,
        label: 'epoch',
        grid: { show: false },
        ticks: { ...hair, size: 4 },
        gap: 3,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        values: (_plot, splits) => splits.map((split) => count(split)),
      },
      {
        ...axis,
        size: VALUE_AXIS_PX,
        space: 26,
        gap: 6,
        grid: hair,
        ticks: { show: false },
        values: (_plot, splits) => stepped(splits),
      },
    ],
    series: [{}, seriesOf(panel, colour(panel.colour), colour('--ground')), ...referenceOf(panel, colour('--ink-3'))],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

/** Half an epoch of room on either side, so that the first and last bar are whole, and so that one epoch is in the middle. */
function epochRange(plot: uPlot): [number, number] {
  const epochs = plot.data[0];
  return [(epochs[0] ?? 0) - 0.6, (epochs.at(-1) ?? 0) + 0.6];
}

/** Bars and shares start at zero. A line is drawn around its own values, with a tenth of room. */
function valueRange(panel: Panel, low: number | null, high: number | null): [number, number] {
  const most = high ?? 0;
  if (panel.maximum !== undefined) return [0, Math.max(panel.maximum, most)];
  if (panel.shape === 'bars') return [0, most > 0 ? most * 1.1 : 1];
  const least = low ?? 0;
  const room = most > least ? (most - least) * 0.12 : Math.max(most * 0.1, Number.MIN_VALUE);
  return [Math.max(0, least - room), most + room];
}

function seriesOf(panel: Panel, stroke: string, ground: string): uPlot.Series {
  if (panel.shape === 'bars') {
    return { stroke, fill: stroke, width: 0, paths: uPlot.paths.bars!({ size: [0.66, 22] }), points: { show: false } };
  }
  const show: uPlot.Series.Points.Show = (plot) => plot.data[0].length <= MARKED_EPOCHS_MAX;
  return { stroke, width: 1.75, points: { show, size: 5, fill: ground, stroke, width: 1.5 } };
}

function referenceOf(panel: Panel, stroke: string): uPlot.Series[] {
  return panel.reference ? [{ stroke, width: 1, dash: [4, 4], points: { show: false } }] : [];
}

/** Follows the system's colour scheme, because a canvas does not. */
function useDarkScheme(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return dark;
}
