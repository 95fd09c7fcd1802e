/** One settled epoch. The object is the model's own and is used again: copy what must last. */
export interface EpochFigures {
  readonly epoch: number;
  readonly priceMicrograinsPerNcuS: number;
  /** Of the epoch after next, fixed here. */
  readonly nextPriceMicrograinsPerNcuS: number;
  readonly tokenMicrograins: number;
  readonly demandedNcuMs: number;
  readonly offeredNcuMs: number;
  /** What counts for the price: assigned, reported, and kept from the market. */
  readonly usedNcuMs: number;
  /** Assigned, and never reported. */
  readonly lostNcuMs: number;
  /** Used over offered; NaN where nothing was offered. */
  readonly utilisation: number;
  readonly chargedGrains: number;
  readonly earnedGrains: number;
  readonly takeGrains: number;
  readonly emissionGrains: number;
  readonly distributedTokensGrains: number;
  readonly vestedCreditsGrains: number;
  readonly paidTokensGrains: number;
  readonly burnedTokensGrains: number;
  readonly activeNodes: number;
  /** Faults proposed, and those that ended, in this epoch. */
  readonly proposedFaults: number;
  readonly convictions: number;
  readonly slashedTokensGrains: number;
}

/** One era, when it has ended. */
export interface EraFigures {
  readonly era: number;
  readonly epoch: number;
  /** What counts behind the credits, over credits outstanding; NaN where there are none. */
  readonly coverage: number;
  /** By class: what its operators earned in the era, credits and tokens at their price, grains. */
  readonly operatorRevenue: readonly Float64Array[];
  readonly medianMargin: number;
  readonly exits: number;
  readonly activeNodes: number;
}

/** Looks at a run as it goes. It must not keep more than it needs, nor change what it is shown. */
export interface Observer {
  epoch?(figures: EpochFigures): void;
  era?(figures: EraFigures): void;
}
