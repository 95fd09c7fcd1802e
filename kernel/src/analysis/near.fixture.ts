import assert from 'node:assert/strict';

/** Agreement with a number as it is printed, to half a unit of its last digit or so. */
export function assertNear(actual: number, expected: number, relative = 5e-3): void {
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `got ${actual}, printed ${expected}`);
}
