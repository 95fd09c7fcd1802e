import type { Grains, Ppm } from '../numbers/quantities.ts';

/** What nobody can choose, only estimate: the ground on which `check` and the launch gate stand. */
export interface Assumptions {
  readonly nodes: number;
  readonly nodeNcu: number;
  readonly utilisationPpm: Ppm;
  /** Price elasticity of demand, absolute; the least that must be reckoned with, and the likely one. */
  readonly elasticityPpm: number;
  readonly elasticityPpmMin: number;
  /** Best outside offer of such work, millionths of a credit grain per NCU·s; null where nobody knows one. */
  readonly outsideMicrograinsPerNcuS: number | null;
  /** Millionths of a credit grain for one token grain. */
  readonly tokenPriceMicrograins: number;
  /** Volatility of the work token per year. */
  readonly volatilityPpm: number;
  readonly volatilityPpmStress: number;
  readonly costOfCapitalPpmPerYear: Ppm;
  /** Cost of running a node, as a share of its revenue. */
  readonly providerCostPpm: Ppm;
  readonly honestAvailabilityPpm: Ppm;
  /** Revenue of one job, share of its cost that laziness saves, gain of one cheat relative to a job's pay. */
  readonly jobGrains: Grains;
  readonly lazySavingPpm: Ppm;
  readonly cheatGainPpm: number;
  /** Cost of one check to a verifier. */
  readonly checkCostGrains: Grains;
  /** Good samples of an honest meter, and samples that one meter gives in 30 days. */
  readonly honestMeterPpm: Ppm;
  readonly meterSamples: number;
  /** What a dispute costs whoever opens it, beside the deposit, and whoever is accused. */
  readonly challengeCostGrains: Grains;
  readonly defenceCostGrains: Grains;
  /** Share of a class that a hoarder owns, and that it withholds. */
  readonly hoarderSharePpm: Ppm;
  readonly withheldPpm: Ppm;
  /** Until reserved capacity that fails is replaced. */
  readonly replacementSeconds: number;
  /** Share of arbiters that an attacker has. */
  readonly attackerArbitersPpm: Ppm;
  /** Depth of the pool that the oracle reads, time between its blocks, and what a pushed price can be used on. */
  readonly poolDepthGrains: Grains;
  readonly blockSeconds: number;
  readonly atOraclePriceGrains: Grains;
  readonly marketCapGrains: Grains;
  readonly stakedPpm: Ppm;
  readonly priceImpactPpm: Ppm;
  /** Share of the voting tokens that votes against a capture. */
  readonly oppositionPpm: Ppm;
  readonly treasuryGrains: Grains;
  /** Coverage at which a mixed reserve is kept, and fall of the token that it must survive. */
  readonly coveragePpm: number;
  readonly tokenFallPpm: Ppm;
}

/** Pass lines of the launch gate. */
export interface LaunchGate {
  /** G1: confidence of the lower bound of mean(C - 2R), and least seeds. */
  readonly attackConfidencePpm: Ppm;
  readonly seedsMin: number;
  /** G3 */
  readonly meterBiasPpmMax: Ppm;
  readonly meterErrorPpmMaxP95: Ppm;
  readonly falseSlashPpmMax: Ppm;
  /** A case, and a large one, decided by an attacker's arbiters. */
  readonly capturePpbMax: number;
  readonly largeCapturePpbMax: number;
  /** G4 */
  readonly detectionPpmMin: Ppm;
  readonly detectedInflationPpm: Ppm;
  /** G5 */
  readonly marginPpmMedianMin: Ppm;
  readonly marginPpmP10Min: Ppm;
  readonly breakEvenSecondsMax: number;
  /** G6 */
  readonly priceRatioPpmMax: number;
  readonly slaMetPpmMin: Ppm;
  /** G7 */
  readonly logVolatilityPpmMaxPerDay: Ppm;
  readonly movePpmMaxPerHour: Ppm;
  /** G8 */
  readonly nakamotoMin: number;
  readonly hhiPpmMax: Ppm;
  readonly giniPpmMax: Ppm;
  readonly topOperatorPpmMax: Ppm;
  /** G9 */
  readonly coveragePpmMin: number;
  readonly coveragePathsPpmMin: Ppm;
  /** G10 */
  readonly recoverySecondsMax: number;
  readonly haltRecoverySecondsMax: number;
  /** G15 */
  readonly pauseSecondsMax: number;
  readonly rollbackSecondsMax: number;
  /** G16 */
  readonly attackCostRatioPpmMin: number;
  readonly sensitivityStepPpm: Ppm;
  /** G17 */
  readonly attestationAgeSecondsMax: number;
}
