import { giniCoefficient, herfindahlIndex, largestShare, nakamotoCoefficient } from '@stannary/kernel';
import { type Moments, QuantileSketch, type QuantileState } from '../experiments/index.ts';
import type { EpochFigures, EraFigures, Observer } from './observer.ts';
import { RunningMoments } from './running-moments.ts';

/** What is followed by its moments; each a stream of one number an epoch, but for the last six: one an era. */
const STREAMS = [
  'price',
  'hourlyMove',
  'utilisation',
  'tokenPrice',
  'chargedGrains',
  'emissionGrains',
  'activeNodes',
  'coverage',
  'nakamoto',
  'herfindahl',
  'gini',
  'topOperator',
  'medianMargin',
] as const;
export type StreamName = (typeof STREAMS)[number];

export interface RunSummaryState {
  readonly moments: Readonly<Record<StreamName, Moments>>;
  readonly margins: QuantileState;
  readonly prices: QuantileState;
  readonly dailyMoves: QuantileState;
  readonly sums: RunSums;
  readonly lastPrice: number;
  readonly dayPrice: number;
}

/** Totals of a run; sums of doubles, exact while below 2^53. */
export interface RunSums {
  chargedGrains: number;
  emissionGrains: number;
  distributedTokensGrains: number;
  paidTokensGrains: number;
  slashedTokensGrains: number;
  demandedNcuMs: number;
  usedNcuMs: number;
  lostNcuMs: number;
  proposedFaults: number;
  convictions: number;
  epochs: number;
}

/** The streaming aggregates of a run, in bounded memory whatever its length. */
export class RunSummary implements Observer {
  readonly #epochsPerDay: number;
  #moments: Record<StreamName, RunningMoments>;
  /** Of every node and era. */
  #margins = new QuantileSketch();
  #prices = new QuantileSketch();
  #dailyMoves = new QuantileSketch();
  #sums: RunSums = { ...NO_SUMS };
  #lastPrice = Number.NaN;
  #dayPrice = Number.NaN;

  constructor(epochMs: number) {
    this.#epochsPerDay = Math.max(1, Math.round(86_400_000 / epochMs));
    this.#moments = Object.fromEntries(STREAMS.map((name) => [name, new RunningMoments()])) as Record<
      StreamName,
      RunningMoments
    >;
  }

  /** Of all nodes in one era. */
  addMargins(margins: QuantileSketch): void {
    this.#margins.absorb(margins.state());
  }

  epoch(figures: EpochFigures): void {
    const price = figures.priceMicrograinsPerNcuS;
    this.#moments.price.add(price);
    this.#prices.add(price);
    if (!Number.isNaN(this.#lastPrice)) this.#moments.hourlyMove.add(Math.abs(price / this.#lastPrice - 1));
    this.#lastPrice = price;
    if (figures.epoch % this.#epochsPerDay === 0) {
      if (!Number.isNaN(this.#dayPrice)) this.#dailyMoves.add(Math.log(price / this.#dayPrice));
      this.#dayPrice = price;
    }
    if (!Number.isNaN(figures.utilisation)) this.#moments.utilisation.add(figures.utilisation);
    this.#moments.tokenPrice.add(figures.tokenMicrograins);
    this.#moments.chargedGrains.add(figures.chargedGrains);
    this.#moments.emissionGrains.add(figures.emissionGrains);
    this.#moments.activeNodes.add(figures.activeNodes);
    for (const name of SUMMED) this.#sums[name] += figures[name];
    this.#sums.epochs += 1;
  }

  era(figures: EraFigures): void {
    if (!Number.isNaN(figures.coverage)) this.#moments.coverage.add(figures.coverage);
    if (!Number.isNaN(figures.medianMargin)) this.#moments.medianMargin.add(figures.medianMargin);
    const all = figures.operatorRevenue.flatMap((ofClass) => [...ofClass]).filter((revenue) => revenue > 0);
    if (all.length === 0) return;
    this.#moments.nakamoto.add(nakamotoCoefficient(all));
    this.#moments.herfindahl.add(herfindahlIndex(all));
    this.#moments.gini.add(giniCoefficient(all));
    const top = figures.operatorRevenue.map((ofClass) => largestShare([...ofClass]));
    this.#moments.topOperator.add(Math.max(...top));
  }

  /** Mean, extremes and spread of a stream over the run. */
  moments(stream: StreamName): RunningMoments {
    return this.#moments[stream];
  }

  /** The margin that a share of nodes and eras stayed at or below; NaN before the first era's end. */
  marginQuantile(share: number): number {
    return this.#margins.count === 0 ? Number.NaN : this.#margins.quantile(share);
  }

  /** NaN before the first epoch. */
  priceQuantile(share: number): number {
    return this.#prices.count === 0 ? Number.NaN : this.#prices.quantile(share);
  }

  /** Of the absolute move of the price's logarithm from day to day. */
  get dailyMoves(): QuantileSketch {
    return this.#dailyMoves;
  }

  get sums(): Readonly<RunSums> {
    return this.#sums;
  }

  /** What was assigned and reported, of what was assigned; 1 where nothing was. */
  get servedShare(): number {
    const { usedNcuMs, lostNcuMs } = this.#sums;
    return usedNcuMs + lostNcuMs === 0 ? 1 : usedNcuMs / (usedNcuMs + lostNcuMs);
  }

  get state(): RunSummaryState {
    const moments = Object.fromEntries(STREAMS.map((name) => [name, this.#moments[name].state]));
    return {
      moments: moments as Record<StreamName, Moments>,
      margins: this.#margins.state(),
      prices: this.#prices.state(),
      dailyMoves: this.#dailyMoves.state(),
      sums: this.#sums,
      lastPrice: this.#lastPrice,
      dayPrice: this.#dayPrice,
    };
  }

  restore(state: RunSummaryState): void {
    const moments = STREAMS.map((name) => [name, new RunningMoments(state.moments[name])]);
    this.#moments = Object.fromEntries(moments) as Record<StreamName, RunningMoments>;
    this.#margins = new QuantileSketch(state.margins);
    this.#prices = new QuantileSketch(state.prices);
    this.#dailyMoves = new QuantileSketch(state.dailyMoves);
    this.#sums = { ...state.sums };
    this.#lastPrice = state.lastPrice;
    this.#dayPrice = state.dayPrice;
  }
}

const SUMMED = [
  'chargedGrains',
  'emissionGrains',
  'distributedTokensGrains',
  'paidTokensGrains',
  'slashedTokensGrains',
  'demandedNcuMs',
  'usedNcuMs',
  'lostNcuMs',
  'proposedFaults',
  'convictions',
] as const;

const NO_SUMS: RunSums = {
  chargedGrains: 0,
  emissionGrains: 0,
  distributedTokensGrains: 0,
  paidTokensGrains: 0,
  slashedTokensGrains: 0,
  demandedNcuMs: 0,
  usedNcuMs: 0,
  lostNcuMs: 0,
  proposedFaults: 0,
  convictions: 0,
  epochs: 0,
};
