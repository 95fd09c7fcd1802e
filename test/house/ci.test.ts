import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

// `.ci/run` as it is, over a house of one test file: its status is what decides about a change.

const ROOT = resolve(import.meta.dirname, '../..');
const PASSING = "import { test } from 'node:test';\ntest('holds', () => {});\n";
const FAILING = `${PASSING}test('does not hold', async () => { throw new Error('seeded'); });\n`;

let house: string;
before(() => {
  house = mkdtempSync(join(tmpdir(), 'stannary-ci-'));
  for (const part of ['.ci/run', 'tools']) cpSync(join(ROOT, part), join(house, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
  writeFileSync(join(house, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(house, 'bin'));
  program('dpkg-query', 'echo install ok installed');
});
after(() => rmSync(house, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(house, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(house, 'bin', name), 0o755);
}

function statusOfCi(source: string, npmTest = 'exec node tools/test.mjs'): { status: number | null; said: string } {
  writeFileSync(join(house, 'a.test.ts'), source);
  program('npm', `[ "$1" = test ] || exit 0\n${npmTest}`);
  // NODE_TEST_CONTEXT is set here, as this is a test: a runner that heeds it runs nothing and leaves with status 0.
  const PATH = [join(house, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const { status, stdout, stderr } = spawnSync(join(house, '.ci/run'), {
    env: { ...process.env, PATH },
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

test('CI passes when every test does', () => {
  const { status, said } = statusOfCi(PASSING);
  assert.equal(status, 0, said);
});

test('CI fails when one test fails, although its output goes through a pipe', () => {
  const { status, said } = statusOfCi(FAILING);
  assert.equal(status, 1, said);
  assert.match(said, /^ℹ fail 1$/m);
});

test('CI fails when a test file does not even load', () => {
  assert.equal(statusOfCi("import './nowhere.ts';\n").status, 1);
});

test('CI fails when the report says a test failed, whatever the status says', () => {
  assert.equal(statusOfCi(FAILING, 'node tools/test.mjs; exit 0').status, 1);
});

test('CI fails when there is no report at all', () => {
  assert.equal(statusOfCi(PASSING, 'exit 0').status, 1);
});
