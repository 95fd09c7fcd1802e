import type { AttackEconomics, Economy, OffenceName } from '@stannary/kernel';
import type { ProviderPopulation, Scenario } from '../scenario/scenario.ts';
import { exposureBy, verifiersAt } from '../scenario/verifiers.ts';

const YEAR_SECONDS = 365 * 86_400;

/**
 * A strategy against an economy, as one file. It is played once a run and accounts for what it spent and got. Pure: the
 * same setting and run give the same account, because every draw is addressed.
 */
export interface Attack {
  readonly id: string;
  /** Its number in the catalogue of attacks; a user's own have numbers from 100 on. */
  readonly number: number;
  readonly title: string;
  /** What the attacker does, and what stands against it; a sentence or two each, for pages and reports. */
  readonly strategy: string;
  readonly defence: string;
  /** Fields of the economy file that defend, as `stannary check` names them. */
  readonly defendedBy: readonly string[];
  /** The closed form as text, where it comes from, and the test that holds the simulation to it; for its page. */
  readonly formula?: string;
  readonly formulaSource?: string;
  readonly formulaTest?: string;
  readonly parameters: Readonly<Record<string, AttackParameter>>;
  /** Credits at stake below which a strategy is no attack: a best response that abstains proves nothing. */
  minimumSize(setting: AttackSetting): number;
  /**
   * Expectation of the very attempt, all that its account counts as cost included; null where nobody has derived one.
   */
  closedForm(setting: AttackSetting): AttackEconomics | null;
  /** Which assumption of the closed form does not hold in a setting, in words; null where it holds. Default: it holds. */
  closedFormHolds?(setting: AttackSetting): string | null;
  /** One simulated attempt, in run `run` of the scenario's seed. */
  attempt(setting: AttackSetting, run: number): AttackAccount;
}

/**
 * An attack from inside the market. What the attacker owns is a cohort: nodes beside the providers', in the same market,
 * under the same rules. Each epoch it makes its choices knowing what it could know; what it must remember is in the view.
 * `cohortAttack` gives it its `attempt`.
 */
export interface CohortAttack extends Attack {
  /** The nodes that the attacker brings: `nodes` from the start, which may be 0, and `nodesMax` identities in all. */
  cohort(setting: AttackSetting): ProviderPopulation;
  play(view: AttackView): AttackChoices;
  /** @param honest the ledger of the same run under `honest` parameters, where the attack has them; null: unknown */
  account(ledger: CohortLedger, setting: AttackSetting, honest: CohortLedger | null): AttackAccount;
  /** Epochs that an attempt takes. Default: the scenario's. */
  horizonEpochs?(setting: AttackSetting): number;
  /**
   * Parameters under which the same cohort would have done nothing bad. An attempt plays the same run with them too, and
   * what counts is the difference. Default: everything counts.
   */
  readonly honest?: Readonly<Record<string, number>>;
}

export interface AttackParameter {
  readonly meaning: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly value: number;
  /** Counted: only whole numbers make sense. */
  readonly whole?: true;
  /** Not the attacker's to choose: what the world makes of it where it is not told. A search leaves it alone. */
  readonly fact?: (world: Pick<AttackSetting, 'economy' | 'scenario'>) => number;
}

/** The world that an attack is made for. */
export interface AttackSetting {
  readonly economy: Economy;
  readonly scenario: Scenario;
  /** Every parameter of the attack has its value. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** What an attacker knows when an epoch begins. Amounts in grains; valid until the call returns. */
export interface AttackView extends AttackSetting {
  readonly epoch: number;
  readonly priceMicrograinsPerNcuS: number;
  readonly tokenMicrograins: number;
  /** Utilisation of the last settled epoch. */
  readonly utilisation: number;
  /** The cohort's. */
  readonly className: string;
  /** Nodes of the cohort that still work, and the capacity of all of them together in an epoch. */
  readonly activeNodes: number;
  readonly capacityNcuMs: number;
  /** Of what it already moved. */
  readonly ledger: CohortLedger;
  /** Uniform in (0, 1), by address: the same for the same index in the same epoch. */
  readonly draw: (index: number) => number;
}

/** What the attacker does in an epoch; nothing by default but honest work. Amounts are of the whole cohort. */
export interface AttackChoices {
  /** False: the cohort takes no work of others. */
  readonly takesWork?: boolean;
  /** Own demand, placed on the cohort's own nodes and paid for. */
  readonly washNcuMs?: number;
  /** Capacity of the class, leased for the epoch and left idle; at most what one consumer may hold of the class. */
  readonly withheldNcuMs?: number;
  /** Claims above the truth, relative; at most what a node's capacity allows. */
  readonly inflation?: number;
  /** Part of the work it is given that it does not do and claims all the same. */
  readonly falseShare?: number;
  /** Sells capacity ahead, beside the market, unless an earlier term still runs. */
  readonly reserves?: ReservedTerms;
  /** Part of what it owes by contract in this epoch that it sells at the spot price instead. */
  readonly missedShare?: number;
  /** So many new identities register, as far as `nodesMax` goes: each pays its fee, bonds, waits, and is a newcomer. */
  readonly enters?: number;
  /** Each working node is found with this probability, after the epoch's work, and accused of the offence. */
  readonly exposure?: { readonly offence: OffenceName; readonly probability: number };
  /** The cohort stops and takes its bonds out. */
  readonly leaves?: boolean;
}

/** What a reservation promises in each epoch of its term, and for what price. */
export interface ReservedTerms {
  readonly promisedNcuMs: number;
  readonly contractMicrograinsPerNcuS: number;
  readonly termEpochs: number;
}

/** Everything that the cohort's books moved so far, grains unless said otherwise. */
export interface CohortLedger {
  readonly nodes: number;
  readonly epochs: number;
  /** Work that was charged, NCU·ms; of it what the attacker paid for itself. */
  readonly workNcuMs: number;
  readonly ownWorkNcuMs: number;
  /** Charges that the attacker paid, and the parts of them that left it. */
  readonly ownChargesGrains: number;
  readonly ownBurnGrains: number;
  readonly ownInsuranceGrains: number;
  readonly ownTreasuryGrains: number;
  /** Paid for capacity that stayed idle: its price, surcharge, opening fee and what burned of the lease's bond. */
  readonly idleCostGrains: number;
  readonly idleNcuMs: number;
  /** By contract: what was charged for what was delivered, and what the missed brought at spot beyond its contract price. */
  readonly contractGrains: number;
  readonly resaleGainGrains: number;
  /** Penalties and service credits that it paid. */
  readonly penaltyGrains: number;
  readonly earnedCreditsGrains: number;
  readonly earnedTokensGrains: number;
  /** At the token's price of each epoch, grains of credit. */
  readonly earnedTokensValueGrains: number;
  readonly vestedCreditsGrains: number;
  readonly vestedTokensValueGrains: number;
  /** Earned by false claims, tokens at their price then: what vested, and what waits of nodes that were not accused. */
  readonly falseVestedGrains: number;
  readonly falseHeldGrains: number;
  /** What identities that entered later would have earned more at the age of the first. */
  readonly duesGrains: number;
  readonly voidedCreditsGrains: number;
  readonly voidedTokensGrains: number;
  /** Both, tokens at their price at the verdict. */
  readonly voidedValueGrains: number;
  readonly slashedTokensGrains: number;
  readonly slashedValueGrains: number;
  readonly identityFeesGrains: number;
  /**
   * Sums over epochs: value of what was bonded, on its way in and out included, and of what was not paid out, grains of
   * credit × epochs.
   */
  readonly bondEpochsGrains: number;
  readonly unpaidEpochsGrains: number;
  readonly convictions: number;
  /** Epoch of the first proposal; null: never found. */
  readonly foundEpoch: number | null;
  /** What all others paid and what was minted in the same epochs, so that shares can be told. */
  readonly networkChargesGrains: number;
  readonly networkEmissionGrains: number;
  readonly networkEmissionValueGrains: number;
}

/** Lost value only: capital that comes back costs its capital cost. Credits. */
export interface AttackAccount {
  readonly costCredits: number;
  readonly returnCredits: number;
  /** What the attacker put at stake: bonds, fees, purchases. */
  readonly stakeCredits: number;
}

/** A cohort's attack with its parameters, as a run is given it. */
export interface PlannedAttack {
  readonly attack: CohortAttack;
  /** Those left out have the attack's own values. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/** All that credits cost which are locked for so long and come back. */
export function capitalCost({ assumptions }: Economy, credits: number, seconds: number): number {
  return (credits * assumptions.costOfCapitalPpmPerYear * seconds) / 1_000_000 / YEAR_SECONDS;
}

/** The same of one credit in an epoch. */
export function capitalCostPerEpoch(economy: Economy): number {
  return capitalCost(economy, 1, economy.cadence.epochMs / 1_000);
}

/**
 * Probability that a node of a class that cheats at a share of what it does is found in an epoch: by an audit that sees it,
 * or by a known answer, at the rates of the economy unless the scenario has others; lazy verifiers see nothing.
 */
export function exposurePerEpoch(
  { economy, scenario }: Pick<AttackSetting, 'economy' | 'scenario'>,
  epoch: number,
  className: string,
  cheatedShare = 1,
): number {
  return exposureBy(verifiersAt(economy, scenario, className, epoch), cheatedShare);
}
