import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertRefused } from '../test/values.ts';
import { addressBytes, compareBytes, concatBytes, fromHex, keccak256, sha256, toHex } from './index.ts';

test('hex comes back, and is what Buffer writes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(toHex(bytes), Buffer.from(bytes).toString('hex'));
      assert.deepEqual(fromHex(toHex(bytes)), bytes);
    }),
  );
});

test('HEX-FORM', () => {
  for (const hex of ['0', 'zz', 'AB', '0x00', 'a ', 'ａａ', '\u0130\u0130'])
    assertRefused('HEX-FORM', () => fromHex(hex));
  assertRefused('HEX-FORM', () => fromHex('00', 2));
  assertRefused('HEX-FORM', () => fromHex(undefined as unknown as string));
  assertRefused('HEX-FORM', () => addressBytes(undefined as unknown as string));
  assert.equal(assertRefused('HEX-FORM', () => fromHex('', 1, 'task.id')).where, 'task.id');
  for (const address of ['', '0x', `0X${'00'.repeat(20)}`, '00'.repeat(21)]) {
    assertRefused('HEX-FORM', () => addressBytes(address));
  }
});

test('bytes compare as Buffer compares them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (left, right) => {
      assert.equal(Math.sign(compareBytes(left, right)), Buffer.compare(left, right));
    }),
  );
});

test('parts join in order', () => {
  assert.deepEqual(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3));
});

test('sha256 is the platform’s, keccak256 the EVM’s', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(toHex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'));
    }),
  );
  const empty = toHex(keccak256(new Uint8Array(0)));
  assert.equal(empty, 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
});
