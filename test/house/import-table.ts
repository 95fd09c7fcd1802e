// Who may import whom: the table of docs/explanation/architecture.md as data.

export type Reach = 'values' | 'types';

export interface Part {
  readonly name: string;
  /** The part owns every file below it that no part with a longer folder owns. */
  readonly folder: string;
  /** Other parts, and whether only their types. */
  readonly may: Readonly<Record<string, Reach>>;
  /** Packages from outside; 'declared' allows whatever the workspace's manifest lists. */
  readonly outside: readonly string[] | 'declared';
  /** Node's own modules. */
  readonly builtins: readonly string[] | 'all';
  /** No clock, chance, process, network or timer either: they come as arguments. */
  readonly pure: boolean;
}

const FILES = ['node:fs', 'node:fs/promises', 'node:path', 'node:url'];
const LAYERS = {
  kernel: 'values',
  wire: 'values',
  execution: 'values',
  economies: 'values',
  billing: 'values',
  'billing/postgres': 'values',
  arbitration: 'values',
  chain: 'values',
} as const;

const pure = { builtins: [], pure: true } as const;
const free = { builtins: 'all', pure: false } as const;

export const PARTS: readonly Part[] = [
  { name: 'kernel', folder: 'kernel', may: {}, outside: [], ...pure },
  { name: 'wire', folder: 'wire', may: { kernel: 'types' }, outside: ['@noble/hashes'], ...pure },
  { name: 'execution', folder: 'execution', may: { wire: 'values' }, outside: [], ...pure },
  {
    name: 'economies',
    folder: 'economies',
    may: { kernel: 'values', wire: 'values' },
    outside: ['yaml', 'ajv', 'typebox'],
    builtins: FILES,
    pure: true,
  },
  {
    name: 'meter',
    folder: 'edge/meter',
    may: { kernel: 'values', wire: 'values', execution: 'values', 'gateway/client': 'values' },
    outside: [],
    ...free,
  },
  { name: 'billing', folder: 'edge/billing', may: { kernel: 'values', wire: 'values' }, outside: [], ...pure },
  {
    name: 'billing/postgres',
    folder: 'edge/billing/src/postgres',
    may: { kernel: 'values', wire: 'values', billing: 'values' },
    outside: ['@electric-sql/pglite', 'kysely'],
    ...free,
  },
  {
    name: 'arbitration',
    folder: 'arbitration',
    may: { kernel: 'values', wire: 'values', execution: 'values' },
    outside: [],
    ...pure,
  },
  { name: 'contracts', folder: 'settlement/contracts', may: {}, outside: 'declared', ...free },
  {
    name: 'chain',
    folder: 'settlement/chain',
    may: { kernel: 'values', wire: 'values', contracts: 'values' },
    outside: ['viem'],
    ...free,
  },
  {
    name: 'gateway/client',
    folder: 'apps/gateway/src/client',
    may: { kernel: 'types' },
    outside: [],
    builtins: [],
    pure: false,
  },
  {
    name: 'gateway',
    folder: 'apps/gateway',
    may: { ...LAYERS, 'gateway/client': 'values' },
    outside: 'declared',
    ...free,
  },
  {
    name: 'cli',
    folder: 'apps/cli',
    may: {
      ...LAYERS,
      gateway: 'values',
      'gateway/client': 'values',
      meter: 'values',
      console: 'values',
      tools: 'values',
    },
    outside: 'declared',
    ...free,
  },
  {
    name: 'console',
    folder: 'apps/console',
    may: { kernel: 'values', execution: 'values', 'gateway/client': 'values' },
    outside: 'declared',
    ...free,
  },
  { name: 'tools', folder: 'tools', may: {}, outside: 'declared', ...free },
];

/** A workspace's `tools/` builds what the workspace ships; it ships nothing itself, and counts as tools. */
export function partOf(path: string, parts: readonly Part[] = PARTS): Part | null {
  if (/(^|\/)tools\//.test(path)) return parts.find((part) => part.name === 'tools') ?? null;
  const owners = parts.filter((part) => path.startsWith(`${part.folder}/`));
  return owners.sort((a, b) => b.folder.length - a.folder.length)[0] ?? null;
}
