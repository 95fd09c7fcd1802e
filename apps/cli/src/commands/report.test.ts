import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FAILING_REPORT, WAIVED_REPORT } from '../../../../simulator/src/lab/report/gate-report.fixture.ts';

const CLI = join(import.meta.dirname, '../../stannary.mjs');
const root = mkdtempSync(join(tmpdir(), 'stannary-report-'));
after(() => rmSync(root, { recursive: true, force: true }));

function stannary(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'report', ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  return { status, stdout, stderr };
}

function written(name: string, content: unknown): string {
  writeFileSync(join(root, name), JSON.stringify(content));
  return name;
}

test('a report becomes a page beside it; its verdicts are printed, whatever they are the status is 0', () => {
  const { status, stdout } = stannary(written('gate.json', FAILING_REPORT));
  assert.equal(status, 0);
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'gate.html: harbour, version 3',
    'Economics fail: G1 failed. Launch: not ready; G1 failed, 4 criteria are not shown.',
    'Not signed.',
  ]);
  assert.match(readFileSync(join(root, 'gate.html'), 'utf8'), /^<!doctype html>/);
});

test('--json says the same in a line; a report without bounds says so', () => {
  const file = written('waived.json', WAIVED_REPORT);
  const { stdout } = stannary(file, '--out', 'page.html', '--json', '--open', 'no');
  const { economy, verdicts } = WAIVED_REPORT;
  assert.deepEqual(JSON.parse(stdout), { file: 'page.html', economy, verdicts, signedBy: null });
  assert.match(stannary(file, '--out', 'page.html', '--force').stdout, /never deployable/);
});

test('names of a report neither act on a terminal nor begin lines of their own', () => {
  const name = 'x\u001b[2J\nEconomics pass. Launch: ready.';
  const file = written('acting.json', {
    ...FAILING_REPORT,
    economy: { ...FAILING_REPORT.economy, name },
    world: { name, isOwn: false },
  });
  const { status, stdout } = stannary(file);
  assert.equal(status, 0);
  assert.equal(stdout.trimEnd().split('\n').length, 3);
  assert.ok(!stdout.includes('\u001b'));
});

test('OUT-EXISTS: a page that is there stays', () => {
  writeFileSync(join(root, 'kept.html'), 'mine');
  const { status, stderr } = stannary(written('kept.json', FAILING_REPORT));
  assert.equal(status, 2);
  assert.match(stderr, /OUT-EXISTS/);
  assert.equal(readFileSync(join(root, 'kept.html'), 'utf8'), 'mine');
});

test('REPORT-FILE: none, a folder, one that is too large', () => {
  const large = written('large.json', {});
  truncateSync(join(root, large), 64 * 1024 * 1024 + 1);
  for (const file of ['nowhere.json', '.', large]) {
    const { status, stderr } = stannary(file);
    assert.equal(status, 2);
    assert.match(stderr, /^stannary: .*: expected .*; give the gate-report\.json of a gate \[REPORT-FILE\]\n$/);
  }
});

test('REPORT-OUT: a page that cannot be written', () => {
  const { status, stderr } = stannary(written('out.json', FAILING_REPORT), '--out', 'no/such/folder.html');
  assert.equal(status, 4);
  assert.match(stderr, /REPORT-OUT/);
});

test('REPORT-SHAPE: one line with path, expected and got', () => {
  const bad = { ...FAILING_REPORT, economy: { ...FAILING_REPORT.economy, version: 'three' } };
  const { status, stderr } = stannary(written('bad.json', bad));
  assert.equal(status, 2);
  assert.equal(stderr, 'stannary: report.economy.version: expected a whole number, got "three" [REPORT-SHAPE]\n');
});
