import { barsSvg, fanSvg, intervalSvg } from '@stannary/plot';
import type { BarTable, Fan, GateReport, SensitivityBar } from '../gate/report.ts';
import { type Html, html } from './html.ts';
import {
  columnTexts,
  countText,
  figureText,
  figureTexts,
  roughText,
  scaledFigure,
  shareText,
  shownUnit,
} from './number-text.ts';
import { type Column, figureHtml, folded, HALF_PX, type Section, tableHtml, WIDE_PX } from './page.ts';

/** So many pictures are seen at once; the others are folded away. */
const SEEN_AT_ONCE = 6;

/** Which parameters move the least cost ratio of all attacks. */
export function sensitivitySection({ sensitivity }: GateReport): Section | null {
  if (sensitivity.length === 0) return null;
  const [{ method }] = sensitivity as [SensitivityBar];
  const isSobol = method === 'sobol';
  const ranked = [...sensitivity].sort((a, b) => b.effect.value - a.effect.value);
  const about = isSobol
    ? "Sobol' total index: the share of the least cost ratio's variance in which a parameter has a part."
    : "Morris's |µ*|: how far the least cost ratio moves on average as a parameter steps through its range.";
  const svg = barsSvg({
    title: 'Effect on the least cost ratio',
    about,
    id: 'sensitivity-bars',
    isEmbedded: true,
    width: WIDE_PX,
    x: { label: isSobol ? 'total index' : '|µ*|' },
    bars: ranked.map(({ field, effect }) => ({
      name: field,
      value: effect.value,
      interval: effect.interval,
      text: figureTexts(effect).value,
    })),
  });
  const columns: readonly Column[] = [
    { title: 'Field' },
    { title: 'Effect', isNumber: true },
    { title: 'Interval', name: 'interval' },
    { title: 'Least cost ratio', isNumber: true },
    { title: 'Its interval', name: 'interval' },
    { title: 'at' },
    { title: 'In words' },
  ];
  const rows = ranked.map(({ field, effect, leastCostRatio, leastAt, wording, untried }) => ({
    cells: [
      html`<code>${field}</code>`,
      figureTexts(effect).value,
      figureTexts(effect).interval ?? 'exact',
      figureTexts(leastCostRatio).value,
      figureTexts(leastCostRatio).interval ?? 'exact',
      leastAt,
      wordsOf(wording, untried),
    ],
  }));
  return {
    id: 'sensitivity',
    title: 'Sensitivity',
    lead: 'What the margin of safety hangs on: how far each parameter, within its step, moves the least cost ratio of all attacks.',
    body: [
      figureHtml('Effect on the least cost ratio', about, svg, 'wide'),
      tableHtml('Parameters by their effect', columns, rows),
    ],
  };
}

function wordsOf(wording: string, untried: number): string {
  const left = untried === 0 ? [] : [`${countText(untried, 'attempt', 'attempts')} not simulated: not shown`];
  return [wording, ...left].filter((part) => part !== '').join('; ') || '–';
}

/** How things went over the horizon, over all runs. */
export function fanSection(fans: readonly Fan[]): Section | null {
  const drawn = fans.filter(({ at, quantiles }) => at.length > 0 && quantiles.length > 0);
  if (drawn.length === 0) return null;
  return {
    id: 'over-time',
    title: 'Over time',
    lead: 'Bands hold the named part of the runs at each epoch, not whole runs.',
    body: grid(drawn.map((one, index) => fanFigure(one, `fan-${index}`))),
  };
}

export function fanFigure({ title, unit: ownUnit, world, at, quantiles: ownQuantiles }: Fan, id: string): Html {
  const { unit, scaled } = shownUnit(ownUnit);
  const quantiles = ownQuantiles.map(({ share, values }) => ({
    share,
    values: values.map((value) => (value === null ? null : scaled(value))),
  }));
  const about = [world === '' ? '' : `World: ${world}. `, lastWords(quantiles, unit)].join('');
  const options = {
    isEmbedded: true,
    width: HALF_PX,
    x: { label: 'epochs' },
    y: { label: unit === '' ? title : unit },
  };
  return figureHtml(title, about, fanSvg({ ...options, title, about, id, at, quantiles }), 'half');
}

/** Where it ends, for who cannot see it. */
function lastWords(quantiles: Fan['quantiles'], unit: string): string {
  const last = (share: number) => quantiles.find((one) => Math.abs(one.share - share) < 1e-9)?.values.at(-1) ?? null;
  const median = last(0.5);
  if (median === null) return 'Quantiles over all runs.';
  const shares = quantiles.map(({ share }) => share);
  const [low, high] = [last(Math.min(...shares)), last(Math.max(...shares))];
  const share = shareText(Math.round((Math.max(...shares) - Math.min(...shares)) * 1e4) / 1e4);
  const around =
    low === null || high === null ? '' : `, ${share} of runs between ${roughText(low)} and ${roughText(high)}`;
  return `At the end the median is ${roughText(median)}${unit === '' ? '' : ` ${unit}`}${around}.`;
}

/** Concentration, margins, supply: bars by name against their lines. */
export function tableSection({ tables }: GateReport): Section | null {
  const drawn = tables.filter(({ bars }) => bars.length > 0);
  if (drawn.length === 0) return null;
  return {
    id: 'by-name',
    title: 'Supply, concentration, margins',
    lead: null,
    body: grid(drawn.map((one, index) => barFigure(one, `bars-${index}`))),
  };
}

function barFigure({ title, unit: ownUnit, bars: ownBars }: BarTable, id: string): Html {
  const { unit, scaled } = shownUnit(ownUnit);
  const bars = ownBars.map(({ name, figure, line }) => ({
    name,
    figure: scaledFigure(figure, scaled),
    line: line === null ? null : scaled(line),
  }));
  const texts = columnTexts(bars.map(({ figure }) => figure));
  const about = bars.map(({ name }, index) => `${name} ${texts[index]}`).join(', ');
  const svg = barsSvg({
    title,
    about: unit === '' ? `${about}.` : `${about}, in ${unit}.`,
    id,
    isEmbedded: true,
    width: HALF_PX,
    x: { label: unit === '' ? title : unit },
    bars: bars.map(({ name, figure, line }, index) => ({
      name,
      value: figure.value,
      interval: figure.interval,
      line,
      text: texts[index]!,
    })),
  });
  return figureHtml(title, bars.some(({ line }) => line !== null) ? 'Strokes are lines to keep to.' : '', svg, 'half');
}

/** Cost ratios of all attacks of a world below one another. */
export function ratioFigure({ attacks }: GateReport): Html | null {
  const rows = attacks.flatMap(({ number, title, world, costRatio, state }) =>
    costRatio === null
      ? []
      : [
          {
            name: `${number}. ${title}, ${world}`,
            value: costRatio.value,
            interval: costRatio.interval,
            state,
            text: figureText(costRatio, ''),
          },
        ],
  );
  if (rows.length === 0) return null;
  const about = 'Cost over return at the best response, with Fieller intervals, the least first.';
  const svg = intervalSvg({
    title: 'Cost ratios',
    about,
    id: 'ratios',
    isEmbedded: true,
    width: WIDE_PX,
    x: { label: 'cost / return' },
    lines: [
      { name: 'it pays', value: 1 },
      { name: 'twice the return', value: 2 },
    ],
    rows: rows.sort((a, b) => a.value - b.value),
  });
  return figureHtml('Cost ratios', about, svg, 'wide');
}

export function grid(figures: readonly Html[]): Html {
  const seen = figures.slice(0, SEEN_AT_ONCE);
  const others = figures.slice(SEEN_AT_ONCE);
  const more =
    others.length === 0 ? null : folded(`${others.length} more`, html`<div class="pictures">${others}</div>`);
  return html`<div class="pictures">${seen}</div>${more}`;
}
