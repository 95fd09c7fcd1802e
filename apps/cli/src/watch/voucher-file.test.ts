import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { channelId, channelSeparator } from '@stannary/wire';
import { voucherIn, voucherText } from './voucher-file.ts';
import { VoucherFolder } from './voucher-folder.ts';

const SEPARATOR = channelSeparator({ chain: 'eip155:31337', contract: `0x${'cc'.repeat(20)}` });
const [PAYER, PAYEE, NOBODY, TOKEN] = ['a1', 'b0', '00', '70'].map((byte) => `0x${byte.repeat(20)}`);
const SIGNATURE = { signer: 'p256', bytes: '01'.repeat(64) };
const HANDED = {
  config: {
    payer: PAYER,
    payerSigner: 'dd'.repeat(84),
    payee: PAYEE,
    payeeOperator: NOBODY,
    token: TOKEN,
    exitDelaySeconds: 3_600,
    minConfirmations: 2,
    policyHash: '0'.repeat(64),
    salt: '1'.repeat(64),
  },
  voucher: { cumulativeGrains: '700', deadlineMs: 1_800_000_000_000 },
  signature: SIGNATURE,
};
const root = mkdtempSync(join(tmpdir(), 'stannary-vouchers-'));
after(() => rmSync(root, { recursive: true }));

function read(handed: unknown) {
  return voucherIn('v.json', typeof handed === 'string' ? handed : JSON.stringify(handed), SEPARATOR);
}

test('a handed voucher is all that the contract wants to see, its channel named by the config', () => {
  const charge = { chargedGrains: '650', signature: { signer: 'contract', bytes: '05' } };
  const sessionKey = 'ee'.repeat(64);
  const shown = read({ ...HANDED, sessionKey, charge });
  const id = channelId(SEPARATOR, HANDED.config as never);
  const voucher = { channelId: id, payee: PAYEE, cumulativeGrains: 700, deadlineMs: 1_800_000_000_000 };
  assert.deepEqual(shown.voucher, voucher);
  assert.deepEqual([shown.sessionKey, shown.charge?.chargedGrains], [sessionKey, 650]);
  assert.deepEqual(shown.signature, { signer: 'p256', bytes: new Uint8Array(64).fill(1) });
  assert.deepEqual(read(HANDED), { ...shown, sessionKey: null, charge: null });
});

test('what is written is what is read', () => {
  const charge = { chargedGrains: '650', signature: SIGNATURE };
  const voucher = { ...HANDED.voucher, conditionHash: 'c'.repeat(64) };
  for (const handed of [HANDED, { ...HANDED, voucher, sessionKey: 'ee'.repeat(64), charge }]) {
    const shown = read(handed);
    assert.deepEqual(JSON.parse(voucherText(shown)), handed);
    assert.deepEqual(read(voucherText(shown)), shown);
  }
});

/** What is changed, and where the refusal says it is. */
const REFUSED: readonly (readonly [unknown, string])[] = [
  ['{', 'v.json'],
  [null, 'v.json'],
  [[HANDED], 'v.json'],
  [{ ...HANDED, note: 'x' }, 'v.json: note'],
  [{ ...HANDED, config: undefined }, 'v.json: config'],
  [{ ...HANDED, config: { ...HANDED.config, payee: 'B0'.repeat(20) } }, 'v.json: config.payee'],
  [{ ...HANDED, config: { ...HANDED.config, payerSigner: '' } }, 'v.json: config.payerSigner'],
  [{ ...HANDED, config: { ...HANDED.config, exitDelaySeconds: -1 } }, 'v.json: config.exitDelaySeconds'],
  [{ ...HANDED, config: { ...HANDED.config, salt: undefined } }, 'v.json: config.salt'],
  [{ ...HANDED, voucher: { ...HANDED.voucher, cumulativeGrains: 700 } }, 'v.json: voucher.cumulativeGrains'],
  [{ ...HANDED, voucher: { ...HANDED.voucher, cumulativeGrains: '07' } }, 'v.json: voucher.cumulativeGrains'],
  [
    { ...HANDED, voucher: { ...HANDED.voucher, cumulativeGrains: '9007199254740992' } },
    'v.json: voucher.cumulativeGrains',
  ],
  [{ ...HANDED, voucher: { ...HANDED.voucher, deadlineMs: '1' } }, 'v.json: voucher.deadlineMs'],
  [{ ...HANDED, voucher: { ...HANDED.voucher, conditionHash: null } }, 'v.json: voucher.conditionHash'],
  [{ ...HANDED, signature: { ...SIGNATURE, signer: 'ed25519' } }, 'v.json: signature.signer'],
  [{ ...HANDED, signature: { ...SIGNATURE, bytes: '01' } }, 'v.json: signature'],
  [{ ...HANDED, signature: { ...SIGNATURE, bytes: `${'01'.repeat(32)}${'ff'.repeat(32)}` } }, 'v.json: signature'],
  [{ ...HANDED, sessionKey: 'ee' }, 'v.json: sessionKey'],
  [{ ...HANDED, charge: { chargedGrains: 'all', signature: SIGNATURE } }, 'v.json: charge.chargedGrains'],
  [{ ...HANDED, charge: { chargedGrains: '1' } }, 'v.json: charge.signature'],
];

for (const [handed, where] of REFUSED) {
  const shown = typeof handed === 'string' ? handed : JSON.stringify(handed).slice(-60);
  test(`WATCH-VOUCHER at ${where}: …${shown}`, () => {
    assert.throws(() => read(handed), { code: 'WATCH-VOUCHER', refusalClass: 'input', where });
  });
}

test('a folder tells of each file once, and again when it changes; the tower’s copies first', () => {
  const [handed, copies] = [join(root, 'handed'), join(root, 'copies')];
  mkdirSync(handed);
  const folder = new VoucherFolder(handed, copies);
  const put = (name: string, text: string) => writeFileSync(join(handed, name), text);
  const told = () => folder.changed().map(({ text }) => text);
  assert.deepEqual(told(), []);
  put('b.json', 'b');
  put('a.json', 'a');
  put('a.json.new', 'not yet');
  assert.deepEqual(told(), ['a', 'b']);
  assert.deepEqual(told(), []);
  put('b.json', 'c');
  assert.deepEqual(told(), ['c']);
  put('large.json', 'x'.repeat(100_000));
  assert.deepEqual(told(), [''], 'what is too large is nothing');
  folder.keep('7'.repeat(64), 'kept');
  assert.deepEqual(told(), [], 'its own copies are no news');
  assert.deepEqual(new VoucherFolder(handed, copies).changed()[0]?.text, 'kept');
  folder.drop('7'.repeat(64));
  assert.deepEqual(new VoucherFolder(handed, copies).changed().length, 3);
});

test('what goes away is said once, and what is no file is nothing: a pipe holds nobody up, a device fills no memory', () => {
  const handed = mkdtempSync(join(root, 'no-files-'));
  const folder = new VoucherFolder(handed, null);
  execFileSync('mkfifo', [join(handed, 'pipe.json')]);
  mkdirSync(join(handed, 'folder.json'));
  symlinkSync('/dev/zero', join(handed, 'zero.json'));
  writeFileSync(join(handed, 'a.json'), 'a');
  assert.deepEqual(
    folder.changed().map(({ text }) => text),
    ['a', '', '', ''],
  );
  rmSync(join(handed, 'a.json'));
  assert.deepEqual(folder.changed(), [{ file: join(handed, 'a.json'), text: null }]);
  assert.deepEqual(folder.changed(), []);
});

test('WATCH-VOUCHER: of more files than 10,000 the first are read', () => {
  const handed = mkdtempSync(join(root, 'many-'));
  const folder = new VoucherFolder(handed, null);
  for (let at = 0; at <= 10_000; at += 1) writeFileSync(join(handed, `${at + 100_000}.json`), '');
  assert.equal(folder.changed().length, 10_000);
  assert.equal(folder.overfull?.code, 'WATCH-VOUCHER');
  assert.match(folder.overfull?.message ?? '', /many-.*: expected at most 10000 files, got 10001/);
  rmSync(join(handed, '100000.json'));
  assert.equal(folder.changed().length, 2, 'the one that is gone, and the last');
  assert.equal(folder.overfull, null);
});

test('WATCH-VOUCHER: no folder; WATCH-PLACE: copies that cannot be written', () => {
  const missing = join(root, 'missing');
  assert.throws(() => new VoucherFolder(missing, null).check(), {
    code: 'WATCH-VOUCHER',
    where: missing,
    got: 'ENOENT',
  });
  const file = join(root, 'file');
  writeFileSync(file, '');
  assert.throws(() => new VoucherFolder(root, join(file, 'copies')).keep('1', ''), {
    code: 'WATCH-PLACE',
    refusalClass: 'give-up',
  });
});
