import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readReport } from '../../report/read-report.ts';
import { contextOf, gated } from '../gate.fixture.ts';
import { GateRefusal, type GateRefusalCode } from '../refusal.ts';
import type { GateReport } from '../report.ts';
import type { GateOptions } from '../run-gate.ts';
import { EVIDENCE_DAYS_MAX, type EvidenceFile, evidenceDraft } from './evidence-book.ts';
import { publicKeyText } from './key-file.ts';
import { signData } from './signed-form.ts';
import { signReport } from './signed-report.ts';

const CONTEXT = await contextOf('reference');
const MADE_AT = '2027-01-01T00:00:00Z';
const [OPERATOR, STRANGER] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) as [
  KeyObject,
  KeyObject,
];
const folder = mkdtempSync(join(tmpdir(), 'stannary-evidence-'));
after(() => rmSync(folder, { recursive: true }));

function refused(code: GateRefusalCode) {
  return (error: unknown) => error instanceof GateRefusal && error.code === code;
}

const BOOKS = {
  kind: 'books',
  gate: 'G17',
  figures: { 'attestation-age': { value: 2, samples: 1 }, 'export-reconciled': { value: 1, samples: 812 } },
  how: 'an export',
  madeAt: MADE_AT,
};

function signed(change: object = {}, key = OPERATOR, file = 'books.json'): EvidenceFile {
  const { economyHash } = CONTEXT.policy;
  const evidence = evidenceDraft(file, JSON.stringify({ ...BOOKS, ...change }), economyHash);
  return {
    file,
    text: JSON.stringify({ format: 'stannary-evidence/1', evidence, signature: signData(evidence, key) }),
  };
}

function hoursBefore(hours: number): string {
  return new Date(Date.parse(MADE_AT) - hours * 3_600_000).toISOString();
}

async function books(evidence: readonly EvidenceFile[], options: Partial<GateOptions> = {}) {
  const report = await gated(CONTEXT, ['G17'], { evidence, ...options });
  const [age, reconciled] = report.criteria[0]!.checks;
  return { report, age: age!, reconciled: reconciled! };
}

const keyOf = (key: KeyObject) => signData(0, key).publicKey;

test('evidence counts for whose key is pinned, and of another’s is said whose it is', async () => {
  const evidenceSigners = [keyOf(OPERATOR)];
  const own = await books([signed()], { evidenceSigners });
  assert.equal(own.reconciled.state, 'passed');
  assert.equal(own.report.evidence[0]!.isPinned, true);
  assert.doesNotMatch(own.reconciled.how, /pinned/);
  const foreign = await books([signed({}, STRANGER)], { evidenceSigners });
  assert.equal(foreign.reconciled.state, 'not shown');
  assert.ok(foreign.reconciled.how.includes(`signed by ${keyOf(STRANGER)}`), foreign.reconciled.how);
  assert.deepEqual(foreign.report.evidence, []);
});

test('a newer file of a stranger does not stand in the way of the one that counts', async () => {
  const files = [signed({ madeAt: hoursBefore(3) }), signed({ how: 'newer' }, STRANGER, 'stranger.json')];
  const { report } = await books(files, { evidenceSigners: [keyOf(OPERATOR)] });
  assert.deepEqual(
    report.evidence.map(({ file }) => file),
    ['books.json'],
  );
});

test('without a pinned signer the report says so, and names the key', async () => {
  const { report, reconciled } = await books([signed()]);
  assert.equal(reconciled.state, 'passed');
  assert.equal(report.evidence[0]!.isPinned, false);
  assert.ok(reconciled.how.includes(`signer not pinned: ${keyOf(OPERATOR)}`), reconciled.how);
});

test('a key is the same in hex, as a point, in PEM of either half, and as a JWK; another kind is refused (GATE-KEY)', () => {
  const [pem, half, jwk, none] = ['key.pem', 'public.pem', 'key.jwk', 'none.pem'].map((name) => join(folder, name));
  const open = createPublicKey(OPERATOR);
  writeFileSync(pem!, OPERATOR.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(half!, open.export({ type: 'spki', format: 'pem' }));
  writeFileSync(jwk!, JSON.stringify(open.export({ format: 'jwk' })));
  const hex = keyOf(OPERATOR);
  for (const form of [hex, hex.toUpperCase(), hex.slice(-130), pem!, half!, jwk!]) {
    assert.equal(publicKeyText(form), hex, form);
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(pem!, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(jwk!, '{"kty":"EC"}');
  for (const form of [pem!, jwk!, none!, `04${'0'.repeat(128)}`]) {
    assert.throws(() => publicKeyText(form), refused('GATE-KEY'), form);
  }
});

test('evidence that is too old is not shown, and how old it is said', async () => {
  const days = EVIDENCE_DAYS_MAX.books!;
  const at = (age: number) => books([signed({ madeAt: hoursBefore(24 * age) })]);
  assert.equal((await at(days)).reconciled.state, 'passed');
  const { reconciled } = await at(days + 1);
  assert.equal(reconciled.state, 'not shown');
  assert.match(reconciled.how, new RegExp(`is ${days + 1} days old.*shows nothing after ${days}`));
  const told = await books([signed({ madeAt: hoursBefore(72) })], { evidenceDaysMax: { books: 2 } });
  assert.equal(told.reconciled.state, 'not shown');
  assert.equal(told.report.looserAges, undefined, 'stricter than by default');
  const looser = await books([signed({ madeAt: hoursBefore(24 * 90) })], { evidenceDaysMax: { books: 100, drill: 9 } });
  assert.equal(looser.reconciled.state, 'passed');
  assert.deepEqual(looser.report.looserAges, [{ kind: 'books', days: 100, standard: days }]);
});

test('an attestation is as old as it was, and what has passed since', async () => {
  const { age } = await books([signed({ madeAt: hoursBefore(20) })]);
  assert.equal(age.figure?.value, 22);
  assert.equal(age.state, 'passed');
  const late = await books([signed({ madeAt: hoursBefore(23) })]);
  assert.equal(late.age.figure?.value, 25);
  assert.equal(late.age.state, 'failed');
  assert.equal(late.reconciled.state, 'passed');
});

test('refused: evidence of the future, but for what clocks may differ (GATE-EVIDENCE-DATE)', async () => {
  assert.equal((await books([signed({ madeAt: hoursBefore(-1 / 60) })])).age.figure?.value, 2);
  await assert.rejects(books([signed({ madeAt: hoursBefore(-1) })]), refused('GATE-EVIDENCE-DATE'));
});

test('refused: evidence that says more than a report may, or at no time (GATE-EVIDENCE-FORM)', async () => {
  const half = '\ud800';
  const wrong = [
    { how: 'x'.repeat(2_001) },
    { how: half },
    { kind: 'x'.repeat(201) },
    { madeAt: 'yesterday' },
    { madeAt: '2027-02-30T99:00:00Z' },
    { figures: { 'attestation-age': { value: 1e100, samples: 1 } } },
    { figures: { 'attestation-age': { value: -9_999, samples: 1 } } },
    { figures: { 'attestation-age': { value: 1, samples: 2 ** 60 } } },
    { figures: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, { value: 1, samples: 1 }])) },
  ];
  for (const change of wrong)
    assert.throws(() => signed(change), refused('GATE-EVIDENCE-FORM'), JSON.stringify(change));
  await assert.rejects(books([signed({}, OPERATOR, 'x'.repeat(201))]), refused('GATE-EVIDENCE-FORM'));
});

test('whatever evidence is accepted, the report that it makes is one that its reader accepts', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 2_200 });
  const ends = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e99, max: 1e99 }), fc.double()), {
    minLength: 3,
    maxLength: 3,
  });
  const samples = fc.oneof(fc.integer({ min: 1 }), fc.integer());
  const figure = fc.record({ ends, samples }).map(({ ends: [a, b, c], samples: count }) => {
    const [low, value, high] = [a!, b!, c!].sort((one, other) => one - other);
    return { low, value, high, samples: count };
  });
  const ids = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('attestation-age', 'export-reconciled') },
    fc.constant('$'),
  );
  const names = fc.oneof({ weight: 9, arbitrary: fc.constant('books.json') }, text);
  const draft = fc.record({ how: text, figures: fc.dictionary(ids, figure, { maxKeys: 2 }), file: names });
  let read = 0;
  await fc.assert(
    fc.asyncProperty(draft, async ({ how, figures: own, file }) => {
      const made = await reportOn(() => signed({ how, figures: own }, OPERATOR, file));
      if (made === null) return;
      read += 1;
      const whole = signReport(made, STRANGER);
      assert.deepEqual(readReport(JSON.stringify(whole)), whole);
    }),
    { numRuns: 60 },
  );
  assert.ok(read > 0);
});

/** Null where the evidence was refused. */
async function reportOn(file: () => EvidenceFile): Promise<GateReport | null> {
  try {
    return (await books([file()])).report;
  } catch (error) {
    assert.ok(error instanceof GateRefusal, String(error));
    return null;
  }
}
