/** What a run of kind `simulate` tells, by name: the unit of the number and what it is. */
export interface FigureMeaning {
  readonly unit: string;
  readonly meaning: string;
  /** A part of a whole: never below 0, nor above 1, and neither is any interval of it. */
  readonly isPart?: true;
}

const part = (meaning: string): FigureMeaning => ({ unit: 'share', meaning, isPart: true });
const figure = (unit: string, meaning: string): FigureMeaning => ({ unit, meaning });

const PRICE = 'micrograins per NCU·s';
const TOKEN_PRICE = 'micrograins per token grain';

/** In the order of tables and files. */
export const FIGURES = {
  price: figure(PRICE, 'mean price'),
  priceLow: figure(PRICE, 'price that 5 % of the epochs stay at or below'),
  priceHigh: figure(PRICE, 'price that 95 % of the epochs stay at or below'),
  priceLast: figure(PRICE, 'price of the last epoch'),
  hourlyMove: figure('share', 'mean move of the price from one epoch to the next'),
  hourlyMoveMost: figure('share', 'largest move of the price from one epoch to the next'),
  dailyMoveLow: figure('logarithm', 'move from day to day that 5 % of the days stay at or below'),
  dailyMoveHigh: figure('logarithm', 'move from day to day that 95 % of the days stay at or below'),
  utilisation: part('mean of what was used over what was offered'),
  utilisationMost: part('highest utilisation of an epoch'),
  servedShare: part('assigned work that was reported; 1 where nothing was assigned'),
  tokenPrice: figure(TOKEN_PRICE, 'mean price of the token'),
  tokenPriceLeast: figure(TOKEN_PRICE, 'lowest price of the token'),
  tokenPriceLast: figure(TOKEN_PRICE, 'price of the token in the last epoch'),
  activeNodes: figure('nodes', 'mean number of active nodes'),
  activeNodesLeast: figure('nodes', 'fewest active nodes of an epoch'),
  activeNodesLast: figure('nodes', 'active nodes in the last epoch'),
  exits: figure('nodes', 'nodes that left'),
  medianMargin: figure('share', 'mean over the eras of the median margin of nodes'),
  marginLow: figure('share', 'margin that 10 % of nodes and eras stay at or below'),
  marginHigh: figure('share', 'margin that 90 % of nodes and eras stay at or below'),
  nakamoto: figure('operators', 'fewest operators that together earn more than half, mean over the eras'),
  herfindahl: part('Herfindahl index of what operators earn, mean over the eras'),
  gini: part('Gini coefficient of what operators earn, mean over the eras'),
  topOperatorMost: part('largest share that one operator ever earned of a class in an era'),
  coverage: figure('share', 'mean of what stands behind the credits over credits outstanding'),
  coverageLeast: figure('share', 'lowest coverage at the end of an era'),
  chargedGrains: figure('credit grains', 'what consumers were charged'),
  emissionGrains: figure('token grains', 'what supply released'),
  distributedTokensGrains: figure('token grains', 'what nodes earned of it'),
  paidTokensGrains: figure('token grains', 'tokens that vested'),
  slashedTokensGrains: figure('token grains', 'tokens that were slashed'),
  burnedTokensGrains: figure('token grains', 'tokens that were bought and burned'),
  supplyTokensGrains: figure('token grains', 'minted, genesis included, less burned, at the end'),
  demandedNcuMs: figure('NCU·ms', 'work that was asked for'),
  usedNcuMs: figure('NCU·ms', 'work that counted for the price'),
  lostNcuMs: figure('NCU·ms', 'work that was assigned and never reported'),
  proposedFaults: figure('faults', 'faults that were proposed'),
  convictions: figure('faults', 'faults that became final'),
  epochs: figure('epochs', 'epochs of the run'),
} as const satisfies Readonly<Record<string, FigureMeaning>>;
export type FigureName = keyof typeof FIGURES;

/** The course of a run in 64 equal parts of its horizon: means of the epochs in a part, or what stood at its end. */
export const SERIES = {
  price: figure(PRICE, 'mean price'),
  tokenPrice: figure(TOKEN_PRICE, 'mean price of the token'),
  coverage: figure('share', 'coverage at the last end of an era'),
  utilisation: figure('share', 'mean utilisation'),
  activeNodes: figure('nodes', 'mean number of active nodes'),
  emission: figure('token grains', 'mean emission of an epoch'),
  supply: figure('token grains', 'minted, genesis included, less burned, at the end of the part'),
} as const satisfies Readonly<Record<string, FigureMeaning>>;
export type SeriesName = keyof typeof SERIES;
export const BINS = 64;
