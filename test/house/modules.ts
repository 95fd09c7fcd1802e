import { posix } from 'node:path';
import { type Token, tokensOf } from '../../tools/source-tokens.ts';
import { productSources, textOf, workspaceFolders } from '../../tools/source-tree.ts';
import { type Import, importsOf } from './imports.ts';

export interface Module {
  readonly path: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

export interface Manifest {
  readonly name: string;
  readonly folder: string;
  readonly version?: string;
  readonly license?: string;
  readonly description?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Where an import leads: a file of the house, a package, a module of Node, or nowhere. */
export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly viaPackage: string | null }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'refused'; readonly reason: string };

export function moduleOf(path: string, source: string): Module {
  const tokens = tokensOf(source);
  return { path, tokens, imports: importsOf(tokens) };
}

export function productModules(): readonly Module[] {
  return productSources().map((path) => moduleOf(path, textOf(path)));
}

export function manifests(): readonly Manifest[] {
  return ['.', ...workspaceFolders()].map((folder) => ({
    ...(JSON.parse(textOf(`${folder}/package.json`)) as Omit<Manifest, 'folder'>),
    folder,
  }));
}

export function targetOf(from: string, specifier: string, workspaces: readonly Manifest[]): Target {
  if (specifier.startsWith('node:')) return { kind: 'builtin', name: specifier };
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: posix.join(posix.dirname(from), specifier), viaPackage: null };
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const own = workspaces.find((workspace) => workspace.name === name);
  if (own === undefined) return { kind: 'package', name };
  const door = own.exports?.[`.${specifier.slice(name.length)}`];
  if (door === undefined) return { kind: 'refused', reason: `${specifier} is not a door that ${name} opens` };
  return { kind: 'file', path: posix.join(own.folder, door), viaPackage: name };
}
