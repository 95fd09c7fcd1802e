import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { distanceOf, verdictOf } from './attack-table.ts';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function attack(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'attack', 'reference', ...args], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const cheap = ['--workers', '0', '--runs', '20'] as const;

test('an attack that does not pay: its figures as JSON and in a folder, and the status that says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-attack-'));
  try {
    const { status, stdout } = await attack('griefing', ...cheap, '--json', '--out', folder);
    assert.equal(status, 0);
    const [finding] = JSON.parse(stdout).findings;
    assert.equal(finding.verdict, 'does not pay');
    assert.equal(finding.parameters.disputes, 10);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'attacks.json'), 'utf8')), JSON.parse(stdout));
    assert.match(readFileSync(join(folder, 'griefing-base.svg'), 'utf8'), /^<svg/);
    assert.match((await attack('griefing', ...cheap, '--out', folder)).stderr, /OUT-EXISTS/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an attack that pays ends with 1, and the table names its strategy', async () => {
  const set = ['--set', 'assumptions.treasury=900_000_000 credits'];
  const { status, stdout } = await attack('13', '--best', ...cheap, ...set);
  assert.equal(status, 1);
  assert.match(stdout, /13 governance-capture +base .*(PAYS|too cheap)/);
  assert.match(stdout, /governance-capture, base: votes /);
});

test('the list has every attack with its parameters', async () => {
  const { stdout } = await attack('--list');
  assert.match(stdout, /5 {2}wash-usage: .*\n.*\n +nodes /);
});

test('several attackers at once have an account each, and a mixture has one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-world-'));
  const world = join(folder, 'world.yaml');
  writeFileSync(world, 'horizon: 2 d\n');
  try {
    const args = ['--workers', '0', '--runs', '2', '--scenario', world, '--json', '--set', 'assumptions.nodes=20'];
    const both = JSON.parse((await attack('class-spoofing+6', ...args)).stdout).findings;
    assert.deepEqual(
      both.map(({ id }: { id: string }) => id),
      ['class-spoofing+metering-inflation', 'metering-inflation+class-spoofing'],
    );
    assert.match(both[0].closedFormNote, /others attack too/);
    const [mixed] = JSON.parse((await attack('--mixture', 'griefing:0.5,censorship:0.5', ...args)).stdout).findings;
    assert.equal(mixed.id, 'mixture');
    assert.match((await attack('griefing+6', ...args)).stderr, /from inside the market, .*SIMULATION-ATTACK/);
    writeFileSync(world, 'horizn: 6 d\n');
    assert.match((await attack('griefing', ...args)).stderr, /world\.yaml:1.*SCENARIO-FIELD/s);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const OWN = (id: string, attempt: string) =>
  `export default { id: '${id}', number: 100, title: 't', strategy: 's', defence: 'd', defendedBy: [], parameters: {},
    minimumSize: () => 1, closedForm: () => null, attempt: () => { ${attempt} } };`;

test('an attack of one’s own that is wrong is refused once, by file and place, by workers as well', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-own-'));
  const refusals = [
    [
      'nan.mjs',
      OWN('own', 'return { costCredits: 1, returnCredits: NaN, stakeCredits: 1 };'),
      /own in run \d+: returnCredits/,
    ],
    ['throws.mjs', OWN('own', 'throw new Error("no luck");'), /no luck/],
    ['id.mjs', OWN('Bad Id', 'return 1;'), /id\.mjs: id/],
  ] as const;
  try {
    for (const [name, text, place] of refusals) {
      const file = join(folder, name);
      writeFileSync(file, text);
      const { status, stderr } = await attack('--file', file, '--runs', '2', '--workers', '1');
      assert.notEqual(status, 0);
      assert.match(stderr, place);
      assert.ok(stderr.includes(name), stderr);
      assert.ok(stderr.trim().split('\n').length <= 4, stderr);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('ATTACK-NAME', async () => {
  const { status, stderr } = await attack('wash-usge');
  assert.deepEqual([status, /ATTACK-NAME/.test(stderr)], [2, true]);
  assert.match((await attack('wash-usage+5')).stderr, /each attack once, got wash-usage\+5 \[ATTACK-NAME\]/);
});

test('ATTACK-PARAMETER', async () => {
  const { status, stderr } = await attack('griefing', '--param', 'dispute=3');
  assert.deepEqual([status, /one of appeals, disputes, got dispute/.test(stderr)], [2, true]);
});

test('ATTACK-OUT', async () => {
  for (const out of [join(PROGRAM, 'below-a-file'), '/proc/stannary']) {
    const { status, stderr } = await attack('griefing', ...cheap, '--out', out);
    assert.deepEqual([status, /ATTACK-OUT/.test(stderr)], [4, true]);
  }
});

test('the distance is in standard errors of the simulation; what does not vary has none', () => {
  const figure = (value: number, half: number) => ({
    value,
    interval: [value - half, value + half] as const,
    confidence: 0.95,
    samples: 9,
  });
  const finding = { closedForm: { costCredits: 8, returnCredits: 2 }, cost: figure(10, 1.96), return: figure(2, 0) };
  const { costErrors, returnErrors } = distanceOf(finding as never)!;
  assert.ok(Math.abs(costErrors! - 2) < 1e-9 && returnErrors === null);
  assert.equal(distanceOf({ ...finding, closedForm: null } as never), null);
  assert.equal(verdictOf({ state: 'failed', costRatio: figure(1.5, 0) } as never), 'too cheap');
});
