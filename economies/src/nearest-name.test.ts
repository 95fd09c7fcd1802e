import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesText } from './nearest-name.ts';

test('a name that is one slip away is said first', () => {
  const names = ['burn', 'insurance', 'treasury'];
  for (const got of ['tresury', 'treasurry', 'treasuri', 'traesury']) {
    assert.equal(namesText(names, got), 'treasury, or another of burn, insurance, treasury', got);
  }
  for (const got of ['tax', 'b', '', 'trsry'])
    assert.equal(namesText(names, got), 'one of burn, insurance, treasury', got);
});
