import type { DecayingCeiling, Economy } from '@stannary/kernel';
import type { Simulation } from '../../../simulation.ts';

/** What each era minted, against the ceiling on one era and the cap on all. */
export class MintWatch {
  readonly #simulation: Simulation;
  #eraStart: bigint;
  #ceilingShareMost = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#eraStart = simulation.mintedGrains;
  }

  /** After each step. */
  count(): void {
    const { epoch, economy, mintedGrains } = this.#simulation;
    const { ceiling } = economy.supply.limits;
    if (epoch % economy.cadence.epochsPerEra !== 0 || ceiling === null) return;
    // Supply counts burns, which only make the ceiling lower; what was ever minted bounds it from above.
    const supply = ceiling.kind === 'per-era' ? this.#eraStart : mintedGrains;
    const atOnce = BigInt(ceiling.grains) + (supply * BigInt(ceiling.supplyPpm)) / 1_000_000n;
    const allowed = ceiling.kind === 'per-era' ? atOnce : atOnce + decayedGrains(atOnce, ceiling, economy.cadence);
    const minted = Number(mintedGrains - this.#eraStart);
    // Where nothing is allowed, each grain is one too many.
    const share = allowed === 0n ? minted : minted / Number(allowed);
    this.#ceilingShareMost = Math.max(this.#ceilingShareMost, share);
    this.#eraStart = mintedGrains;
  }

  get figures(): Readonly<Record<'mintedOverCap' | 'eraOverCeiling', number>> {
    const { mintedGrains, economy } = this.#simulation;
    const mintedOverCap = Number(mintedGrains) / Number(BigInt(economy.supply.limits.capGrains));
    return { mintedOverCap, eraOverCeiling: this.#ceilingShareMost };
  }
}

/** What an era's time makes room for again under a decaying ceiling, rounded up. */
function decayedGrains(atOnce: bigint, { windowSeconds }: DecayingCeiling, cadence: Economy['cadence']): bigint {
  const windowMs = BigInt(windowSeconds) * 1_000n;
  return (atOnce * BigInt(cadence.epochMs * cadence.epochsPerEra) + windowMs - 1n) / windowMs;
}
