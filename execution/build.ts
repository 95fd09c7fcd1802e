import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256, toHex } from '@stannary/wire';
import asc from 'assemblyscript/asc';
import { TASK_MODULES } from './src/index.ts';

// Builds the task modules beside their sources, where they are committed. A change of a module changes its hash, and
// with it TASK_MODULES: the build prints the new one.

const TASKS = fileURLToPath(new URL('tasks/', import.meta.url));

/** Compiles one task; the same source and compiler give the same bytes. */
export async function buildTask(name: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'stannary-task-'));
  try {
    const outFile = join(folder, `${name}.wasm`);
    const options = ['--runtime', 'stub', '-O3', '--noAssert', '--use', 'abort=', '--outFile', outFile];
    const { error, stderr } = await asc.main([`${name}.ts`, '--baseDir', TASKS, ...options]);
    if (error !== null) throw new Error(`${name}.ts: ${stderr.toString()}`, { cause: error });
    return await readFile(outFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (import.meta.main) {
  for (const [name, { hash, url }] of Object.entries(TASK_MODULES)) {
    const wasm = await buildTask(name);
    const built = toHex(sha256(wasm));
    await writeFile(url, wasm);
    console.log(`${name} ${wasm.length} bytes ${built}${built === hash ? '' : ' (update TASK_MODULES)'}`);
  }
}
