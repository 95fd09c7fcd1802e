import { amountOf, type Participant, readAmount, readFlag } from './participant.ts';
import type { Requirement, SuccessShareRequirement } from './rules.ts';

const MILLION = 1_000_000n;

/**
 * Names of the requirements that a participant breaks, in the rule's order; none for whoever is paid.
 * @throws KernelRefusal KERNEL-COLUMN-UNKNOWN, KERNEL-AMOUNT
 */
export function brokenRequirements(requirements: readonly Requirement[], participant: Participant): readonly string[] {
  return requirements.filter((requirement) => isBroken(requirement, participant)).map(({ name }) => name);
}

function isBroken(requirement: Requirement, participant: Participant): boolean {
  if (requirement.unless !== null && readFlag(participant, requirement.unless)) return false;
  switch (requirement.kind) {
    case 'flag':
      return readFlag(participant, requirement.flag) !== requirement.mustBe;
    case 'minimum-amount':
      return amountOf(participant, requirement.amount) < BigInt(requirement.minimumAmount);
    case 'success-share':
      return fallsShort(requirement, participant);
    case 'measured-share':
      return readAmount(participant, requirement.shareColumn) < BigInt(requirement.minimumPpm);
  }
}

/** The share is compared as a product, so nothing is rounded: (count − failures)·10^6 < share·count. */
function fallsShort(rule: SuccessShareRequirement, participant: Participant): boolean {
  const count = readAmount(participant, rule.countColumn);
  const failures = readAmount(participant, rule.failureColumn);
  if (count < BigInt(rule.smallSampleCount)) return failures > BigInt(rule.smallSampleFailures);
  return (count - failures) * MILLION < BigInt(rule.successSharePpm) * count;
}
