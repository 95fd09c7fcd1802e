import { meteringInflation } from '../../../attacks/metering-inflation.ts';
import { washUsage } from '../../../attacks/wash-usage.ts';
import { Simulation } from '../../../simulation.ts';
import type { JobWorld } from '../../campaign/job.ts';
import type { JobResult } from '../../campaign/plan.ts';
import { ConcentrationWatch } from './concentration-watch.ts';
import { FanSeries } from './fan-series.ts';
import { MarginWatch } from './margin-watch.ts';
import { MintWatch } from './mint-watch.ts';
import { NewcomerBooks } from './newcomer-books.ts';
import { PricePath } from './price-path.ts';
import { StressBooks } from './stress-books.ts';
import { TenantSlots } from './tenant-slots.ts';

/**
 * One run of a scene with everything that the gate's criteria look at. Offences count as live, in shadow or not: the gate
 * is on the rules as they will be. Figures that a scene has not are null.
 */
export function sceneRun({ economy, scenario, options }: JobWorld, run: number): JobResult {
  const { scene, shockEpoch } = options as { scene: string; shockEpoch: number };
  const price = new PricePath(economy, scenario.horizonEpochs);
  const fans = new FanSeries(scenario.horizonEpochs);
  const stress = new StressBooks(economy, shockEpoch);
  const concentration = new ConcentrationWatch(economy);
  const slots = scene === 'base' ? new TenantSlots(economy) : null;
  const simulation = new Simulation(economy, scenario, {
    run,
    assumeLive: true,
    attacks: scene === 'turmoil' ? [{ attack: meteringInflation }, { attack: washUsage }] : [],
    observers: [price, fans, stress, concentration],
    ...(slots === null ? {} : { twin: slots }),
  });
  const newcomers = scene === 'newcomers' ? new NewcomerBooks(simulation, options) : null;
  const margins = new MarginWatch(simulation);
  const minted = new MintWatch(simulation);
  while (!simulation.isOver) {
    simulation.step();
    newcomers?.count();
    minted.count();
    margins.count();
    if (scene === 'joint-stress' && simulation.epoch === shockEpoch) stress.keepBonds(simulation);
  }
  const { summary } = simulation;
  const isStep = scene === 'demand-up' || scene === 'demand-down';
  const { least } = summary.moments('coverage');
  return {
    figures: {
      epochs: summary.sums.epochs,
      nodeEpochs: summary.moments('activeNodes').mean * summary.sums.epochs,
      ...price.figures(isStep ? shockEpoch : null),
      ...minted.figures,
      ...margins.figures,
      ...concentration.figures,
      coverageLeast: Number.isNaN(least) ? null : least,
      haltSeconds: scene === 'halt' ? stress.recoverySeconds(options.haltEpochs as number) : null,
      ...(scene === 'joint-stress' ? stress.insurance() : {}),
      ...(slots?.figures ?? {}),
      ...(newcomers?.figures ?? {}),
    },
    series: fans.series,
  };
}
