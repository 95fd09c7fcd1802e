import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { devAccount, type ReserveAudit } from '@stannary/chain';
import { signedAudit, writeAudit } from './audit.ts';

const CLI = join(import.meta.dirname, '../../stannary.mjs');
const NOWHERE = 'http://127.0.0.1:9';
const root = mkdtempSync(join(tmpdir(), 'stannary-audit-'));
after(() => rmSync(root, { recursive: true, force: true }));

const REPORT: ReserveAudit = {
  kind: 'reserve-audit',
  chain: 'eip155:31337',
  reserve: `0x${'11'.repeat(20)}`,
  credit: `0x${'22'.repeat(20)}`,
  asset: `0x${'33'.repeat(20)}`,
  block: { number: 7, hash: '44'.repeat(32), timestampMs: 1_800_000_000_000 },
  assetsGrains: '100',
  liabilitiesGrains: '99',
  coveragePpm: '1010101',
  owedUnits: '0',
  attestor: `0x${'55'.repeat(20)}`,
  attestation: null,
  attestationSecondsMax: 60,
  isStale: true,
  fromBlock: 0,
  history: [],
};

function stannary(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'audit', ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  return { status, stdout, stderr };
}

function written(name: string, content: unknown): string {
  writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

test('a signed report verifies; with a figure changed, or unsigned, it does not', async () => {
  const { address, privateKey } = devAccount(2);
  const signed = await signedAudit(REPORT, privateKey);
  const good = stannary('--verify', written('good.json', signed), '--json');
  assert.equal(good.status, 0);
  assert.deepEqual(JSON.parse(good.stdout), { file: 'good.json', signer: address, chainAgrees: null });
  const changed = { ...signed, report: { ...REPORT, assetsGrains: '101' } };
  const bad = stannary('--verify', written('bad.json', changed));
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /Not signed so/);
  assert.equal(stannary('--verify', written('bare.json', await signedAudit(REPORT, null))).status, 1);
});

test('AUDIT-FILE: no file, no JSON, other JSON', () => {
  const files = ['missing.json', written('text.json', 'text'), written('other.json', { report: { kind: 'gate' } })];
  for (const file of files) {
    const { status, stderr } = stannary('--verify', file);
    assert.equal(status, 2);
    assert.match(stderr, /AUDIT-FILE/);
  }
});

test('AUDIT-OPTION: neither a reserve nor a report', () => {
  const { status, stderr } = stannary('--rpc', NOWHERE);
  assert.equal(status, 2);
  assert.match(stderr, /AUDIT-OPTION/);
});

test('AUDIT-KEY: no file with a key, said before anybody is asked', () => {
  const { status, stderr } = stannary('--reserve', REPORT.reserve, '--rpc', NOWHERE, '--key', 'missing');
  assert.equal(status, 2);
  assert.match(stderr, /AUDIT-KEY/);
});

test('AUDIT-OUT: a file that cannot be written; OUT-EXISTS: one that is there', () => {
  const signed = { report: REPORT, signature: null };
  assert.throws(() => writeAudit(join(root, 'no', 'where.json'), signed, false), { code: 'AUDIT-OUT' });
  writeAudit(join(root, 'kept.json'), signed, false);
  assert.throws(() => writeAudit(join(root, 'kept.json'), signed, false), { code: 'OUT-EXISTS' });
  writeAudit(join(root, 'kept.json'), signed, true);
});

test('CHAIN-RPC-UNREACHABLE: a node that is not there is tried again later', () => {
  const { status, stderr } = stannary('--reserve', REPORT.reserve, '--rpc', NOWHERE);
  assert.equal(status, 3);
  assert.match(stderr, /CHAIN-RPC-UNREACHABLE/);
});
