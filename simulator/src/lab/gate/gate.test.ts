import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MintCeiling } from '@stannary/kernel';
import fc from 'fast-check';
import type { EpochFigures } from '../../observers/observer.ts';
import { readReport } from '../report/read-report.ts';
import { conservation } from './criteria/conservation.ts';
import { tenants } from './criteria/tenants.ts';
import { atLeast, atMost, criterionOf, exactly, meanOf, measured, notShown, shareOf, worstFor } from './criterion.ts';
import { type EvidenceFile, evidenceDraft } from './evidence/evidence-book.ts';
import { gateKey } from './evidence/key-file.ts';
import { isSigned, signData, signedBytes } from './evidence/signed-form.ts';
import { signReport, verifiedReport } from './evidence/signed-report.ts';
import { contextOf, gated } from './gate.fixture.ts';
import { GateRefusal, type GateRefusalCode } from './refusal.ts';
import type { GateCheck, GateName } from './report.ts';
import { SceneResults } from './scenes/measure.ts';
import { MintWatch } from './scenes/mint-watch.ts';
import { PricePath } from './scenes/price-path.ts';
import { verdictsOf } from './verdicts.ts';

const REFERENCE = await contextOf('reference');
const { privateKey: KEY } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function refused(code: GateRefusalCode) {
  return (error: unknown) => error instanceof GateRefusal && error.code === code;
}

test('lines that the economy draws itself are told, whatever passes by them', async () => {
  assert.deepEqual((await gated(REFERENCE, ['G14'])).ownLines, []);
  const loose = await contextOf('reference', [['gate.concentration.nakamotoMin', '1']]);
  const { ownLines } = await gated(loose, ['G14']);
  assert.deepEqual(ownLines, [{ field: 'gate.concentration.nakamotoMin', own: '1', standard: '7' }]);
});

test('the reference passes what closed forms and few worlds can show', async () => {
  const { criteria, thin, fans, tables } = await gated(REFERENCE, ['G2', 'G3', 'G4', 'G8', 'G14']);
  const states = Object.fromEntries(criteria.map(({ gate, state }) => [gate, state]));
  assert.deepEqual(states, { G2: 'passed', G3: 'not shown', G4: 'passed', G8: 'passed', G14: 'passed' });
  assert.ok(criteria.every(({ checks }) => checks.every(({ state }) => state !== 'failed')));
  assert.ok(thin.length > 0 && fans.length > 0 && tables.length > 0);
});

test('no figure of a whole report fails, and none is NaN', async () => {
  const report = await gated(REFERENCE, ['G5', 'G6', 'G7', 'G9', 'G10', 'G11', 'G12', 'G15', 'G17']);
  const failed = report.criteria.flatMap(({ checks }) => checks.filter(({ state }) => state === 'failed'));
  assert.deepEqual(failed, []);
  assert.ok(signedBytes(report).length > 1_000, 'what is to be signed holds neither NaN nor infinities');
  const signed = signReport(report, KEY);
  assert.deepEqual(readReport(JSON.stringify(signed)), signed, 'and pages can be made of it');
});

test('the same gate twice gives the same report', async () => {
  const [one, other] = [await gated(REFERENCE, ['G8', 'G4']), await gated(REFERENCE, ['G8', 'G4'])];
  assert.deepEqual(one, other);
});

test('what failed comes with a change that mends it', async () => {
  const strict = await contextOf('reference', [
    ['bounds', 'waived'],
    ['liveness.window.bar', '98 %'],
  ]);
  const { criteria } = await gated(strict, ['G3'], { remedies: true });
  const [[path, text]] = criteria[0]!.remedies as [readonly [string, string]];
  assert.equal(path, 'liveness.window.bar');
  const mended = await contextOf('reference', [[path, text]]);
  assert.notEqual((await gated(mended, ['G3'])).criteria[0]!.state, 'failed');
});

test('refused: an economy that violates a check, unless its bounds are waived (GATE-BOUNDS)', async () => {
  const washed = [['supply.streams.baseline.rule.perWorkPaid', '0.2']] as const;
  await assert.rejects(gated(await contextOf('reference', washed), ['G12']), refused('GATE-BOUNDS'));
  const waived = await contextOf('reference', [...washed, ['bounds', 'waived']]);
  const { economy, verdicts } = await gated(waived, ['G12']);
  assert.ok(economy.boundsWaived);
  assert.equal(verdicts.launch, 'not ready');
});

const CHECK = { id: 'a', metric: 'a', unit: '', how: '' };
const GATES = Array.from({ length: 17 }, (_, at): GateName => `G${at + 1}` as GateName);

test('a figure passes when its whole interval does, fails when its value does not, and is not shown between', () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, number, number, (a, b, line) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const value = (low + high) / 2;
      const figure = { ...exactly(value), interval: [low, high] as const };
      const { state } = measured({ ...CHECK, figure, line: atMost(line) });
      assert.equal(state, value > line ? 'failed' : high <= line ? 'passed' : 'not shown');
    }),
  );
});

test('a figure that is none is not shown, and neither is a mean of nothing', () => {
  for (const figure of [exactly(Number.NaN), exactly(Number.POSITIVE_INFINITY), meanOf([])]) {
    const check = measured({ ...CHECK, figure, line: atLeast(0) });
    assert.equal(check.state, 'not shown');
    assert.equal(check.figure, null);
  }
});

test('the mean of a single run is not shown, whatever it is', () => {
  const check = measured({ ...CHECK, figure: meanOf([0]), line: atMost(1) });
  assert.equal(check.state, 'not shown');
  assert.equal(check.figure?.confidence, null);
  assert.equal(measured({ ...CHECK, figure: meanOf([2]), line: atMost(1) }).state, 'failed');
});

test('of several the one that is no number is worst, then the one on the wrong side, then the widest', () => {
  const of = (value: number, high = value) => ({ figure: { ...exactly(value), interval: [value, high] as const } });
  const [none, wrong, wide, narrow] = [{ figure: meanOf([]) }, of(3), of(1, 5), of(1.5)];
  assert.equal(worstFor(atMost(2), [narrow, wide]), wide);
  assert.equal(worstFor(atMost(2), [wide, wrong, narrow]), wrong);
  assert.equal(worstFor(atMost(2), [wrong, none, wide]), none);
  assert.equal(worstFor(atLeast(0), [narrow, wide]), wide);
});

test('a price that never settles has not recovered, however short its run', () => {
  const economy = { ...REFERENCE.policy.economy, cadence: { ...REFERENCE.policy.economy.cadence, epochMs: 10_000 } };
  const path = new PricePath(economy, 1_600);
  for (let epoch = 0; epoch < 1_600; epoch += 1) {
    path.epoch({ epoch, priceMicrograinsPerNcuS: epoch % 2 === 0 ? 500 : 1_500 } as EpochFigures);
  }
  assert.equal(path.figures(100).recoverySeconds, null);
});

test('under a ceiling of nothing each grain is one too many, and a decaying one is a ceiling too', () => {
  const { economy } = REFERENCE.policy;
  const { epochMs, epochsPerEra } = economy.cadence;
  const over = (ceiling: MintCeiling, mintedGrains: bigint) => {
    const supply = { ...economy.supply, limits: { ...economy.supply.limits, ceiling } };
    const run = { epoch: 0, mintedGrains: 0n, economy: { ...economy, supply } };
    const watch = new MintWatch(run as never);
    Object.assign(run, { epoch: epochsPerEra, mintedGrains });
    watch.count();
    return watch.figures.eraOverCeiling;
  };
  assert.equal(over({ kind: 'per-era', grains: '0', supplyPpm: 0 }, 7n), 7);
  const decaying = {
    kind: 'decaying',
    grains: '100',
    supplyPpm: 0,
    windowSeconds: (epochMs * epochsPerEra) / 1_000,
  } as const;
  assert.equal(over(decaying, 200n), 1, 'all at once, and once again while it decays');
  assert.ok(over(decaying, 201n) > 1);
});

test('no slot is kept where nothing was wanted, and no grain conserved where no epoch ran', () => {
  const { economy } = REFERENCE.policy;
  const base = new SceneResults({ horizonEpochs: 24, note: '' });
  for (let run = 0; run < 3; run += 1) base.add({ slots: 0, slotsKept: 0, priceP95: 1, epochs: 0 }, {});
  const setting = { context: REFERENCE, economy, scenes: new Map([['base', base]]) } as never;
  const stateOf = (checks: readonly GateCheck[], id: string) => checks.find((check) => check.id === id)?.state;
  assert.equal(stateOf(tenants.checks(setting), 'service-level'), 'not shown');
  assert.equal(stateOf(conservation.checks(setting), 'every-epoch'), 'not shown');
});

test('a price is held against the scenario’s outside offer, else the economy’s; where none is named it is not shown', () => {
  const { economy } = REFERENCE.policy;
  const base = new SceneResults({ horizonEpochs: 24, note: '' });
  for (let run = 0; run < 3; run += 1) base.add({ slots: 1, slotsKept: 1, priceP95: 3_000_000 + run, epochs: 24 }, {});
  const ratioAt = (named: number | null, assumed: number | null) => {
    const { scenario } = REFERENCE;
    const context = {
      ...REFERENCE,
      scenario: { ...scenario, demand: { ...scenario.demand, outsideMicrograinsPerNcuS: named } },
    };
    const assumptions = { ...economy.assumptions, outsideMicrograinsPerNcuS: assumed };
    const setting = { context, economy: { ...economy, assumptions }, scenes: new Map([['base', base]]) } as never;
    return tenants.checks(setting).find(({ id }) => id === 'price-ratio')!;
  };
  assert.deepEqual([ratioAt(null, 3_600_000).state, ratioAt(2_000_000, 3_600_000).state], ['passed', 'failed']);
  assert.equal(ratioAt(null, 2_000_000).state, 'failed');
  const unknown = ratioAt(null, null);
  assert.deepEqual([unknown.state, unknown.figure], ['not shown', null]);
  assert.match(unknown.how, /no outside offer is named/);
});

test('a share of all has the interval of the rule of three', () => {
  const [low, high] = shareOf(299, 299).interval!;
  assert.ok(Math.abs(low - 0.05 ** (1 / 299)) < 1e-9);
  assert.equal(high, 1);
  assert.ok(low >= 0.99 && shareOf(298, 298).interval![0] < 0.99);
});

test('economics look at their own checks, the launch at all, and waived bounds never launch', () => {
  const passed: GateCheck = measured({ ...CHECK, figure: exactly(0), line: atMost(1) });
  const open = notShown({ ...CHECK, line: null, share: 'launch' }, 'a drill');
  const economics = criterionOf('G3', 'a', 'economics', [passed, open]);
  assert.equal(economics.state, 'not shown');
  const whole = GATES.map((gate) => criterionOf(gate, 'a', 'economics', [passed]));
  assert.deepEqual(verdictsOf(whole.with(2, economics), false), { economics: 'pass', launch: 'not ready' });
  assert.deepEqual(verdictsOf(whole, false), { economics: 'pass', launch: 'ready' });
  assert.deepEqual(verdictsOf(whole, true), { economics: 'pass', launch: 'not ready' });
});

test('a row that is missing, or has no check, has not passed', () => {
  const passed: GateCheck = measured({ ...CHECK, figure: exactly(0), line: atMost(1) });
  const whole = GATES.map((gate) => criterionOf(gate, 'a', 'economics', [passed]));
  const empty = criterionOf('G1', 'a', 'economics', []);
  assert.equal(empty.state, 'not shown');
  for (const criteria of [[], whole.slice(1), whole.with(0, empty)]) {
    assert.deepEqual(verdictsOf(criteria, false), { economics: 'fail', launch: 'not ready' });
  }
});

const DRILL = {
  kind: 'drill',
  gate: 'G15',
  figures: { pause: { value: 0.4, samples: 3 }, rollback: { value: 30, low: 20, high: 40, samples: 2 } },
  how: 'three alarms on a test network',
  madeAt: '2027-01-01T00:00:00Z',
};

function evidenceFile(economyHash: string, change: object = {}): EvidenceFile {
  const evidence = evidenceDraft('drill.json', JSON.stringify({ ...DRILL, ...change }), economyHash);
  const signed = { format: 'stannary-evidence/1', evidence, signature: signData(evidence, KEY) };
  return { file: 'drill.json', text: JSON.stringify(signed) };
}

test('evidence is held against its line, and the report says who signed it', async () => {
  const evidence = [evidenceFile(REFERENCE.policy.economyHash)];
  const { criteria, evidence: used } = await gated(REFERENCE, ['G15'], { evidence });
  const states = Object.fromEntries(criteria[0]!.checks.map(({ id, state }) => [id, state]));
  assert.equal(states.pause, 'passed');
  assert.equal(states.rollback, 'failed');
  assert.equal(used.length, 1);
  assert.match(used[0]!.sha256, /^[0-9a-f]{64}$/);
});

test('an interval of one end counts to that end', async () => {
  const figures = { pause: { value: 0.4, high: 9, samples: 1 } };
  const evidence = [evidenceFile(REFERENCE.policy.economyHash, { figures })];
  const { criteria } = await gated(REFERENCE, ['G15'], { evidence });
  assert.equal(criteria[0]!.checks.find(({ id }) => id === 'pause')?.state, 'not shown');
});

test('evidence of another economy, or of none, is not shown, and why is said', async () => {
  const other = [evidenceFile('0'.repeat(64))];
  const { criteria } = await gated(REFERENCE, ['G15'], { evidence: other });
  const pause = criteria[0]!.checks.find(({ id }) => id === 'pause')!;
  assert.equal(pause.state, 'not shown');
  assert.match(pause.how, /another economy/);
  const [nothing] = (await gated(REFERENCE, ['G12'])).criteria;
  assert.match(nothing!.checks[0]!.how, /needs evidence/);
});

test('refused: evidence that was changed since, or signed by nobody (GATE-EVIDENCE-SIGNATURE)', async () => {
  const { file, text } = evidenceFile(REFERENCE.policy.economyHash);
  const evidence = [{ file, text: text.replace('0.4', '0.1') }];
  await assert.rejects(gated(REFERENCE, ['G15'], { evidence }), refused('GATE-EVIDENCE-SIGNATURE'));
});

test('refused: evidence that is none (GATE-EVIDENCE-FORM)', async () => {
  for (const text of ['{', 'null', '{}', JSON.stringify({ format: 'stannary-evidence/1', evidence: DRILL })]) {
    const evidence = [{ file: 'a.json', text }];
    await assert.rejects(gated(REFERENCE, ['G12'], { evidence }), refused('GATE-EVIDENCE-FORM'));
  }
  const reversed = { pause: { value: 1, low: 2, high: 3, samples: 1 } };
  for (const figures of [reversed, { pause: null }, { pause: 1 }]) {
    assert.throws(() => evidenceFile(REFERENCE.policy.economyHash, { figures }), refused('GATE-EVIDENCE-FORM'));
  }
});

test('a signed report verifies after a trip through its file, and an unsigned one does not (GATE-REPORT)', async () => {
  const signed = signReport(await gated(REFERENCE, ['G3']), KEY);
  const text = JSON.stringify(signed);
  const { publicKey } = signed.signature!;
  assert.deepEqual(verifiedReport('report.json', text, publicKey).report, signed.report);
  const unsigned = JSON.stringify({ report: signed.report, signature: null });
  assert.throws(() => verifiedReport('report.json', unsigned), refused('GATE-REPORT'));
  assert.throws(() => verifiedReport('report.json', text, publicKey.replace(/.$/, 'x')), refused('GATE-REPORT'));
});

test('signatures cover fractions, and survive what JSON does to numbers', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const signature = signData({ value }, KEY);
      assert.ok(isSigned(JSON.parse(JSON.stringify({ value })), signature));
      assert.ok(!isSigned({ value: value + 1 + Math.abs(value) }, signature));
    }),
    { numRuns: 30 },
  );
  assert.throws(() => signedBytes({ value: Number.NaN }));
  assert.throws(() => signedBytes({ value: { $: '0.5' } }), 'nothing else has the bytes of a fraction');
});

test('a key is made once, for its owner alone; what is no P-256 key is refused (GATE-KEY)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stannary-gate-'));
  try {
    const path = join(folder, 'keys', 'gate.pem');
    const made = gateKey(path);
    assert.equal(made.isNew, true);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(gateKey(path).isNew, false);
    const bad = join(folder, 'bad.pem');
    writeFileSync(bad, 'no key');
    assert.throws(() => gateKey(bad), refused('GATE-KEY'));
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(bad, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    assert.throws(() => gateKey(bad), refused('GATE-KEY'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
