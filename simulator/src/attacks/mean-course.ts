import {
  advancePrice,
  allocationRuleOf,
  allocationWeight,
  type BetaMasses,
  BondDesk,
  type Economy,
  initialPrice,
  observe,
} from '@stannary/kernel';
import { Demand } from '../agents/demand.ts';
import { Oracle } from '../agents/oracle.ts';
import { earnedShare } from '../agents/population.ts';
import { TokenMarket } from '../agents/token-market.ts';
import { Issuance } from '../books/issuance.ts';
import { Draws } from '../draws/draws.ts';
import type { ProviderPopulation, Scenario } from '../scenario/scenario.ts';
import { upShareAt } from '../scenario/series.ts';
import { verifiersAt } from '../scenario/verifiers.ts';
import type { AttackSetting } from './attack.ts';
import { MeanProviders } from './mean-providers.ts';

// The mean of a run: every share of nodes as expected, every noise at its mean, the price by the kernel's rule on both.

const MILLION = 1_000_000;
const YEAR_MS = 365 * 86_400_000;

export type World = Pick<AttackSetting, 'economy' | 'scenario'>;

/** What a cohort does in a mean epoch; honest work where nothing is said. Amounts NCU·ms. */
export interface MeanPlay {
  /** Of it those that still work. */
  readonly nodes: number;
  readonly takesWork?: boolean;
  /** Own demand of a node. */
  readonly washNcuMs?: number;
  /** Of all of it, leased and left idle. */
  readonly withheldNcuMs?: number;
  /** Claims beyond the truth, and the part of the work that was not done. */
  readonly inflation?: number;
  readonly falseShare?: number;
  /** When its nodes registered. Default: 0, like everybody. */
  readonly joinedEpoch?: number;
}

/** An epoch in the mean. Credits, tokens at their first price. */
export interface MeanEpoch {
  readonly priceMicrograinsPerNcuS: number;
  /** A node of the cohort: what it claims, and of that what is false. */
  readonly workNcuMs: number;
  readonly falseNcuMs: number;
  /** What it charges, what the take leaves of that, and its part of the emission. */
  readonly charges: number;
  readonly earned: number;
  readonly tokens: number;
  /** What the class divides, the work of one of its other nodes that is up, and how many are, in nodes of the cohort's size. */
  readonly classTokens: number;
  readonly othersWorkNcuMs: number;
  readonly othersNodes: number;
  /** What whoever withholds got, and how full the class was. */
  readonly idleNcuMs: number;
  readonly classUtilisation: number;
}

/** A market of means, epoch after epoch. What the cohort does may hang on the price. */
export function meanCourse(
  world: World,
  cohort: ProviderPopulation,
  epochs: number,
  playAt: (epoch: number, priceMicrograinsPerNcuS: number) => MeanPlay,
): MeanEpoch[] {
  const { economy, scenario } = world;
  const market = new MeanMarket(world, cohort);
  const minted = mintOf(world);
  let state = initialPrice(economy.price);
  let price: number = state.priceMicrograinsPerNcuS;
  let following: number = price;
  return Array.from({ length: Math.min(epochs, scenario.horizonEpochs) }, (_, epoch) => {
    const traded = market.at(epoch, price, playAt(epoch, price));
    const tokens = minted(epoch, traded.usedByClass, price);
    const classTokens = tokens[market.classIndex]!;
    const use = {
      usedNcuMs: Math.floor(traded.usedByClass.reduce((sum, used) => sum + used, 0)),
      offeredNcuMs: Math.floor(traded.offeredNcuMs),
      epochMs: economy.cadence.epochMs,
    };
    state = advancePrice(economy.price, state, use as never);
    const met = { ...traded.met, classTokens, tokens: classTokens * traded.share };
    market.pass(epoch, price, traded.othersByClass, tokens, traded.share * traded.nodes);
    price = following;
    following = state.priceMicrograinsPerNcuS;
    return met;
  });
}

/** One mean epoch at the first price, without what it mints. */
export function meanEpoch(world: World, cohort: ProviderPopulation, play: MeanPlay): Omit<MeanEpoch, MintedSide> {
  return new MeanMarket(world, cohort).at(0, world.economy.price.initialMicrograinsPerNcuS, play).met;
}

type MintedSide = 'tokens' | 'classTokens';

/** The token's first price, micrograins: without drift it is that of any later epoch in the mean. */
function firstTokenPrice({ scenario }: Pick<World, 'scenario'>): number {
  return new TokenMarket(scenario, new Draws({ seed: 0, run: 0 }), 1).micrograins;
}

/** What a node of a population bonds when the network begins, at the token's first price. */
export function bondCredits({ economy, scenario }: World, population: ProviderPopulation): number {
  const micrograins = firstTokenPrice({ scenario });
  const price = new Oracle(economy, [], micrograins).price;
  const { className, milliNcu, bondCushion } = population;
  const desk = new BondDesk(economy, economy.price.initialMicrograinsPerNcuS, price);
  const tokens = Math.ceil(desk.required({ className, milliNcu, bondGrains: 0 } as never) * bondCushion);
  return (tokens * micrograins) / MILLION / economy.grainsPerUnit;
}

/** The market of a world whose shares are all as expected, with a cohort in one of its classes. */
class MeanMarket {
  readonly classIndex: number;
  readonly #economy: Economy;
  readonly #scenario: Scenario;
  readonly #cohort: ProviderPopulation;
  readonly #demand: Demand;
  readonly #providers: MeanProviders;
  readonly #nodeNcuMs: number;
  readonly #offeredShare: number;
  readonly #standings = new Map<string, number>();

  constructor({ economy, scenario }: World, cohort: ProviderPopulation) {
    const { classes, cadence } = economy;
    this.#economy = economy;
    this.#scenario = scenario;
    this.#cohort = cohort;
    this.classIndex = classes.findIndex(({ name }) => name === cohort.className);
    const ofClass = (name: string, size: (one: ProviderPopulation) => number) =>
      scenario.providers.reduce((sum, one) => (one.className === name ? sum + size(one) : sum), 0);
    const ncuMs = ({ nodes, milliNcu }: ProviderPopulation) => (nodes * milliNcu * cadence.epochMs) / 1_000;
    const capacity = classes.map(({ name }) => ofClass(name, ncuMs));
    this.#providers = new MeanProviders(economy, scenario);
    const quiet = { ...scenario, demand: { ...scenario.demand, noise: 0 } };
    this.#demand = new Demand(economy, quiet, new Draws({ seed: 0, run: 0 }), YEAR_MS / cadence.epochMs, capacity);
    this.#nodeNcuMs = Math.floor((cohort.milliNcu * cadence.epochMs) / 1_000);
    const own = ncuMs(cohort);
    const cap = classes[this.classIndex]!.operatorCapPpm / MILLION;
    this.#offeredShare =
      own === 0 ? 1 : Math.min(1, ((own + capacity[this.classIndex]!) * cap * cohort.operators) / own);
  }

  at(epoch: number, price: number, play: MeanPlay) {
    const { takesWork = true, withheldNcuMs = 0, washNcuMs = 0, inflation = 0, falseShare = 0 } = play;
    const own = this.classIndex;
    const standing = this.#evidence(epoch) * this.#standing(epoch, play.joinedEpoch ?? 0);
    const capacity = takesWork ? play.nodes * this.#nodeNcuMs * this.#offeredShare : 0;
    const demanded = this.#demand.at(epoch, price);
    const wanted = demanded.map((one, index) => (index === own ? one + withheldNcuMs : one));
    const upByClass = this.#providers.up(epoch);
    const offered = upByClass.map((up, index) => (index === own ? up + capacity : up));
    const served = wanted.map((one, index) => Math.min(one, offered[index]!));
    const up = upByClass[own]!;
    const weight = up + (takesWork ? play.nodes * this.#nodeNcuMs * standing : 0);
    const busy = !takesWork || weight === 0 ? 0 : Math.min(this.#offeredShare, (served[own]! * standing) / weight);
    const given = this.#nodeNcuMs * busy;
    const honest = Math.min(this.#nodeNcuMs, given + washNcuMs);
    const workNcuMs = Math.min(this.#nodeNcuMs, honest * (1 + inflation));
    const grown = play.nodes * (workNcuMs - given);
    const others = Math.max(0, Math.min(up, served[own]! - play.nodes * given));
    const charges = (workNcuMs * price) / 1e9 / this.#economy.grainsPerUnit;
    const all = others + play.nodes * workNcuMs;
    return {
      nodes: play.nodes,
      share: all === 0 ? 0 : workNcuMs / all,
      othersByClass: served.map((one, index) => (index === own ? others : one)),
      usedByClass: served.map((one, index) => (index === own ? one + grown : one)),
      offeredNcuMs: offered.reduce((sum, one) => sum + one, 0) + (takesWork ? 0 : grown),
      met: {
        priceMicrograinsPerNcuS: price,
        workNcuMs,
        falseNcuMs: workNcuMs - honest + honest * falseShare,
        charges,
        earned: charges * earnedShare(this.#economy),
        othersWorkNcuMs: up === 0 ? 0 : (this.#nodeNcuMs * others) / up,
        othersNodes: this.#nodeNcuMs === 0 ? 0 : up / this.#nodeNcuMs,
        idleNcuMs: wanted[own] === 0 ? 0 : (served[own]! * withheldNcuMs) / wanted[own]!,
        classUtilisation: offered[own] === 0 ? 0 : served[own]! / offered[own]!,
      },
    };
  }

  /** What others did in an epoch, and what it was paid. */
  pass(epoch: number, price: number, othersByClass: readonly number[], tokens: readonly number[], own: number): void {
    const perNcuMs = (price / 1e9 / this.#economy.grainsPerUnit) * earnedShare(this.#economy);
    const up = this.#providers.up(epoch);
    const pay = othersByClass.map((work, index) => ({
      paid: work * perNcuMs + tokens[index]! * (index === this.classIndex ? 1 - own : 1),
      workShare: up[index] === 0 ? 0 : work / up[index]!,
    }));
    this.#providers.pass(epoch, pay);
  }

  /** Weight of a node of the cohort over one of the same size among the others that are up, both of one standing. */
  #evidence(epoch: number): number {
    const { className, evidence } = this.#cohort;
    const weights = allocationRuleOf(this.#economy).classes[this.classIndex]!.evidenceWeightsPpm;
    let up = 0;
    let weighed = 0;
    for (const one of this.#scenario.providers) {
      if (one.className !== className) continue;
      const size = one.nodes * one.milliNcu * upShareAt(one, epoch);
      up += size;
      weighed += size * weights[one.evidence];
    }
    return weighed === 0 ? 1 : (weights[evidence] * up) / weighed;
  }

  /** Weight of a node that registered in an epoch over that of the first ones; weights are told at the ends of eras. */
  #standing(epoch: number, joined: number): number {
    if (joined === 0) return 1;
    const { epochsPerEra } = this.#economy.cadence;
    const told = Math.floor(epoch / epochsPerEra) * epochsPerEra;
    const key = `${told} ${joined}`;
    let found = this.#standings.get(key);
    if (found === undefined) {
      const reviewed = Math.floor(epoch / epochsPerEra) - Math.floor(joined / epochsPerEra);
      const first = this.#meanWeight(told / epochsPerEra, told);
      found = first === 0 ? 1 : this.#meanWeight(reviewed, Math.max(0, told - joined)) / first;
      this.#standings.set(key, found);
    }
    return found;
  }

  /** Over the audits, a Poisson number, that confirmed a node in so many eras. */
  #meanWeight(eras: number, age: number): number {
    const { cadence, reputation } = this.#economy;
    const { auditShare } = verifiersAt(this.#economy, this.#scenario, this.#cohort.className, 0);
    const expected = auditShare * cadence.epochsPerEra * eras;
    let masses: BetaMasses = { successPpm: 0, failurePpm: 0 };
    let chance = Math.exp(-expected);
    let mean = 0;
    for (let confirmed = 0; ; confirmed += 1) {
      mean += chance * allocationWeight(this.#economy, MILLION, masses, age);
      if (confirmed > expected && chance < 1e-9) return mean;
      masses = observe(reputation.lambdaPpm, masses, 1, 0);
      chance *= expected / (confirmed + 1);
    }
  }
}

/** What each class's part of an epoch's emission is worth, credits, in a run whose epochs are asked in order. */
function mintOf({ economy, scenario }: World) {
  const { grainsPerUnit, take, cadence } = economy;
  const micrograins = firstTokenPrice({ scenario });
  const issuance = new Issuance(economy);
  const bonded = scenario.providers.reduce((sum, one) => sum + one.nodes * bondCredits({ economy, scenario }, one), 0);
  const bondedGrains = Math.floor((bonded * grainsPerUnit * MILLION) / micrograins);
  const networkPower = scenario.providers.reduce((sum, { nodes, milliNcu }) => sum + nodes * milliNcu, 0);
  return (epoch: number, usedByClass: readonly number[], price: number): number[] => {
    const charged = (usedByClass.reduce((sum, one) => sum + one, 0) * price) / 1e9;
    const part = (ppm: number) => Math.floor((charged * ppm) / MILLION);
    const sums = {
      chargedGrains: Math.floor(charged),
      earnedGrains: 0,
      burnGrains: part(take.burnPpm),
      insuranceGrains: part(take.insurancePpm),
      treasuryGrains: part(take.treasuryPpm),
    };
    const issued = issuance.mint(sums, {
      era: Math.floor(epoch / cadence.epochsPerEra),
      bondedGrains,
      networkPower,
      burnedTokensGrains: 0,
      tokenPriceMicrograins: micrograins,
    });
    const shares = issuance.shares(issued.workGrains, () => usedByClass.map(Math.floor));
    return shares.map((grains) => (grains * micrograins) / MILLION / grainsPerUnit);
  };
}
