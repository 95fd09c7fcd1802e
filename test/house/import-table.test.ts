import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workspaceFolders } from '../../tools/source-tree.ts';
import { importFaults, purityFaults } from './import-rules.ts';
import { PARTS } from './import-table.ts';
import { type Manifest, manifests, moduleOf, productModules } from './modules.ts';

const HOUSE: readonly Manifest[] = [
  { name: 'house', folder: '.', devDependencies: { typescript: '7' } },
  { name: '@stannary/kernel', folder: 'kernel', exports: { '.': './src/index.ts' } },
  {
    name: '@stannary/wire',
    folder: 'wire',
    exports: { '.': './src/index.ts' },
    dependencies: { '@noble/hashes': '2' },
  },
  { name: '@stannary/execution', folder: 'execution', exports: { '.': './src/index.ts' } },
  {
    name: '@stannary/billing',
    folder: 'edge/billing',
    exports: { '.': './src/index.ts', './postgres': './src/postgres/index.ts' },
    dependencies: { kysely: '0' },
  },
  { name: '@stannary/arbitration', folder: 'arbitration', exports: { '.': './src/index.ts' } },
  { name: '@stannary/chain', folder: 'settlement/chain', exports: { '.': './src/index.ts' } },
  {
    name: '@stannary/gateway',
    folder: 'apps/gateway',
    exports: { '.': './src/index.ts', './client': './src/client/index.ts' },
  },
];

function faultsOf(path: string, source: string): string[] {
  const module = moduleOf(path, source);
  return [...importFaults(module, HOUSE), ...purityFaults(module)];
}

test('every import keeps to the table, and every pure part is pure', () => {
  const workspaces = manifests();
  const faults = productModules().flatMap((module) => [...importFaults(module, workspaces), ...purityFaults(module)]);
  assert.deepEqual(faults, []);
});

test('every workspace has its row in the table', () => {
  const without = workspaceFolders().filter((folder) => !PARTS.some((part) => part.folder === folder));
  assert.deepEqual(without, []);
});

const REFUSED: readonly (readonly [string, string, string, RegExp])[] = [
  ['the kernel imports nothing', 'kernel/src/a.ts', "import { sha256 } from '@stannary/wire';", /may not import wire/],
  ['the kernel has no packages', 'kernel/src/a.ts', "import x from 'kysely';", /kernel may not import kysely/],
  [
    'wire takes only types of the kernel',
    'wire/src/a.ts',
    "import { mulDivUp } from '@stannary/kernel';",
    /only types/,
  ],
  ['a mixed clause is not types only', 'wire/src/a.ts', "import { type A, b } from '@stannary/kernel';", /only types/],
  ['execution has no Node', 'execution/src/a.ts', "import { readFileSync } from 'node:fs';", /may not import node:fs/],
  [
    'layers do not import sideways',
    'arbitration/src/a.ts',
    "export * from '@stannary/billing';",
    /may not import billing/,
  ],
  [
    'billing does not see its database',
    'edge/billing/src/a.ts',
    "import { openLedger } from './postgres/index.ts';",
    /billing may not import billing\/postgres/,
  ],
  [
    'nobody goes behind a door by package name',
    'apps/gateway/src/a.ts',
    "import { x } from '@stannary/kernel/src/price.ts';",
    /not a door/,
  ],
  [
    'nobody goes behind a door by path',
    'apps/gateway/src/a.ts',
    "import { x } from '../../../kernel/src/price.ts';",
    /goes behind the door of kernel/,
  ],
  [
    'the meter sees only the client',
    'edge/meter/src/a.ts',
    "import { x } from '@stannary/gateway';",
    /not import gateway/,
  ],
  [
    'the client of the gateway does not import the gateway',
    'apps/gateway/src/client/a.ts',
    "import { serve } from '../server.ts';",
    /gateway\/client may not import gateway/,
  ],
  ['a re-export is an import', 'kernel/src/a.ts', "export { sha256 } from '@stannary/wire';", /may not import wire/],
  ['a type is an import', 'kernel/src/a.ts', "import type { Header } from '@stannary/wire';", /may not import wire/],
  ['a dynamic import is an import', 'kernel/src/a.ts', "await import('@stannary/wire');", /may not import wire/],
  ['a type query is an import', 'kernel/src/a.ts', "type A = import('@stannary/wire').A;", /may not import wire/],
  ['a computed import hides', 'kernel/src/a.ts', 'await import(name);', /computed import/],
  [
    'a package must be declared',
    'apps/gateway/src/a.ts',
    "import fastify from 'fastify';",
    /not among the dependencies/,
  ],
  ['nothing outside the parts', 'kernel/src/a.ts', "import x from '../../scratch/a.ts';", /leads out/],
  ['no file outside the parts', 'scratch/a.ts', '', /belongs to no part/],
  ['no clock', 'kernel/src/a.ts', 'const at = Date.now();', /Date\.now/],
  ['no date of today', 'kernel/src/a.ts', 'const at = new Date();', /new ?Date/],
  ['no chance', 'wire/src/a.ts', 'const r = Math.random();', /Math\.random/],
  ['no timer reading', 'execution/src/a.ts', 'const t = performance.now();', /performance/],
  ['no process', 'arbitration/src/a.ts', 'const cores = process.env.CORES;', /process/],
  ['no network', 'edge/billing/src/a.ts', 'await fetch(url);', /fetch/],
  ['no timers', 'arbitration/src/a.ts', 'setTimeout(() => {}, 1);', /setTimeout/],
  ['no global crypto', 'kernel/src/a.ts', 'crypto.getRandomValues(bytes);', /crypto/],
  ['inside a template too', 'kernel/src/a.ts', 'const s = `$' + '{Date.now()}`;', /Date\.now/],
];

for (const [name, path, source, expected] of REFUSED) {
  test(`refused: ${name}`, () => assert.match(faultsOf(path, source).join('\n'), expected));
}

const ALLOWED: readonly (readonly [string, string, string])[] = [
  ['types of the kernel in wire', 'wire/src/a.ts', "import type { Grains } from '@stannary/kernel';"],
  ['names marked type in wire', 'wire/src/a.ts', "import { type Grains, type Epoch } from '@stannary/kernel';"],
  ['a subpath of an allowed package', 'wire/src/a.ts', "import { sha256 } from '@noble/hashes/sha2.js';"],
  ['a neighbour', 'kernel/src/a.ts', "export { b } from './b.ts';"],
  ['the ledger over its database', 'edge/billing/src/postgres/a.ts', "import { rate } from '../rate.ts';"],
  [
    'words in comments and strings',
    'kernel/src/a.ts',
    "// Date.now() and import 'node:fs'\nconst s = 'Math.random()';",
  ],
  ['a given date', 'kernel/src/a.ts', 'const at = new Date(atMs);'],
  ['a member of that name', 'arbitration/src/a.ts', 'await gateway.fetch(url); clock.process.start();'],
  ['a declaration without from', 'kernel/src/a.ts', "export const from = 'x'; export { from };"],
  [
    'a build tool beside what it builds',
    'kernel/build.ts',
    "import { readFileSync } from 'node:fs';\nimport { a } from './src/a.ts';\nimport ts from 'typescript';",
  ],
  ['import.meta', 'apps/gateway/src/a.ts', 'const here = import.meta.url;'],
];

for (const [name, path, source] of ALLOWED) {
  test(`allowed: ${name}`, () => assert.deepEqual(faultsOf(path, source), []));
}
