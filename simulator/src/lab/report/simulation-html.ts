import type { Json } from '../campaign/plan.ts';
import type { Fan, Figure } from '../gate/report.ts';
import { type Html, html } from './html.ts';
import { countText, figureTexts, shareText } from './number-text.ts';
import { type Column, factsHtml, folded, pageHtml, type Section, tableHtml } from './page.ts';
import { fanFigure, grid } from './pictures.ts';

/** What a simulation found, as far as a page shows it. Plain data. */
export interface SimulationReport {
  readonly economy: { readonly name: string; readonly version: number; readonly hash: string };
  /** As it was run. */
  readonly scenario: Json;
  /** One for each variant of a sweep; without a sweep one. */
  readonly points: readonly SimulationPoint[];
}

export interface SimulationPoint {
  /** What was changed: `demand.elasticity=0.6`; `base` where nothing was. */
  readonly name: string;
  /** In the same order at every point. */
  readonly figures: readonly { readonly name: string; readonly unit: string; readonly figure: Figure }[];
  /** Quantiles over the runs of this point. */
  readonly fans: readonly Fan[];
}

/**
 * A simulation as one file of HTML, of the same kind as `reportHtml`: its figures with their intervals, point by point, and
 * its fans.
 * @throws Error (a bug of the caller: a figure that is no finite number)
 */
export function simulationHtml({ economy, scenario, points }: SimulationReport): string {
  const figures = countText(points.length, 'variant', 'variants');
  return pageHtml({
    title: `Simulation: ${economy.name}, version ${economy.version}`,
    description: `Figures of ${figures} with their intervals.`,
    header: html`<p class="kind">Simulation, ${figures}</p>
<h1>${economy.name}, version ${economy.version}</h1>
${factsHtml([['Economy', html`<code>${economy.hash}</code>`]])}
${folded('Scenario', html`<pre tabindex="0" aria-label="Scenario">${JSON.stringify(scenario, null, 2)}</pre>\n`)}`,
    sections: [...(points.length > 1 ? [sweepSection(points)] : []), ...points.map(pointSection)],
    footer: html`<p>A simulation shows what follows from its assumptions; the launch gate says whether that is enough.</p>`,
  });
}

/** Every figure over all points: what one looks at first in a sweep. */
function sweepSection(points: readonly SimulationPoint[]): Section {
  const names = [...new Set(points.flatMap(({ figures }) => figures.map(({ name }) => name)))];
  return {
    id: 'sweep',
    title: 'Figure by figure',
    lead: 'All variants ran in the same worlds: their differences are of the variants, not of chance alone.',
    body: names.map((name, index) => folded(name, sweepTable(name, points), index < 3)),
  };
}

function sweepTable(name: string, points: readonly SimulationPoint[]): Html {
  const found = points.flatMap((point) => {
    const one = point.figures.find((figure) => figure.name === name);
    return one === undefined ? [] : [{ point: point.name, ...one }];
  });
  const columns: readonly Column[] = [
    { title: 'Variant' },
    { title: 'Figure', isNumber: true },
    { title: 'Unit' },
    { title: 'Interval', name: 'interval' },
    { title: 'Runs', isNumber: true },
  ];
  const rows = found.map(({ point, figure, unit }) => ({
    cells: [html`<code>${point}</code>`, ...figureCells(figure, unit)],
  }));
  return tableHtml(`${name} by variant`, columns, rows);
}

function pointSection({ name, figures, fans }: SimulationPoint, index: number): Section {
  const columns: readonly Column[] = [
    { title: 'What' },
    { title: 'Figure', isNumber: true },
    { title: 'Unit' },
    { title: 'Interval', name: 'interval' },
    { title: 'Runs', isNumber: true },
  ];
  const rows = figures.map((one) => ({ cells: [one.name, ...figureCells(one.figure, one.unit)] }));
  const drawn = fans.filter(({ at, quantiles }) => at.length > 0 && quantiles.length > 0);
  const pictures = grid(drawn.map((fan, place) => fanFigure(fan, `point-${index}-fan-${place}`)));
  return {
    id: `point-${index}`,
    title: name,
    lead: null,
    body: [
      rows.length === 0 ? null : tableHtml(`Figures: ${name}`, columns, rows),
      drawn.length === 0 ? null : pictures,
    ],
  };
}

function figureCells(figure: Figure, unit: string): string[] {
  const { value, interval } = figureTexts(figure);
  const confidence = figure.confidence === null ? '' : `, ${shareText(figure.confidence)}`;
  return [value, unit, interval === null ? 'exact' : `${interval}${confidence}`, `${figure.samples}`];
}
