import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import * as cbor2 from 'cbor2';
import { assertRefused } from '../test/values.ts';
import { coseKeyOf, nodeIdOf, publicPointOf, spkiOfCoseKey, spkiOfPoint, toHex } from './index.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));

test('nodeId is SHA-256 of the SubjectPublicKeyInfo', () => {
  assert.equal(nodeIdOf(spki), createHash('sha256').update(spki).digest('hex'));
});

test('the point and the SubjectPublicKeyInfo say the same', () => {
  const { x, y } = publicPointOf(spki);
  const jwk = publicKey.export({ format: 'jwk' });
  assert.deepEqual(
    [x, y].map((half) => Buffer.from(half).toString('base64url')),
    [jwk.x, jwk.y],
  );
  assert.deepEqual(spkiOfPoint(x, y), spki);
  assert.ok(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).equals(publicKey));
});

test('a COSE_Key comes back and is deterministic CBOR', () => {
  const { x, y } = publicPointOf(spki);
  const entries = new Map<number, unknown>([
    [1, 2],
    [-1, 1],
    [-2, x],
    [-3, y],
  ]);
  assert.equal(toHex(coseKeyOf(spki)), toHex(cbor2.encode(entries, cbor2.cdeEncodeOptions)));
  assert.deepEqual(spkiOfCoseKey(coseKeyOf(spki)), spki);
});

test('KEY-SPKI: another curve, the compressed form, another length', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey;
  const wide = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  const compressed = Buffer.concat([
    Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
    Buffer.alloc(33, 2),
  ]);
  const exported = [other, wide].map((key) => key.export({ type: 'spki', format: 'der' }));
  for (const der of [
    ...exported,
    compressed,
    spki.subarray(1),
    Buffer.concat([spki, Buffer.of(0)]),
    new Uint8Array(0),
  ]) {
    assertRefused('KEY-SPKI', () => nodeIdOf(der));
    assertRefused('KEY-SPKI', () => publicPointOf(der));
  }
});

test('KEY-POINT', () => {
  assertRefused('KEY-POINT', () => spkiOfPoint(new Uint8Array(31), new Uint8Array(33)));
  assertRefused('KEY-POINT', () => spkiOfPoint(new Uint8Array(32), new Uint8Array(0)));
});

test('KEY-COSE', () => {
  const coseKey = coseKeyOf(spki);
  for (const at of [0, 2, 4, 7, 40, 42]) {
    assertRefused('KEY-COSE', () => spkiOfCoseKey(coseKey.with(at, coseKey[at]! ^ 1)));
  }
  assertRefused('KEY-COSE', () => spkiOfCoseKey(coseKey.subarray(0, 74)));
});
