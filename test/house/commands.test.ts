import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { filesMatching, ROOT, textOf } from '../../tools/source-tree.ts';

// What the compiler, the linter and the search for dead code say, each as a test.

const PROGRAMS = {
  tsc: 'node_modules/typescript/bin/tsc',
  biome: 'node_modules/@biomejs/biome/bin/biome',
  knip: 'node_modules/knip/bin/knip.js',
} as const;

function run(program: keyof typeof PROGRAMS, args: readonly string[], cwd = ROOT): { status: number; said: string } {
  const options = { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 2 ** 26 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, PROGRAMS[program]), ...args], options);
  return { status: status ?? 1, said: `${stdout}${stderr}` };
}

function clean(program: keyof typeof PROGRAMS, args: readonly string[]): void {
  const { status, said } = run(program, args);
  assert.equal(status, 0, `\n${said.slice(0, 8_000)}`);
}

test('tsc finds no fault', () => clean('tsc', ['--noEmit']));

for (const config of filesMatching('apps/**/tsconfig.json')) {
  test(`tsc finds no fault under ${config}, where a browser is around it`, () => {
    clean('tsc', ['--noEmit', '--project', config]);
  });
}

test('biome finds no fault', () =>
  clean('biome', ['ci', '--colors=off', '--diagnostic-level=warn', '--error-on-warnings', '.']));

test('knip finds no dead file, export or dependency', () => clean('knip', ['--no-progress']));

/** A small house with one fault, under the real one's settings. */
function withHouse(files: Readonly<Record<string, string>>, check: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-house-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const TSCONFIG = textOf('tsconfig.json');

for (const [name, source, expected] of [
  ['a type that does not fit', "export const grains: number = 'many';\n", /TS2322/],
  ['a place that may be empty', 'export const first: number = [1][0];\n', /TS2322/],
  ['an enum, which cannot be stripped', 'export enum Kind {\n  Task,\n}\n', /TS1294/],
] as const) {
  test(`refused by tsc: ${name}`, () => {
    withHouse({ 'tsconfig.json': TSCONFIG, 'a.ts': source }, (folder) => {
      assert.match(run('tsc', ['--noEmit'], folder).said, expected);
    });
  });
}

test('refused by biome: an import of a Node module by its bare name', () => {
  const biome = JSON.stringify({ ...JSON.parse(textOf('biome.json')), vcs: { enabled: false } });
  withHouse({ 'biome.json': biome, 'a.ts': "import 'fs';\n" }, (folder) => {
    const { status, said } = run('biome', ['ci', '.'], folder);
    assert.equal(status, 1);
    assert.match(said, /useNodejsImportProtocol/);
  });
});

test('refused by knip: a file nobody imports, an export nobody uses, a package nobody needs', () => {
  const manifest = { name: 'house', type: 'module', main: 'index.ts', dependencies: { viem: '2.57.20' } };
  const files = {
    'package.json': JSON.stringify(manifest),
    'index.ts': "import { a } from './a.ts';\nconsole.log(a);\n",
    'a.ts': 'export const a = 1;\nexport const unused = 2;\n',
    'dead.ts': 'export const b = 1;\n',
  };
  withHouse(files, (folder) => {
    const { status, said } = run('knip', ['--no-progress'], folder);
    assert.equal(status, 1);
    for (const found of [/dead\.ts/, /unused/, /viem/]) assert.match(said, found);
  });
});
