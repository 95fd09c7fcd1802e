import type { Economy } from '@stannary/kernel';
import type { PointTally, Study, SweptPoint } from '@stannary/simulator/lab';
import { tableText } from '../explore/table.ts';
import { shownFigure } from './figure-text.ts';

/** Of a sweep, where a line is a point. */
const OF_A_POINT = ['price', 'utilisation', 'activeNodesLast', 'medianMargin', 'coverageLeast', 'nakamoto'];

/** A table of one point's figures, or of the main figures of all points. */
export function studyText(study: Study, points: readonly SweptPoint[], economy: Economy): string {
  const { tallies } = study;
  return points.length === 1 ? figuresText(tallies[0]!, economy) : pointsText(tallies, points, economy);
}

function figuresText(tally: PointTally, economy: Economy): string {
  const rows = tally.figureNames.map((name) => {
    const { unit, text } = shownFigure(name, economy);
    const summary = tally.summary(name);
    if (summary === null) return [name, unit, '–', 'not in any run', '–', '–', '–'];
    const { mean, interval, quantiles } = summary;
    const between = interval === null ? '' : `${text(interval[0])} … ${text(interval[1])}`;
    return [name, unit, text(mean), between, text(quantiles.p5), text(quantiles.p50), text(quantiles.p95)];
  });
  return tableText(['figure', 'unit', 'mean', '95 % interval', 'p5', 'median', 'p95'], rows, '');
}

function pointsText(tallies: readonly PointTally[], points: readonly SweptPoint[], economy: Economy): string {
  const fields = Object.keys(points[0]!.parameters);
  const names = OF_A_POINT.filter((name) => tallies.some((tally) => tally.summary(name) !== null));
  const heading = ['point', ...fields, ...names.map((name) => `${name}, ${shownFigure(name, economy).unit}`)];
  const rows = points.map(({ parameters }, at) => [
    `${at}`,
    ...fields.map((field) => parameters[field]!),
    ...names.map((name) => meanText(tallies[at]!, name, economy)),
  ]);
  return tableText(heading, rows, '');
}

function meanText(tally: PointTally, name: string, economy: Economy): string {
  const summary = tally.summary(name);
  if (summary === null) return '–';
  const { text } = shownFigure(name, economy);
  const { mean, interval } = summary;
  return interval === null ? text(mean) : `${text(mean)} ± ${text((interval[1] - interval[0]) / 2)}`;
}
