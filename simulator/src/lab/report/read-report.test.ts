import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { signedBytes } from '../gate/evidence/signed-form.ts';
import { FAILING_REPORT, PASSING_REPORT, WAIVED_REPORT } from './gate-report.fixture.ts';
import { readReport } from './read-report.ts';
import { ReportRefusal, type ReportRefusalCode } from './refusal.ts';

function refused(text: string, code: ReportRefusalCode, message: RegExp): void {
  assert.throws(
    () => readReport(text),
    (error) => error instanceof ReportRefusal && error.code === code && message.test(error.message),
    `${code} ${message}`,
  );
}

/** The failing report with something put at a path, as JSON. */
function changed(path: string, value: unknown): string {
  const report = structuredClone(FAILING_REPORT) as never;
  const keys = path.split('.');
  const last = keys.pop()!;
  const place = keys.reduce<Record<string, unknown>>((part, key) => part[key] as Record<string, unknown>, report);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return JSON.stringify(report);
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function signed(report: unknown, key: KeyObject = privateKey, form: 'point' | 'spki' = 'point'): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const value = sign('sha256', signedBytes(report), { key, dsaEncoding: 'ieee-p1363' });
  const shown = form === 'point' ? spki.subarray(-65) : spki;
  const signature = { algorithm: 'ES256', publicKey: shown.toString('hex'), value: value.toString('hex') };
  return JSON.stringify({ report, signature });
}

test('a report reads back as it was, signed or not', () => {
  for (const report of [FAILING_REPORT, PASSING_REPORT, WAIVED_REPORT]) {
    assert.deepEqual(readReport(JSON.stringify(report)), { report, signature: null });
    assert.deepEqual(readReport(JSON.stringify({ report, signature: null })).report, report);
    assert.deepEqual(readReport(signed(report)).report, report);
    assert.ok(readReport(signed(report, privateKey, 'spki')).signature);
  }
});

test('REPORT-SIGNATURE: another report, another key, another curve, no key', () => {
  const { report, signature } = JSON.parse(signed(FAILING_REPORT));
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  const foreign = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const forged = [
    { report: { ...report, madeAt: '2026-03-14T09:26:54.000Z' }, signature },
    { report: { ...report, thin: [{ ...report.thin[0], headroom: 0.0078 }] }, signature },
    { report, signature: { ...signature, publicKey: other.toString('hex') } },
    { report, signature: { ...signature, publicKey: '04abcd' } },
    { report, signature: { ...signature, value: '00'.repeat(64) } },
    JSON.parse(signed(report, foreign.privateKey, 'spki')),
  ];
  for (const one of forged) refused(JSON.stringify(one), 'REPORT-SIGNATURE', /signature\.value/);
});

test('REPORT-JSON', () => refused('{"format": ', 'REPORT-JSON', /expected JSON/));

test('REPORT-SIZE', () => refused(' '.repeat(32 * 1024 * 1024 + 1), 'REPORT-SIZE', /33554432 characters/));

test('REPORT-FORMAT: no report, a later one', () => {
  for (const text of ['null', '[]', '7', '{}', '{"report": null, "signature": null}'])
    refused(text, 'REPORT-FORMAT', /format: expected "stannary-gate-report\/2"/);
  refused(changed('format', 'stannary-gate-report/3'), 'REPORT-FORMAT', /got "stannary-gate-report\/3"/);
});

const SHAPES: readonly (readonly [path: string, value: unknown, message: RegExp])[] = [
  ['economy.hash', undefined, /report\.economy\.hash: expected SHA-256 as 64 hex digits, got nothing/],
  ['economy.colour', 'red', /report\.economy\.colour: expected one of name, version, hash, boundsWaived/],
  ['economy.version', 1.5, /report\.economy\.version: expected a whole number, got 1\.5/],
  ['economy.boundsWaived', 'no', /true or false/],
  ['criteria', {}, /report\.criteria: expected a list, got an object/],
  ['criteria.0.gate', 'G18', /report\.criteria\[0\]\.gate: expected G1 to G17, got "G18"/],
  ['criteria.1.gate', 'G1', /report\.criteria\[1\]\.gate: expected each criterion once/],
  ['criteria.0.title', 'x'.repeat(201), /at most 200 letters/],
  ['criteria.0.checks.0.figure.value', null, /figure\.value: expected a number/],
  ['criteria.0.checks.0.figure.value', 1e200, /a number of at most 1e\+100/],
  ['criteria.0.checks.0.figure.interval', [2, 1], /interval: expected its low end first, got "2 and 1"/],
  ['criteria.0.checks.0.figure.confidence', 1, /a share between 0 and 1/],
  ['criteria.0.checks.0.state', 'maybe', /expected passed, failed, not shown, got "maybe"/],
  ['attacks.0.parameters', { a: 'b' }, /report\.attacks\[0\]\.parameters\.a/],
  ['fans.0.at.3', -1, /report\.fans\[0\]\.at\[3\]: expected positions that rise/],
  ['fans.0.quantiles.0.values', [1], /expected 49 values, got a list of 1/],
  ['fans.0.quantiles.0.share', 1.5, /a share from 0 to 1/],
  ['scenario', JSON.parse('['.repeat(20) + ']'.repeat(20)), /at most 12 levels/],
  ['scenario.$', '0.5', /none of them \$/],
  ['madeAt', 'yesterday', /a time as/],
  ['evidence.0.signer', 'zz', /hex digits/],
];

for (const [path, value, message] of SHAPES) {
  test(`REPORT-SHAPE: ${path} = ${JSON.stringify(value)?.slice(0, 40)}`, () =>
    refused(changed(path, value), 'REPORT-SHAPE', message));
}

test('REPORT-VERDICT: a state or verdict that its checks contradict', () => {
  refused(
    changed('verdicts.economics', 'pass'),
    'REPORT-VERDICT',
    /verdicts\.economics: expected fail, as its checks say/,
  );
  refused(changed('verdicts.launch', 'ready'), 'REPORT-VERDICT', /not ready/);
  refused(changed('criteria.0.state', 'passed'), 'REPORT-VERDICT', /criteria\[0\]\.state: expected failed/);
  const bare = JSON.parse(changed('criteria', []));
  const said = { ...bare, verdicts: { economics: 'pass', launch: 'ready' } };
  refused(JSON.stringify(said), 'REPORT-VERDICT', /verdicts\.economics: expected fail/);
  const empty = { gate: 'G1', title: 'a', share: 'economics', state: 'passed', checks: [], remedies: [] };
  refused(changed('criteria', [empty]), 'REPORT-VERDICT', /state: expected not shown/);
  const line = { relation: '<=', value: 1 };
  const unseen = { id: 'a', metric: 'a', unit: '', state: 'passed', figure: null, line, how: '' };
  refused(
    changed('criteria', [{ ...empty, checks: [unseen] }]),
    'REPORT-VERDICT',
    /checks\[0\]\.state: expected not shown/,
  );
});

test('REPORT-VERDICT: a check that passed on the wrong side of its line, or against none', () => {
  const figure = { value: 2, interval: null, confidence: null, samples: 1 };
  const one = { id: 'a', metric: 'a', unit: '', state: 'passed', how: '', figure };
  const row = { gate: 'G5', title: 'a', share: 'economics', state: 'passed', remedies: [] };
  const against = (line: object | null) => changed('criteria', [{ ...row, checks: [{ ...one, line }] }]);
  for (const [relation, value] of [
    ['<=', 1],
    ['<', 1],
    ['>=', 3],
    ['>', 3],
    ['=', 1],
  ] as const) {
    refused(against({ relation, value }), 'REPORT-VERDICT', /checks\[0\]\.state: expected failed, .*got passed/);
  }
  refused(against(null), 'REPORT-VERDICT', /checks\[0\]\.state: expected not shown/);
  const thin = JSON.parse(against({ relation: '<=', value: 2 }));
  assert.equal(readReport(JSON.stringify(thin)).report.criteria.length, 1);
});

test('any JSON is read or refused, never anything else', () => {
  const paths = [
    'economy',
    'criteria.0',
    'criteria.0.checks.0.figure',
    'attacks.0',
    'fans.0.quantiles',
    'thin.0',
    'seeds.test',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      try {
        readReport(changed(path, value));
      } catch (error) {
        assert.ok(error instanceof ReportRefusal, `${error}`);
        assert.doesNotMatch(error.message, /\p{Cc}/u);
      }
    }),
  );
});
