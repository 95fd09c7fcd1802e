import type { BondingCurveRule, Economy } from '@stannary/kernel';
import { LOCAL_CHAIN_ID } from '../account.ts';
import { chainIdOf } from '../address-book.ts';
import { type EconomyField, registryRows } from '../economy-parameters.ts';
import { ChainRefusal } from '../refusal.ts';
import { slowWaitSeconds } from '../slow-waits.ts';
import type {
  ArbitrationSettings,
  CouncilSettings,
  CurveSettings,
  DeploySettings,
  NetworkSettings,
  ReserveSettings,
  SeatSettings,
} from './settings.ts';

/**
 * What a deployment needs beside the economy file: who is who on one chain, and that chain's own numbers. Addresses in
 * lower case, amounts in grains, times in seconds.
 */
export interface DeploymentParties {
  /** CAIP-2 id. */
  readonly chain: string;
  /** Longest that whoever orders the chain's transactions can keep one out; 0 where a block's maker cannot. */
  readonly forcedInclusionSeconds: number;
  /** Begin of epoch 0, seconds since 1970; null: the economy's `genesis.at`. */
  readonly genesisAt: number | null;
  /** Sums to the economy's allocations; `treasury` is the contract of that name. */
  readonly genesis: readonly { readonly account: string; readonly grains: number }[];
  readonly poster: string;
  readonly receiptKey: string;
  readonly beaconTip: string;
  readonly insurance: string;
  /** Decides slashes; null: the arbitration's committees. */
  readonly arbiter: string | null;
  readonly canaryKeeper: string;
  /** As many as the economy's `governance.guardian.seats`. */
  readonly guardian: readonly SeatSettings[];
  /** Where `governance.mode` is multisig or committee; null where tokens vote. */
  readonly council: readonly SeatSettings[] | null;
  /** Asset null: a worthless one that anyone mints, on a local chain only. */
  readonly reserve: Pick<ReserveSettings, 'asset' | 'attestor' | 'attestationSecondsMax'>;
  /** Report figures that no contract shows. */
  readonly figures: { readonly attestors: readonly string[]; readonly quorum: number; readonly ageSecondsMax: number };
  /** How long a version must be in force before nobody can roll it back. */
  readonly probationSeconds: number;
  readonly arbitration: Pick<ArbitrationSettings, 'drawSeconds' | 'entropyDelayBlocks'>;
  /** Where the economy has a bonding curve. */
  readonly curve: Omit<CurveSettings, 'ratioPpm' | 'taxPpm'> | null;
}

export interface EconomyToDeploy {
  /** The rules of all versions, in order; the first is in force. */
  readonly policies: readonly Economy[];
  /** Of the first version: every measured field with bounds and step. */
  readonly fields: readonly EconomyField[];
  /** SHA-256 of the first version, 64 hex characters. */
  readonly economyHash: string;
  /** SHA-256 of its launch gate's report; null only on a local chain: that of nothing. */
  readonly gateReportHash: string | null;
}

const PPM = 1_000_000n;
const PARAMETERS_MAX = 64;
const SEATS_MAX = 63;
const HASH_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ARBITRATION_MARGIN_SECONDS = 3_600;
const LATE_QUORUM_SECONDS_MAX = 86_400;
/** Of the genesis: low enough to be found, high enough that proposals are not spam. */
const PROPOSAL_THRESHOLD_PPM = 1_000n;
/** Of an arbiter's bond: a first absence stings, a wrong canary hurts. */
const ABSENCE_DIVISOR = 100n;
const CANARY_DIVISOR = 10n;

/**
 * Everything that a network's contracts are told: the economy's numbers, and the parties of one chain.
 * Errors: CHAIN-ECONOMY (what no contract here can carry out), CHAIN-PARTIES (they do not fit the economy), CHAIN-RANGE.
 */
export function networkSettings(economy: EconomyToDeploy, parties: DeploymentParties): NetworkSettings {
  const [first] = economy.policies as readonly [Economy];
  const isLocal = chainIdOf(parties.chain) === LOCAL_CHAIN_ID;
  checkEconomy(first, isLocal);
  checkParties(first, parties);
  const { governance } = first;
  const core = coreOf(economy.policies, parties);
  return {
    chain: parties.chain,
    core,
    institutions: {
      reserve: reserveOf(first, parties),
      curve: curveOf(first, parties),
      arbitration: arbitrationOf(first, parties, isLocal),
      registry: registryOf(economy, parties, isLocal),
      council: parties.council === null ? null : governingSeats(first, parties.council),
      governor: {
        lateQuorumSeconds: Math.min(LATE_QUORUM_SECONDS_MAX, Math.floor(governance.voteSeconds / 5)),
        proposalThresholdGrains: (BigInt(genesisGrains(first)) * PROPOSAL_THRESHOLD_PPM) / PPM,
      },
      guardian: {
        seats: parties.guardian,
        quorum: governance.guardian.threshold,
        motionSeconds: governance.guardian.pauseSecondsMax,
      },
      figures: parties.figures,
    },
  };
}

function coreOf(policies: readonly Economy[], parties: DeploymentParties): DeploySettings {
  const [economy] = policies as readonly [Economy];
  const { settlement, slash, supply, cadence } = economy;
  return {
    tokenCapGrains: BigInt(supply.limits.capGrains) / BigInt(supply.unitsPerGrain),
    eraMintGrainsMax: policies.map(eraMintMax).reduce((most, one) => (one > most ? one : most)),
    genesis: parties.genesis,
    creditIssuer: null,
    poster: parties.poster,
    arbiter: parties.arbiter,
    insurance: parties.insurance,
    treasury: null,
    receiptKey: parties.receiptKey,
    beaconTip: parties.beaconTip,
    idFeeGrains: Number(tokensUp(economy, economy.bonds.idFeeGrains)),
    posterBondGrains: settlement.posterBondGrains,
    challengeWindowSeconds: settlement.challengeWindowSeconds,
    holdbackEras: cadence.holdbackEras,
    epochsPerEra: cadence.epochsPerEra,
    lateEpochs: cadence.lateEpochs,
    answerSeconds: answerSecondsOf(settlement.challengeWindowSeconds),
    askFeeGrains: economy.grainsPerUnit,
    appealSeconds: settlement.appealSeconds,
    activationSeconds: settlement.activationSeconds,
    unbondingSeconds: settlement.unbondingSeconds,
    slashSplitPpm: { challenger: slash.challengerPpm, insurance: slash.insurancePpm, burn: slash.burnPpm },
  };
}

/**
 * Time to show a leaf that was asked for. A sixteenth of the window, so that a poster that answers in the last second can be
 * asked as often as a tree has levels; but a minute at least, or half of a window that is shorter than two.
 */
function answerSecondsOf(windowSeconds: number): number {
  return Math.max(Math.ceil(windowSeconds / 16), Math.min(60, Math.ceil(windowSeconds / 2)));
}

/** The contract's own limit of what one era mints: the economy's ceiling on the whole supply, or the cap. */
function eraMintMax({ supply: { limits, unitsPerGrain } }: Economy): bigint {
  const cap = BigInt(limits.capGrains);
  const ceiling =
    limits.ceiling === null ? cap : BigInt(limits.ceiling.grains) + (cap * BigInt(limits.ceiling.supplyPpm)) / PPM;
  return ceiling / BigInt(unitsPerGrain);
}

function reserveOf({ reserve, cadence }: Economy, parties: DeploymentParties): ReserveSettings {
  const { throttle } = reserve;
  return {
    ...parties.reserve,
    redemptionEraSeconds: Math.ceil((cadence.epochMs * cadence.epochsPerEra) / 1_000),
    spreadPpm: reserve.mintSpreadPpm,
    tokenHaircutPpm: reserve.tokenHaircutPpm,
    throttle: {
      warnPpm: throttle.warnPpm,
      haltPpm: throttle.haltPpm,
      stepPpm: throttle.stepPpm,
      slowIssuePpm: throttle.slowMintPpm,
      waitSecondsMin: throttle.waitSecondsMin,
    },
    slowWaitSeconds: slowWaitSeconds(throttle),
  };
}

function curveOf({ bondingCurve }: Economy, { curve }: DeploymentParties): CurveSettings | null {
  if (bondingCurve === null || curve === null) return null;
  const { reserveRatioPpm, entryTaxPpm } = bondingCurve as BondingCurveRule;
  return { ...curve, ratioPpm: reserveRatioPpm, taxPpm: entryTaxPpm };
}

/**
 * Committees in tokens, at the oracle's first price. The appeal of a large case is as much larger as that is than a
 * routine one, with two thirds to decide it. A verdict's own appeal takes what the vault's window leaves.
 */
function arbitrationOf(economy: Economy, parties: DeploymentParties, isLocal: boolean): ArbitrationSettings {
  const { committee, challenges, settlement, cadence } = economy;
  const { drawSeconds, entropyDelayBlocks } = parties.arbitration;
  const instanceSeconds = drawSeconds + committee.commitSeconds + committee.revealSeconds;
  const neededSeconds = instanceSeconds + (isLocal ? 0 : ARBITRATION_MARGIN_SECONDS);
  const appealSeconds = settlement.appealSeconds - neededSeconds;
  if (appealSeconds < 1) {
    throw unfit(
      'settlement.appeal',
      `more than ${neededSeconds} s, for a committee to hear an appeal`,
      settlement.appealSeconds,
    );
  }
  const booksSeconds = (cadence.appealEpochs * cadence.epochMs) / 1_000;
  if (parties.arbiter === null && booksSeconds < instanceSeconds) {
    const expected = `at least ${instanceSeconds} s, for a committee to decide before a fault is final`;
    throw unfit('cadence.appeal', expected, `${booksSeconds} s`);
  }
  const activationSeconds = Math.max(1, settlement.activationSeconds);
  const arbiterBondGrains = tokensUp(economy, committee.arbiterBondGrains);
  const depositGrains = tokensUp(economy, challenges.depositGrainsMin);
  const largest = Math.min(SEATS_MAX, 2 * committee.largeSeats - committee.seats);
  return {
    canaryKeeper: parties.canaryKeeper,
    arbiterBondGrains,
    seatFeeGrains: atLeastOne(depositGrains / BigInt(committee.seats)),
    depositGrains,
    absencePenaltyGrains: atLeastOne(arbiterBondGrains / ABSENCE_DIVISOR),
    canaryPenaltyGrains: atLeastOne(arbiterBondGrains / CANARY_DIVISOR),
    highValueGrains: tokensUp(economy, committee.largeFromGrains),
    sizes: [
      { seats: committee.seats, threshold: committee.threshold },
      { seats: committee.largeSeats, threshold: committee.largeThreshold },
      { seats: largest, threshold: Math.floor((largest * 2) / 3) + 1 },
    ],
    ...{ activationSeconds, entropyDelayBlocks, drawSeconds },
    ...{ commitSeconds: committee.commitSeconds, revealSeconds: committee.revealSeconds, appealSeconds },
    unbondingSeconds: Math.max(
      settlement.unbondingSeconds,
      activationSeconds + instanceSeconds + settlement.appealSeconds,
    ),
  };
}

function registryOf(given: EconomyToDeploy, parties: DeploymentParties, isLocal: boolean) {
  const [economy] = given.policies as readonly [Economy];
  const genesisAt = parties.genesisAt ?? (economy.genesis.atMs === null ? null : economy.genesis.atMs / 1_000);
  if (genesisAt === null) throw misfit('genesisAt', 'a second since 1970, as the economy names none', 'null');
  if (given.gateReportHash === null && !isLocal) throw misfit('gateReport', "the launch gate's report", 'none');
  const rows = registryRows(economy.bounds === 'waived' ? given.fields.map(widened) : given.fields);
  if (rows.length > PARAMETERS_MAX) throw unfit('fields', `at most ${PARAMETERS_MAX} on the chain`, rows.length);
  return {
    genesisAt,
    epochSeconds: economy.cadence.epochMs / 1_000,
    probationSeconds: parties.probationSeconds,
    version: economy.version,
    economyHash: given.economyHash,
    gateReportHash: given.gateReportHash ?? HASH_OF_NOTHING,
    rows,
  };
}

/** An economy that waives its bounds has them where its own values are. */
function widened(field: EconomyField): EconomyField {
  const { value, min, max } = field;
  return { ...field, min: value < min ? value : min, max: value > max ? value : max };
}

/** A quorum of seats is the larger majority of them, as no seat can be asked twice. */
function governingSeats({ governance }: Economy, seats: readonly SeatSettings[]): CouncilSettings {
  const majorityPpm = Math.max(governance.passPpm, governance.passToLoosenPpm);
  const quorum = Math.ceil((seats.length * majorityPpm) / 1_000_000);
  return { seats, quorum, motionSeconds: governance.voteSeconds };
}

/** Work tokens worth so many credits at the oracle's first price, rounded up. */
export function tokensUp({ oracle }: Economy, creditGrains: number): bigint {
  const price = BigInt(oracle.priceMicrograins);
  return (BigInt(creditGrains) * PPM + price - 1n) / price;
}

function atLeastOne(grains: bigint): bigint {
  return grains > 0n ? grains : 1n;
}

function genesisGrains({ genesis }: Economy): number {
  return genesis.allocations.reduce((sum, { tokensGrains }) => sum + tokensGrains, 0);
}

function checkEconomy({ bounds, reserve, bondingCurve, cadence }: Economy, isLocal: boolean): void {
  if (bounds === 'waived' && !isLocal) throw unfit('bounds', 'enforced, but on a local chain', bounds);
  if (reserve.kind !== 'full') throw unfit('reserve.kind', 'full', reserve.kind);
  if (reserve.tokenCoverPpmMin > 0) {
    throw unfit('reserve.tokenCover', '0, as no contract tells a price', reserve.tokenCoverPpmMin);
  }
  if (bondingCurve !== null && bondingCurve.kind !== 'bonding-curve') {
    throw unfit('bondingCurve.kind', 'bonding-curve', bondingCurve.kind);
  }
  if (cadence.epochMs % 1_000 !== 0) throw unfit('cadence.epoch', 'whole seconds', `${cadence.epochMs} ms`);
}

function checkParties(economy: Economy, { genesis, guardian, council, curve }: DeploymentParties): void {
  const { governance, bondingCurve } = economy;
  const [due, given] = [genesisGrains(economy), genesis.reduce((sum, { grains }) => sum + grains, 0)];
  if (given !== due) throw misfit('genesis', `${due} grains, the economy's allocations`, given);
  const { seats } = governance.guardian;
  if (guardian.length !== seats)
    throw misfit('guardian', `${seats} seats, as governance.guardian.seats`, guardian.length);
  if (governance.mode === 'token' && council !== null) throw misfit('council', 'null: tokens vote', 'seats');
  if (governance.mode !== 'token' && council === null)
    throw misfit('council', `seats, for a ${governance.mode}`, 'null');
  if (governance.mode === 'committee' && council!.some(({ endsAt }) => endsAt === null)) {
    throw misfit('council', "an end of every seat's term", 'one for good');
  }
  if (bondingCurve !== null && curve === null) throw misfit('curve', 'where it begins', 'null');
}

function unfit(where: string, expected: string, got: unknown): ChainRefusal {
  return new ChainRefusal('CHAIN-ECONOMY', { where, expected, got: String(got) });
}

function misfit(where: string, expected: string, got: unknown): ChainRefusal {
  return new ChainRefusal('CHAIN-PARTIES', { where, expected, got: String(got) });
}
