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

/** A fault of each library. */
const FAULTS = [
  { name: 'ReserveProofs', file: 'ReserveMath', from: 'coverage >= warnPpm', to: 'coverage > warnPpm' },
  { name: 'SumsProofs', file: 'Sums', from: ' || uint128(sums) < uint128(left)', to: '' },
  { name: 'RewardProofs', file: 'RewardMath', from: 'operatorWeight <= cap ?', to: 'operatorWeight <= cap + 1 ?' },
] as const;

for (const { name, file, from, to } of FAULTS) {
  test(`${name}: a law that a fault breaks is not proved`, { skip }, () => {
    const fault = (path: string, text: string) => (path.endsWith(`/${file}.sol`) ? text.replace(from, to) : text);
    const { laws, proved, unproved } = prove({ name, engine: 'bmc' }, fault);
    assert.equal(proved + unproved.length, laws);
    assert.match(unproved.join(), /Assertion violation happens here/);
  });
}
