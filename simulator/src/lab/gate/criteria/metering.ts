import { anyOf, convictionProbability, missesAllowed, probeFalseAlarm } from '@stannary/kernel';
import { atMost, exactly, measured } from '../criterion.ts';
import type { GateCheck } from '../report.ts';
import { type Criterion, type CriterionSetting, MILLION } from './criterion-of-gate.ts';

const MONTH_MS = 30 * 86_400_000;

/** G3: meters are true, and chance does not make the honest guilty. */
export const metering: Criterion = {
  gate: 'G3',
  title: 'Meters are true, and the honest are safe',
  share: 'launch',
  scenes: [],
  checks: (setting) => {
    const { gate } = setting.economy;
    const trial = {
      kind: 'metering-trial',
      share: 'launch',
      movedBy: ['gate.metering', 'resources.*.fidelity'],
    } as const;
    return [
      falseConvictions(setting),
      falseAbsences(setting),
      setting.evidence.check('G3', {
        ...trial,
        id: 'meter-bias',
        metric: 'mean relative error of the meters over nodes and windows, without its sign',
        unit: 'of the truth',
        line: atMost(gate.meterBiasPpmMax / MILLION),
      }),
      setting.evidence.check('G3', {
        ...trial,
        id: 'meter-error-p95',
        metric: 'relative error that 95 % of nodes and windows stay below',
        unit: 'of the truth',
        line: atMost(gate.meterErrorPpmMaxP95 / MILLION),
      }),
    ];
  },
};

/** Of the sequential test, exact over its scores; α bounds one run of it, a month has many. */
function falseConvictions({ economy }: CriterionSetting): GateCheck {
  const { metering: rule, assumptions, gate } = economy;
  const convicted = convictionProbability(rule.test, assumptions.honestMeterPpm / MILLION, assumptions.meterSamples);
  return measured({
    id: 'false-convictions',
    metric: 'honest meters convicted, per node and month',
    unit: 'per node-month',
    share: 'economics',
    figure: exactly(convicted, assumptions.meterSamples),
    line: atMost(gate.falseSlashPpmMax / MILLION),
    how: `exact over the test's scores with its renewals: ${assumptions.meterSamples} samples, ${assumptions.honestMeterPpm / 10_000} % of them good`,
    movedBy: ['metering.test.falseConviction', 'metering.test.cheat', 'metering.tolerance'],
  });
}

/** Of the liveness window, for the class in which an honest node is up least. */
function falseAbsences({ economy }: CriterionSetting): GateCheck {
  const { liveness, classes, assumptions, gate } = economy;
  const { window } = liveness;
  const allowed = missesAllowed(window);
  const windows = MONTH_MS / window.lengthMs;
  const alarms = classes.map(({ name, slo }) => {
    const up = Math.min(assumptions.honestAvailabilityPpm, slo.availabilityPpm);
    return { name, up, alarm: anyOf(probeFalseAlarm(window.probes, allowed, up / MILLION), windows) };
  });
  const worst = alarms.reduce((most, one) => (one.alarm > most.alarm ? one : most));
  return measured({
    id: 'false-absences',
    metric: 'honest nodes below the bar of liveness, per node and month, in the worst class',
    unit: 'per node-month',
    share: 'economics',
    figure: exactly(worst.alarm, window.probes),
    line: atMost(gate.falseSlashPpmMax / MILLION),
    how: `exact binomial tail: ${allowed} of ${window.probes} probes may be missed; a node of ${worst.name} answers ${worst.up / 10_000} %; ${windows} windows a month`,
    movedBy: ['liveness.window.bar', `classes.${worst.name}.slo.availability`, 'liveness.window.length'],
  });
}
