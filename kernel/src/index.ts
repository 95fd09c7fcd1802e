// An economy as the kernel reads it, and how anything is refused.

export type * from './economy/classes.ts';
export type * from './economy/genesis.ts';
export type * from './economy/governance.ts';
export type * from './economy/launch.ts';
export type * from './economy/markets.ts';
export type * from './economy/resources.ts';
export type * from './economy.ts';
export { NODE_NCU_MS_MAX, OFFENCES } from './economy.ts';
export { KernelRefusal, type KernelRefusalCode, type RefusalClass } from './refusal.ts';

// Exact numbers: safe integers for what is per node, BigInt for what is per network.

export {
  addExact,
  cumulativeSplit,
  ExactSum,
  isAmount,
  largestRemainder,
  mulDivDown,
  mulDivUp,
} from './numbers/exact.ts';
export {
  decayRateQ128,
  expNegQ128,
  growthExcessQ128,
  mulQ128Down,
  type Q128,
  Q128_ONE,
  q128,
  ratioQ128Down,
} from './numbers/q128.ts';
export type * from './numbers/quantities.ts';
export { epochIndex, eraIndex, grains, micrograinsPerNcuS, ncuMs, ppm } from './numbers/quantities.ts';
export { fakeExponential } from './numbers/taylor.ts';
export {
  divWadDown,
  divWadUp,
  expWad,
  fullMulDivDown,
  fullMulDivUp,
  lnWad,
  mulWadDown,
  mulWadUp,
  powIntegerDown,
  powIntegerUp,
  powWad,
  sqrtWad,
  WAD,
  type Wad,
  wad,
} from './numbers/wad.ts';
export * as wide from './numbers/wide.ts';

// What capacity costs and how it is sold.

export type * from './market/benchmark.ts';
export { benchmarkedWork, benchmarkViolations } from './market/benchmark.ts';
export type * from './market/entitlement.ts';
export { drawGrant, drawSubscription, subscriptionPeriod, taskChargeGrains } from './market/entitlement.ts';
export type * from './market/leases.ts';
export {
  idleSurchargeGrains,
  idleSurchargePpm,
  leasableNcuMs,
  openLease,
  passLease,
  standingGrains,
} from './market/leases.ts';
export type * from './market/pool.ts';
export { poolDelivery, poolPay } from './market/pool.ts';
export type * from './market/price.ts';
export { advancePrice, eip1559Step, initialPrice, nextPrice, utilisation } from './market/price.ts';
export type * from './market/price-breaker.ts';
export {
  type ChargeSplit,
  capacityNcuMs,
  chargeGrains,
  normaliseQuantity,
  splitTake,
  type TakeRule,
  takeRatePpm,
} from './market/rating.ts';
export type * from './market/reserved.ts';
export {
  deliveryPenalty,
  payAfterPenalty,
  reservationBond,
  slaAllowance,
  slaCreditGrains,
  slaCreditPpm,
} from './market/reserved.ts';
export type * from './market/resource-prices.ts';
export { advanceResourcePrices, initialResourcePrices, resourcePrice } from './market/resource-prices.ts';

// What work and bond weigh.

export type * from './rewards/bands.ts';
export { bandedWork } from './rewards/bands.ts';
export type * from './rewards/class-curve.ts';
export { classCurveWeight } from './rewards/class-curve.ts';
export type * from './rewards/class-pool.ts';
export { burnCappedPool, classPool } from './rewards/class-pool.ts';
export type * from './rewards/curve.ts';
export { cappedWeight, curveWeight, dividesByWork, isSplitProof, operatorCap, weighClass } from './rewards/curve.ts';
export type { ExponentialRebateCurve } from './rewards/rebate-curve.ts';

// What is minted.

export type { BaselineMemory, BaselineSupplyRule } from './supply/baseline.ts';
export { type AssumedFacts, type CurvePoint, inflationPpm, supplyCurve } from './supply/curve.ts';
export { emissionOf, supplyGenesis, wideEmissionOf } from './supply/emission.ts';
export type {
  BondingProportionalSupplyRule,
  BondingStepSupplyRule,
  IntervalMemory,
  IntervalRule,
  InverseSqrtStakeSupplyRule,
  NetEmissionSupplyRule,
} from './supply/intervals.ts';
export type { CeilingMemory, DecayingCeiling, EraCeiling, MintCeiling, MintLimits } from './supply/limits.ts';
export {
  type BurnMintSupplyRule,
  type FeeLinkedSupplyRule,
  type PricedMemory,
  type PricedRule,
  tokensToBurnUp,
} from './supply/priced.ts';
export {
  type ExponentialSupplyRule,
  exponentialReward,
  type FixedSupplyRule,
  type HalvingSupplyRule,
  type ScheduleRule,
  scheduledGrains,
} from './supply/schedule.ts';
export type * from './supply/supply.ts';

// Bonds, audits, reputation, slashes, vesting.

export {
  type AuditStakes,
  auditProbabilityPpm,
  type CanaryRule,
  canaryPenaltyGrains,
  canaryRatePpm,
  type VerificationRule,
} from './security/audit.ts';
export {
  activeBond,
  advanceBond,
  type BondAccount,
  type BondEntry,
  type BondExposure,
  type BondQueueRule,
  type BondReason,
  type BondRule,
  bondCover,
  bondTokens,
  bondTotal,
  bondValuePpb,
  conviction,
  depositBond,
  NO_BOND,
  requiredBond,
  type StakeChange,
  slashBond,
  type TokenValue,
  timeWeightedStake,
  unbond,
} from './security/bond.ts';
export {
  type CommonCauseRule,
  commonCauseSlashPpb,
  correlationSlashPpb,
  equivocationSlashPpb,
  missesAllowed,
  type ProbeWindowRule,
  probeStanding,
} from './security/liveness.ts';
export {
  judgeMeter,
  type MeteringRule,
  type MeterJudgement,
  type MeterSample,
  type SequentialTest,
  sequentialTest,
} from './security/metering.ts';
export {
  allocationWeight,
  type BetaMasses,
  credibilityWeight,
  failureSharePpm,
  initialMasses,
  isBelowBar,
  isCredible,
  multiplierPpm,
  type NewcomerRule,
  newcomerDuesGrains,
  newcomerMultiplierPpm,
  observe,
  type ReputationRule,
  type StandingRule,
  scorePpm,
  standingPpm,
} from './security/reputation.ts';
export {
  type CorrelationRule,
  divideSlash,
  limitSlashes,
  type SlashDestinationRule,
  type SlashDestinations,
  type SlashEntry,
  type SlashLimit,
  type SpanRule,
  slashedInWindow,
  slashGrains,
  spanSlashPpb,
  windowCorrelationPpb,
} from './security/slash.ts';
export {
  type Collection,
  collectableGrains,
  type GraduatedVesting,
  type LinearVesting,
  lockedBondGrains,
  releaseVested,
  type ThawLockRule,
  unvestedGrains,
  type VestingEntry,
  type VestingNode,
  type VestingRule,
  vestedGrains,
  type WholeEraVesting,
} from './security/vesting.ts';

// What stands behind credits and tokens.

export {
  type AugmentedCurveRule,
  type AugmentedPool,
  type AugmentedTrade,
  augmentedPriceMicrograinsUp,
  buyAugmented,
  type Hatch,
  hatchVestedGrains,
  openHatch,
  sellAugmented,
} from './assets/augmented-curve.ts';
export {
  type BondingCurveRule,
  buyOnCurve,
  type CurvePool,
  type CurveTrade,
  curvePriceMicrograinsUp,
  sellOnCurve,
} from './assets/bonding-curve.ts';
export {
  type ConstantProductRule,
  paymentToPushUp,
  type SwapReserves,
  swap,
  swapInUp,
  swapOut,
} from './assets/constant-product.ts';
export { type CoverageThrottleRule, type MintPace, mintPace } from './assets/coverage-throttle.ts';
export {
  type Coverage,
  coverageOf,
  type FullReserveRule,
  type MintBackedReserveRule,
  type MintRequest,
  type MixedReserveRule,
  mintCredits,
  type RedeemedBatch,
  type Redemption,
  type RedemptionPayment,
  type Reserve,
  type ReserveRule,
  redeemBatch,
  stressedCoverage,
  withdrawTokens,
} from './assets/credit-reserve.ts';
export {
  aggregatePrice,
  type LeftOut,
  type OraclePrice,
  type OracleRule,
  type PriceReport,
  type PriceSample,
  twapDown,
  type ValuedPrice,
  valuedPrice,
} from './assets/oracle.ts';

// Who does which work.

export { type AllocationTerms, allocate } from './allocation/allocate.ts';
export type * from './allocation/allocation.ts';
export { EVIDENCE_LEVELS } from './allocation/allocation.ts';
export { drawPpm } from './allocation/draw.ts';
export { drawOrder, type LotteryTicket } from './allocation/draw-order.ts';
export { type Replacement, replaceFailed } from './allocation/replace-failed.ts';
export { allocationRuleOf, leaseBondGrains } from './allocation/rule.ts';

// An epoch settled.

export { BondDesk } from './settlement/bond-desk.ts';
export { type Conservation, conservationOf, type Holdings } from './settlement/conservation.ts';
export type * from './settlement/epoch.ts';
export { BURN_ACCOUNT } from './settlement/epoch.ts';
export {
  type EpochClock,
  type EraLength,
  epochAt,
  epochEndMs,
  epochStartMs,
  eraOf,
  isLastEpochOfEra,
} from './settlement/epoch-clock.ts';
export { type ExplanationStep, explainNode } from './settlement/explain.ts';
export { classEmissionGrains, classShares } from './settlement/minting.ts';
export { chargeLines, nodeLine, nodeLines, nodeState, nodeStates, nodeTable } from './settlement/node-table.ts';
export { priceOf, pricesAt } from './settlement/prices.ts';
export type * from './settlement/reservation-lines.ts';
export { RESERVED_CAPACITY } from './settlement/reservation-lines.ts';
export { reservationOpenings, standingLeases } from './settlement/reservation-openings.ts';
export { genesisState, settleEpoch } from './settlement/settle.ts';
export {
  addCoverage,
  chargeColumns,
  coverColumns,
  rewardColumns,
  type SettlementColumns,
  settleColumns,
  settlementColumns,
} from './settlement/settle-columns.ts';
export { NOTHING_SLASHED, SlashBook, type SlashResult } from './settlement/slashing.ts';
export type { Column, Columns, SparseColumn, Table } from './settlement/table.ts';

// Rewards by period from reported columns.

export type * from './programme/layout.ts';
export type { Participant } from './programme/participant.ts';
export { type PaidPeriod, type ProgrammePayout, type ProgrammePeriod, payPeriod } from './programme/pay-period.ts';
export type * from './programme/rules.ts';

// Closed forms for people and for the launch gate; nothing here feeds a payout.

export {
  type AttackEconomics,
  censorship,
  challengerDepositRange,
  classSpoofing,
  curveRunShare,
  type FlashStake,
  flashStake,
  flashUnbondingMin,
  fraudSlashMin,
  fullBlocksFactor,
  type GovernanceCapture,
  type Griefing,
  governanceCapture,
  griefing,
  type Hoarding,
  hoarding,
  hoardingShareMax,
  IMPOSSIBLE_ATTACKS,
  type LazyWork,
  lazyDetectionMin,
  lazyWork,
  type OraclePush,
  oraclePush,
  oraclePushCost,
  overspend,
  type RevenueFraud,
  reserveRun,
  revenueFraud,
  type SelectiveDelivery,
  type SybilSplit,
  selectiveDelivery,
  staleOracle,
  sybilBestResponse,
  sybilFeeMin,
  sybilSplit,
  verifierBribe,
  verifierCapture,
  verifierLaziness,
  type WashUsage,
  washBestResponse,
  washFeeLinkedRatio,
  washUsage,
  whitewash,
} from './analysis/attacks.ts';
export {
  giniCoefficient,
  herfindahlIndex,
  jainIndex,
  largestShare,
  nakamotoCoefficient,
} from './analysis/concentration.ts';
export {
  contestEffort,
  contestEfforts,
  type DisputeLadder,
  deterrenceRatio,
  deterrentDetection,
  diligentPenalty,
  disputeBond,
  fraudRetention,
  type InspectionCosts,
  type InspectionEquilibrium,
  inspectionGame,
  OPTIMISM_LADDER,
} from './analysis/games.ts';
export {
  deviationLeft,
  type PriceLag,
  priceFactor,
  priceStability,
  recoveryEpochs,
  recoveryHalfLife,
  twapLagEdge,
} from './analysis/price-dynamics.ts';
export { binomialTail, hypergeometricTail, studentQuantile, studentWithin } from './analysis/probability.ts';
export { erlangB, erlangC, erlangWait, type QueueMeans, serversNeeded, singleServerQueue } from './analysis/queues.ts';
export {
  anyOf,
  auditorDetection,
  auditSize,
  committeeCapture,
  convictionProbability,
  detectionProbability,
  hoeffdingSize,
  probeFalseAlarm,
  type SequentialTestExpectation,
  type SequentialTestShape,
  sequentialExpectation,
} from './analysis/sampling.ts';
