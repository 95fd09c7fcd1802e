import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

const PROCESSOR: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** The folder of the Solidity project. */
export const projectFolder = join(import.meta.dirname, '..');

/**
 * Runs forge in the project with the given arguments and returns what it wrote.
 *
 * Throws where this platform's binary is not installed; forge's own failures are in the answer's `status`.
 */
export function forge(...commandLine: string[]): SpawnSyncReturns<string> {
  return run(projectFolder, commandLine, {});
}

/** As `forge`, in a copy of the project. */
export function forgeIn(folder: string, ...commandLine: string[]): SpawnSyncReturns<string> {
  return run(folder, commandLine, {});
}

/** As `forge`, with settings of foundry.toml replaced by `FOUNDRY_…` variables. */
export function forgeWith(settings: Readonly<Record<string, string>>, ...commandLine: string[]) {
  return run(projectFolder, commandLine, settings);
}

function run(folder: string, commandLine: readonly string[], settings: Readonly<Record<string, string>>) {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  return spawnSync(forgeBinary(), commandLine, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    // The compiler's wrapper is a Node script: it runs on this very Node.
    env: { ...process.env, ...settings, PATH, NO_COLOR: '1' },
  });
}

function forgeBinary(): string {
  const packageName = `@foundry-rs/forge-${process.platform}-${PROCESSOR[process.arch] ?? process.arch}`;
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'forge.exe' : 'forge');
}
