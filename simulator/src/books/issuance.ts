import { classShares, type Economy, type SupplyState, supplyGenesis, wideEmissionOf } from '@stannary/kernel';
import type { ChargeSums } from './node-books.ts';

/** What an epoch mints, grains. */
export interface Issued {
  readonly workGrains: number;
  readonly coverageGrains: number;
}

/** What the supply rules ask of the network besides its charges. */
export interface SupplyWorld {
  readonly era: number;
  readonly bondedGrains: number;
  /** Capacity in good standing, milli-NCU. */
  readonly networkPower: number;
  readonly burnedTokensGrains: number;
  /** null while the oracle is halted. */
  readonly tokenPriceMicrograins: number | null;
}

export interface IssuanceState {
  readonly supply: SupplyState;
  /** Units that do not make a grain yet. */
  readonly unitsLeft: bigint;
}

/** The supply rules over a run: the kernel's `wideEmissionOf` on the facts of each epoch, in whole grains. */
export class Issuance {
  readonly #economy: Economy;
  readonly #units: bigint;
  #supply: SupplyState;
  #unitsLeft = 0n;

  constructor(economy: Economy) {
    this.#economy = economy;
    this.#units = BigInt(economy.supply.unitsPerGrain);
    const genesis = economy.genesis.allocations.reduce((sum, { tokensGrains }) => sum + BigInt(tokensGrains), 0n);
    this.#supply = supplyGenesis(economy.supply, genesis * this.#units);
  }

  mint(charged: ChargeSums, world: SupplyWorld): Issued {
    const units = this.#units;
    const { parts, state } = wideEmissionOf(this.#economy.supply, this.#supply, {
      era: world.era,
      epochMs: this.#economy.cadence.epochMs,
      bondedGrains: BigInt(world.bondedGrains) * units,
      networkPower: BigInt(world.networkPower),
      burnedGrains: BigInt(world.burnedTokensGrains) * units,
      workPaidGrains: BigInt(charged.chargedGrains) * units,
      feesGrains: BigInt(charged.chargedGrains) * units,
      nonRecoverableTakeGrains: BigInt(charged.burnGrains + charged.insuranceGrains) * units,
      tokenPriceMicrograins: world.tokenPriceMicrograins === null ? null : BigInt(world.tokenPriceMicrograins),
    });
    let made = this.#unitsLeft;
    let coverage = 0n;
    for (const { purpose, grains } of parts) {
      made += grains;
      if (purpose === 'coverage') coverage += grains;
    }
    this.#supply = state;
    this.#unitsLeft = made % units;
    const coverageGrains = coverage / units;
    return { workGrains: Number(made / units - coverageGrains), coverageGrains: Number(coverageGrains) };
  }

  /** What each class divides: its share, at most what one class may have and what its whole work is worth. */
  shares(grains: number, workByClass: () => readonly number[]): number[] {
    // A pass over all nodes that few economies need.
    const work = this.#economy.classes.some(({ pool }) => pool !== null) ? workByClass() : [];
    return classShares(this.#economy, grains, work);
  }

  /** Ever minted, with genesis, and ever burned, in grains rounded down. */
  get mintedGrains(): bigint {
    return BigInt(this.#supply.mintedGrains) / this.#units;
  }

  get state(): IssuanceState {
    return { supply: this.#supply, unitsLeft: this.#unitsLeft };
  }

  restore({ supply, unitsLeft }: IssuanceState): void {
    this.#supply = supply;
    this.#unitsLeft = unitsLeft;
  }
}
