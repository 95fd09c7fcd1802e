import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadEconomy, programmeOf } from '@stannary/economies';
import type { ProgrammeRule, ReplayLayout } from '@stannary/kernel';

// Two real programmes, as the presets say them, replayed against the published data.

const DATA = process.env.STANNARY_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** A test over a folder of the shared data, which CI must have. */
export function sharedDataTest(name: string, folder: string, check: (folder: string) => Promise<void>): void {
  const isMissing = !existsSync(join(DATA, folder));
  const skip = isMissing && process.env.CI !== 'true' ? `no real traces: ${join(DATA, folder)}` : false;
  test(name, { skip }, async () => {
    assert.ok(!isMissing, `CI needs the real traces: expected a folder ${join(DATA, folder)}`);
    await check(join(DATA, folder));
  });
}

/** A shipped economy's programme and layout. */
export async function preset(name: string): Promise<{ programme: ProgrammeRule; layout: ReplayLayout }> {
  const loaded = await loadEconomy(name);
  const layout = loaded.economy.replay;
  assert.ok(layout !== null);
  return { programme: programmeOf(loaded), layout };
}
