// The repository as a list of files, without what git ignores.
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const FOREIGN_NAMES = new Set(['node_modules', '.git', '.stannary', 'bench-results', '.env']);
const FOREIGN_PATHS = new Set(['settlement/contracts/out', 'settlement/contracts/cache']);

/** Paths of all files that match, relative to the root, with forward slashes, sorted bytewise. */
export function filesMatching(...patterns: string[]): string[] {
  const found = globSync(patterns, { cwd: ROOT, exclude: isForeign }).map((path) => path.replaceAll('\\', '/'));
  return found.sort();
}

/**
 * Sources that ship: no tests and no benches. Task modules are left out: AssemblyScript is another language in the
 * same letters.
 */
export function productSources(): string[] {
  const paths = filesMatching('**/*.ts', '**/*.mjs');
  return paths.filter(
    (path) => !/\.(test|bench|fixture)\.ts$|(^|\/)test\//.test(path) && !path.startsWith('execution/tasks/'),
  );
}

/** Everything that is kept in the repository, pictures and compiled files too. */
export function allFiles(): string[] {
  const found = filesMatching('**/*', '.*', '.ci/*', '.github/**/*').filter((path) => !isForeign(path));
  return found.filter((path) => statSync(join(ROOT, path)).isFile());
}

/** Those that have one of the filters in their path; all of them without filters. */
export function filesFiltered(pattern: string, filters: readonly string[]): string[] {
  return filesMatching(pattern).filter((path) => filters.length === 0 || filters.some((one) => path.includes(one)));
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Folders of the npm workspaces, in the order of the root manifest. */
export function workspaceFolders(): readonly string[] {
  return (JSON.parse(textOf('package.json')) as { workspaces: string[] }).workspaces;
}

function isForeign(path: string): boolean {
  const posix = path.replaceAll('\\', '/');
  return (
    FOREIGN_PATHS.has(posix) || FOREIGN_NAMES.has(posix.slice(posix.lastIndexOf('/') + 1)) || posix.endsWith('.log')
  );
}
