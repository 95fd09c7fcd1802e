import { type EngineModule, engine } from './engine.ts';
import { type MeteredWasm, type MeterOptions, meterModule } from './meter.ts';
import { I32, type ParsedModule } from './module.ts';
import { ExecutionRefusal } from './refusal.ts';

/** A task's module, metered and compiled: make it once, run it often. */
export interface MeteredModule extends MeteredWasm {
  readonly compiled: EngineModule;
}

/** Parameters and result, all i32, of what a task exports beside `memory`. */
const TASK_FUNCTIONS = { reserve: 1, step: 0, output: 0, outputLength: 0 } as const;

export type TaskFunction = keyof typeof TASK_FUNCTIONS;

/**
 * Meters and compiles a task. A task exports `memory`; `reserve(length) → pointer`, where the host then writes the
 * input; `step() → 0 | 1`, called until it says 1; `output() → pointer` and `outputLength() → bytes`.
 *
 * @throws ExecutionRefusal whatever meterModule refuses; EXECUTION-ABI when an export is missing or of another type
 * @example
 *   const module = compileTask(await readFile(TASK_MODULES.sha256.url));
 */
export function compileTask(original: Uint8Array, options: MeterOptions = {}): MeteredModule {
  const metered = meterModule(original, options);
  checkTaskExports(metered.original);
  return { ...metered, compiled: new engine.Module(metered.wasm) };
}

function checkTaskExports(module: ParsedModule): void {
  const memory = module.exports.find(({ name }) => name === 'memory');
  if (memory?.kind !== 2) throw abiRefusal('export memory', 'a memory', 'none');
  for (const [name, parameters] of Object.entries(TASK_FUNCTIONS)) {
    const entry = module.exports.find((candidate) => candidate.name === name);
    const signature = entry?.kind === 0 ? module.functions[entry.index] : undefined;
    const expected = `${parameters} → 1 of i32`;
    if (signature === undefined) throw abiRefusal(`export ${name}`, expected, 'no function');
    const isRight = signature.parameters.length === parameters && signature.results.length === 1;
    if (!isRight || [...signature.parameters, ...signature.results].some((type) => type !== I32)) {
      throw abiRefusal(`export ${name}`, expected, `${signature.parameters.length} → ${signature.results.length}`);
    }
  }
}

export function abiRefusal(where: string, expected: string, got: string): ExecutionRefusal {
  return new ExecutionRefusal('EXECUTION-ABI', { where, expected, got });
}
