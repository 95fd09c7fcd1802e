import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threefry } from './threefry.ts';

// Random123's known answers for threefry4x32-20 (tests/kat_vectors): counter, key, words.
const KNOWN_ANSWERS = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000 00000000 00000000', '9c6ca96a e17eae66 fc10ecd4 5256a7d8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff ffffffff ffffffff', '2a881696 57012287 f6c7446e a16a6732'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0 082efa98 ec4e6c89', '59cd1dbb b8879579 86b5d00c ac8b6d84'],
] as const;

const words = (text: string) => text.split(' ').map((word) => Number.parseInt(word, 16));

for (const [counter, key, answer] of KNOWN_ANSWERS) {
  test(`threefry4x32-20 of counter ${counter}`, () => {
    const [c0, c1, c2, c3] = words(counter);
    const out = new Uint32Array(4);
    threefry(Int32Array.from(words(key)), c0!, c1!, c2!, c3!, out, 0);
    assert.deepEqual([...out], words(answer));
  });
}
