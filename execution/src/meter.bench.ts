import { hash as nodeHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileTask } from './compile.ts';
import { type EngineMemory, engine } from './engine.ts';
import { runTask } from './run.ts';
import { encodeMatmulInput, encodeSha256Input, TASK_MODULES } from './tasks.ts';

// What metering costs: the same task as it was compiled, metered, and metered with its state committed to. Each line
// is the median of paired rounds after warming up; the first call's time stands beside it, for it is what a fresh
// process pays.

const ROUNDS = 21;
const bytes = new Uint8Array(18_000).map((_, index) => index % 251);

const WORK = {
  sha256: [1_700, 17_000, 68_000].map((rounds) => ({
    label: `${rounds} rounds`,
    input: encodeSha256Input({ rounds, bytes }),
  })),
  matmul: [64, 160, 320].map((size) => ({ label: `${size} × ${size}`, input: encodeMatmulInput({ size, bytes }) })),
};

const native = (message: Uint8Array): Uint8Array => nodeHash('sha256', message, 'buffer');

type TaskExports = Record<'reserve' | 'step' | 'output' | 'outputLength', (length?: number) => number>;

/** Opens, steps and closes a task with nothing around it. */
function runOnly(instantiate: () => Readonly<Record<string, unknown>>, input: Uint8Array): void {
  const exports = instantiate();
  const task = exports as TaskExports;
  const pointer = task.reserve(input.length);
  new Uint8Array((exports.memory as EngineMemory).buffer).set(input, pointer);
  while (task.step() === 0);
  task.output();
  task.outputLength();
}

function timeMs(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.sort((left, right) => left - right)[values.length >> 1]!;
}

function measure(name: keyof typeof WORK, label: string, input: Uint8Array): void {
  const original = new Uint8Array(readFileSync(TASK_MODULES[name].url));
  const bare = new engine.Module(original);
  const module = compileTask(original);
  const fuelMax = 2 ** 50;
  const runs = {
    bare: () => runOnly(() => new engine.Instance(bare).exports, input),
    metered: () =>
      runOnly(() => {
        const { exports } = new engine.Instance(module.compiled);
        (exports['meter:fuel'] as { value: bigint }).value = BigInt(fuelMax);
        return exports;
      }, input),
    committed: () => runTask({ module, input, fuelMax, hash: native }),
  };
  const first = { bare: timeMs(runs.bare), metered: timeMs(runs.metered), committed: timeMs(runs.committed) };
  for (let round = 0; round < ROUNDS; round++) for (const run of Object.values(runs)) run();
  const times = { bare: [] as number[], metered: [] as number[], committed: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['bare', 'metered', 'committed'] as const) times[kind].push(timeMs(runs[kind]));
  }
  const [plain, metered, committed] = [median(times.bare), median(times.metered), median(times.committed)];
  const { fuel } = runTask({ module, input, fuelMax });
  console.log(
    [
      `${name} ${label}`.padEnd(22),
      `${(fuel / 1e6).toFixed(1)} Mfuel`.padStart(13),
      `bare ${plain.toFixed(2)} ms (first ${first.bare.toFixed(2)})`.padStart(30),
      `metered ${metered.toFixed(2)} ms (first ${first.metered.toFixed(2)})`.padStart(33),
      `×${(metered / plain).toFixed(2)}`,
      `committed ×${(committed / plain).toFixed(2)}`,
      `${(fuel / committed / 1e6).toFixed(1)} Gfuel/s`,
    ].join('  '),
  );
}

for (const name of ['sha256', 'matmul'] as const) {
  for (const { label, input } of WORK[name]) measure(name, label, input);
}
