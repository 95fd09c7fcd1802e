import type { Economy } from '@stannary/kernel';
import { FIGURES, type FigureName, SERIES, type SeriesName, shortText } from '@stannary/simulator/lab';

/** How a figure is shown to people: in what they reckon in. */
export interface Shown {
  readonly unit: string;
  readonly scaled: (value: number) => number;
  readonly text: (value: number) => string;
}

const HOUR_SECONDS = 3_600;
const MILLION = 1_000_000;

/** Units of a terminal's table; files and JSON keep the figures' own. */
export function shownFigure(name: string, { grainsPerUnit }: Pick<Economy, 'grainsPerUnit'>): Shown {
  const unit = unitOf(name);
  const scaled = (shown: string, factor: number): Shown => ({
    unit: shown,
    scaled: (value) => value * factor,
    text: (value) => shortText(value * factor, DIGITS),
  });
  switch (unit) {
    case 'micrograins per NCU·s':
      return scaled('credits/NCU·h', HOUR_SECONDS / MILLION / grainsPerUnit);
    case 'micrograins per token grain':
      return scaled('credits/token', 1 / MILLION);
    case 'credit grains':
      return scaled('credits', 1 / grainsPerUnit);
    case 'token grains':
      return scaled('tokens', 1 / grainsPerUnit);
    case 'NCU·ms':
      return scaled('NCU·h', 1 / (HOUR_SECONDS * 1_000));
    case 'share':
      return scaled('%', 100);
    default:
      return scaled(unit, 1);
  }
}

function unitOf(name: string): string {
  if (Object.hasOwn(FIGURES, name)) return FIGURES[name as FigureName].unit;
  return Object.hasOwn(SERIES, name) ? SERIES[name as SeriesName].unit : '';
}

const DIGITS = 5;
