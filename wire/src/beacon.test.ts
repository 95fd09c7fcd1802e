import assert from 'node:assert/strict';
import { hash as nodeHash } from 'node:crypto';
import { test } from 'node:test';
import { beaconOf, hashChain, isPreimage } from './beacon.ts';
import { toHex } from './bytes.ts';
import { sha256 } from './hash.ts';

const seed = new Uint8Array(32).fill(7);

test('each epoch reveals the preimage of what was revealed before, back to the tip', () => {
  const chain = hashChain(seed, 1000);
  assert.equal(toHex(sha256(chain.preimage(0))), chain.tip);
  for (const epoch of [1, 31, 32, 33, 500, 999]) {
    assert.deepEqual(sha256(chain.preimage(epoch)), chain.preimage(epoch - 1));
    assert.ok(isPreimage(chain.tip, epoch, chain.preimage(epoch)));
    assert.ok(!isPreimage(chain.tip, epoch - 1, chain.preimage(epoch)));
  }
  assert.deepEqual(chain.preimage(999), seed);
});

test('the hash may be injected, and a chain may be of one', () => {
  const chain = hashChain(seed, 1, (bytes) => nodeHash('sha256', bytes, 'buffer'));
  assert.equal(chain.tip, toHex(sha256(seed)));
});

test('BEACON-EXHAUSTED: no preimage beyond the chain', () => {
  const chain = hashChain(seed, 3);
  for (const epoch of [-1, 3, 0.5]) assert.throws(() => chain.preimage(epoch), { code: 'BEACON-EXHAUSTED' });
});

test('a beacon depends on all that goes into it', () => {
  const draw = { chain: 'eip155:31337', epoch: 4, preimage: seed, prevrandao: '11'.repeat(32) };
  const others = [{ chain: 'eip155:1' }, { epoch: 5 }, { preimage: sha256(seed) }, { prevrandao: '12'.repeat(32) }];
  const beacons = [draw, ...others.map((other) => ({ ...draw, ...other }))].map((one) => beaconOf(one));
  assert.equal(new Set(beacons).size, beacons.length);
});
