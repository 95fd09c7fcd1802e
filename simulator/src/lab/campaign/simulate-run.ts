import type { StreamName } from '../../observers/run-summary.ts';
import { Simulation } from '../../simulation.ts';
import { Course } from './course.ts';
import { FIGURES, type FigureName } from './figures.ts';
import type { JobWorld } from './job.ts';
import type { JobResult } from './plan.ts';

/** One run of the scenario without attackers: the figures of FIGURES and the series of SERIES. */
export function simulateRun({ economy, scenario }: JobWorld, run: number): JobResult {
  const course: Course = new Course(scenario.horizonEpochs, () => simulation.mintedGrains);
  const simulation: Simulation = new Simulation(economy, scenario, { run, assumeLive: true, observers: [course] });
  simulation.advance();
  return { figures: figuresOf(simulation, course), series: course.series };
}

function figuresOf({ summary }: Simulation, course: Course): Record<FigureName, number | null> {
  const mean = (stream: StreamName) => summary.moments(stream).mean;
  const least = (stream: StreamName) => summary.moments(stream).least;
  const most = (stream: StreamName) => summary.moments(stream).most;
  const { dailyMoves, sums } = summary;
  const dailyMove = (share: number) => (dailyMoves.count === 0 ? Number.NaN : dailyMoves.quantile(share));
  const all: Record<FigureName, number> = {
    ...sums,
    price: mean('price'),
    priceLow: summary.priceQuantile(0.05),
    priceHigh: summary.priceQuantile(0.95),
    priceLast: course.last!.priceMicrograinsPerNcuS,
    hourlyMove: mean('hourlyMove'),
    hourlyMoveMost: most('hourlyMove'),
    dailyMoveLow: dailyMove(0.05),
    dailyMoveHigh: dailyMove(0.95),
    utilisation: mean('utilisation'),
    utilisationMost: most('utilisation'),
    servedShare: summary.servedShare,
    tokenPrice: mean('tokenPrice'),
    tokenPriceLeast: least('tokenPrice'),
    tokenPriceLast: course.last!.tokenMicrograins,
    activeNodes: mean('activeNodes'),
    activeNodesLeast: least('activeNodes'),
    activeNodesLast: course.last!.activeNodes,
    exits: course.exits,
    medianMargin: mean('medianMargin'),
    marginLow: summary.marginQuantile(0.1),
    marginHigh: summary.marginQuantile(0.9),
    nakamoto: mean('nakamoto'),
    herfindahl: mean('herfindahl'),
    gini: mean('gini'),
    topOperatorMost: most('topOperator'),
    coverage: mean('coverage'),
    coverageLeast: least('coverage'),
    burnedTokensGrains: course.burnedTokensGrains,
    supplyTokensGrains: course.supplyTokensGrains,
  };
  const names = Object.keys(FIGURES) as FigureName[];
  // A stream that had no value, as utilisation where nothing was ever offered, has no figure.
  return Object.fromEntries(names.map((name) => [name, Number.isNaN(all[name]) ? null : all[name]])) as Record<
    FigureName,
    number | null
  >;
}
