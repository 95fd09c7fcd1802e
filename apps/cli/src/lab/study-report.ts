import {
  type CampaignPlan,
  type LoadedScenario,
  type PointTally,
  SERIES,
  type SeriesName,
  type SimulationPoint,
  type SimulationReport,
  type Study,
  type SweptPoint,
} from '@stannary/simulator/lab';
import { shownFigure } from './figure-text.ts';

/** Beyond it a page of a sweep would be pictures without end: its fans are in `fans.csv`. */
const POINTS_DRAWN_MAX = 24;
const CONFIDENCE = 0.95;
const SHARES = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;

/** A study as its page takes it: every figure of every point with its interval, in what people reckon in, and the fans. */
export function studyReport(plan: CampaignPlan, loaded: LoadedScenario, { tallies }: Study): SimulationReport {
  const { policy, points } = loaded;
  const isDrawn = points.length <= POINTS_DRAWN_MAX;
  return {
    economy: { name: policy.economy.name, version: policy.version, hash: policy.economyHash },
    scenario: structuredClone(plan.scenario) as never,
    points: points.map((point, at) => ({
      name: pointName(point),
      figures: figuresOf(tallies[at]!, loaded),
      fans: isDrawn ? fansOf(plan, loaded, at, tallies[at]!) : [],
    })),
  };
}

function pointName({ parameters }: SweptPoint): string {
  const said = Object.entries(parameters).map(([field, text]) => `${field}=${text}`);
  return said.length === 0 ? 'base' : said.join(', ');
}

function figuresOf(tally: PointTally, { policy }: LoadedScenario): SimulationPoint['figures'] {
  return tally.figureNames.flatMap((name) => {
    const summary = tally.summary(name);
    if (summary === null) return [];
    const { unit, scaled } = shownFigure(name, policy.economy);
    const { mean, interval, count } = summary;
    const figure = {
      value: scaled(mean),
      interval: interval === null ? null : ([scaled(interval[0]), scaled(interval[1])] as const),
      confidence: interval === null ? null : CONFIDENCE,
      samples: count,
    };
    return [{ name, unit, figure }];
  });
}

function fansOf(
  plan: CampaignPlan,
  { policy, points }: LoadedScenario,
  at: number,
  tally: PointTally,
): SimulationPoint['fans'] {
  const said = points[at]!.point.scenario as { readonly horizonEpochs?: number };
  const { horizonEpochs } = { ...plan.scenario, ...said };
  return tally.seriesNames.map((name) => {
    const { unit, scaled } = shownFigure(name, policy.economy);
    const quantiles = tally.fan(name);
    const bins = quantiles.p50.length;
    return {
      id: name,
      title: SERIES[name as SeriesName].meaning,
      unit,
      world: '',
      at: Array.from({ length: bins }, (_, bin) => ((bin + 1) * horizonEpochs) / bins),
      quantiles: Object.entries(SHARES).map(([key, share]) => ({
        share,
        values: quantiles[key as keyof typeof SHARES].map((value) => (value === null ? null : scaled(value))),
      })),
    };
  });
}
