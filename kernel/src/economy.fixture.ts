import type { Economy } from './economy.ts';
import type { Epoch, Grains, NcuMs } from './numbers/quantities.ts';
import type { EpochInputs } from './settlement/epoch.ts';

// A small economy and inputs for the kernel's own tests and benches. Not exported by the package.

type Plain<Value> = Value extends number
  ? number
  : Value extends string | boolean | null
    ? Value
    : { readonly [Key in keyof Value]: Plain<Value[Key]> };

const fidelity = {
  source: 'fuel',
  resolution: 1,
  samplePeriodMs: 1_000,
  clockErrorMs: 10,
  errorPpmMax: 10_000,
} as const;

/** No node works for a bond of nothing: the minimum is the whole requirement here, and a token is worth a credit. */
const bond = {
  revenue: null,
  deterrence: null,
  harm: null,
  haircutPpm: 0,
  marginCallPpm: 800_000,
  stopLinePpm: 600_000,
} as const;

const nodeClass = {
  curve: { kind: 'linear-capped', kappaNumerator: 1, kappaDenominator: 1_000 },
  bands: null,
  pool: null,
  consumerCapPpm: 1_000_000,
  slo: {
    latency: 'moderate',
    variability: 'low',
    startMsP95: 60_000,
    availabilityPpm: 990_000,
    throughputPpm: 900_000,
  },
  pricing: ['spot'],
  payment: { path: 'escrow', cadence: 'era' },
  evidence: {
    least: 'software-key',
    weightsPpm: { 'software-key': 1_000_000, 'hardware-key': 1_000_000, 'hardware-tee': 1_000_000 },
  },
  verification: { method: 'replicas', canaryPpm: 30_000, benchmarkPpm: 10_000, criticalReplicas: 2 },
  disputes: { windowSeconds: 10, verdictSeconds: 5, answerSeconds: 5 },
} as const;

const shadow = { mode: 'shadow', ceilingPpm: 1_000_000, shadowErasMin: 1 } as const;
const live = { ...shadow, mode: 'live' } as const;
const proofs = { threshold: 1, statistic: 'proof-count' } as const;

const plain = {
  name: 'test',
  version: 1,
  bounds: 'enforced',
  grainsPerUnit: 1_000_000,
  limits: { nodesMax: 10_000, nodeNcuMax: 100 },
  cadence: {
    epochMs: 5_000,
    epochsPerEra: 4,
    graceMs: 1_000,
    lateEpochs: 1,
    holdbackEras: 1,
    appealEpochs: 2,
    clockSkewMs: 500,
  },
  genesis: { atMs: null, allocations: [] },
  resources: [
    { code: 1, name: 'cpu', coefficient: 1, divisor: 1_000, billed: false, quantityPerNcuMsMax: 1_000, fidelity },
    {
      code: 7,
      name: 'fuel',
      coefficient: 1,
      divisor: 1_000_000,
      billed: true,
      quantityPerNcuMsMax: 64_000_000,
      fidelity,
    },
  ],
  benchmarks: {
    coefficients: [{ deviceClass: 'h100', profile: 'training', resource: 7, milliNcuPerUnitS: 2_000 }],
    clamp: { eraChangePpmMax: 20_000, windowChangePpmMax: 100_000, windowEras: 30 },
  },
  classes: [
    {
      ...nodeClass,
      name: 'grid',
      emissionSharePpm: 600_000,
      operatorCapPpm: 500_000,
      bond: { ...bond, bondGrainsMin: 1_000_000_000 },
    },
    {
      ...nodeClass,
      name: 'edge',
      emissionSharePpm: 400_000,
      operatorCapPpm: 1_000_000,
      bond: { ...bond, bondGrainsMin: 500_000_000 },
    },
  ],
  price: {
    kind: 'rational-step',
    initialMicrograinsPerNcuS: 50_000_000_000_000,
    floorMicrograinsPerNcuS: 10_000_000_000_000,
    capMicrograinsPerNcuS: 500_000_000_000_000,
    targetUtilisationPpm: 700_000,
    gainPpm: 62_500,
    breaker: null,
  },
  resourceMarkets: [],
  models: {
    project: { termEpochs: 100, sharePpmMax: 200_000 },
    subscription: { periodEpochs: 100, overagePpm: 1_100_000 },
    spot: { reclaimNoticeMs: 1_000 },
    micropayment: { exposureGrainsMax: 1_000_000 },
    pool: { nodesMax: 16, spares: 1 },
  },
  reserved: {
    gapFactorPpm: 2_000_000,
    missedFeePpm: 100_000,
    allowancePpm: 10_000,
    credits: [{ availabilityPpmBelow: 990_000, creditPpm: 300_000 }],
  },
  leases: {
    openingFeePpm: 10_000,
    idleSurchargePpmMax: 500_000,
    idleSurchargeFromPpm: 800_000,
    bondPpm: 1_000_000,
    idleBurnPpm: 500_000,
  },
  take: { burnPpm: 50_000, insurancePpm: 20_000, treasuryPpm: 30_000 },
  supply: {
    unitsPerGrain: 1,
    classSharePpmMax: 1_000_000,
    streams: [
      {
        name: 'work',
        sharePpm: 1_000_000,
        rule: { kind: 'fixed', grainsPerInterval: '100000000', intervalSeconds: 5 },
      },
    ],
    limits: { capGrains: '1000000000000000', capCounts: 'minted', ceiling: null },
  },
  bonds: { idFeeGrains: 5_000_000, thaw: null },
  vesting: { schedule: null, mergeEpochs: 4 },
  newcomer: { multiplierMinPpm: 500_000, rampEpochs: 0 },
  offences: [
    { ...live, offence: 'equivocation', slashPpm: 1_000_000, ...proofs },
    { ...live, offence: 'wrong-result', slashPpm: 500_000, ...proofs },
    { ...shadow, offence: 'abandoned-work', slashPpm: 10_000, threshold: 500_000, statistic: 'share-ppm' },
    { ...shadow, offence: 'low-reputation', slashPpm: 0, threshold: 600_000, statistic: 'score-ppm' },
  ],
  slash: { challengerPpm: 500_000, insurancePpm: 300_000, burnPpm: 200_000, challengerCapPpm: 50_000_000 },
  slashLimit: { ceilingPpm: 1_000_000, windowEpochs: 24 },
  correlation: { factorPpm: 3_000_000, windowEpochs: 168 },
  liveness: {
    window: { lengthMs: 86_400_000, probes: 1_440, barPpm: 960_000 },
    commonCause: { allowancePpm: 100_000, allowanceNodes: 1, factorPpm: 3_000_000, ceilingPpm: 70_000 },
  },
  metering: {
    confidence: [{ samplesMin: 10, quantilePpm: 1_833_000 }],
    tolerancePpm: 10_000,
    warnPpm: 20_000,
    slashLinePpm: 50_000,
    slashPpm: 100_000,
    excessFactorPpm: 3_000_000,
    test: { goodMicronats: -46_257, badMicronats: 2_302_585, acquitMicronats: -2_995_632, convictMicronats: 9_158_994 },
  },
  reputation: {
    lambdaPpm: 950_000,
    multiplierMinPpm: 500_000,
    multiplierMaxPpm: 1_250_000,
    work: { lambdaPpm: 950_000, barPpm: 600_000, initialSuccesses: 20 },
    liveness: { lambdaPpm: 999_000, barPpm: 960_000, initialSuccesses: 1_000 },
  },
  verification: {
    auditFloorPpm: 100_000,
    detectionPpm: 900_000,
    consecutiveValidMin: 10,
    replicasToConvict: 2,
    canaries: { floorPpm: 30_000, safetyPpm: 2_000_000 },
    verifierBondGrains: 100_000_000,
    canaryPenaltyGrains: 1_000_000,
  },
  oracle: {
    source: 'fixed',
    priceMicrograins: 1_000_000,
    rule: {
      kind: 'median',
      reportersMin: 5,
      outlierPpm: 15_000,
      stalenessSeconds: 120,
      twapSeconds: 1_800,
      lowSeconds: 2_592_000,
    },
  },
  reserve: {
    kind: 'full',
    mintSpreadPpm: 2_500,
    tokenHaircutPpm: 500_000,
    tokenCoverPpmMin: 0,
    throttle: {
      kind: 'coverage-throttle',
      warnPpm: 1_000_000,
      haltPpm: 999_999,
      stepPpm: 1_000,
      growthPpm: 1_100_000,
      waitSecondsMin: 0,
      waitSecondsMax: 86_400,
      slowMintPpm: 10_000,
    },
  },
  bondingCurve: null,
  committee: {
    seats: 21,
    threshold: 14,
    largeSeats: 31,
    largeThreshold: 21,
    largeFromGrains: 10_000_000_000,
    arbiterBondGrains: 1_000_000_000,
    commitSeconds: 5,
    revealSeconds: 5,
  },
  challenges: { depositGrainsMin: 25_000_000, victimCostFactorPpm: 2_000_000 },
  settlement: {
    challengeWindowSeconds: 4,
    appealSeconds: 3,
    activationSeconds: 0,
    unbondingSeconds: 60,
    posterBondGrains: 1_000_000_000,
  },
  governance: {
    mode: 'token',
    snapshotSeconds: 86_400,
    voteSeconds: 432_000,
    quorumPpm: 150_000,
    passPpm: 600_000,
    passToLoosenPpm: 666_667,
    timelockSeconds: 172_800,
    guardian: { seats: 5, threshold: 3, pauseSecondsMax: 259_200 },
    treasuryPerDayPpm: 50_000,
  },
  compliance: { gate: 'none', travelRuleFromGrains: 1_000_000_000, chargebackPpm: 5_000, chargebackSeconds: 86_400 },
  assumptions: {
    nodes: 1_000,
    nodeNcu: 100,
    utilisationPpm: 700_000,
    elasticityPpm: 1_000_000,
    elasticityPpmMin: 500_000,
    outsideMicrograinsPerNcuS: null,
    tokenPriceMicrograins: 1_000_000,
    volatilityPpm: 800_000,
    volatilityPpmStress: 1_500_000,
    costOfCapitalPpmPerYear: 150_000,
    providerCostPpm: 700_000,
    honestAvailabilityPpm: 990_000,
    jobGrains: 1_000_000,
    lazySavingPpm: 600_000,
    cheatGainPpm: 50_000,
    checkCostGrains: 10_000,
    honestMeterPpm: 995_000,
    meterSamples: 720,
    challengeCostGrains: 1_000_000,
    defenceCostGrains: 1_000_000,
    hoarderSharePpm: 150_000,
    withheldPpm: 100_000,
    replacementSeconds: 86_400,
    attackerArbitersPpm: 200_000,
    poolDepthGrains: 1_000_000_000_000,
    blockSeconds: 12,
    atOraclePriceGrains: 500_000_000_000,
    marketCapGrains: 50_000_000_000_000,
    stakedPpm: 400_000,
    priceImpactPpm: 300_000,
    oppositionPpm: 230_000,
    treasuryGrains: 5_000_000_000_000,
    coveragePpm: 1_500_000,
    tokenFallPpm: 600_000,
  },
  gate: {
    attackConfidencePpm: 950_000,
    seedsMin: 200,
    meterBiasPpmMax: 5_000,
    meterErrorPpmMaxP95: 20_000,
    falseSlashPpmMax: 100,
    capturePpbMax: 10_000,
    largeCapturePpbMax: 100,
    detectionPpmMin: 990_000,
    detectedInflationPpm: 50_000,
    marginPpmMedianMin: 150_000,
    marginPpmP10Min: 0,
    breakEvenSecondsMax: 10_368_000,
    priceRatioPpmMax: 1_000_000,
    slaMetPpmMin: 995_000,
    logVolatilityPpmMaxPerDay: 100_000,
    movePpmMaxPerHour: 63_000,
    nakamotoMin: 7,
    hhiPpmMax: 100_000,
    giniPpmMax: 650_000,
    topOperatorPpmMax: 150_000,
    coveragePpmMin: 1_000_000,
    coveragePathsPpmMin: 990_000,
    recoverySecondsMax: 172_800,
    haltRecoverySecondsMax: 86_400,
    pauseSecondsMax: 3_600,
    rollbackSecondsMax: 86_400,
    attackCostRatioPpmMin: 1_500_000,
    sensitivityStepPpm: 200_000,
    attestationAgeSecondsMax: 86_400,
  },
  programme: null,
  replay: null,
} as const satisfies Plain<Economy>;

export const testEconomy = plain as unknown as Economy;
export const testEconomyHash = 'e'.repeat(64);
export const testAccounts = { insurance: account(0x111), treasury: account(0x222) };
export const testBeacon = '00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210';

/** A node, lease or evidence id that only a test would have. */
export function id(number: number): string {
  return number.toString(16).padStart(64, '0');
}

export function account(number: number): string {
  return `0x${number.toString(16).padStart(40, '0')}`;
}

/** A chain node in the test economy: operator 0x…a000 + its number. */
export function chainNode(number: number, bondGrains = 2_000_000_000): EpochInputs['chain']['nodes'][number] {
  return {
    nodeId: id(number),
    operator: account(0xa000 + number),
    className: 'grid',
    milliNcu: 1_000,
    bondGrains,
  } as EpochInputs['chain']['nodes'][number];
}

export function epochInputs(epoch: number, changes: Partial<EpochInputs> = {}): EpochInputs {
  return {
    epoch: epoch as Epoch,
    usage: [],
    verdicts: [],
    withdrawals: [],
    offeredNcuMs: 100_000 as NcuMs,
    offeredByMarket: [],
    tokenPrice: { spotMicrograins: 1_000_000, lowMicrograins: 1_000_000 },
    burnedTokensGrains: 0 as Grains,
    chain: {
      blockNumber: epoch,
      blockHash: `0x${'b'.repeat(64)}`,
      nodes: [1, 2, 3].map((number) => chainNode(number)),
    },
    beacon: testBeacon,
    roots: { usage: 'a'.repeat(64), verdicts: 'b'.repeat(64), chain: 'c'.repeat(64) },
    ...changes,
  };
}
