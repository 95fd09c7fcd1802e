import type { Token } from '../../tools/source-tokens.ts';
import { PARTS, type Part, partOf } from './import-table.ts';
import type { Import } from './imports.ts';
import { type Manifest, type Module, targetOf } from './modules.ts';

/** What a module imports against the table, one sentence each. */
export function importFaults(
  module: Module,
  workspaces: readonly Manifest[],
  parts: readonly Part[] = PARTS,
): string[] {
  const part = partOf(module.path, parts);
  if (part === null) return [`${module.path}: belongs to no part of the import table`];
  return module.imports.flatMap((one) => {
    const fault = importFault(module.path, one, part, workspaces, parts);
    return fault === null ? [] : [`${module.path}:${one.line}: ${fault}`];
  });
}

function importFault(
  path: string,
  one: Import,
  part: Part,
  workspaces: readonly Manifest[],
  parts: readonly Part[],
): string | null {
  if (one.specifier === null) return part.pure ? 'a computed import in a pure part' : null;
  const target = targetOf(path, one.specifier, workspaces);
  if (target.kind === 'refused') return target.reason;
  if (target.kind === 'builtin') return builtinFault(part, target.name);
  if (target.kind === 'package') return packageFault(path, part, target.name, workspaces);
  const other = partOf(target.path, parts);
  if (other === null) return `${one.specifier} leads out of the parts of the house`;
  const sameWorkspace = workspaceRoot(target.path, workspaces) === workspaceRoot(path, workspaces);
  if (other.name === part.name || (part.name === 'tools' && sameWorkspace)) return null;
  if (target.viaPackage === null && !sameWorkspace && other.name !== 'tools') {
    return `${one.specifier} goes behind the door of ${other.name}`;
  }
  return reachFault(part, other, one);
}

function reachFault(part: Part, other: Part, one: Import): string | null {
  const reach = part.may[other.name];
  if (reach === undefined) return `${part.name} may not import ${other.name}`;
  return reach === 'types' && !one.typeOnly ? `${part.name} may import only types of ${other.name}` : null;
}

function builtinFault(part: Part, name: string): string | null {
  const allowed = part.builtins === 'all' || part.builtins.includes(name);
  return allowed ? null : `${part.name} may not import ${name}`;
}

function packageFault(path: string, part: Part, name: string, workspaces: readonly Manifest[]): string | null {
  if (part.outside !== 'declared' && !part.outside.includes(name)) return `${part.name} may not import ${name}`;
  const manifest = workspaces.find((workspace) => workspace.folder === workspaceRoot(path, workspaces));
  const root = workspaces.find((workspace) => workspace.folder === '.');
  const development = part.name === 'tools' ? { ...manifest?.devDependencies, ...root?.devDependencies } : {};
  const declared = { ...manifest?.dependencies, ...development };
  return name in declared ? null : `${name} is not among the dependencies of ${manifest?.name}`;
}

function workspaceRoot(path: string, workspaces: readonly Manifest[]): string {
  return workspaces.find((workspace) => path.startsWith(`${workspace.folder}/`))?.folder ?? '.';
}

/** Word sequences that reach for the clock, chance, the process, the network or a timer. */
const IMPURE: readonly (readonly string[])[] = [
  ['Date', '.', 'now'],
  ['new', 'Date', '(', ')'],
  ['Math', '.', 'random'],
  ['performance', '.'],
  ['process', '.'],
  ['process', '?.'],
  ['globalThis', '.'],
  ['crypto', '.'],
  ['fetch', '('],
  ['setTimeout', '('],
  ['setInterval', '('],
  ['setImmediate', '('],
  ['queueMicrotask', '('],
];

/** Where a pure module is not. Members of the same name (`clock.fetch(`) and its own definitions are no fault. */
export function purityFaults(module: Module, parts: readonly Part[] = PARTS): string[] {
  if (partOf(module.path, parts)?.pure !== true) return [];
  return module.tokens.flatMap((token, at) => {
    const found = IMPURE.find((sequence) => standsAt(module.tokens, at, sequence));
    return found === undefined ? [] : [`${module.path}:${token.line}: ${found.join('')} in a pure part`];
  });
}

function standsAt(tokens: readonly Token[], at: number, sequence: readonly string[]): boolean {
  if (['.', '?.', 'function'].includes(tokens[at - 1]?.text ?? '')) return false;
  return sequence.every((text, offset) => {
    const token = tokens[at + offset];
    return token !== undefined && token.text === text && (token.kind === 'word' || token.kind === 'mark');
  });
}
