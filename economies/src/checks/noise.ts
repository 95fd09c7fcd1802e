import { anyOf, convictionProbability, missesAllowed, probeFalseAlarm } from '@stannary/kernel';
import type { EconomyProfile } from '../catalogue/economy.ts';
import type { EconomicCheck } from './check.ts';
import { type NodeClass, numberText, parts, percentText } from './figures.ts';

// Chance must not convict the honest.

const MONTH_MS = 30 * 86_400_000;

/** Exact, over all windows of 30 days. An honest node answers what its class promises, or what is assumed if that is less. */
export const livenessNoise: EconomicCheck = {
  id: 'liveness-noise',
  section: 'honest nodes',
  title: 'chance puts next to no honest node below the bar of liveness in a month',
  formula: '1 - P(misses <= allowed)^windows <= G3, misses ~ Binomial(probes, 1 - availability)',
  source: 'exact binomial tail',
  attacks: [],
  assumes: ['assumptions.honestAvailability', 'gate.metering.falseSlashMax'],
  evaluate: (economy) => economy.classes.map((one) => livenessOf(economy, one)),
};

function livenessOf({ liveness, assumptions, gate }: EconomyProfile, one: NodeClass) {
  const { lengthMs, probes } = liveness.window;
  const allowed = missesAllowed(liveness.window);
  const honest = Math.min(assumptions.honestAvailabilityPpm, one.slo.availabilityPpm);
  const windows = MONTH_MS / lengthMs;
  const alarm = anyOf(probeFalseAlarm(probes, allowed, honest / 1_000_000), windows);
  const passed = alarm <= gate.falseSlashPpmMax / 1_000_000;
  const numbers = `${numberText(allowed)} of ${numberText(probes)} may miss at ${percentText(parts(honest))}, ${numberText(windows)} windows: ${numberText(alarm)} ${passed ? '<=' : '>'} ${numberText(gate.falseSlashPpmMax / 1_000_000)}`;
  return {
    about: one.name,
    passed,
    numbers,
    fields: ['liveness.window.bar', `classes.${one.name}.slo.availability`],
  };
}

const MARGIN_PPM = 15_000;

export const barMargin: EconomicCheck = {
  id: 'bar-margin',
  section: 'honest nodes',
  title: 'the bar of liveness is well below what the class promises',
  formula: 'availability - bar >= 1.5 points',
  source: 'a day of minute probes: at 1.5 points a promise kept is safe, at none half of them fail',
  attacks: [],
  assumes: [],
  evaluate: ({ classes, liveness }) =>
    classes.map(({ name, slo }) => {
      const margin = slo.availabilityPpm - liveness.window.barPpm;
      const passed = margin >= MARGIN_PPM;
      const [promised, bar] = [slo.availabilityPpm, liveness.window.barPpm].map((ppm) => percentText(parts(ppm)));
      const points = `${numberText(margin / 10_000)} points`;
      const numbers = `${promised} - ${bar} = ${points} ${passed ? '>=' : '<'} 1.5 points`;
      return { about: name, passed, numbers, fields: ['liveness.window.bar', `classes.${name}.slo.availability`] };
    }),
};

/** α bounds one run of the test; over a month of samples its runs add up. Exact, with all renewals. */
export const meteringNoise: EconomicCheck = {
  id: 'metering-noise',
  section: 'honest nodes',
  title: 'the sequential test convicts next to no honest meter in a month',
  formula: 'P(convicted within the samples of 30 days) <= G3',
  source: "Wald 1947; exact over the test's scores, with its renewals",
  attacks: [],
  assumes: ['assumptions.honestMeter', 'assumptions.meterSamples', 'gate.metering.falseSlashMax'],
  evaluate: ({ metering, assumptions, gate }) => {
    const { honestMeterPpm, meterSamples } = assumptions;
    const convicted = convictionProbability(metering.test, honestMeterPpm / 1_000_000, meterSamples);
    const limit = gate.falseSlashPpmMax / 1_000_000;
    const passed = convicted <= limit;
    const numbers = `${numberText(meterSamples)} samples, ${percentText(parts(honestMeterPpm))} good: ${numberText(convicted)} ${passed ? '<=' : '>'} ${numberText(limit)}`;
    return [{ about: '', passed, numbers, fields: ['metering.test.falseConviction', 'metering.test.cheat'] }];
  },
};
