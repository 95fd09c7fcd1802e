import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunOptions } from '@stannary/simulator/lab';
import { runLong } from '../explore/session.ts';

const CLI = join(import.meta.dirname, '../../stannary.mjs');
const root = mkdtempSync(join(tmpdir(), 'stannary-explore-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** A village for a day and an hour, in one thread. */
const SMALL = ['--set', 'assumptions.nodes=40', '--horizon', '25 epochs', '--workers', '0'];

function stannary(...args: string[]) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

const OVER = ['--over', 'assumptions.providerCost=50 %..90 %,governance.vote=4 d..6 d'];

test('sensitivity: a budget, what moves and what does not, and tables; the same folder gives the same again', () => {
  const out = join(root, 'sensitivity');
  const args = ['sensitivity', 'reference', ...SMALL, ...OVER, '--n', '3', '--out', out];
  const { status, stdout, stderr } = stannary(...args);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /morris over 2 fields, 10 points × 2 runs × 1 jobs = 20 runs, about /);
  assert.match(stdout, /assumptions\.providerCost +50 % to 90 %/);
  assert.match(stdout, /governance\.vote .*not distinguishable from 0/);
  assert.equal(readFileSync(join(out, 'points.csv'), 'utf8').trim().split('\n').length, 1 + 18);
  const effects = readFileSync(join(out, 'effects.csv'), 'utf8');
  const again = stannary(...args, '--json');
  assert.deepEqual(JSON.parse(again.stdout).budget, { points: 10, runs: 2, jobsEach: 1, jobs: 20 });
  assert.equal(readFileSync(join(out, 'effects.csv'), 'utf8'), effects);
});

test('the time left is shown on a terminal, and not where JSON was asked for', async (t) => {
  const { stderr } = process;
  const isTerminal = stderr.isTTY;
  const shown: string[] = [];
  t.mock.method(stderr, 'write', (text: string) => shown.push(text) > 0);
  stderr.isTTY = true;
  t.after(() => {
    stderr.isTTY = isTerminal;
  });
  const tell = ({ onProgress }: RunOptions) => Promise.resolve(onProgress?.(1, 2));
  await runLong({ json: true }, tell);
  assert.deepEqual(shown, []);
  await runLong({ json: false }, tell);
  assert.match(shown.join(''), /runs, 1 of 2/);
});

test('EXPLORE-FOLDER: what lies there is something else', () => {
  const out = join(root, 'other');
  mkdirSync(out);
  writeFileSync(join(out, 'letter.txt'), '');
  const { status, stderr } = stannary('compare', 'reference', 'reference', ...SMALL, '--runs', '2', '--out', out);
  assert.equal(status, 2);
  assert.match(stderr, /got other files.*\[EXPLORE-FOLDER\]/);
  const nowhere = stannary('compare', 'reference', 'reference', ...SMALL, '--out', '/proc/stannary');
  assert.match(nowhere.stderr, /got E[A-Z]+;.*\[EXPLORE-FOLDER\]/);
});

test('tune: the best as a patch that check takes', () => {
  const patch = join(root, 'tuned.yaml');
  const vary = ['--vary', 'take.treasury=0..10 %', '--objective', 'max marginMedian', '--patch', patch];
  const args = [...vary, '--generations', '2', '--population', '4', '--runs', '2'];
  const { status, stdout, stderr } = stannary('tune', 'reference', ...SMALL, ...args);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /cma-es, 2 generations/);
  assert.match(
    readFileSync(patch, 'utf8'),
    /^# Found by tuning reference: max marginMedian\.\n[\s\S]*extends: reference\n/,
  );
  assert.equal(stannary('check', patch).status, 0);
});

test('tune: Ctrl-C, its own status, and the same command goes on to the same bits', { timeout: 60_000 }, async () => {
  const [out, whole] = [join(root, 'stopped'), join(root, 'unstopped')];
  const size = ['--generations', '3', '--population', '4', '--runs', '4', '--horizon', '6d'];
  const args = ['tune', 'reference', ...SMALL, ...size, '--vary', 'take.treasury=0..10 %'];
  const goal = ['--objective', 'max marginMedian', '--json'];
  const child = spawn(process.execPath, [CLI, ...args, ...goal, '--out', out]);
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const begun = join(out, 'runs/generation-1/simulate/results.jsonl');
  while (!existsSync(begun) || readFileSync(begun).length === 0) await new Promise((look) => setTimeout(look, 2));
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(said, /^stannary: stopped; the same command goes on from /);
  assert.ok(!existsSync(join(out, 'found.csv')));
  const resumed = stannary(...args, ...goal, '--out', out);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.equal(resumed.stdout, stannary(...args, ...goal, '--out', whole).stdout);
  for (const file of ['found.csv', 'best.yaml', 'tune.json'])
    assert.deepEqual(readFileSync(join(out, file)), readFileSync(join(whole, file)), file);
});

test('tune: status 1 where nothing passes; TUNE-PATCH where the patch cannot be written', () => {
  const args = [
    '--vary',
    'take.treasury=0..10 %',
    '--objective',
    'max marginMedian',
    '--generations',
    '1',
    '--runs',
    '1',
  ];
  const missed = stannary('tune', 'reference', ...SMALL, ...args, '--subject-to', 'marginMedian>=2');
  assert.equal(missed.status, 1, missed.stderr);
  assert.match(missed.stdout, /Nothing in the ranges passed the gates/);
  const unwritten = stannary('tune', 'reference', ...SMALL, ...args, '--patch', join(root, 'nowhere', 'tuned.yaml'));
  assert.equal(unwritten.status, 4);
  assert.match(unwritten.stderr, /\[TUNE-PATCH\]/);
});

test('compare: the changed field, and in words what it does', () => {
  const other = join(root, 'other.yaml');
  writeFileSync(other, 'extends: reference\ntake:\n  treasury: 9 %\n');
  const { status, stdout, stderr } = stannary('compare', 'reference', other, ...SMALL, '--runs', '3');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /take\.treasury +3 % +9 %/);
  assert.match(stdout, /marginMedian .*B has less, which is worse/);
});

test('ablate: a defence that breaks', () => {
  const { status, stdout, stderr } = stannary('ablate', 'reference', ...SMALL, '--defence', 'fee-link', '--runs', '3');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /wash-usage .*breaks/);
});

for (const command of ['sensitivity', 'tune', 'compare', 'ablate']) {
  test(`${command} --help has an example and the exit statuses`, () => {
    const { status, stdout } = stannary(command, '--help');
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`stannary ${command} reference`));
    assert.match(stdout, /Exit status/);
  });
}
