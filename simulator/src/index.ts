export { WORLD } from './agents/token-market.ts';
export type * from './attacks/attack.ts';
export { capitalCostPerEpoch, exposurePerEpoch } from './attacks/attack.ts';
export { CORRECTNESS_ATTACKS, ECONOMIC_ATTACKS } from './attacks/catalogue.ts';
export { checkAttack } from './attacks/check-attack.ts';
export { classSpoofing } from './attacks/class-spoofing.ts';
export { cohortAttack } from './attacks/cohort-attack.ts';
export { cohortOf } from './attacks/cohort-population.ts';
export { type CorrectnessAttack, playSchedules, type ScheduleOutcome } from './attacks/correctness.ts';
export {
  attempted,
  type ExpectedMarket,
  expectedMarket,
  keptShare,
  type LastingFraud,
  lastingFraud,
  slashShare,
} from './attacks/expectation.ts';
export { flashStake } from './attacks/flash-stake.ts';
export { hoarding } from './attacks/hoarding.ts';
export { INSTITUTION_ATTACKS } from './attacks/institutions/institutions.ts';
export { lazyWork } from './attacks/lazy-work.ts';
export { bondedCredits, leastBondCredits, lostCredits, slashedCredits } from './attacks/lost-value.ts';
export { meteringInflation } from './attacks/metering-inflation.ts';
export { type MixtureNames, mixtureOf } from './attacks/mixture.ts';
export { selectiveDelivery } from './attacks/selective-delivery.ts';
export { sybilSplit } from './attacks/sybil-split.ts';
export { besideOthers } from './attacks/together.ts';
export { washUsage } from './attacks/wash-usage.ts';
export { whitewash } from './attacks/whitewash.ts';
export type { Purpose, Stream } from './draws/draws.ts';
export { Draws, PURPOSES } from './draws/draws.ts';
export type { EpochFigures, EraFigures, Observer } from './observers/observer.ts';
export type { RunSummaryState, RunSums, StreamName } from './observers/run-summary.ts';
export { RunSummary } from './observers/run-summary.ts';
export { RunningMoments } from './observers/running-moments.ts';
export type { SimulationRefusalCode } from './refusal.ts';
export { SIMULATION_REFUSALS, SimulationRefusal } from './refusal.ts';
export { checkScenario } from './scenario/check.ts';
export { defaultScenario } from './scenario/defaults.ts';
export type * from './scenario/scenario.ts';
export { exposureBy, type Verifiers, verifiersAt } from './scenario/verifiers.ts';
export type { Checkpoint, SettledEpoch, SettlementTwin, SimulationOptions, TwinWorld } from './simulation.ts';
export { Simulation } from './simulation.ts';
export { StatementTwin } from './statement-twin.ts';
export type { QueueRule, QueueRun } from './truths.ts';
export { simulateQueue, simulateRetention } from './truths.ts';
