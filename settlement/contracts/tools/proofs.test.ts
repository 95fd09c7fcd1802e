import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPTIONAL_PARTS } from '../../../tools/optional-parts.ts';
import { PROOFS, prove, Z3 } from './proofs.ts';

const skip = OPTIONAL_PARTS.find(({ name }) => name === 'Z3')?.find() === null ? `needs Z3 at ${Z3}` : false;

for (const proof of PROOFS) {
  test(`${proof.name}: every law holds for all inputs`, { skip }, () => {
    const { laws, proved, unproved } = prove(proof);
    assert.deepEqual(unproved, []);
    assert.ok(laws > 0);
    assert.equal(proved, laws);
  });
}

test('a law that a fault breaks is not proved', { skip }, () => {
  const fault = (path: string, text: string) =>
    path.endsWith('ReserveMath.sol') ? text.replace('coverage >= warnPpm', 'coverage > warnPpm') : text;
  const { laws, proved, unproved } = prove({ name: 'ReserveProofs', engine: 'bmc' }, fault);
  assert.equal(proved + unproved.length, laws);
  assert.match(unproved[0] ?? '', /Assertion violation happens here/);
});
