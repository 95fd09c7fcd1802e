export { type EconomyProfile, NAME_FORM } from './catalogue/economy.ts';
export type { EconomicCheck, Finding } from './checks/check.ts';
export { type Change, type CheckResult, failedChecks, runChecks } from './checks/run-checks.ts';
export { decimalText, over, parseDecimal, type Ratio, ratio, ratioOf, roundedText, times, wholeOf } from './decimal.ts';
export { type FieldLimits, type FieldStep, fieldLimits } from './field-limits.ts';
export { GOALS, type Goal, type GoalChange, goalTemplate } from './goals.ts';
export type { Override } from './layers.ts';
export {
  changePolicy,
  economyHashOf,
  type LoadedEconomy,
  type LoadOptions,
  loadEconomy,
  type Policy,
  policyAt,
  policyOn,
  type ReadText,
  SCHEMA_FILE,
} from './load-economy.ts';
export { fieldPaths, type MeasuredField, measuredField, measuredPaths } from './measured-field.ts';
export { programmeOf } from './programme.ts';
export { ECONOMY_REFUSALS, EconomyRefusal, type EconomyRefusalCode, type RefusalClass, shownText } from './refusal.ts';
export { economyTemplate, type TemplateOptions } from './template.ts';
