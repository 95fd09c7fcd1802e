import { convictionProbability, type Economy, judgeMeter } from '@stannary/kernel';
import { exposurePerEpoch } from '../../../attacks/attack.ts';
import { Draws } from '../../../draws/draws.ts';
import { normalQuantile } from '../../../experiments/index.ts';
import type { Scenario } from '../../../scenario/scenario.ts';
import { atLeast, measured, shareOf } from '../criterion.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

const MONTH_MS = 30 * 86_400_000;
const CHEATS = { quick: 1_000, full: 20_000 } as const;

/** G4: whoever inflates is caught before the first of its pay is free. */
export const detection: Criterion = {
  gate: 'G4',
  title: 'Inflation is caught within the holdback',
  share: 'economics',
  scenes: [],
  checks: (setting) => {
    const { context, economy } = setting;
    const inflation = economy.gate.detectedInflationPpm / MILLION;
    const cheats = CHEATS[context.profile];
    const within = holdbackEpochs(economy);
    const caught = caughtCount(setting, inflation, cheats, within);
    const samples = Math.floor((within * economy.cadence.epochMs * economy.assumptions.meterSamples) / MONTH_MS);
    const spread = convictionProbability(economy.metering.test, 1 - inflation, samples);
    return [
      measured({
        id: 'caught-in-time',
        metric: `nodes that claim ${inflation * 100} % too much and are caught within the holdback`,
        unit: 'of cheats',
        figure: shareOf(caught, cheats),
        line: atLeast(economy.gate.detectionPpmMin / MILLION),
        how: `the kernel's sequential test on noisy second measurements, audits and canaries, over ${within} epochs, all offences live; one that puts the same sum into few windows meets the test alone with ${(spread * 100).toFixed(1)} %`,
        movedBy: ['cadence.holdback', 'verification.auditFloor', 'metering.test.cheat', 'metering.tolerance'],
      }),
    ];
  },
};

/** The shortest wait: of what is earned in an era's last epoch. */
function holdbackEpochs({ cadence }: Economy): number {
  return cadence.holdbackEras * cadence.epochsPerEra;
}

function caughtCount(setting: CriterionSetting, inflation: number, cheats: number, within: number): number {
  const draws = new Draws({ seed: setting.context.seed, run: 0 });
  let caught = 0;
  for (let cheat = 0; cheat < cheats; cheat += 1) if (isCaught(setting, draws, inflation, cheat, within)) caught += 1;
  return caught;
}

/** Samples are as noisy as an honest meter may be: as many of its readings are within the tolerance as is assumed. */
function isCaught(
  { economy, context }: CriterionSetting,
  draws: Draws,
  inflation: number,
  cheat: number,
  within: number,
): boolean {
  const { metering, assumptions, cadence } = economy;
  const tolerance = metering.tolerancePpm / MILLION;
  const noise = tolerance / normalQuantile(Math.min(0.999_999, assumptions.honestMeterPpm / MILLION));
  const samplesPerEpoch = (assumptions.meterSamples * cadence.epochMs) / MONTH_MS;
  const window = windowEpochs(economy);
  let score = 0;
  let due = 0;
  for (let epoch = 0; epoch < within; epoch += window) {
    const epochs = Math.min(window, within - epoch);
    if (draws.uniform('audit', epoch, 0, cheat) < caughtInWindow(economy, context.scenario, epoch, epochs)) return true;
    due += epochs * samplesPerEpoch;
    const samples = Array.from({ length: Math.floor(due) }, (_, index) => {
      const read = 1 + noise * draws.normal('meter', epoch, 0, cheat, index);
      return {
        claimedQuantity: CLAIMED,
        referenceQuantity: Math.max(0, Math.round((CLAIMED * read) / (1 + inflation))),
      };
    });
    due -= samples.length;
    if (samples.length === 0) continue;
    const judgement = judgeMeter(metering, 0, samples, score);
    if (judgement.isConvicted) return true;
    score = judgement.scoreMicronats;
  }
  return false;
}

/** About as many epochs as one sample takes: looking at shorter ones finds nothing more. */
function windowEpochs({ assumptions, cadence }: Economy): number {
  const untilSample = assumptions.meterSamples === 0 ? 1 : MONTH_MS / (assumptions.meterSamples * cadence.epochMs);
  return Math.max(1, Math.floor(untilSample));
}

/** By audits and canaries, at the lower exposure of the window's two ends. */
function caughtInWindow(economy: Economy, scenario: Scenario, epoch: number, epochs: number): number {
  const exposure = Math.min(
    leastExposure(economy, scenario, epoch),
    epochs === 1 ? 1 : leastExposure(economy, scenario, epoch + epochs - 1),
  );
  return 1 - (1 - exposure) ** epochs;
}

/** Of the class that is watched least. */
function leastExposure(economy: Economy, scenario: Scenario, epoch: number): number {
  return Math.min(...economy.classes.map(({ name }) => exposurePerEpoch({ economy, scenario }, epoch, name)));
}

const CLAIMED = 1_000_000;
