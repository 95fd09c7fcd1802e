import { count, credits, derived, fineShare, multiple, optional, price, seconds, section, share } from './parts.ts';

// What is assumed of the world, and what must be shown before a network opens.

const FREE = { stepMax: 'free' } as const;
const PART = { min: '0 %', max: '100 %', ...FREE } as const;
const MONEY = { min: '0 credits', max: '1_000_000_000 credits', ...FREE } as const;

export const assumptions = section(
  'What nobody can choose, only estimate: the ground on which checks, simulations and the launch gate stand. No rule reads these; they are hashed with the rest, because a check says nothing without them.',
  {
    nodes: count('nodes', 'Nodes at work.', { default: '1_000', min: '1', max: '10_000_000', ...FREE, positive: true }),
    nodeNcu: count('nodeNcu', 'Capacity of one of them.', {
      default: '100',
      min: '1',
      max: '100_000',
      ...FREE,
      positive: true,
      unit: 'NCU',
    }),
    utilisation: share('utilisationPpm', 'Used over offered capacity.', { default: '70 %', ...PART }),
    elasticity: multiple('elasticityPpm', 'η: relative fall of demand per relative rise of the price.', {
      default: '1',
      min: '0.01',
      max: '10',
      ...FREE,
      positive: true,
    }),
    elasticityMin: multiple('elasticityPpmMin', 'Least elasticity to be reckoned with: hoarders gain most there.', {
      default: '0.5',
      min: '0.01',
      max: '10',
      ...FREE,
      positive: true,
    }),
    outsidePrice: optional(
      price(
        'outsideMicrograinsPerNcuS',
        'What buyers pay for such work elsewhere; absent where nobody knows. By default what half the spot prices of a vCPU stay below, n2-standard-8 in 13 regions from 2023 to 2025 (trace `gcp-vm-prices-weekly`), a credit being a dollar.',
        {
          default: '0.01296 credits per NCU·h',
          min: '0.000_001 credits per NCU·h',
          max: '1_000 credits per NCU·h',
          ...FREE,
        },
      ),
      { present: true },
    ),
    tokenPrice: multiple('tokenPriceMicrograins', 'Worth of a work token in credits.', {
      default: '1',
      min: '0.000_001',
      max: '1_000_000',
      ...FREE,
      positive: true,
    }),
    volatility: multiple('volatilityPpm', 'Volatility of the work token per year.', {
      default: '80 %',
      min: '0 %',
      max: '1_000 %',
      ...FREE,
    }),
    volatilityStress: multiple('volatilityPpmStress', 'And in bad times.', {
      default: '150 %',
      min: '0 %',
      max: '1_000 %',
      ...FREE,
    }),
    costOfCapital: share(
      'costOfCapitalPpmPerYear',
      'What locked money costs per year: all that a bond returned costs.',
      {
        default: '15 %',
        ...PART,
      },
    ),
    providerCost: share('providerCostPpm', 'Cost of running a node over its revenue.', { default: '70 %', ...PART }),
    honestAvailability: share('honestAvailabilityPpm', 'Probes that an honest node answers.', {
      default: '99.5 %',
      ...PART,
    }),
    job: credits('jobGrains', 'Pay of one job.', { default: '0.7 credits', ...MONEY }),
    lazySaving: share('lazySavingPpm', 'Share of its pay that a cheat saves by not doing the work.', {
      default: '60 %',
      ...PART,
    }),
    cheatGain: multiple('cheatGainPpm', 'Gain of one wrong result over the pay of the job.', {
      default: '1',
      min: '0',
      max: '1_000',
      ...FREE,
    }),
    checkCost: credits('checkCostGrains', 'Cost of one check to a verifier.', { default: '0.01 credits', ...MONEY }),
    honestMeter: share('honestMeterPpm', 'Samples of an honest meter within `metering.tolerance`.', {
      default: '99.5 %',
      ...PART,
    }),
    meterSamples: count('meterSamples', 'Samples that one meter gives in 30 days; one an hour are 720.', {
      default: '720',
      min: '0',
      max: '100_000',
      ...FREE,
      unit: 'samples',
    }),
    challengeCost: credits('challengeCostGrains', 'Cost of a dispute to whoever opens it, beside the deposit.', {
      default: '1 credit',
      ...MONEY,
    }),
    defenceCost: credits('defenceCostGrains', 'Cost of a dispute to the accused, beside what waits meanwhile.', {
      default: '1 credit',
      ...MONEY,
    }),
    hoarderShare: share('hoarderSharePpm', 'Share of a class that a hoarder owns.', { default: '15 %', ...PART }),
    withheld: share('withheldPpm', 'Share of the class that it keeps from the market.', { default: '10 %', ...PART }),
    replacement: seconds('replacementSeconds', 'Until reserved capacity that fails is replaced.', {
      default: '24 h',
      min: '0 s',
      max: '90 d',
      ...FREE,
    }),
    attackerArbiters: share('attackerArbitersPpm', 'Share of arbiters that an attacker has.', {
      default: '20 %',
      ...PART,
    }),
    poolDepth: credits('poolDepthGrains', 'Depth of the market that the oracle reads.', {
      default: '1_000_000 credits',
      min: '0 credits',
      max: '9_000_000_000 credits',
      ...FREE,
    }),
    block: seconds('blockSeconds', "Time between its blocks: a push must hold in each block of the oracle's average.", {
      default: '12 s',
      min: '1 s',
      max: '1 h',
      ...FREE,
      positive: true,
    }),
    atOraclePrice: credits(
      'atOraclePriceGrains',
      "What is minted or settled at the oracle's price while a push holds.",
      {
        default: '200_000 credits',
        ...MONEY,
      },
    ),
    marketCap: credits('marketCapGrains', 'Worth of all work tokens.', {
      default: '50_000_000 credits',
      min: '0 credits',
      max: '9_000_000_000 credits',
      ...FREE,
    }),
    staked: share('stakedPpm', 'Share of them that votes.', { default: '40 %', ...PART }),
    priceImpact: share('priceImpactPpm', 'κ: what buying the votes to win loses, over their price.', {
      default: '30 %',
      ...PART,
    }),
    opposition: share('oppositionPpm', 'Share of the voting tokens that votes against a capture.', {
      default: '23 %',
      ...PART,
    }),
    treasury: credits('treasuryGrains', 'What the treasury holds.', {
      default: '5_000_000 credits',
      min: '0 credits',
      max: '9_000_000_000 credits',
      ...FREE,
    }),
    coverage: multiple('coveragePpm', 'Coverage at which a mixed reserve is kept.', {
      default: '1.5',
      min: '0',
      max: '100',
      ...FREE,
    }),
    tokenFall: share('tokenFallPpm', 'Fall of the work token within a day that the reserve must survive.', {
      default: '60 %',
      ...PART,
    }),
  },
);

const LENGTH = { min: '1 s', max: '3_650 d', ...FREE } as const;
const TIMES = { min: '0', max: '100', ...FREE } as const;

const groups = section(
  'Pass lines of the launch gate, G1 to G17. Each of them is passed, failed or not shown; what is exact (conservation, parity, sybil invariance, the supply cap: G2, G11 to G14) has no line to draw.',
  {
    attacks: section('G1: every attack costs twice what it returns, at its best response.', {
      confidence: share('attackConfidencePpm', 'Confidence of the lower bound of mean(cost - 2 * return).', {
        default: '95 %',
        ...PART,
        min: '90 %',
        max: '99.9 %',
      }),
      seedsMin: count('seedsMin', 'Least number of simulated worlds.', {
        default: '200',
        min: '1',
        max: '1_000_000',
        ...FREE,
        positive: true,
        unit: 'seeds',
      }),
    }),
    metering: section('G3: meters are true, and the honest are safe.', {
      biasMax: share('meterBiasPpmMax', 'Mean error over nodes and windows.', { default: '0.5 %', ...PART }),
      errorMaxP95: share('meterErrorPpmMaxP95', 'Absolute error that 95 % of windows stay below.', {
        default: '2 %',
        ...PART,
      }),
      falseSlashMax: share('falseSlashPpmMax', 'Honest nodes slashed, per node and month.', {
        default: '0.01 %',
        ...PART,
      }),
    }),
    committee: section(
      'Lots that fall to an attacker who has `assumptions.attackerArbiters`: they must be next to none.',
      {
        captureMax: fineShare('capturePpbMax', 'Probability that it decides a case.', { default: '0.001 %', ...PART }),
        largeCaptureMax: fineShare('largeCapturePpbMax', 'And a large case.', { default: '0.000_01 %', ...PART }),
      },
    ),
    detection: section('G4: inflation is caught before its pay vests.', {
      probabilityMin: share('detectionPpmMin', 'Least probability within the holdback.', { default: '99 %', ...PART }),
      inflation: share('detectedInflationPpm', 'Inflation to be caught.', { default: '5 %', ...PART }),
    }),
    providers: section('G5: honest work pays.', {
      marginMedianMin: share('marginPpmMedianMin', 'Margin of the middle provider.', { default: '15 %', ...PART }),
      marginP10Min: share('marginPpmP10Min', 'Margin that nine of ten reach.', { default: '0 %', ...PART }),
      breakEvenMax: seconds('breakEvenSecondsMax', 'Until a newcomer has earned its cost.', {
        default: '120 d',
        ...LENGTH,
      }),
    }),
    tenants: section('G6: buyers are served.', {
      priceRatioMax: multiple('priceRatioPpmMax', 'Price over the best outside offer.', { default: '1', ...TIMES }),
      slaMetMin: share('slaMetPpmMin', 'Share of slots that keep the promise.', { default: '99.5 %', ...PART }),
    }),
    price: section('G7: prices are calm.', {
      volatilityMaxPerDay: share('logVolatilityPpmMaxPerDay', 'Daily volatility of the logarithm.', {
        default: '10 %',
        ...PART,
      }),
      moveMaxPerHour: share('movePpmMaxPerHour', 'Largest move in an hour.', { default: '6.3 %', ...PART }),
    }),
    concentration: section('G8: no few decide, by attested operator; holders are looked at too.', {
      nakamotoMin: count('nakamotoMin', 'Operators that together hold half.', {
        default: '7',
        min: '1',
        max: '100_000',
        ...FREE,
        unit: 'operators',
      }),
      hhiMax: share('hhiPpmMax', 'Herfindahl index.', { default: '0.1', ...PART }),
      giniMax: share('giniPpmMax', 'Gini coefficient.', { default: '0.65', ...PART }),
      topOperatorMax: share('topOperatorPpmMax', 'Share of the largest in its class.', { default: '15 %', ...PART }),
    }),
    solvency: section('G9: credits stay covered while tokens fall, credits are redeemed and nodes are lost together.', {
      coverageMin: multiple('coveragePpmMin', 'Coverage that must hold.', { default: '1', ...TIMES }),
      pathsMin: share('coveragePathsPpmMin', 'In this share of stressed worlds.', { default: '99 %', ...PART }),
    }),
    recovery: section('G10: shocks pass.', {
      shockMax: seconds('recoverySecondsMax', 'Until the price is within 10 % of where it settles.', {
        default: '48 h',
        ...LENGTH,
      }),
      haltMax: seconds('haltRecoverySecondsMax', 'And after a halt.', { default: '24 h', ...LENGTH }),
    }),
    drills: section('G15: emergency powers work, as drills show.', {
      pauseMax: seconds('pauseSecondsMax', 'From alarm to pause.', { default: '1 h', ...LENGTH }),
      rollbackMax: seconds('rollbackSecondsMax', 'Back to the last good rules.', { default: '24 h', ...LENGTH }),
    }),
    sensitivity: section('G16: no single parameter carries the safety.', {
      costRatioMin: multiple('attackCostRatioPpmMin', 'Least cost over return of any attack within the step.', {
        default: '1.5',
        ...TIMES,
      }),
      step: share('sensitivityStepPpm', 'How far each parameter is moved, up and down.', { default: '20 %', ...PART }),
    }),
    books: section('G17: books can be checked.', {
      attestationAgeMax: seconds('attestationAgeSecondsMax', "Age of the reserve's newest attestation.", {
        default: '24 h',
        ...LENGTH,
      }),
    }),
  },
);

export const gate = derived(groups, (read) => ({
  ...read.attacks,
  ...read.metering,
  ...read.committee,
  ...read.detection,
  ...read.providers,
  ...read.tenants,
  ...read.price,
  ...read.concentration,
  ...read.solvency,
  ...read.recovery,
  ...read.drills,
  ...read.sensitivity,
  ...read.books,
}));
