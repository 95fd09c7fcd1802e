import type { Resource } from '../economy/resources.ts';
import { divideProduct, lastRemainder, mulDivDown, mulDivUp } from '../numbers/exact.ts';
import {
  type Grains,
  type MicrograinsPerNcuS,
  NCU_MS_MICROGRAINS_PER_GRAIN,
  type NcuMs,
  type Ppm,
} from '../numbers/quantities.ts';

const MILLION = 1_000_000;
const MILLI_NCU_PER_NCU = 1_000;

/** Shares of each charge; their sum is the take. */
export interface TakeRule {
  readonly burnPpm: Ppm;
  readonly insurancePpm: Ppm;
  readonly treasuryPpm: Ppm;
}

export interface ChargeSplit {
  readonly earnedGrains: Grains;
  readonly burnGrains: Grains;
  readonly insuranceGrains: Grains;
  readonly treasuryGrains: Grains;
}

/** A meter's quantity as normalised work, rounded down, once. @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE */
export function normaliseQuantity(resource: Pick<Resource, 'coefficient' | 'divisor'>, quantity: number): NcuMs {
  return mulDivDown(quantity, resource.coefficient, resource.divisor) as NcuMs;
}

/** What a capacity can do in a time, rounded down. @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE */
export function capacityNcuMs(milliNcu: number, lengthMs: number): NcuMs {
  return mulDivDown(milliNcu, lengthMs, MILLI_NCU_PER_NCU) as NcuMs;
}

/** What normalised work costs at a price, rounded up, once. @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE */
export function chargeGrains(work: NcuMs, price: MicrograinsPerNcuS): Grains {
  return mulDivUp(work, price, NCU_MS_MICROGRAINS_PER_GRAIN) as Grains;
}

/**
 * Splits a charge: take = up(charge * rate), its parts by largest remainder (ties: burn, insurance, treasury), and what
 * is left is earned. The four sum to the charge.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 * @example splitTake(economy, grains(101)) // take 5 % + 2 % + 3 %: earned 90, burn 6, insurance 2, treasury 3
 */
export function splitTake(economy: { readonly take: TakeRule }, charge: Grains): ChargeSplit {
  const rate = takeRatePpm(economy.take);
  const take = mulDivUp(charge, rate, MILLION);
  const parts = takeParts(economy.take, rate, take);
  return {
    earnedGrains: (charge - take) as Grains,
    burnGrains: parts.burn as Grains,
    insuranceGrains: parts.insurance as Grains,
    treasuryGrains: (take - parts.burn - parts.insurance) as Grains,
  };
}

/** The take as a share of a charge. */
export function takeRatePpm(take: TakeRule): number {
  return take.burnPpm + take.insurancePpm + take.treasuryPpm;
}

/** Scratch result of `takeParts`: the settlement's loop calls it per line and must not allocate. */
const parts = { burn: 0, insurance: 0 };

/**
 * Largest remainder over exactly three parts, without lists: floors leave 0, 1 or 2 grains over, which go to the largest
 * remainders. The third part is what the other two leave. The result is valid until the next call.
 */
export function takeParts(
  rule: TakeRule,
  rate: number,
  take: number,
): { readonly burn: number; readonly insurance: number } {
  if (rate === 0) {
    parts.burn = 0;
    parts.insurance = 0;
    return parts;
  }
  let burn = divideProduct(take, rule.burnPpm, rate);
  const burnRemainder = lastRemainder();
  let insurance = divideProduct(take, rule.insurancePpm, rate);
  const insuranceRemainder = lastRemainder();
  const treasury = divideProduct(take, rule.treasuryPpm, rate);
  const treasuryRemainder = lastRemainder();
  const over = take - burn - insurance - treasury;
  // How many of the other two come before it.
  const burnRank = Number(insuranceRemainder > burnRemainder) + Number(treasuryRemainder > burnRemainder);
  const insuranceRank = Number(burnRemainder >= insuranceRemainder) + Number(treasuryRemainder > insuranceRemainder);
  if (burnRank < over) burn += 1;
  if (insuranceRank < over) insurance += 1;
  parts.burn = burn;
  parts.insurance = insurance;
  return parts;
}
