import type { EconomyProfile } from './catalogue/economy.ts';
import type { EconomyRefusal, EconomyRefusalCode } from './refusal.ts';

export type Refuse = (code: EconomyRefusalCode, path: string, expected: string, got?: string) => EconomyRefusal;
export type Check = (economy: EconomyProfile, refuse: Refuse) => void;

const MILLION = 1_000_000;

// Orders within the rules of security, assets and government; `checkEconomy` runs them with its own.

/** A ceiling below its slash would take one of the two numbers back. */
function checkCeilings({ offences }: EconomyProfile, refuse: Refuse): void {
  for (const { offence, slashPpm, ceilingPpm } of offences) {
    if (ceilingPpm < slashPpm) throw refuse('ECONOMY-OFFENCE', `offences.${offence}.ceiling`, 'at least the slash');
  }
}

function checkMetering({ metering }: EconomyProfile, refuse: Refuse): void {
  const { confidence, tolerancePpm, warnPpm, slashLinePpm } = metering;
  const fallen = confidence.findIndex(
    ({ samplesMin }, index) => samplesMin <= (confidence[index - 1]?.samplesMin ?? 1),
  );
  if (fallen >= 0) {
    const expected = 'two samples or more, and more than in the row before';
    throw refuse('ECONOMY-METERING', `metering.confidence[${fallen}].samples`, expected);
  }
  if (!(tolerancePpm <= warnPpm && warnPpm <= slashLinePpm)) {
    throw refuse('ECONOMY-METERING', 'metering.warn', 'from the tolerance to the slash line');
  }
}

function checkLiveness({ liveness }: EconomyProfile, refuse: Refuse): void {
  if (liveness.window.probes < 1) throw refuse('ECONOMY-LIVENESS', 'liveness.window.slot', 'at most the window');
}

function checkVerifier({ verification }: EconomyProfile, refuse: Refuse): void {
  const { canaryPenaltyGrains, verifierBondGrains } = verification;
  if (canaryPenaltyGrains <= verifierBondGrains) return;
  throw refuse('ECONOMY-VERIFIER', 'verification.canaryPenalty', "at most the verifier's bond");
}

function checkVesting({ vesting: { schedule } }: EconomyProfile, refuse: Refuse): void {
  if (schedule?.kind !== 'graduated') return;
  const { withhold, returns } = schedule;
  if (withhold[0]!.ageEpochsMin !== 0) {
    throw refuse('ECONOMY-VESTING', 'vesting.schedule.withhold[0].age', '0 s: the first step holds from the beginning');
  }
  for (const [name, steps] of Object.entries({ withhold, returns })) {
    const late = steps.findIndex(({ ageEpochsMin }, index) => ageEpochsMin <= (steps[index - 1]?.ageEpochsMin ?? -1));
    if (late >= 0) throw refuse('ECONOMY-VESTING', `vesting.schedule.${name}[${late}].age`, 'more than the age before');
  }
  const fallen = returns.findIndex(({ sharePpm }, index) => sharePpm < (returns[index - 1]?.sharePpm ?? 0));
  if (fallen < 0) return;
  throw refuse('ECONOMY-VESTING', `vesting.schedule.returns[${fallen}].share`, 'at least the share before');
}

function checkOracle({ oracle: { rule } }: EconomyProfile, refuse: Refuse): void {
  if (rule.lowSeconds >= rule.twapSeconds) return;
  throw refuse('ECONOMY-ORACLE', 'oracle.rule.low', 'at least as long as the average');
}

function checkReserve({ reserve: { throttle } }: EconomyProfile, refuse: Refuse): void {
  if (throttle.haltPpm >= throttle.warnPpm) {
    throw refuse('ECONOMY-RESERVE', 'reserve.throttle.halt', 'less than the warning line');
  }
  if (throttle.growthPpm <= MILLION) throw refuse('ECONOMY-RESERVE', 'reserve.throttle.growth', 'more than 1');
  if (throttle.waitSecondsMin > throttle.waitSecondsMax) {
    throw refuse('ECONOMY-RESERVE', 'reserve.throttle.waitMin', 'at most the longest wait');
  }
}

function checkCurve({ bondingCurve: curve }: EconomyProfile, refuse: Refuse): void {
  if (curve?.kind !== 'augmented-curve' || curve.vestingCliffSeconds <= curve.vestingSeconds) return;
  throw refuse('ECONOMY-CURVE', 'bondingCurve.vestingCliff', 'at most the vesting');
}

/** More than half: two parties that do not speak to each other must never both decide. */
function checkCommittee({ committee, governance }: EconomyProfile, refuse: Refuse): void {
  const { seats, threshold, largeSeats, largeThreshold } = committee;
  const { guardian } = governance;
  const groups = [
    ['committee.threshold', threshold, seats],
    ['committee.largeThreshold', largeThreshold, largeSeats],
    ['governance.guardian.threshold', guardian.threshold, guardian.seats],
  ] as const;
  for (const [path, votes, all] of groups) {
    if (2 * votes <= all || votes > all) {
      throw refuse('ECONOMY-COMMITTEE', path, `more than half of ${all} seats, and no more than there are`);
    }
  }
}

function checkGovernance({ governance }: EconomyProfile, refuse: Refuse): void {
  if (governance.passPpm < MILLION / 2) throw refuse('ECONOMY-GOVERNANCE', 'governance.pass', 'at least half');
  if (governance.passToLoosenPpm < governance.passPpm) {
    throw refuse('ECONOMY-GOVERNANCE', 'governance.passToLoosen', 'at least as much as to tighten');
  }
}

export const RULE_CHECKS: readonly Check[] = [
  checkCeilings,
  checkMetering,
  checkLiveness,
  checkVerifier,
  checkVesting,
  checkOracle,
  checkReserve,
  checkCurve,
  checkCommittee,
  checkGovernance,
];
