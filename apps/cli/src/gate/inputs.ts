import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Override, Policy } from '@stannary/economies';
import type { Scenario } from '@stannary/simulator';
import {
  calibrationJson,
  type EconomySource,
  type EvidenceFile,
  GateRefusal,
  type Json,
  loadScenario,
} from '@stannary/simulator/lab';
import { fittedWorld } from '../lab/fitted-world.ts';
import { type Published, publishedBy, publishedIn } from '../lab/statements-folder.ts';

/** An economy, its text, and the world that it is gated in. */
export interface GatedWorld {
  readonly policy: Policy;
  readonly source: EconomySource;
  readonly scenario: Scenario;
  /** How traces were taken, a line each. */
  readonly notes: readonly string[];
}

export interface WorldRequest {
  readonly economy: string;
  readonly set: readonly Override[];
  /** A scenario file, or the name of a preset; null: the world that the economy assumes. */
  readonly file: string | null;
  /** Fields of the scenario, over the file. */
  readonly scenarioSet: readonly Override[];
}

/**
 * The first version of an economy in the world that a scenario file makes of it, as `simulate` reads them.
 * @throws EconomyRefusal, ScenarioRefusal, TraceRefusal, GateRefusal GATE-SCENARIO (a sweep: a gate is of one world)
 */
export async function gatedWorld({ economy, set, file, scenarioSet }: WorldRequest): Promise<GatedWorld> {
  const loaded = await loadScenario({ economy, set, file, scenarioSet, sweep: null });
  if (loaded.points.length > 1) {
    throw new GateRefusal('GATE-SCENARIO', file!, 'one world, without a sweep', `${loaded.points.length} points`);
  }
  return { policy: loaded.policy, source: loaded.economy, scenario: loaded.scenario, notes: loaded.notes };
}

/** What a running network told, as the scenario file that `calibrate` writes, and as the report keeps it. */
export interface NetworkTold {
  readonly scenarioText: string;
  readonly calibration: Json;
}

/**
 * The world of a network by its statements: of a folder, as `calibrate --from` reads it, or of its gateway.
 * @throws CliRefusal, GatewayRefusal, TraceRefusal; GateRefusal GATE-LIVE (the network's epochs are of another length)
 */
export async function networkTold(live: string, { economy, economyHash }: Policy): Promise<NetworkTold> {
  const published = /^https?:\/\//.test(live) ? await publishedBy(live, null) : publishedIn(live);
  checkEpochs(live, published, economy.cadence.epochMs / 1_000);
  const { calibration, scenarioText } = await fittedWorld('calibrated', economy, published);
  return {
    scenarioText,
    calibration: calibrationJson(calibration, {
      network: published.economyHash,
      isSame: published.economyHash === economyHash,
    }),
  };
}

/** Another economy may be held against what a network does; its epochs must be the network's. */
function checkEpochs(live: string, { economy }: Published, epochSeconds: number): void {
  const theirs = economy === null ? epochSeconds : economy.cadence.epochMs / 1_000;
  if (theirs === epochSeconds) return;
  throw new GateRefusal(
    'GATE-LIVE',
    live,
    `statements of epochs of ${epochSeconds} s, as the economy has`,
    `${theirs} s`,
  );
}

/** Every signed file of a folder, by name. @throws GateRefusal GATE-EVIDENCE-FORM */
export function evidenceFiles(folder: string): readonly EvidenceFile[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new GateRefusal('GATE-EVIDENCE-FORM', folder, 'a folder of JSON files', 'none');
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => ({ file, text: textOf('GATE-EVIDENCE-FORM', join(folder, file)) }));
}

/** @throws GateRefusal with the code */
export function textOf(code: 'GATE-EVIDENCE-FORM' | 'GATE-REPORT', file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GateRefusal(code, file, 'a file', (cause as NodeJS.ErrnoException).code ?? 'none', { cause });
  }
}
