import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nodeIdOf, normaliseLowS } from '@stannary/wire';
import { openKeyFile } from './keys.ts';

const directory = mkdtempSync(join(tmpdir(), 'meter-keys-'));
after(() => rmSync(directory, { recursive: true }));

test('a key is made once, for its owner only, and is the same node ever after', () => {
  const path = join(directory, 'new', 'device.pem');
  const made = openKeyFile(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(directory, 'new')), ['device.pem'], 'no draft is left');
  assert.equal(nodeIdOf(openKeyFile(path).spki), nodeIdOf(made.spki));
  assert.match(readFileSync(path, 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
});

test('signatures are ES256, raw, with low s', async () => {
  const { spki, sign } = openKeyFile(join(directory, 'signing.pem'));
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  for (let round = 0; round < 32; round++) {
    const message = new TextEncoder().encode(`round ${round}`);
    const signature = await sign(message);
    assert.ok(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature));
    assert.deepEqual(normaliseLowS(signature), signature);
  }
});

test('METER-KEY-MODE when others may read the file', () => {
  const path = join(directory, 'open.pem');
  openKeyFile(path);
  chmodSync(path, 0o640);
  assert.throws(() => openKeyFile(path), { code: 'METER-KEY-MODE', refusalClass: 'input', got: '0640' });
});

test('METER-KEY-FORMAT for anything but a P-256 private key, without quoting it', () => {
  const secret = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  for (const text of ['', 'secret words', secret.toString(), other.toString(), other.toString().slice(0, 90)]) {
    const path = join(directory, 'bad.pem');
    writeFileSync(path, text, { mode: 0o600 });
    assert.throws(
      () => openKeyFile(path),
      (error: Error & { code: string }) => error.code === 'METER-KEY-FORMAT' && !error.message.includes('secret'),
    );
  }
});
