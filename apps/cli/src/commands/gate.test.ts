import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type GateReport, type SignedGateReport, signReport } from '@stannary/simulator/lab';
import { Command } from 'commander';
import { evidenceFiles, gatedWorld } from '../gate/inputs.ts';
import { gateText } from '../gate/print.ts';
import { Progress, secondsText } from '../lab/progress.ts';
import { runStannary, type Said, stoppedOnce } from '../lab/run-stannary.fixture.ts';
import { defineEvidence } from './evidence.ts';
import { defineGate } from './gate.ts';

const REPORT: GateReport = {
  format: 'stannary-gate-report/2',
  economy: { name: 'mine', version: 2, hash: 'ab'.repeat(32), boundsWaived: true },
  code: { version: '0.1.0', hash: 'cd'.repeat(32) },
  profile: 'quick',
  seeds: { seed: 0, search: [0, 0], test: [0, 1] },
  world: { name: 'mine', isOwn: true },
  scenario: null,
  ownLines: [],
  verdicts: { economics: 'fail', launch: 'not ready' },
  criteria: [
    {
      gate: 'G9',
      title: 'What is owed can be paid',
      share: 'economics',
      state: 'failed',
      checks: [
        {
          id: 'coverage',
          metric: 'paths that stay covered',
          unit: 'of paths',
          state: 'failed',
          figure: { value: 0.95, interval: [0.9, 0.98], confidence: 0.9, samples: 20 },
          line: { relation: '>=', value: 0.99 },
          how: 'joint stress',
        },
      ],
      remedies: [['reserve.stableShare', '60 %']],
    },
  ],
  attacks: [],
  sensitivity: [],
  fans: [],
  tables: [],
  thin: [{ check: 'G7 daily-volatility', headroom: 0.033, movedBy: ['price.gain'] }],
  evidence: [],
  calibration: null,
  madeAt: '2027-01-01T00:00:00.000Z',
};

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-gate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs a command as the program does; gives what it printed. */
async function run(t: TestContext, define: (command: Command) => void, args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const log = t.mock.method(console, 'log', (line: string) => void lines.push(line));
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  define(command);
  try {
    await command.parseAsync(args, { from: 'user' });
  } finally {
    log.mock.restore();
  }
  return lines.join('\n');
}

const GATE = defineGate;
const refused = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test('the table says what failed, why, and what would mend it; then the verdicts', () => {
  const text = gateText(REPORT);
  assert.match(text, /✗ G9 {2}What is owed can be paid: failed/);
  assert.match(text, /✗ coverage +95.0 +\(90.0 to 98.0\) +≥ 99 +% of paths\n +paths that stay covered: joint stress/);
  assert.match(text, /would pass with {2}reserve.stableShare: 60 %/);
  assert.match(text, /G7 daily-volatility +3.3 % {2}moved by price.gain/);
  assert.match(text, /bounds are waived: this economy can never be deployed/);
  assert.match(text, /launch {5}not ready, and can never be/);
  assert.match(text, /1 of 17 rows/);
});

test('a chosen world and a signer that nobody pinned stand beside what rests on them', () => {
  const signer = '3059'.repeat(40);
  const own = { gate: 'G9', kind: 'drill', file: 'a.json', sha256: 'ab'.repeat(32), madeAt: REPORT.madeAt } as const;
  const evidence = [{ ...own, signer, isPinned: false }];
  const text = gateText({ ...REPORT, world: { name: 'sunny', isOwn: false }, evidence });
  assert.ok(text.includes(`signer not pinned: a.json is signed by ${signer}`));
  for (const verdict of ['economics  fail', 'launch     not ready, and can never be']) {
    assert.ok(text.includes(`${verdict}, in the world “sunny” that the gate was given`), text);
  }
  assert.doesNotMatch(gateText({ ...REPORT, evidence: [{ ...evidence[0]!, isPinned: true }] }), /pinned|given/);
});

test('refused: a signer that is no key (GATE-KEY), before minutes are spent', async (t) => {
  const args = ['reference', '--out', folderOf(t), '--evidence-signer', join(folderOf(t), 'none.pem')];
  await assert.rejects(run(t, GATE, args), refused('GATE-KEY'));
  await assert.rejects(run(t, GATE, ['reference', '--evidence-age', 'drill=soon']), /expected a kind and days/);
  await assert.rejects(run(t, GATE, ['reference', '--evidence-age', 'dril=9']), /expected a kind and days/);
});

test('what a report of anyone says neither acts on the terminal nor forges lines', () => {
  const title = 'paid\n✓ G1  \u001b[2J\u202e';
  const text = gateText({ ...REPORT, criteria: [{ ...REPORT.criteria[0]!, title }] });
  assert.match(text, /G9 {2}paid·✓ G1 {2}·\[2J·: failed/);
});

test('an attack is a line with cost, return and ratio in its worst world; alike rows are their worst few', () => {
  const figure = (value: number) => ({ value, interval: null, confidence: null, samples: 9 });
  const check = (id: string, value: number) => {
    const line = { relation: '>=', value: 1.5 } as const;
    return {
      id,
      metric: 'least ratio',
      unit: '',
      state: 'passed',
      figure: figure(value),
      line,
      how: 'lowest',
    } as const;
  };
  const finding = (world: string, ratio: number) => ({
    ...{ id: 'whitewash', number: 2, title: 'Whitewash', strategy: '', defence: '', defendedBy: [], parameters: {} },
    ...{ world, state: 'passed' as const, cost: figure(12_345), return: figure(1_000), difference: figure(1) },
    ...{ costRatio: figure(ratio), pValue: 0, closedForm: null, profile: null },
  });
  const attacks = [finding('base', 12), finding('stress', 3)];
  const fields = Array.from({ length: 9 }, (_, at) => check(`price.f${at}`, 1.6 + at));
  const criteria = [
    {
      ...REPORT.criteria[0]!,
      gate: 'G1',
      state: 'passed',
      checks: attacks.map(({ world }) => check(`whitewash.${world}`, 1)),
    },
    { ...REPORT.criteria[0]!, gate: 'G16', state: 'passed', checks: fields },
  ] as GateReport['criteria'];
  const text = gateText({ ...REPORT, criteria, attacks });
  assert.match(text, /✓ whitewash {2}costs {2}12,300 {2}brings {2}1,000 {2}credits {2}× 3 +in the stress world/);
  assert.match(text, /price\.f2 .*\n +… and 6 more hold/);
  assert.doesNotMatch(text, /price\.f3|base world/);
  assert.match(gateText({ ...REPORT, criteria, attacks }, true), /price\.f8 .*\n +least ratio: lowest/);
});

test('evidence that was let be older than by default is said beside the verdict that rests on it', () => {
  const looserAges = [{ kind: 'drill', days: 900, standard: 180 }];
  assert.match(
    gateText({ ...REPORT, looserAges }),
    /\nlaunch {5}.*older evidence let count: drill of up to 900 days \(180 by default\)/,
  );
  assert.doesNotMatch(gateText(REPORT), /older evidence/);
});

test('a signed report is verified and printed, and its verdict is the exit status', async (t) => {
  const file = join(folderOf(t), 'report.json');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = signReport(REPORT, privateKey);
  writeFileSync(file, JSON.stringify(signed));
  t.after(() => {
    process.exitCode = undefined;
  });
  assert.match(
    await run(t, GATE, ['--verify', file]),
    /signed by 3059\w+ \(signer not pinned: --signer .+\n\neconomy mine/,
  );
  assert.equal(process.exitCode, 1);
  assert.deepEqual(JSON.parse(await run(t, GATE, ['--verify', file, '--json'])), signed);
  await assert.rejects(run(t, GATE, ['--verify', `${file}.none`]), refused('GATE-REPORT'));
});

test('refused: a report that was changed, cut off, signed by another or not at all (REPORT-SIGNATURE, REPORT-JSON, GATE-REPORT)', async (t) => {
  const file = join(folderOf(t), 'report.json');
  const [one, other] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const signed = signReport(REPORT, one!);
  const { publicKey } = signReport(REPORT, other!).signature!;
  const verified = (text: string, ...more: string[]) => {
    writeFileSync(file, text);
    return run(t, GATE, ['--verify', file, ...more]);
  };
  const text = JSON.stringify(signed);
  await assert.rejects(verified(text.replace('joint stress', 'no stress')), refused('REPORT-SIGNATURE'));
  const foreign = { ...signed, signature: { ...signed.signature!, publicKey } };
  await assert.rejects(verified(JSON.stringify(foreign)), refused('REPORT-SIGNATURE'));
  await assert.rejects(verified(text, '--signer', publicKey), refused('GATE-REPORT'));
  await assert.rejects(verified(text.slice(0, -40)), refused('REPORT-JSON'));
  await assert.rejects(verified(JSON.stringify({ ...signed, signature: null })), refused('GATE-REPORT'));
  t.after(() => {
    process.exitCode = undefined;
  });
  assert.match(await verified(text, '--signer', signed.signature!.publicKey), /signed by 3059\w+, made at/);
  const empty = signReport({ ...REPORT, criteria: [], verdicts: { economics: 'fail', launch: 'not ready' } }, one!);
  await verified(JSON.stringify(empty), '--only', 'G1');
  assert.equal(process.exitCode, 1, 'a verified report answers by its verdicts');
});

test('refused: no economy (GATE-ECONOMY), a report that is there (OUT-EXISTS), before minutes are spent', async (t) => {
  await assert.rejects(run(t, GATE, []), refused('GATE-ECONOMY'));
  const out = folderOf(t);
  writeFileSync(join(out, 'gate-report.json'), '{}');
  await assert.rejects(run(t, GATE, ['reference', '--out', out]), refused('OUT-EXISTS'));
});

test('the world is a scenario file or a preset, as simulate reads them (GATE-SCENARIO, SCENARIO-FIELD, SCENARIO-FILE)', async (t) => {
  const file = join(folderOf(t), 'world.yaml');
  const world = (text: string) => {
    writeFileSync(file, text);
    return gatedWorld({ economy: 'reference', set: [], file, scenarioSet: [['demand.noise', '0.1']] });
  };
  const { demand } = (await world('name: mine\nextends: default\ndemand: { elasticity: 0.8 }\n')).scenario;
  assert.deepEqual([demand.elasticity, demand.noise], [0.8, 0.1]);
  await assert.rejects(world('extends: default\ndemand: { elastic: 1 }\n'), refused('SCENARIO-FIELD'));
  const sweep = 'sweep:\n  fields:\n    scenario.demand.elasticity: [0.5, 1]\n';
  await assert.rejects(world(`extends: default\n${sweep}`), refused('GATE-SCENARIO'));
  const preset = (name: string) => gatedWorld({ economy: 'reference', set: [], file: name, scenarioSet: [] });
  assert.ok((await preset('stress')).scenario.shocks.length > 0);
  await assert.rejects(preset('nowhere'), refused('SCENARIO-FILE'));
});

const SMALL = ['grid', 'cloud', 'edge', 'ai'].flatMap((name) => ['--scenario-set', `providers.${name}.nodes=4`]);

test('a folder that cannot be made is refused before anything is simulated (OUT-FOLDER)', async (t) => {
  for (const out of ['/dev/null/x', '/proc/stannary']) {
    await assert.rejects(run(t, GATE, ['reference', '--out', out]), refused('OUT-FOLDER'));
  }
});

test('--live writes over no scenario that is there (OUT-EXISTS)', async (t) => {
  const out = folderOf(t);
  const file = join(out, 'calibrated.yaml');
  writeFileSync(file, 'name: mine\n');
  await assert.rejects(run(t, GATE, ['reference', '--live', out, '--out', out]), refused('OUT-EXISTS'));
  assert.equal(readFileSync(file, 'utf8'), 'name: mine\n');
});

test('Ctrl-C keeps what was simulated, and --resume comes to the same report but for when it was made', async (t) => {
  const folder = folderOf(t);
  const args = (out: string) => {
    const own = ['--only', 'G10', '--workers', '1', '--key', join(folder, 'key.pem'), '--out', join(folder, out)];
    return ['gate', 'reference', ...SMALL, ...own];
  };
  const shelf = join(folder, 'cut', '.gate-runs');
  const stopped = await stoppedOnce(args('cut'), () => holdsResults(shelf));
  assert.equal(stopped.status, 130, stopped.stderr);
  assert.match(stopped.stderr, /stopped; the same command with --resume goes on/);
  const [resumed, whole] = await Promise.all([
    runStannary(...args('cut'), '--resume', '--json'),
    runStannary(...args('whole'), '--json'),
  ]);
  const reportOf = ({ stdout }: Said) => ({ ...(JSON.parse(stdout) as SignedGateReport).report, madeAt: '' });
  assert.deepEqual(reportOf(resumed), reportOf(whole));
  assert.ok(!existsSync(shelf), 'a report needs its runs no more');
});

function holdsResults(shelf: string): boolean {
  if (!existsSync(shelf)) return false;
  return readdirSync(shelf, { recursive: true }).some((name) => {
    const path = join(shelf, String(name));
    return path.endsWith('results.jsonl') && statSync(path).size > 0;
  });
}

test('evidence is signed for one economy, and overwrites nothing (OUT-EXISTS, GATE-OUT, GATE-EVIDENCE-FORM)', async (t) => {
  const folder = folderOf(t);
  const [draft, key, out] = ['draft.json', 'key.pem', 'evidence/drill.json'].map((name) => join(folder, name));
  const figures = { pause: { value: 0.5, samples: 1 } };
  const drill = { kind: 'drill', gate: 'G15', figures, how: 'an alarm', madeAt: '2027-01-01T00:00:00Z' };
  writeFileSync(draft!, JSON.stringify(drill));
  const args = (to: string) => [draft!, '--economy', 'reference', '--key', key!, '--out', to];
  await assert.rejects(run(t, defineEvidence, args(out!)), refused('GATE-OUT'));
  mkdirSync(join(folder, 'evidence'));
  assert.match(await run(t, defineEvidence, args(out!)), /drill for G15 of [0-9a-f]{64}/);
  await assert.rejects(run(t, defineEvidence, args(out!)), refused('OUT-EXISTS'));
  assert.deepEqual(evidenceFiles(join(folder, 'evidence')), [{ file: 'drill.json', text: readFileSync(out!, 'utf8') }]);
  writeFileSync(draft!, '{}');
  await assert.rejects(run(t, defineEvidence, args(`${out}.2`)), refused('GATE-EVIDENCE-FORM'));
  assert.ok(!existsSync(`${out}.2`));
});

test('progress is for terminals, and says what is left of a stage', () => {
  const written: string[] = [];
  let now = 0;
  const out = { isTTY: true, write: (text: string) => written.push(text) };
  const progress = new Progress(out, () => now, false);
  progress.tell('worlds', 0, 4);
  now = 60_000;
  progress.tell('worlds', 1, 4);
  progress.tell('worlds', 2, 4);
  assert.equal(written.length, 2, 'not more often than eyes can follow');
  assert.match(written[1]!, /worlds, 1 of 4, 3 min left/);
  const silent = new Progress({ ...out, isTTY: false }, () => now, false);
  silent.tell('worlds', 1, 4);
  assert.equal(written.length, 2);
  assert.deepEqual([1, 600, 7_200].map(secondsText), ['1 s', '10 min', '2.0 h']);
});
