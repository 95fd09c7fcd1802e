export { pairMomentsOf, ratioInterval } from '../experiments/index.ts';
export { loadAttack } from './attacks/load-attack.ts';
export { attackNamed, COST_RATIO_LINE } from './campaign/attempt-run.ts';
export { BINS, FIGURES, type FigureMeaning, type FigureName, SERIES, type SeriesName } from './campaign/figures.ts';
export type { JobKind, JobWorld } from './campaign/job.ts';
export { placeOf } from './campaign/perform.ts';
export type * from './campaign/plan.ts';
export { NO_CHANGE } from './campaign/plan.ts';
export { codeVersion, identityHash, type PlanIdentity, planIdentity } from './campaign/plan-hash.ts';
export { type Precision, readPrecision } from './campaign/precision.ts';
export { CampaignRefusal, type CampaignRefusalCode } from './campaign/refusal.ts';
export { type CampaignOptions, economySource, runCampaign } from './campaign/run-campaign.ts';
export { simulateRun } from './campaign/simulate-run.ts';
export { holdsCampaign } from './campaign/store.ts';
export { runStudy, type Study, type StudyOptions } from './campaign/study.ts';
export { type Fan, type FigureSummary, PointTally } from './campaign/tally.ts';
export { withScenario } from './campaign/with-scenario.ts';
export type { Workplace } from './campaign/workplace.ts';
export {
  type AblatedAttack,
  type Ablation,
  type AblationPlan,
  type AttackAccounts,
  ablate,
  ablationBudget,
  ablationCases,
} from './explore/ablate.ts';
export { type ComparedField, type ComparedMetric, type Comparison, compare } from './explore/compare.ts';
export { DEFENCES, type Defence, defenceNamed } from './explore/defences.ts';
export { evaluateOnce, type RunOptions } from './explore/evaluate.ts';
export { chosenFields, type ExploredField, exploredField, uncertainFields } from './explore/fields.ts';
export { followingScenario } from './explore/following.ts';
export { allMetrics, type Metric, metricNamed } from './explore/metrics.ts';
export { type Objective, objectiveOf, type TuneGate, tuneGateOf } from './explore/objectives.ts';
export { patchText } from './explore/patch.ts';
export { ExploreRefusal, type ExploreRefusalCode } from './explore/refusal.ts';
export {
  type Budget,
  type MetricSensitivity,
  movableFields,
  type Sensitivity,
  type SensitivityPlan,
  sensitivity,
  sensitivityBudget,
} from './explore/sensitivity.ts';
export type { Change, ExploreSetting } from './explore/setting.ts';
export {
  type Candidate,
  generationsOf,
  type MetricFound,
  type Tuned,
  type TunePlan,
  type TuneState,
  tune,
  tuneBudget,
  tuneMetrics,
} from './explore/tune.ts';
export {
  type AttackJudgement,
  type AttackTrial,
  CATALOGUE,
  judgeAttacks,
  type NamedAttack,
} from './gate/attacks.ts';
export { codeIdentity } from './gate/code-identity.ts';
export type { GateContext } from './gate/context.ts';
export type { Evidence, EvidenceFile, SignedEvidence } from './gate/evidence/evidence-book.ts';
export { EVIDENCE_DAYS_MAX, evidenceDraft } from './gate/evidence/evidence-book.ts';
export { gateKey, publicKeyText } from './gate/evidence/key-file.ts';
export { signData } from './gate/evidence/signed-form.ts';
export { signReport, verifiedReport } from './gate/evidence/signed-report.ts';
export { calibrationJson } from './gate/live.ts';
export { GateRefusal, type GateRefusalCode } from './gate/refusal.ts';
export type * from './gate/report.ts';
export { type GateOptions, requireChecks, runGate } from './gate/run-gate.ts';
export { gateBudget } from './gate/scenes/scenes.ts';
export {
  judgeSensitivity,
  type SensitivityJudgement,
  type SensitivityTrial,
} from './gate/sensitivity.ts';
export { bestSplits, judgeSybil, type SplitGain } from './gate/sybil.ts';
export { attackScenario, GATE_WORLDS, type GateProfile, type GateWorld, gateScenario } from './gate/worlds.ts';
export { makeFolder } from './make-folder.ts';
export { CsvFile } from './output/csv.ts';
export { ParquetFile } from './output/parquet.ts';
export { type Cell, type Column, FAN_TABLE, fanRows, type RunTable, runTable } from './output/rows.ts';
export { type QueueWorkerOptions, workQueue } from './queue/queue-worker.ts';
export { queueWorkplace } from './queue/queue-workplace.ts';
export {
  exactText,
  figureTexts,
  lineText,
  measuredText,
  numberText,
  roughText,
  scaledFigure,
  shortText,
  shownUnit,
} from './report/number-text.ts';
export { readReport } from './report/read-report.ts';
export { ReportRefusal, type ReportRefusalCode } from './report/refusal.ts';
export { reportHtml } from './report/report-html.ts';
export { type SimulationPoint, type SimulationReport, simulationHtml } from './report/simulation-html.ts';
export { looserAgesText, ownLinesText, verdictText, worldText } from './report/verdict.ts';
export {
  type BestResponse,
  bestResponses,
  type Hunt,
  type ResponseOptions,
  type ResponsePlan,
} from './response/best-response.ts';
export { closedBestResponse, type Tried } from './response/closed-response.ts';
export { profileStrategies } from './response/profile.ts';
export { settingFor } from './response/setting.ts';
export { calibratedScenario, type NetworkSeen, NetworkWatch } from './scenario/calibrated-scenario.ts';
export { type FittedDemand, fittedDemand } from './scenario/fitted-demand.ts';
export { type LoadedScenario, loadScenario, type ScenarioOverride, type ScenarioRequest } from './scenario/load.ts';
export { SCENARIO_PAGE, scenarioPage } from './scenario/page.ts';
export { SCENARIO_PRESETS } from './scenario/presets.ts';
export { ScenarioRefusal, type ScenarioRefusalCode } from './scenario/refusal.ts';
export {
  DESIGNS,
  type Design,
  readAxisText,
  type SweepAxis,
  type SweepSpec,
  type SweptPoint,
} from './scenario/sweep.ts';
export type {
  ChurnFit,
  CostFit,
  DemandFit,
  DetectionFit,
  ElasticityFit,
  FitOptions,
} from './traces/calibrate.ts';
export { fitChurn, fitCost, fitDemand, fitDetection, fitElasticity } from './traces/calibrate.ts';
export type { DurationColumn, NumberColumn, TimeColumn } from './traces/cells.ts';
export type { ChurnModel, ChurnOptions, HazardBand } from './traces/churn.ts';
export { ChurnCounter, churnModel, leaveProbability } from './traces/churn.ts';
export type { DemandOptions, DemandProfile, DemandSeries, Rescaled } from './traces/demand.ts';
export {
  demandProfile,
  demandQuantiles,
  demandSeries,
  elasticDemand,
  profileAt,
  rescaleDemand,
} from './traces/demand.ts';
export type { Confidence, Estimate, NotShown } from './traces/estimates.ts';
export type { FitErrors, HoldOut } from './traces/fit-errors.ts';
export { traceMapping } from './traces/mapping.ts';
export type { NoiseModel } from './traces/noise.ts';
export { noiseModels, noisyReading, shareBelow } from './traces/noise.ts';
export type { PriceDriver, PriceMotion } from './traces/price-driver.ts';
export { priceDriver } from './traces/price-driver.ts';
export type { QuantileTable } from './traces/quantiles.ts';
export { QuantileSample, quantileAt } from './traces/quantiles.ts';
export { openTrace } from './traces/read.ts';
export type { TraceRefusalCode } from './traces/refusal.ts';
export { TraceRefusal } from './traces/refusal.ts';
export type { AddressedUniform, DrawAddress, RowPool, TracePurpose } from './traces/resample.ts';
export { drawArrivals, drawPoisson, resampleDemand, rowPool } from './traces/resample.ts';
export type * from './traces/schemas.ts';
export { DATA_SOURCES, traceNamed, traceNames } from './traces/sets.ts';
export type { CalibrateOptions, Calibration } from './traces/statements.ts';
export { calibrate } from './traces/statements.ts';
export type { TraceSummary } from './traces/summary.ts';
export { summarise } from './traces/summary.ts';
export { type RowCondition, readHeader, readTable, type TableFault, type TableRow } from './traces/table.ts';
export type { StaticTable, TableRowOf } from './traces/tables.ts';
export { staticTables, tableNamed } from './traces/tables.ts';
