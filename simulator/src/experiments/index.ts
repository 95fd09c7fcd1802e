export {
  type Axis,
  gridPoint,
  gridSize,
  levelsOf,
  parametersAt,
  shareOf,
  stepPoints,
  valueAt,
  zipPoints,
} from './designs/axes.ts';
export { SOBOL_DIMENSIONS_MAX } from './designs/joe-kuo.ts';
export { type LatinHypercube, latinHypercube } from './designs/latin-hypercube.ts';
export {
  type MorrisDesign,
  type MorrisOptions,
  type MorrisStep,
  morrisGrid,
  morrisTrajectories,
} from './designs/morris-design.ts';
export { SaltelliDesign, type SaltelliOptions, type SaltelliShape, saltelliBlock } from './designs/saltelli.ts';
export { type Scramble, SobolSequence } from './designs/sobol-sequence.ts';
export { normalCdf, normalQuantile, studentCdf, studentQuantile } from './numbers/distributions.ts';
export { DrawSequence } from './numbers/draws.ts';
export { exp, ln, power } from './numbers/elementary.ts';
export { threefry } from './numbers/threefry.ts';
export { ExperimentRefusal, type ExperimentRefusalCode } from './refusal.ts';
export {
  judgedMorris,
  type MorrisAnalysis,
  type MorrisEffects,
  type MorrisJudged,
  morrisEffects,
} from './sensitivity/morris.ts';
export { type Replicates, replicatesOf } from './sensitivity/replicates.ts';
export { type RankCorrelation, rankCorrelations } from './sensitivity/screening.ts';
export {
  type Convergence,
  type ConvergenceRow,
  type SecondOrder,
  type SobolAnalysis,
  type SobolIndices,
  sobolConvergence,
  sobolIndices,
} from './sensitivity/sobol-indices.ts';
export { type Judged, judged } from './sensitivity/wording.ts';
export {
  type BootstrapEstimate,
  type BootstrapOptions,
  bootstrap,
  bootstrapLowerBound,
  bootstrapMean,
  type SumStatistic,
} from './statistics/bootstrap.ts';
export {
  holmAdjusted,
  type Interval,
  meanInterval,
  meanLowerBound,
  type PairedDifference,
  pairedDifference,
  positiveMeanP,
  type RatioInterval,
  ratioInterval,
  runsNeeded,
  type SampleSize,
} from './statistics/bounds.ts';
export { FixedTree, type TreeNode } from './statistics/fixed-tree.ts';
export {
  type Moments,
  mergedMoments,
  mergedPairs,
  momentsOf,
  NO_MOMENTS,
  NO_PAIRS,
  type PairMoments,
  pairMomentsOf,
  standardError,
  varianceOf,
  withPair,
  withValue,
} from './statistics/moments.ts';
export { QUANTILE_ERROR, QuantileSketch, type QuantileState, quantileOf } from './statistics/quantiles.ts';
export {
  anytimeInterval,
  type StoppingDecision,
  type StoppingRule,
  stoppingDecision,
} from './statistics/sequential.ts';
export {
  type CmaOptions,
  type CmaState,
  cmaAsk,
  cmaStart,
  cmaTell,
} from './tuning/cma-es.ts';
export { type Evaluation, gatedOrder, passesGates } from './tuning/evaluation.ts';
export {
  type Member,
  type NsgaOptions,
  type NsgaState,
  nsgaAsk,
  nsgaFront,
  nsgaStart,
  nsgaTell,
} from './tuning/nsga.ts';
export { crowdingDistances, dominates, hypervolume, paretoFronts } from './tuning/pareto.ts';
