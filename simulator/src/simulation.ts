import { advancePrice, type Economy, initialPrice, type PriceState } from '@stannary/kernel';
import { Demand } from './agents/demand.ts';
import { type ClassMarket, Market } from './agents/market.ts';
import { Oracle, type OracleState } from './agents/oracle.ts';
import { assignOperators, layOut, type NodeColumns, type Population, STATUS } from './agents/population.ts';
import { Providers, type ProvidersState } from './agents/providers.ts';
import { TokenMarket, type TokenMarketState } from './agents/token-market.ts';
import type { AttackAccount, CohortLedger, PlannedAttack } from './attacks/attack.ts';
import { Cohort, type CohortState } from './attacks/cohort.ts';
import { checkedAccount, cohortAddresses, settingOf } from './attacks/plan.ts';
import { BondBook, type BondBookState } from './books/bond-book.ts';
import { CreditMarket, type CreditMarketState } from './books/credit-market.ts';
import { FaultBook, type FaultBookState, type FaultSums, type Proposal } from './books/fault-book.ts';
import { Issuance, type IssuanceState } from './books/issuance.ts';
import { Ledger, type LedgerState } from './books/ledger.ts';
import { type ChargeSums, NodeBooks, type NodeBooksState, type RewardSums } from './books/node-books.ts';
import { ResourceMarkets, type ResourceMarketsState } from './books/resource-markets.ts';
import { TakeBook, type TakeBookState } from './books/take-book.ts';
import { Draws } from './draws/draws.ts';
import { QuantileSketch } from './experiments/index.ts';
import type { EpochFigures, EraFigures, Observer } from './observers/observer.ts';
import { RunSummary, type RunSummaryState } from './observers/run-summary.ts';
import { SimulationRefusal } from './refusal.ts';
import { checkScenario } from './scenario/check.ts';
import type { Scenario } from './scenario/scenario.ts';
import { verifiersAt } from './scenario/verifiers.ts';

const YEAR_MS = 365 * 86_400_000;
const MILLION = 1_000_000;

export interface SimulationOptions {
  /** Run of the scenario's seed. Default: 0. */
  readonly run?: number;
  /** Default: none. */
  readonly attacks?: readonly PlannedAttack[];
  /** Beside the run's own summary. */
  readonly observers?: readonly Observer[];
  /** Treat offences in shadow mode as live. Default: as the economy has them. */
  readonly assumeLive?: boolean;
  /** Runs in lockstep, settled by another way, and throws where the two differ. Default: none. */
  readonly twin?: SettlementTwin;
}

/** Another settlement of the same decisions. */
export interface SettlementTwin {
  /** May replace how work was shared out; called after the market, before cohorts claim. */
  assign(world: TwinWorld, demandedByClass: readonly number[], work: Float64Array): void;
  settle(world: TwinWorld, settled: SettledEpoch): void;
}

/** What a twin may look at. */
export interface TwinWorld {
  readonly economy: Economy;
  readonly epoch: number;
  readonly population: Population;
  readonly books: NodeBooks;
  readonly market: Market;
  readonly oracle: Oracle;
}

/** What the columns made of an epoch. */
export interface SettledEpoch {
  readonly columns: NodeBooks['columns'];
  /** Active bonds before the epoch's verdicts. */
  readonly bonds: Float64Array;
  readonly charged: ChargeSums;
  readonly rewards: RewardSums;
  readonly emissionGrains: number;
  readonly proposals: readonly Proposal[];
  readonly faults: FaultSums;
  /** At the common price. */
  readonly usedNcuMs: number;
  readonly offeredNcuMs: number;
  /** null where all work has the common price. */
  readonly markets: ResourceMarkets | null;
  readonly nextPriceMicrograinsPerNcuS: number;
  readonly tokenPriceIsKnown: boolean;
  readonly burnedTokensGrains: number;
}

/** All that a run is at an epoch's beginning. Survives a structured clone; never JSON, for it holds columns. */
export interface Checkpoint {
  readonly economyName: string;
  readonly scenarioName: string;
  readonly seed: number;
  readonly run: number;
  readonly nodes: number;
  readonly epoch: number;
  readonly columns: NodeColumns;
  readonly stopLines: Float64Array;
  readonly prices: readonly [number, number];
  readonly priceState: PriceState;
  readonly markets: ResourceMarketsState | null;
  readonly utilisation: number;
  readonly era: EraSums;
  readonly burnedTokens: number;
  readonly books: NodeBooksState;
  readonly bonds: BondBookState;
  readonly take: TakeBookState;
  readonly faults: FaultBookState;
  readonly issuance: IssuanceState;
  readonly ledger: LedgerState;
  readonly credits: CreditMarketState;
  readonly token: TokenMarketState;
  readonly oracle: OracleState;
  readonly providers: ProvidersState;
  readonly cohorts: readonly CohortState[];
  readonly summary: RunSummaryState;
}

interface EraSums {
  readonly earnedGrains: number;
  readonly workNcuMs: number;
  readonly chargedGrains: number;
  readonly vestedGrains: number;
}

const NO_ERA: EraSums = { earnedGrains: 0, workNcuMs: 0, chargedGrains: 0, vestedGrains: 0 };

/**
 * One run of an economy in a scenario: epoch after epoch, agents decide in floating point and the kernel moves every
 * balance. The order of an epoch is the protocol's: market, usage, charges, faults, emission, vesting, verdicts, prices.
 * Conservation of all money is asserted in each.
 */
export class Simulation {
  readonly economy: Economy;
  readonly scenario: Scenario;
  readonly run: number;
  readonly summary: RunSummary;
  readonly population: Population;
  readonly books: NodeBooks;
  readonly cohorts: readonly Cohort[];
  readonly #twin: SettlementTwin | null;
  readonly #observers: readonly Observer[];
  readonly #demand: Demand;
  readonly #market: Market;
  readonly #markets: ResourceMarkets | null;
  readonly #providers: Providers;
  readonly #token: TokenMarket;
  readonly #oracle: Oracle;
  readonly #bonds: BondBook;
  readonly #take: TakeBook;
  readonly #faults: FaultBook;
  readonly #issuance: Issuance;
  readonly #ledger = new Ledger();
  readonly #credits: CreditMarket;
  readonly #soldShare: number;
  readonly #draws: Draws;
  /** Normals of the meters; null where they read true. */
  readonly #noise: Float64Array | null;
  #epoch = 0;
  #prices: readonly [number, number];
  #priceState: PriceState;
  #utilisation = Number.NaN;
  #era: EraSums = NO_ERA;
  #burnedTokens = 0;

  /** @throws SimulationRefusal those of `checkScenario` and `settingOf` */
  constructor(economy: Economy, scenario: Scenario, options: SimulationOptions = {}) {
    const { run = 0, attacks = [], observers = [], assumeLive = false, twin = null } = options;
    checkScenario(economy, scenario);
    this.economy = economy;
    this.scenario = scenario;
    this.run = run;
    this.summary = new RunSummary(economy.cadence.epochMs);
    this.#observers = [this.summary, ...observers];
    this.#twin = twin;
    const draws = new Draws({ seed: scenario.seed, run });
    this.#draws = draws;
    const settings = attacks.map((planned) => settingOf(economy, scenario, planned));
    const cohorts = attacks.map(({ attack }, index) => attack.cohort(settings[index]!));
    // A cohort is a population like any other, and is checked like one.
    checkScenario(economy, { ...scenario, providers: cohorts });
    const addresses = cohortAddresses(attacks.map(({ attack }) => attack.id));
    const plans = cohorts.map((population, index) => ({ id: addresses[index]!, population }));
    this.population = layOut(economy, scenario.providers, plans);
    const { groups, ranges, nodes, operators } = this.population;
    this.#markets = economy.resourceMarkets.length === 0 ? null : new ResourceMarkets(economy);
    this.books = new NodeBooks(economy, ranges, nodes, operators, this.#markets);
    const { bond, operatorOf } = this.books.columns.nodes;
    for (const group of groups) assignOperators(group, operatorOf);
    this.#bonds = new BondBook(economy, bond);
    this.#market = new Market(economy, scenario, this.population, operatorOf, draws);
    this.#providers = new Providers(economy, this.population, this.books, this.#bonds, this.#market, draws);
    const epochsPerYear = YEAR_MS / economy.cadence.epochMs;
    this.#token = new TokenMarket(scenario, draws, epochsPerYear);
    this.#oracle = new Oracle(economy, scenario.shocks, this.#token.micrograins);
    this.#demand = new Demand(economy, scenario, draws, epochsPerYear, capacityByClass(economy, this.population));
    this.#take = new TakeBook(economy);
    this.#faults = new FaultBook(economy, assumeLive);
    this.#issuance = new Issuance(economy);
    this.#credits = new CreditMarket(economy, scenario.reserve);
    this.cohorts = attacks.map((planned, index) => {
      const group = groups.find(({ cohort }) => cohort === index)!;
      return new Cohort(planned, settings[index]!, group, this.population, draws);
    });
    this.#soldShare = meanSoldShare(scenario);
    this.#noise = scenario.network.meterNoise > 0 ? new Float64Array(nodes) : null;
    this.#priceState = initialPrice(economy.price);
    const { priceMicrograinsPerNcuS } = this.#priceState;
    this.#prices = [priceMicrograinsPerNcuS, priceMicrograinsPerNcuS];
    this.#providers.found(priceMicrograinsPerNcuS, this.#oracle.price);
  }

  /** The next epoch to be settled. */
  get epoch(): number {
    return this.#epoch;
  }

  get isOver(): boolean {
    return this.#epoch >= this.scenario.horizonEpochs;
  }

  get ledger(): LedgerState {
    return this.#ledger.state;
  }

  get bondTotals(): BondBookState['totals'] {
    return this.#bonds.totals;
  }

  get idFeesGrains(): number {
    return this.#providers.idFeesGrains;
  }

  get shadowedFaults(): number {
    return this.#faults.shadowed;
  }

  /** Ever minted, genesis included, grains. */
  get mintedGrains(): bigint {
    return this.#issuance.mintedGrains;
  }

  /** Runs to the horizon, or for so many epochs. */
  advance(epochs = Number.POSITIVE_INFINITY): this {
    for (let count = 0; count < epochs && !this.isOver; count += 1) this.step();
    return this;
  }

  /** Settles one epoch. @throws SimulationRefusal SIMULATION-CHOICE, and the kernel's refusals of amounts out of range */
  step(): void {
    const epoch = this.#epoch;
    const [price, following] = this.#prices;
    for (const cohort of this.cohorts) cohort.countBonds(this.#bonds, this.#token.micrograins);
    const traded = this.#trade(epoch, price);
    for (const node of this.#bonds.advance(epoch)) this.#providers.refresh(this.#providers.groupOf(node), node, epoch);
    const columns = this.books.columns;
    const charged = this.books.charge(price);
    const proposals = this.#accuse(epoch);
    this.#take.add(charged, epoch);
    const { emissionGrains, rewards } = this.#reward(charged, epoch);
    // Verdicts move bonds; the chain that an epoch is settled by has them as they were.
    const bonds = this.#twin === null ? columns.nodes.bond : columns.nodes.bond.slice();
    const faults = this.#faults.finish(this.books, this.#bonds, this.population.ranges, epoch);
    this.#convict(faults);
    this.#enter(charged, rewards, faults, emissionGrains, epoch);
    const { micrograins: tokenMicrograins } = this.#token;
    for (const cohort of this.cohorts) {
      const { chargedGrains } = charged;
      cohort.count(columns, this.books.charges, { epoch, chargedGrains, emissionGrains, tokenMicrograins });
    }
    this.#markets?.advance(this.books.usedByPart(this.#markets), traded.offeredByClass);
    const use = { ...(this.#markets?.common ?? traded), epochMs: this.economy.cadence.epochMs };
    this.#priceState = advancePrice(this.economy.price, this.#priceState, use);
    const next = this.#priceState.priceMicrograinsPerNcuS;
    this.#twin?.settle(this.#world(), {
      columns,
      bonds,
      charged,
      rewards,
      emissionGrains,
      proposals,
      faults,
      usedNcuMs: use.usedNcuMs,
      offeredNcuMs: use.offeredNcuMs,
      markets: this.#markets,
      nextPriceMicrograinsPerNcuS: next,
      tokenPriceIsKnown: !this.#oracle.isFrozen(epoch),
      burnedTokensGrains: this.#burnedTokens,
    });
    this.#prices = [following, next];
    this.#utilisation = traded.offeredNcuMs === 0 ? Number.NaN : traded.usedNcuMs / traded.offeredNcuMs;
    this.#observe({ traded, charged, rewards, emissionGrains, proposals, faults, next, price, tokenMicrograins });
    this.#burnedTokens = this.#token.advance(epoch, {
      soldTokens: rewards.paidTokens * this.#soldShare,
      burnCredits: charged.burnGrains,
    });
    this.#epoch = epoch + 1;
    this.#passReservations(price);
    this.#close(epoch, charged, rewards, traded.usedNcuMs);
  }

  /**
   * What an attack's cohort has come to so far. A slash that awaits its verdict beyond the run is lost, at the token's price
   * now: else the end of a short run would be a way to keep the bond.
   * @param honest its ledger of the same run under the attack's `honest` parameters. Default: unknown
   * @throws SimulationRefusal SIMULATION-ACCOUNT
   */
  accountOf(
    index: number,
    honest: CohortLedger | null = null,
  ): { readonly account: AttackAccount; readonly ledger: CohortLedger } {
    const cohort = this.cohorts[index]!;
    const { planned, setting, ledger } = cohort;
    const awaited = this.#faults.awaitedSlashGrains((node) => cohort.owns(node));
    const slashedValueGrains = ledger.slashedValueGrains + (awaited * this.#token.micrograins) / MILLION;
    const account = planned.attack.account({ ...ledger, slashedValueGrains }, setting, honest);
    return { account: checkedAccount(`${planned.attack.id} in run ${this.run}`, account), ledger };
  }

  /** A copy of everything, to be resumed here or elsewhere. */
  checkpoint(): Checkpoint {
    return structuredClone({
      economyName: this.economy.name,
      scenarioName: this.scenario.name,
      seed: this.scenario.seed,
      run: this.run,
      nodes: this.population.nodes,
      epoch: this.#epoch,
      columns: this.population.columns,
      stopLines: this.#market.stopLines,
      prices: this.#prices,
      priceState: this.#priceState,
      markets: this.#markets?.state ?? null,
      utilisation: this.#utilisation,
      era: this.#era,
      burnedTokens: this.#burnedTokens,
      books: this.books.state,
      bonds: this.#bonds.state,
      take: this.#take.state,
      faults: this.#faults.state,
      issuance: this.#issuance.state,
      ledger: this.#ledger.state,
      credits: this.#credits.state,
      token: this.#token.state,
      oracle: this.#oracle.state,
      providers: this.#providers.state,
      cohorts: this.cohorts.map((cohort) => cohort.state),
      summary: this.summary.state,
    });
  }

  /**
   * Goes on from a checkpoint of the same economy, scenario, run and attacks; what follows is bit for bit what would have
   * followed.
   * @throws SimulationRefusal SIMULATION-CHECKPOINT
   */
  restore(checkpoint: Checkpoint): this {
    const own = [this.economy.name, this.scenario.name, this.scenario.seed, this.run, this.population.nodes];
    const { economyName, scenarioName, seed, run, nodes } = checkpoint;
    const other = [economyName, scenarioName, seed, run, nodes];
    if (own.join() !== other.join() || checkpoint.cohorts.length !== this.cohorts.length) {
      throw new SimulationRefusal('SIMULATION-CHECKPOINT', 'checkpoint', own.join(', '), other.join(', '));
    }
    const from = structuredClone(checkpoint);
    this.#epoch = from.epoch;
    for (const [name, column] of Object.entries(from.columns)) {
      (this.population.columns[name as keyof NodeColumns] as Float64Array).set(column);
    }
    this.#prices = from.prices;
    this.#priceState = from.priceState;
    if (from.markets !== null) this.#markets?.restore(from.markets);
    this.#utilisation = from.utilisation;
    this.#era = from.era;
    this.#burnedTokens = from.burnedTokens;
    this.books.restore(from.books);
    this.#bonds.restore(from.bonds);
    this.#take.restore(from.take);
    this.#faults.restore(from.faults);
    this.#issuance.restore(from.issuance);
    this.#ledger.restore(from.ledger);
    this.#credits.restore(from.credits);
    this.#token.restore(from.token);
    this.#oracle.restore(from.oracle);
    this.#providers.restore(from.providers);
    from.cohorts.forEach((state, index) => {
      this.cohorts[index]!.restore(state);
    });
    this.summary.restore(from.summary);
    this.#market.stopLines.set(from.stopLines);
    return this;
  }

  /** The market: what is wanted, who is up, who works; and what cohorts make of it. */
  #trade(epoch: number, price: number): Traded {
    const demanded = this.#demand.at(epoch, price, this.#markets);
    const prices = this.economy.classes.map((_, index) => this.#markets?.meanPrice(index, price) ?? price);
    const withheld = this.#decide(epoch, prices);
    const { bond } = this.books.columns.nodes;
    const work = this.books.charges.ncuMs;
    this.#market.open(epoch);
    // Whoever withholds is served with the rest, in proportion where there is not enough.
    const wanted = demanded.map((one, index) => one + withheld[index]!);
    const markets = this.#market.assign(prices, wanted, bond, work);
    if (this.books.standingNcuMs !== null) this.#market.findStanding(bond, this.books.standingNcuMs);
    this.#twin?.assign(this.#world(), wanted, work);
    let usedNcuMs = markets.reduce((sum, one) => sum + one.assignedNcuMs - one.lostNcuMs, 0);
    this.#chargeIdle(markets, wanted, prices);
    const offeredByClass = markets.map((one) => one.offeredNcuMs);
    for (const cohort of this.cohorts) {
      const grown = cohort.claim(work);
      usedNcuMs += grown;
      // What is used was offered, if only to oneself.
      if (cohort.choices.takesWork === false) offeredByClass[cohort.group.classIndex]! += grown;
    }
    if (this.#noise !== null) usedNcuMs += this.#misread(this.#noise, epoch, work);
    return {
      offeredByClass,
      demandedNcuMs: demanded.reduce((sum, one) => sum + one, 0),
      offeredNcuMs: offeredByClass.reduce((sum, one) => sum + one, 0),
      usedNcuMs,
      lostNcuMs: markets.reduce((sum, one) => sum + one.lostNcuMs, 0),
    };
  }

  /** Every attacker makes its choices; returns what they keep from the market, NCU·ms by class. */
  #decide(epoch: number, prices: readonly number[]): number[] {
    const withheld = this.economy.classes.map(() => 0);
    for (const cohort of this.cohorts) {
      const { takesWork = true } = cohort.decide({
        epoch,
        priceMicrograinsPerNcuS: prices[cohort.group.classIndex]!,
        tokenMicrograins: this.#token.micrograins,
        utilisation: this.#utilisation,
      });
      const { classIndex } = cohort.group;
      withheld[classIndex]! += cohort.withheldOf(this.#providers.capacityOf(classIndex));
      this.#market.withdrawn[this.population.groups.indexOf(cohort.group)] = takesWork ? 0 : 1;
    }
    return withheld;
  }

  /** What is kept from the market is paid for like work, by whoever keeps it. */
  #chargeIdle(markets: readonly ClassMarket[], wanted: readonly number[], prices: readonly number[]): void {
    for (const cohort of this.cohorts) {
      const { classIndex } = cohort.group;
      const withheldNcuMs = cohort.withheldOf(this.#providers.capacityOf(classIndex));
      if (withheldNcuMs === 0) continue;
      const { assignedNcuMs, offeredNcuMs } = markets[classIndex]!;
      const got = Math.floor((assignedNcuMs * withheldNcuMs) / wanted[classIndex]!);
      const utilisationPpm = offeredNcuMs === 0 ? 0 : Math.floor((assignedNcuMs / offeredNcuMs) * MILLION);
      cohort.payIdle(got, prices[classIndex]!, Math.min(utilisationPpm, MILLION));
    }
  }

  /** Meters read more or less than there was, at most what the node can do. Returns by how much all work grew. */
  #misread(noise: Float64Array, epoch: number, work: Float64Array): number {
    const { meterNoise } = this.scenario.network;
    let grown = 0;
    for (const { id, from, to, capacityNcuMs } of this.population.groups) {
      const column = noise.subarray(from, to);
      this.#draws.fillNormals(column, 'meter', epoch, id);
      for (let node = from; node < to; node += 1) {
        const before = work[node]!;
        const read = Math.floor(before * (1 + meterNoise * noise[node]!));
        work[node] = Math.min(Math.max(read, 0), capacityNcuMs);
        grown += work[node]! - before;
      }
    }
    return grown;
  }

  #accuse(epoch: number): readonly Proposal[] {
    const { frozen } = this.books.columns.nodes;
    const cost = challengeCost(this.scenario, epoch);
    const proposals = this.cohorts.flatMap((cohort) =>
      cohort.accusations(epoch, this.books, frozen, cost).map((proposal) => ({ cohort, proposal })),
    );
    for (const { cohort, proposal } of proposals) {
      this.#faults.propose(this.books, this.#take, proposal);
      if (!this.#faults.isLive(proposal.offence)) continue;
      cohort.found(proposal.node, epoch);
      this.#providers.remove(cohort.group, proposal.node, STATUS.accused);
    }
    return proposals.map(({ proposal }) => proposal);
  }

  #reward(charged: ChargeSums, epoch: number): { readonly emissionGrains: number; readonly rewards: RewardSums } {
    const { cadence } = this.economy;
    const issued = this.#issuance.mint(charged, {
      era: Math.floor(epoch / cadence.epochsPerEra),
      bondedGrains: this.#bonds.totals.active,
      networkPower: this.#market.networkPower,
      burnedTokensGrains: this.#burnedTokens,
      tokenPriceMicrograins: this.#oracle.isFrozen(epoch) ? null : this.#token.micrograins,
    });
    const { band, joined } = this.population.columns;
    this.books.count(band);
    const { workGrains, coverageGrains } = issued;
    const work = this.#issuance.shares(workGrains, () => this.books.workByClass());
    const coverage =
      coverageGrains === 0 ? null : this.#issuance.shares(coverageGrains, () => this.books.standingByClass());
    const rewards = this.books.reward({ work, coverage }, epoch, joined);
    return { emissionGrains: workGrains + coverageGrains, rewards };
  }

  #convict({ verdicts, slashes }: FaultSums): void {
    const { micrograins } = this.#token;
    for (const cohort of this.cohorts) {
      for (const verdict of verdicts) if (cohort.owns(verdict.node)) cohort.convicted(verdict, micrograins);
      for (const slash of slashes) if (cohort.owns(slash.node)) cohort.slashed(slash, micrograins);
    }
  }

  /** Enters the epoch in the ledger, which asserts that all money is somewhere. */
  #enter(charged: ChargeSums, rewards: RewardSums, faults: FaultSums, emissionGrains: number, epoch: number): void {
    const take = this.#take.vest(epoch);
    const entry = {
      chargedCredits: charged.chargedGrains,
      refundedCredits: faults.refundedFromNodes + faults.refundedFromTake,
      toInsuranceCredits: faults.toInsuranceCredits,
      paidCredits: rewards.vestedCredits,
      paidTake: take.burnGrains + take.insuranceGrains + take.treasuryGrains,
      emittedTokens: emissionGrains,
      paidTokens: rewards.paidTokens,
      carriedTokens: emissionGrains - rewards.earnedTokens + faults.voidedTokens,
    };
    this.#ledger.enter(entry, {
      openCredits: this.books.openCreditsTotal,
      take: this.#take.totalGrains,
      heldTake: this.#faults.heldTakeGrains,
      openTokens: this.books.openTokensTotal,
      vestingTokens: this.books.vesting?.total ?? 0,
    });
  }

  /** What follows from the epoch for the next: prices are known, and at an era's end agents decide. */
  #close(epoch: number, charged: ChargeSums, rewards: RewardSums, workNcuMs: number): void {
    const { epochsPerEra } = this.economy.cadence;
    const endsEra = (epoch + 1) % epochsPerEra === 0;
    this.#era = {
      earnedGrains: this.#era.earnedGrains + charged.earnedGrains,
      workNcuMs: this.#era.workNcuMs + workNcuMs,
      chargedGrains: this.#era.chargedGrains + charged.chargedGrains,
      vestedGrains: this.#era.vestedGrains + rewards.vestedCredits,
    };
    this.#redeemShocks(epoch);
    if (endsEra) this.#closeEra(epoch);
    this.#providers.arrive(epoch, this.#prices[0], this.#oracle.price);
    for (const cohort of this.cohorts) this.#move(cohort, epoch);
    // By the oracle of this epoch, as the protocol does; what the market says by now is the next one's.
    this.#providers.setStopLines(this.#prices[0], this.#oracle.price);
    this.#oracle.report(epoch, this.#token.micrograins, endsEra);
  }

  #closeEra(epoch: number): void {
    const { epochsPerEra } = this.economy.cadence;
    const era = Math.floor(epoch / epochsPerEra);
    const sums = this.#era;
    this.#era = NO_ERA;
    const price = this.#tokenPrice(epoch);
    this.#credits.buy(sums.chargedGrains, price);
    this.#credits.redeem(sums.vestedGrains * this.scenario.reserve.redeemedShare, price);
    const operatorRevenue = this.#operatorRevenue(era);
    const margins = new QuantileSketch();
    const { classes } = this.economy;
    const auditShares = classes.map(({ name }) => verifiersAt(this.economy, this.scenario, name, epoch).auditShare);
    const view = {
      epoch,
      era,
      tokenMicrograins: this.#token.micrograins,
      earnedPerNcuMs: sums.workNcuMs === 0 ? 0 : sums.earnedGrains / sums.workNcuMs,
      auditShares,
    };
    const exits = this.#providers.exits;
    this.#providers.endEra(view, this.#prices[0], this.#oracle.price, (margin, { cohort }) => {
      if (cohort !== null) return;
      margins.add(margin);
    });
    this.summary.addMargins(margins);
    this.#bonds.assertConserved();
    const { coveragePpm } = this.#credits.coverage(price);
    const figures: EraFigures = {
      era,
      epoch,
      coverage: coveragePpm === null ? Number.NaN : Number(coveragePpm) / MILLION,
      operatorRevenue,
      medianMargin: margins.count === 0 ? Number.NaN : margins.quantile(0.5),
      exits: this.#providers.exits - exits,
      activeNodes: this.#providers.activeNodes,
    };
    for (const observer of this.#observers) observer.era?.(figures);
  }

  /** By class and operator: what the era brought, grains of credit. */
  #operatorRevenue(era: number): Float64Array[] {
    const { credits, tokens } = this.books.slotOfEra(era);
    const { operatorOf } = this.books.columns.nodes;
    const tokenValue = this.#token.micrograins / MILLION;
    return this.population.ranges.map(({ from, to, operators }) => {
      const revenue = new Float64Array(operators);
      for (let node = from; node < to; node += 1) {
        revenue[operatorOf[node]!]! += credits[node]! + tokens[node]! * tokenValue;
      }
      return revenue;
    });
  }

  #redeemShocks(epoch: number): void {
    for (const shock of this.scenario.shocks) {
      if (shock.kind !== 'redemption' || shock.atEpoch !== epoch) continue;
      this.#credits.redeem(this.#credits.outstandingGrains * shock.share, this.#tokenPrice(epoch));
    }
  }

  /** Whoever leaves leaves first, so that an attacker may come back in the same moment. */
  #move(cohort: Cohort, epoch: number): void {
    const { leaves = false, enters = 0 } = cohort.choices;
    if (leaves) this.#leave(cohort, epoch);
    if (enters === 0) return;
    cohort.entered(this.#providers.join(cohort.group, enters, epoch, this.#prices[0], this.#oracle.price));
  }

  /** Capacity that was sold ahead: what its penalties leave owing comes out of the cohort's bonds, in their order. */
  #passReservations(price: number): void {
    const { micrograins } = this.#token;
    for (const cohort of this.cohorts) {
      const owedGrains = cohort.passReservation(price);
      if (owedGrains === 0) continue;
      const wanted = Math.ceil((owedGrains * MILLION) / micrograins);
      let taken = 0;
      for (let node = cohort.group.from; node < cohort.group.to && taken < wanted; node += 1) {
        taken += this.#bonds.slash(node, wanted - taken);
        this.#providers.refresh(cohort.group, node, this.#epoch);
      }
      const paid = taken === wanted ? owedGrains : Math.floor((taken * micrograins) / MILLION);
      cohort.paidFromBonds(paid, owedGrains);
    }
  }

  #leave({ group }: Cohort, epoch: number): void {
    for (let node = group.from; node < group.to; node += 1) {
      if (this.population.columns.status[node] !== STATUS.active) continue;
      this.#bonds.leave(node, epoch);
      this.#providers.remove(group, node, STATUS.left);
    }
  }

  #tokenPrice(epoch: number): bigint | null {
    return this.#oracle.isFrozen(epoch) ? null : BigInt(this.#token.micrograins);
  }

  #world(): TwinWorld {
    const { economy, population, books } = this;
    return { economy, epoch: this.#epoch, population, books, market: this.#market, oracle: this.#oracle };
  }

  #observe(settled: Observed): void {
    const { traded, charged, rewards, faults } = settled;
    const figures: EpochFigures = {
      epoch: this.#epoch,
      priceMicrograinsPerNcuS: settled.price,
      nextPriceMicrograinsPerNcuS: settled.next,
      tokenMicrograins: settled.tokenMicrograins,
      demandedNcuMs: traded.demandedNcuMs,
      offeredNcuMs: traded.offeredNcuMs,
      usedNcuMs: traded.usedNcuMs,
      lostNcuMs: traded.lostNcuMs,
      utilisation: this.#utilisation,
      chargedGrains: charged.chargedGrains,
      earnedGrains: charged.earnedGrains,
      takeGrains: charged.chargedGrains - charged.earnedGrains,
      emissionGrains: settled.emissionGrains,
      distributedTokensGrains: rewards.earnedTokens,
      vestedCreditsGrains: rewards.vestedCredits,
      paidTokensGrains: rewards.paidTokens,
      burnedTokensGrains: this.#burnedTokens,
      activeNodes: this.#providers.activeNodes,
      proposedFaults: settled.proposals.length,
      convictions: faults.verdicts.length,
      slashedTokensGrains: faults.slashes.reduce((sum, { slashedTokens }) => sum + slashedTokens, 0),
    };
    for (const observer of this.#observers) observer.epoch?.(figures);
  }
}

interface Observed {
  readonly traded: Traded;
  readonly charged: ChargeSums;
  readonly rewards: RewardSums;
  readonly emissionGrains: number;
  readonly proposals: readonly Proposal[];
  readonly faults: FaultSums;
  readonly next: number;
  readonly price: number;
  readonly tokenMicrograins: number;
}

interface Traded {
  readonly offeredByClass: readonly number[];
  readonly demandedNcuMs: number;
  readonly offeredNcuMs: number;
  readonly usedNcuMs: number;
  readonly lostNcuMs: number;
}

function challengeCost({ verification, shocks }: Scenario, epoch: number): number {
  let cost = verification.challengeCostGrains;
  for (const shock of shocks) {
    if (shock.kind !== 'challenge-cost' || epoch < shock.atEpoch || epoch >= shock.atEpoch + shock.epochs) continue;
    cost *= shock.factor;
  }
  return Math.floor(cost);
}

/** Of the providers' first nodes, NCU·ms an epoch: what demand is measured by. */
function capacityByClass({ classes }: Economy, { groups }: Population): number[] {
  return classes.map((_, classIndex) =>
    groups
      .filter((group) => group.classIndex === classIndex && group.cohort === null)
      .reduce((sum, { capacityNcuMs, population }) => sum + capacityNcuMs * population.nodes, 0),
  );
}

function meanSoldShare({ providers }: Scenario): number {
  const nodes = providers.reduce((sum, one) => sum + one.nodes, 0);
  return nodes === 0 ? 0 : providers.reduce((sum, one) => sum + one.soldShare * one.nodes, 0) / nodes;
}
