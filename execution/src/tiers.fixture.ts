import { readFileSync } from 'node:fs';
import { sha256, toHex } from '@stannary/wire';
import { compileTask } from './compile.ts';
import { endlessRecursionTask, handmadeTask, i32, NAN_INPUT, nanTortureTask } from './handmade.fixture.ts';
import { TaskInstance } from './instance.ts';
import type { NanPolicy } from './nanflow.ts';
import { ExecutionRefusal } from './refusal.ts';
import { runTask } from './run.ts';
import { encodeMatmulInput, encodeSha256Input, TASK_MODULES } from './tasks.ts';

// A program of its own: tiers.test.ts starts it once per tier of the engine and compares what it prints.

function torture(nan: NanPolicy): object {
  const { output, fuel, checkpointRoot } = runTask({
    module: compileTask(nanTortureTask(), { nan }),
    input: NAN_INPUT,
    fuelMax: 10_000_000,
  });
  return { output: toHex(sha256(output)), fuel, checkpointRoot };
}

function recursionDepth(): number {
  const instance = new TaskInstance(compileTask(endlessRecursionTask()), 1_000_000_000);
  refusalCode(() => instance.step());
  return new DataView(instance.memory.buffer).getInt32(0, true);
}

function refusalCode(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof ExecutionRefusal) return error.code;
    throw error;
  }
}

function task(name: keyof typeof TASK_MODULES, input: Uint8Array): object {
  const module = compileTask(readFileSync(TASK_MODULES[name].url));
  const run = runTask({ module, input, fuelMax: 1_000_000_000, checkpointFuel: 2_000_000 });
  return { ...run, output: toHex(sha256(run.output)), leaves: run.leaves.map(toHex) };
}

function growth(): string | null {
  const step = [...i32(200), 0x40, 0, 0x1a, ...i32(1)];
  const module = compileTask(handmadeTask({ step }));
  return refusalCode(() => runTask({ module, input: new Uint8Array(1), fuelMax: 100_000_000 }));
}

const bytes = new Uint8Array(5_000).map((_, index) => index % 249);

console.log(
  JSON.stringify({
    deterministic: {
      torture: torture('observed'),
      recursionDepth: recursionDepth(),
      sha256: task('sha256', encodeSha256Input({ rounds: 2_000, bytes })),
      matmul: task('matmul', encodeMatmulInput({ size: 70, bytes })),
    },
    withoutCanonicalNans: torture('off'),
    growth: growth(),
  }),
);
