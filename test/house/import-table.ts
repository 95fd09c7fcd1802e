// Who may import whom: the table of docs/explanation/architecture.md as data.

type Reach = 'values' | 'types';

export interface Part {
  readonly name: string;
  /** The part owns every file below it that no part with a longer folder owns. */
  readonly folder: string;
  /** Files beside `src/` that ship. */
  readonly doors?: readonly string[];
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
  { name: 'plot', folder: 'plot', may: {}, outside: [], ...pure },
  { name: 'execution', folder: 'execution', may: { wire: 'values' }, outside: [], ...pure },
  {
    name: 'economies',
    folder: 'economies',
    may: { kernel: 'values', wire: 'values' },
    outside: ['yaml'],
    builtins: FILES,
    pure: true,
  },
  { name: 'simulator/experiments', folder: 'simulator/src/experiments', may: {}, outside: [], ...pure },
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
    outside: ['viem', 'hash-wasm'],
    ...free,
  },
  {
    name: 'simulator',
    folder: 'simulator',
    may: {
      kernel: 'values',
      wire: 'values',
      execution: 'values',
      billing: 'values',
      arbitration: 'values',
      'simulator/experiments': 'values',
      'simulator/attacks/correctness': 'values',
    },
    outside: [],
    ...pure,
  },
  {
    // Schedules are signed with real keys, which only Node has; what they come to is pure all the same.
    name: 'simulator/attacks/correctness',
    folder: 'simulator/src/attacks/correctness',
    may: { kernel: 'values', wire: 'values', billing: 'values', arbitration: 'values', simulator: 'values' },
    outside: [],
    builtins: ['node:crypto'],
    pure: true,
  },
  {
    name: 'simulator/lab',
    folder: 'simulator/src/lab',
    may: {
      kernel: 'values',
      wire: 'values',
      economies: 'values',
      simulator: 'values',
      'simulator/experiments': 'values',
      plot: 'values',
    },
    outside: ['csv-parse', 'hyparquet-writer', 'pg-boss', 'yaml'],
    ...free,
  },
  {
    name: 'gateway/client',
    folder: 'apps/gateway/src/client',
    may: { chain: 'types', kernel: 'types' },
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
    doors: ['stannary.mjs'],
    may: {
      ...LAYERS,
      plot: 'values',
      simulator: 'values',
      'simulator/lab': 'values',
      'simulator/experiments': 'values',
      gateway: 'types',
      'gateway/client': 'values',
      meter: 'types',
      tools: 'values',
    },
    outside: 'declared',
    ...free,
  },
  {
    name: 'console',
    folder: 'apps/console',
    doors: ['server.ts'],
    may: { kernel: 'values', execution: 'values', 'gateway/client': 'values' },
    outside: 'declared',
    ...free,
  },
  {
    name: 'examples',
    folder: 'examples',
    doors: ['attacks/scatter.ts'],
    may: { simulator: 'values' },
    outside: [],
    ...pure,
  },
  {
    name: 'tools',
    folder: 'tools',
    may: { ...LAYERS, plot: 'values', simulator: 'values', 'simulator/lab': 'values', 'gateway/client': 'values' },
    outside: 'declared',
    ...free,
  },
];

/**
 * The part that owns a file. What lies beside a package's `src/` and is none of its doors does not ship: it builds,
 * draws or sets up something, and counts as tools.
 */
export function partOf(path: string, parts: readonly Part[] = PARTS): Part | null {
  const owners = parts.filter((part) => path.startsWith(`${part.folder}/`));
  const owner = owners.sort((a, b) => b.folder.length - a.folder.length)[0];
  if (owner === undefined) return null;
  const rest = path.slice(owner.folder.length + 1);
  const ships = rest.startsWith('src/') || owner.folder.includes('/src/') || owner.doors?.includes(rest) === true;
  return ships ? owner : (parts.find((part) => part.name === 'tools') ?? null);
}
