export { compileTask, type MeteredModule } from './compile.ts';
export {
  COST_TABLE,
  type CostTable,
  costTableHash,
  costTableHashOf,
  MEMORY_PAGES_MAX,
  STACK_WORDS_MAX,
} from './cost.ts';
export type { Snapshot } from './instance.ts';
export { type MeteredWasm, type MeterOptions, meterModule } from './meter.ts';
export { MODULE_LIMITS } from './module.ts';
export { type ExecutionCode, ExecutionRefusal, type RefusalClass, type RefusalDetail } from './refusal.ts';
export {
  CHECKPOINT_FUEL,
  INPUT_BYTES_MAX,
  OUTPUT_BYTES_MAX,
  runTask,
  type TaskRequest,
  type TaskRun,
  type TaskTerms,
} from './run.ts';
export {
  encodeMatmulInput,
  encodeSha256Input,
  expectedMatmul,
  MATMUL_SIZE_MAX,
  type MatmulWork,
  type Sha256Work,
  TASK_MODULES,
  type TaskModule,
} from './tasks.ts';
export {
  bisect,
  type IntervalClaim,
  type IntervalFinding,
  type IntervalVerdict,
  type OpeningClaim,
  verifyInterval,
  verifyOpening,
} from './verify.ts';
