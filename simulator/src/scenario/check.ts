import { type Economy, EVIDENCE_LEVELS } from '@stannary/kernel';
import { SimulationRefusal } from '../refusal.ts';
import type { ProviderPopulation, Scenario, Series, Shock, TokenPriceModel } from './scenario.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
/** Ordinals of a group and runs are 32-bit words of an address. */
const WORD = 2 ** 32 - 1;
const FACTOR_MAX = 1e6;
const YEAR_MS = 365 * 86_400_000;
/** Assumptions that hold still for so long say nothing, and bonds since genesis pass 2^53 grains soon after. */
const HORIZON_YEARS_MAX = 20;
/** Of one run: a core does them in some hours. */
const NODE_EPOCHS_MAX = 1e11;
/** Of each point; a mean of so many is known to a thousandth of its deviation. */
export const RUNS_MAX = 1_000_000;

/**
 * Refuses a scenario that no run could be made of: a number that is none, is out of its range or is no integer where one
 * is counted, a class that the economy lacks, an empty series, more than could ever be played. No nodes and no demand are a
 * world, if a quiet one.
 * @throws SimulationRefusal SIMULATION-NUMBER, SIMULATION-CLASS, SIMULATION-SERIES
 */
export function checkScenario(economy: Economy, scenario: Scenario): void {
  const { horizonEpochs, seed, runs, providers, demand, verification, network, reserve, shocks } = scenario;
  checkWhole('horizonEpochs', horizonEpochs, 1, horizonEpochsMax(economy));
  checkWhole('seed', seed, 0, SAFE);
  checkWhole('runs', runs, 1, RUNS_MAX);
  providers.forEach((one, index) => {
    checkPopulation(economy, one, `providers[${index}]`);
  });
  checkSize(economy, scenario);
  checkNumber('demand.utilisation', demand.utilisation, 0, FACTOR_MAX);
  checkNumber('demand.elasticity', demand.elasticity, 0, 100);
  checkNumber('demand.outsideMicrograinsPerNcuS', demand.outsideMicrograinsPerNcuS ?? 0, 0, SAFE);
  checkNumber('demand.growthPerYear', demand.growthPerYear, -0.999, FACTOR_MAX);
  checkNumber('demand.noise', demand.noise, 0, 10);
  if (demand.trace !== null) checkSeries('demand.trace', demand.trace, FACTOR_MAX);
  for (const field of ['auditShare', 'detection', 'canaryShare'] as const) {
    checkNumber(`verification.${field}`, verification[field] ?? 0, 0, 1);
  }
  checkNumber('verification.lazyShare', verification.lazyShare, 0, 1);
  checkWhole('verification.challengeCostGrains', verification.challengeCostGrains, 0, SAFE);
  checkToken(scenario.token);
  checkNumber('network.latencyMs', network.latencyMs, 0, SAFE);
  checkNumber('network.lossShare', network.lossShare, 0, 1);
  checkNumber('network.meterNoise', network.meterNoise, 0, 1);
  for (const field of ['stableGrains', 'tokenGrains', 'outstandingGrains'] as const) {
    checkWhole(`reserve.${field}`, reserve[field], 0, SAFE);
  }
  checkNumber('reserve.redeemedShare', reserve.redeemedShare, 0, 1);
  shocks.forEach((shock, index) => {
    checkShock(shock, `shocks[${index}]`);
  });
}

function horizonEpochsMax({ cadence }: Economy): number {
  return Math.min(WORD, Math.max(1, Math.floor((HORIZON_YEARS_MAX * YEAR_MS) / cadence.epochMs)));
}

/** What each field for itself may be, all of them together may be too much. */
function checkSize({ limits }: Economy, { providers, horizonEpochs }: Scenario): void {
  const nodes = providers.reduce((sum, { nodesMax }) => sum + nodesMax, 0);
  checkWhole('providers, nodesMax of all', nodes, 0, limits.nodesMax);
  checkWhole('horizonEpochs × nodesMax of all providers', horizonEpochs * nodes, 0, NODE_EPOCHS_MAX);
}

function checkPopulation(economy: Economy, one: ProviderPopulation, where: string): void {
  if (!economy.classes.some(({ name }) => name === one.className)) {
    const names = economy.classes.map(({ name }) => name).join(', ');
    throw new SimulationRefusal('SIMULATION-CLASS', `${where}.className`, `one of ${names}`, one.className);
  }
  if (!EVIDENCE_LEVELS.includes(one.evidence)) {
    throw new SimulationRefusal(
      'SIMULATION-CLASS',
      `${where}.evidence`,
      `one of ${EVIDENCE_LEVELS.join(', ')}`,
      one.evidence,
    );
  }
  checkWhole(`${where}.nodesMax`, one.nodesMax, 0, economy.limits.nodesMax);
  checkWhole(`${where}.nodes`, one.nodes, 0, one.nodesMax);
  checkWhole(`${where}.operators`, one.operators, 1, economy.limits.nodesMax);
  checkNumber(`${where}.operatorSkew`, one.operatorSkew, 0, 10);
  checkWhole(`${where}.milliNcu`, one.milliNcu, 1, economy.limits.nodeNcuMax * 1_000);
  checkNumber(`${where}.meanBand`, one.meanBand ?? 0, 0, 255);
  checkNumber(`${where}.cost.revenueShare`, one.cost.revenueShare, 0, FACTOR_MAX);
  checkNumber(`${where}.cost.deviation`, one.cost.deviation, 0, 10);
  checkNumber(`${where}.cost.variableShare`, one.cost.variableShare, 0, 1);
  checkNumber(`${where}.availability`, one.availability, 0, 1);
  if (one.churn) checkSeries(`${where}.churn`, one.churn, 1);
  if (one.cost.trace) checkSeries(`${where}.cost.trace`, one.cost.trace, FACTOR_MAX);
  checkNumber(`${where}.entry.sharePerEra`, one.entry.sharePerEra, 0, 10);
  checkNumber(`${where}.entry.marginMin`, one.entry.marginMin, -FACTOR_MAX, 1);
  checkNumber(`${where}.exit.marginMin`, one.exit.marginMin, -FACTOR_MAX, 1);
  checkWhole(`${where}.exit.patienceEras`, one.exit.patienceEras, 1, 255);
  checkNumber(`${where}.bondCushion`, one.bondCushion, 0, 1_000);
  checkNumber(`${where}.soldShare`, one.soldShare, 0, 1);
}

function checkToken(token: TokenPriceModel): void {
  if (token.kind === 'series') {
    checkSeries('token.micrograins', token.micrograins, SAFE);
  } else if (token.kind === 'pool') {
    checkWhole('token.creditsGrains', token.creditsGrains, 1, SAFE);
    checkWhole('token.tokensGrains', token.tokensGrains, 1, SAFE);
    checkWhole('token.feePpm', token.feePpm, 0, 999_999);
    checkNumber('token.burnBuysShare', token.burnBuysShare, 0, 1);
    checkNumber('token.speculators.trend', token.speculators.trend, -10, 10);
    checkNumber('token.speculators.value', token.speculators.value, 0, 10);
    checkNumber('token.speculators.fairMicrograins', token.speculators.fairMicrograins, 1, SAFE);
    checkNumber('token.speculators.noise', token.speculators.noise, 0, 1);
  } else {
    checkNumber('token.initialMicrograins', token.initialMicrograins, 1, SAFE);
    checkNumber('token.driftPerYear', token.driftPerYear, -100, 100);
    checkNumber('token.volatilityPerYear', token.volatilityPerYear, 0, 100);
    if (token.jumps === null) return;
    checkNumber('token.jumps.perYear', token.jumps.perYear, 0, FACTOR_MAX);
    checkNumber('token.jumps.mean', token.jumps.mean, -100, 100);
    checkNumber('token.jumps.deviation', token.jumps.deviation, 0, 100);
  }
}

function checkShock(shock: Shock, where: string): void {
  checkWhole(`${where}.atEpoch`, shock.atEpoch, 0, WORD);
  if (shock.kind !== 'redemption') checkWhole(`${where}.epochs`, shock.epochs, 1, WORD);
  if ('share' in shock) checkNumber(`${where}.share`, shock.share, 0, 1);
  if ('factor' in shock) checkNumber(`${where}.factor`, shock.factor, 0, FACTOR_MAX);
}

/** Values from 0 on; a gap is a value that is no number, and is refused with its place. */
function checkSeries(where: string, { values, epochsPerValue }: Series, most: number): void {
  checkWhole(`${where}.epochsPerValue`, epochsPerValue, 1, WORD);
  if (values.length === 0) throw new SimulationRefusal('SIMULATION-SERIES', `${where}.values`, 'a value', 'none');
  values.forEach((value, index) => {
    checkNumber(`${where}.values[${index}]`, value, 0, most);
  });
}

function checkNumber(where: string, value: number, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new SimulationRefusal('SIMULATION-NUMBER', where, `a number from ${least} to ${most}`, value);
}

function checkWhole(where: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new SimulationRefusal('SIMULATION-NUMBER', where, `an integer from ${least} to ${most}`, value);
}
