import {
  chargeGrains,
  type Economy,
  idleSurchargeGrains,
  leasableNcuMs,
  newcomerMultiplierPpm,
  openLease,
  passLease,
} from '@stannary/kernel';
import { type NodeGroup, type Population, STATUS } from '../agents/population.ts';
import type { BondBook } from '../books/bond-book.ts';
import type { Proposal, Slash, Verdict } from '../books/fault-book.ts';
import type { NodeBooks } from '../books/node-books.ts';
import type { Draws } from '../draws/draws.ts';
import type { AttackChoices, AttackSetting, AttackView, CohortLedger, PlannedAttack } from './attack.ts';
import { type OpenTerm, ReservationDesk } from './cohort-reservation.ts';
import { checkedChoices } from './plan.ts';

const MILLION = 1_000_000;

type Ledger = { -readonly [Entry in keyof CohortLedger]: CohortLedger[Entry] };

/** What false claims earned in an era and has not vested, by node of the cohort, with its sum; grains of credit. */
interface FalseEra {
  readonly byNode: Float64Array;
  sum: number;
}

export interface CohortState {
  readonly ledger: CohortLedger;
  readonly falseByEra: ReadonlyMap<number, FalseEra>;
  readonly term: OpenTerm | null;
}

/** What every attacker sees of an epoch before it begins. */
export type EpochFacts = Pick<AttackView, 'epoch' | 'priceMicrograinsPerNcuS' | 'tokenMicrograins' | 'utilisation'>;

/** What the network moved in an epoch. */
export interface EpochFlows {
  readonly epoch: number;
  readonly chargedGrains: number;
  readonly emissionGrains: number;
  readonly tokenMicrograins: number;
}

/** One attacker's nodes in a run: asks the attack, carries out its choices, keeps its ledger. */
export class Cohort {
  readonly planned: PlannedAttack;
  readonly setting: AttackSetting;
  readonly group: NodeGroup;
  readonly ledger: Ledger;
  choices: AttackChoices = {};
  readonly #economy: Economy;
  readonly #population: Population;
  readonly #draws: Draws;
  /** By node of the cohort: own demand, and claims beyond the truth, of this epoch. NCU·ms. */
  readonly #ownNcuMs: Float64Array;
  readonly #falseNcuMs: Float64Array;
  /** Earned by false claims and not vested, by era; tokens at their price then. */
  #falseByEra = new Map<number, FalseEra>();
  /** Somebody was found in this epoch: sums of eras hold what is lost, until they are taken anew. */
  #hasFound = false;
  readonly #reservation: ReservationDesk;

  constructor(planned: PlannedAttack, setting: AttackSetting, group: NodeGroup, population: Population, draws: Draws) {
    this.planned = planned;
    this.setting = setting;
    this.group = group;
    this.#economy = setting.economy;
    this.#population = population;
    this.#draws = draws;
    const places = group.to - group.from;
    this.ledger = { ...EMPTY_LEDGER };
    this.#ownNcuMs = new Float64Array(places);
    this.#falseNcuMs = new Float64Array(places);
    this.#reservation = new ReservationDesk(setting.economy);
    this.entered(group.population.nodes);
  }

  /** So many identities have registered. */
  entered(nodes: number): void {
    this.ledger.nodes += nodes;
    this.ledger.identityFeesGrains += nodes * this.#economy.bonds.idFeeGrains;
  }

  /** @throws SimulationRefusal SIMULATION-CHOICE */
  decide(facts: EpochFacts): AttackChoices {
    const { attack } = this.planned;
    const active = this.#activeNodes();
    const view: AttackView = {
      ...this.setting,
      ...facts,
      className: this.group.population.className,
      activeNodes: active.length,
      capacityNcuMs: active.length * this.group.capacityNcuMs,
      ledger: this.ledger,
      draw: (index) => this.#draws.uniform('attack', facts.epoch, this.group.id, 0, index),
    };
    this.choices = checkedChoices(attack.id, facts.epoch, attack.play(view));
    return this.choices;
  }

  /**
   * After the market: own demand fills what capacity is left, and claims are stretched as far as it goes. Returns by how
   * much the cohort's work grew.
   */
  claim(work: Float64Array): number {
    const before = this.#sum(work);
    const { washNcuMs = 0, inflation = 0, falseShare = 0 } = this.choices;
    const { from, capacityNcuMs } = this.group;
    this.#ownNcuMs.fill(0);
    this.#falseNcuMs.fill(0);
    const active = this.#activeNodes();
    const each = active.length === 0 ? 0 : Math.floor(washNcuMs / active.length);
    for (const node of active) {
      const own = Math.min(each, capacityNcuMs - work[node]!);
      const honest = work[node]! + own;
      const claimed = Math.min(Math.floor(honest * (1 + inflation)), capacityNcuMs);
      this.#ownNcuMs[node - from] = own;
      this.#falseNcuMs[node - from] = claimed - honest + Math.floor(honest * falseShare);
      work[node] = claimed;
    }
    return this.#sum(work) - before;
  }

  /** Who is found in this epoch, and for what. */
  accusations(epoch: number, books: NodeBooks, isFrozen: Uint8Array, challengeCostGrains: number): Proposal[] {
    const { exposure } = this.choices;
    if (exposure === undefined || exposure.probability === 0) return [];
    const { charges } = books;
    const { id, from, population } = this.group;
    const found = this.#activeNodes().filter(
      (node) =>
        isFrozen[node] === 0 &&
        charges.ncuMs[node]! > 0 &&
        this.#draws.uniform('audit', epoch, id, node - from) < exposure.probability,
    );
    return found.map((node) => ({
      node,
      className: population.className,
      offence: exposure.offence,
      proposedEpoch: epoch,
      chargeGrains: charges.charge[node]!,
      take: {
        burnGrains: charges.burn[node]!,
        insuranceGrains: charges.insurance[node]!,
        treasuryGrains: charges.treasury[node]!,
      },
      challengeCostGrains,
    }));
  }

  /** A live proposal: what is held of a node can no longer vest. */
  found(node: number, epoch: number): void {
    this.ledger.foundEpoch ??= epoch;
    for (const { byNode } of this.#falseByEra.values()) byNode[node - this.group.from] = 0;
    this.#hasFound = true;
  }

  convicted(verdict: Verdict, tokenMicrograins: number): void {
    const { ledger } = this;
    ledger.convictions += 1;
    ledger.voidedCreditsGrains += verdict.voidedCredits;
    ledger.voidedTokensGrains += verdict.voidedTokens;
    ledger.voidedValueGrains += verdict.voidedCredits + (verdict.voidedTokens * tokenMicrograins) / MILLION;
  }

  slashed({ slashedTokens }: Slash, tokenMicrograins: number): void {
    this.ledger.slashedTokensGrains += slashedTokens;
    this.ledger.slashedValueGrains += (slashedTokens * tokenMicrograins) / MILLION;
  }

  owns(node: number): boolean {
    return node >= this.group.from && node < this.group.to;
  }

  /** How much of what it would withhold one consumer may hold of a class that offers so much. */
  withheldOf(classNcuMs: number): number {
    const { withheldNcuMs = 0 } = this.choices;
    const { consumerCapPpm } = this.#economy.classes[this.group.classIndex]!;
    const rule = { ...this.#economy.leases, consumerSharePpm: consumerCapPpm };
    return Math.min(withheldNcuMs, leasableNcuMs(rule, classNcuMs as never, 0 as never));
  }

  /** What idle capacity cost: leased for the epoch, with the lease's fee and bond, and the surcharge of a tight market. */
  payIdle(withheldNcuMs: number, priceMicrograinsPerNcuS: number, utilisationPpm: number): void {
    const rule = { ...this.#economy.leases, consumerSharePpm: MILLION as never };
    const terms = { reservedNcuMs: withheldNcuMs, priceMicrograinsPerNcuS } as never;
    const use = { passedNcuMs: withheldNcuMs, usedNcuMs: 0 } as never;
    const { openingFeeGrains, bond } = openLease(rule, terms);
    const { burnedGrains } = passLease(rule, bond, use);
    const price = priceMicrograinsPerNcuS as never;
    const surcharge = idleSurchargeGrains(rule, price, use, utilisationPpm as never);
    this.ledger.idleNcuMs += withheldNcuMs;
    this.ledger.idleCostGrains +=
      chargeGrains(withheldNcuMs as never, price) + surcharge + openingFeeGrains + burnedGrains;
  }

  /**
   * An epoch of what was sold ahead passes. Returns what its penalties take from bonds, grains of credit; `paid` is told
   * what they had.
   */
  passReservation(priceMicrograinsPerNcuS: number): number {
    const { reserves, missedShare = 0 } = this.choices;
    if (reserves !== undefined) this.#reservation.open(reserves);
    const sums = this.#reservation.pass(missedShare, priceMicrograinsPerNcuS);
    this.ledger.contractGrains += sums.chargedGrains;
    this.ledger.resaleGainGrains += sums.resaleGainGrains;
    this.ledger.penaltyGrains += sums.owedGrains - sums.fromBondGrains;
    return sums.fromBondGrains;
  }

  /** What bonds paid of a penalty; a provider that cannot pay all of it has no contract any more. */
  paidFromBonds(paidGrains: number, owedGrains: number): void {
    this.ledger.penaltyGrains += paidGrains;
    if (paidGrains < owedGrains) this.#reservation.giveUp();
  }

  /** As an epoch begins: bonds on their way in or out cost their capital as well. */
  countBonds(bonds: BondBook, tokenMicrograins: number): void {
    const { from } = this.group;
    for (let node = from; node < from + this.ledger.nodes; node += 1) {
      this.ledger.bondEpochsGrains += (bonds.bonded(node) * tokenMicrograins) / MILLION;
    }
  }

  /** Adds an epoch to the ledger, from the columns as the settlement left them. */
  count(settled: NodeBooks['columns'], charges: NodeBooks['charges'], flows: EpochFlows): void {
    const { ledger, group } = this;
    const { nodes } = settled;
    const tokenValue = flows.tokenMicrograins / MILLION;
    if (this.#hasFound) this.#sumFalse();
    const earnedFalsely = this.#falseOf(flows.epoch);
    let vestedCredits = 0;
    for (let node = group.from; node < group.from + ledger.nodes; node += 1) {
      const ordinal = node - group.from;
      const work = charges.ncuMs[node]!;
      const own = work === 0 ? 0 : this.#ownNcuMs[ordinal]! / work;
      ledger.workNcuMs += work;
      ledger.ownWorkNcuMs += this.#ownNcuMs[ordinal]!;
      ledger.ownChargesGrains += own * charges.charge[node]!;
      ledger.ownBurnGrains += own * charges.burn[node]!;
      ledger.ownInsuranceGrains += own * charges.insurance[node]!;
      ledger.ownTreasuryGrains += own * charges.treasury[node]!;
      ledger.earnedCreditsGrains += nodes.earnedCredits[node]!;
      ledger.earnedTokensGrains += nodes.earnedTokens[node]!;
      ledger.earnedTokensValueGrains += nodes.earnedTokens[node]! * tokenValue;
      ledger.vestedTokensValueGrains += nodes.vestedTokens[node]! * tokenValue;
      ledger.unpaidEpochsGrains += nodes.openCreditsAfter[node]! + nodes.openTokensAfter[node]! * tokenValue;
      vestedCredits += nodes.vestedCredits[node]!;
      if (work === 0) continue;
      const earned = nodes.earnedCredits[node]! + nodes.earnedTokens[node]! * tokenValue;
      const falsePart = (earned * this.#falseNcuMs[ordinal]!) / work;
      if (nodes.frozen[node] === 0) {
        earnedFalsely.byNode[ordinal]! += falsePart;
        earnedFalsely.sum += falsePart;
      }
      if (ordinal >= group.population.nodes) ledger.duesGrains += (earned - falsePart) * this.#dues(node, flows.epoch);
    }
    ledger.vestedCreditsGrains += vestedCredits;
    if (vestedCredits > 0) this.#vestFalse(flows.epoch);
    ledger.falseHeldGrains = 0;
    for (const { sum } of this.#falseByEra.values()) ledger.falseHeldGrains += sum;
    ledger.epochs += 1;
    ledger.networkChargesGrains += flows.chargedGrains;
    ledger.networkEmissionGrains += flows.emissionGrains;
    ledger.networkEmissionValueGrains += flows.emissionGrains * tokenValue;
  }

  get state(): CohortState {
    return { ledger: this.ledger, falseByEra: this.#falseByEra, term: this.#reservation.term };
  }

  restore({ ledger, falseByEra, term }: CohortState): void {
    Object.assign(this.ledger, ledger);
    this.#falseByEra = new Map([...falseByEra].map(([era, { byNode, sum }]) => [era, { byNode: byNode.slice(), sum }]));
    this.#reservation.term = term;
  }

  #sum(work: Float64Array): number {
    let sum = 0;
    for (let node = this.group.from; node < this.group.from + this.ledger.nodes; node += 1) sum += work[node]!;
    return sum;
  }

  #activeNodes(): number[] {
    const { status } = this.#population.columns;
    const nodes: number[] = [];
    for (let node = this.group.from; node < this.group.from + this.ledger.nodes; node += 1) {
      if (status[node] === STATUS.active) nodes.push(node);
    }
    return nodes;
  }

  /** By how much more an identity would have earned at the first one's age, relative. */
  #dues(node: number, epoch: number): number {
    const { newcomer } = this.#economy;
    const own = newcomerMultiplierPpm(newcomer, Math.max(0, epoch - this.#population.columns.joined[node]!));
    return own === 0 ? 0 : newcomerMultiplierPpm(newcomer, epoch) / own - 1;
  }

  #falseOf(epoch: number): FalseEra {
    const era = Math.floor(epoch / this.#economy.cadence.epochsPerEra);
    let own = this.#falseByEra.get(era);
    if (own === undefined) {
      own = { byNode: new Float64Array(this.group.to - this.group.from), sum: 0 };
      this.#falseByEra.set(era, own);
    }
    return own;
  }

  /** Once for all who were found in an epoch. Anew, because what is subtracted from a sum of floats leaves crumbs. */
  #sumFalse(): void {
    for (const era of this.#falseByEra.values()) era.sum = era.byNode.reduce((sum, grains) => sum + grains, 0);
    this.#hasFound = false;
  }

  /** What vests now is all that is older than the holdback. */
  #vestFalse(epoch: number): void {
    const { epochsPerEra, holdbackEras } = this.#economy.cadence;
    const endsEra = (epoch + 1) % epochsPerEra === 0;
    const through = Math.floor(epoch / epochsPerEra) - holdbackEras - (endsEra ? 0 : 1);
    for (const [era, { sum }] of this.#falseByEra) {
      if (era > through) continue;
      this.ledger.falseVestedGrains += sum;
      this.#falseByEra.delete(era);
    }
  }
}

const EMPTY_LEDGER: CohortLedger = {
  nodes: 0,
  epochs: 0,
  workNcuMs: 0,
  ownWorkNcuMs: 0,
  ownChargesGrains: 0,
  ownBurnGrains: 0,
  ownInsuranceGrains: 0,
  ownTreasuryGrains: 0,
  idleCostGrains: 0,
  idleNcuMs: 0,
  contractGrains: 0,
  resaleGainGrains: 0,
  penaltyGrains: 0,
  earnedCreditsGrains: 0,
  earnedTokensGrains: 0,
  earnedTokensValueGrains: 0,
  vestedCreditsGrains: 0,
  vestedTokensValueGrains: 0,
  falseVestedGrains: 0,
  falseHeldGrains: 0,
  duesGrains: 0,
  voidedCreditsGrains: 0,
  voidedTokensGrains: 0,
  voidedValueGrains: 0,
  slashedTokensGrains: 0,
  slashedValueGrains: 0,
  identityFeesGrains: 0,
  bondEpochsGrains: 0,
  unpaidEpochsGrains: 0,
  convictions: 0,
  foundEpoch: null,
  networkChargesGrains: 0,
  networkEmissionGrains: 0,
  networkEmissionValueGrains: 0,
};
