import type { Economy } from '@stannary/kernel';
import { type Calibration, calibrate, calibratedScenario, NetworkWatch } from '@stannary/simulator/lab';
import type { Published } from './statements-folder.ts';

/** What a network's statements say of its world: each estimate, and the world as the text of a scenario file. */
export interface FittedWorld {
  readonly calibration: Calibration;
  readonly scenarioText: string;
}

/**
 * Fits a world to published statements, in one pass over them.
 * @param economy what the scenario is written for; its epochs are as long as the network's
 * @throws TraceRefusal; CliRefusal and GatewayRefusal from the statements
 */
export async function fittedWorld(
  name: string,
  economy: Economy,
  published: Pick<Published, 'source' | 'statements'>,
): Promise<FittedWorld> {
  const epochSeconds = economy.cadence.epochMs / 1_000;
  const watch = new NetworkWatch(epochSeconds);
  const source = `statements of ${published.source}`;
  const calibration = await calibrate(watch.watch(published.statements()), { epochSeconds, source });
  return { calibration, scenarioText: calibratedScenario(name, economy, calibration, watch.seen!) };
}
