import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeLock } from '../../tools/lock-file.ts';
import { textOf } from '../../tools/source-tree.ts';
import { type Manifest, manifests } from './modules.ts';

const DEPENDENCIES_PAGE = 'docs/explanation/dependencies.md';
const OWN = '@stannary/';

function incomplete(workspace: Manifest): string[] {
  const wanted = ['license', 'description', 'exports', 'version'] as const;
  const missing = wanted.filter((field) => workspace[field] === undefined || workspace[field] === '');
  return missing.map((field) => `${workspace.folder}: no ${field}`);
}

function dependenciesOf(workspace: Manifest): readonly (readonly [string, string])[] {
  return Object.entries({ ...workspace.dependencies, ...workspace.devDependencies });
}

/** A package that two workspaces ask for in two versions. */
function disagreements(workspaces: readonly Manifest[]): string[] {
  const versions = new Map<string, Set<string>>();
  for (const [name, version] of workspaces.flatMap(dependenciesOf)) {
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return [...versions]
    .filter(([, asked]) => asked.size > 1)
    .map(([name, asked]) => `${name}: ${[...asked].join(', ')}`);
}

/** External packages asked for but not described, and described but not asked for. */
function undescribed(workspaces: readonly Manifest[], page: string): string[] {
  const asked = new Set(workspaces.flatMap(dependenciesOf).map(([name]) => name));
  const outside = [...asked].filter((name) => !name.startsWith(OWN));
  const described = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] as string);
  const twice = described.filter((name, index) => described.indexOf(name) !== index);
  return [
    ...outside.filter((name) => !described.includes(name)).map((name) => `${name} has no line`),
    ...described.filter((name) => !outside.includes(name)).map((name) => `${name} is not a dependency`),
    ...twice.map((name) => `${name} has two lines`),
  ];
}

/** Versions are exact: what was tested is what is installed, lock file or not. Type declarations run nowhere. */
function inexact(workspace: Manifest): string[] {
  return dependenciesOf(workspace)
    .filter(([name, version]) => !/^\d+\.\d+\.\d+$/.test(version) && !name.startsWith('@types/'))
    .map(([name, version]) => `${workspace.folder}: ${name} ${version}`);
}

test('every workspace says what it is, under which licence, and which doors it opens', () => {
  const workspaces = manifests().filter((workspace) => workspace.folder !== '.');
  assert.deepEqual(workspaces.flatMap(incomplete), []);
});

test('a package has one version in the whole house', () => {
  assert.deepEqual(disagreements(manifests()), []);
});

test('versions are exact', () => {
  assert.deepEqual(manifests().flatMap(inexact), []);
});

test(`every package from outside has one line in ${DEPENDENCIES_PAGE}, and no other has`, () => {
  assert.deepEqual(undescribed(manifests(), textOf(DEPENDENCIES_PAGE)), []);
});

test('package-lock.json names every platform, so that npm ci takes it anywhere', () => {
  assert.deepEqual(completeLock(textOf('package-lock.json')).added, [], 'run: node tools/complete-lock.mjs');
});

test('refused: a lock file without the package of one platform', () => {
  const lock = {
    packages: {
      'node_modules/a': {
        version: '1.0.0',
        license: 'MIT',
        optionalDependencies: { '@a/x-linux-arm64-musl': '1.0.0' },
      },
    },
  };
  const { text, added } = completeLock(JSON.stringify(lock));
  assert.deepEqual(added, ['@a/x-linux-arm64-musl']);
  const entry = { version: '1.0.0', cpu: ['arm64'], libc: ['musl'], license: 'MIT', optional: true, os: ['linux'] };
  assert.deepEqual(JSON.parse(text).packages['node_modules/@a/x-linux-arm64-musl'], entry);
  assert.deepEqual(completeLock(text).added, []);
});

const WORKSPACE: Manifest = {
  name: '@stannary/a',
  folder: 'a',
  version: '1.0.0',
  license: 'Apache-2.0',
  description: 'A.',
  exports: { '.': './src/index.ts' },
  dependencies: { viem: '2.0.0' },
};

test('refused: a workspace without a licence', () => {
  assert.deepEqual(incomplete({ ...WORKSPACE, license: '' }), ['a: no license']);
});

test('refused: two versions of a package', () => {
  const other = { ...WORKSPACE, folder: 'b', devDependencies: { viem: '2.1.0' }, dependencies: {} };
  assert.deepEqual(disagreements([WORKSPACE, other]), ['viem: 2.0.0, 2.1.0']);
});

test('refused: a range of versions', () => {
  assert.deepEqual(inexact({ ...WORKSPACE, dependencies: { viem: '^2.0.0' } }), ['a: viem ^2.0.0']);
});

test('refused: a package that is not described, one that is gone, one described twice', () => {
  assert.deepEqual(undescribed([WORKSPACE], ''), ['viem has no line']);
  assert.deepEqual(undescribed([WORKSPACE], '| `viem` | x |\n| `ethers` | x |'), ['ethers is not a dependency']);
  assert.deepEqual(undescribed([WORKSPACE], '| `viem` | x |\n| `viem` | x |'), ['viem has two lines']);
});
