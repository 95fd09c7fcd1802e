import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const DATA = process.env.STANNARY_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** A test over the public data sets where they lie, which CI must have. */
export function sharedData(name: string, check: () => Promise<void>): void {
  const isMissing = !existsSync(DATA);
  const skip = isMissing && process.env.CI !== 'true' ? `no real traces: ${DATA}` : false;
  test(name, { skip }, async () => {
    assert.ok(!isMissing, `CI needs the real traces: expected a folder ${DATA}`);
    await check();
  });
}
