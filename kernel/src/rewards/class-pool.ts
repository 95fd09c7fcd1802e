import { mulDivDown } from '../numbers/exact.ts';
import {
  type Grains,
  type MicrograinsPerNcuS,
  NCU_MS_MICROGRAINS_PER_GRAIN,
  type NcuMs,
  type Ppm,
} from '../numbers/quantities.ts';

const MILLION = 1_000_000;

/** What a class may divide, by its whole work: diminishing returns of the class, neutral inside it. */
export interface ClassPoolRule {
  /** By rising end; work past the last end earns the class nothing more. */
  readonly pieces: readonly ClassPoolPiece[];
}

export interface ClassPoolPiece {
  /** null: nowhere. */
  readonly untilNcuMs: NcuMs | null;
  readonly rateMicrograinsPerNcuS: MicrograinsPerNcuS;
}

/** Rewards for paid use are at most what that use burned, times this (Helium HIP-10: 1). */
export interface BurnCapRule {
  readonly rewardPerBurnPpm: Ppm;
}

/** The two sum to what was offered. */
export interface Pool {
  readonly poolGrains: Grains;
  /** Stays in the emission, or goes to another pool. */
  readonly carriedGrains: Grains;
}

/**
 * min(scheduled, sum of rate * work on the piece), rounded down once. The pool depends on the class's sum alone and is
 * divided in proportion, so splitting inside the class gains nothing; changing class must be closed by attestation.
 */
export function classPool(rule: ClassPoolRule, scheduledGrains: Grains, classWork: NcuMs): Pool {
  let from = 0;
  let micrograins = 0n;
  for (const { untilNcuMs, rateMicrograinsPerNcuS } of rule.pieces) {
    const until = Math.min(classWork, untilNcuMs ?? classWork);
    if (until > from) micrograins += BigInt(until - from) * BigInt(rateMicrograinsPerNcuS);
    from = Math.max(from, until);
  }
  const earned = micrograins / BigInt(NCU_MS_MICROGRAINS_PER_GRAIN);
  return poolOf(scheduledGrains, earned < BigInt(scheduledGrains) ? Number(earned) : scheduledGrains);
}

/**
 * min(offered, floor(burned * rate)): with rate below the part of a fee that its payer cannot get back, use bought for
 * its reward alone loses.
 * @throws KernelRefusal KERNEL-AMOUNT, KERNEL-RANGE
 */
export function burnCappedPool(rule: BurnCapRule, offeredGrains: Grains, burnedGrains: Grains): Pool {
  return poolOf(offeredGrains, Math.min(offeredGrains, mulDivDown(burnedGrains, rule.rewardPerBurnPpm, MILLION)));
}

function poolOf(offered: number, pool: number): Pool {
  return { poolGrains: pool as Grains, carriedGrains: (offered - pool) as Grains };
}
