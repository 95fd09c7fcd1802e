import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadEconomy, programmeOf } from '@stannary/economies';
import { runReplay } from './replay.ts';

// The example of docs/how-to/replay-payouts.md, as it stands there: files, economy and output.

const PAGE = readFileSync(new URL('../../../../docs/how-to/replay-payouts.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'stannary-example-'));
after(() => rmSync(folder, { recursive: true }));
for (const [, name, text] of PAGE.matchAll(/^`([\w.-]+)`:\n\n```\w+\n(.*?)```/gms)) {
  writeFileSync(join(folder, name!), text!);
}
const [, output] = /^prints[^\n]*\n\n```text\n(.*?)\n```/ms.exec(PAGE)!;

async function replayed(...set: readonly (readonly [string, string])[]): Promise<{ matches: boolean; said: string }> {
  const loaded = await loadEconomy(join(folder, 'my-network.yaml'), { set });
  const lines: string[] = [];
  const flags = { data: folder, force: false, json: false };
  const matches = await runReplay(programmeOf(loaded), loaded.economy.replay!, flags, (line) => lines.push(line));
  return { matches, said: lines.join('\n') };
}

test('the example prints what its page says', async () => {
  assert.deepEqual(await replayed(), { matches: true, said: output });
});

test('the change that the page tries pays whoever was barred', async () => {
  const { matches, said } = await replayed(['programme.requirements.uptime.minimum', '70 %']);
  assert.equal(matches, false);
  assert.match(said, /w1, carl: expected 28571 \(due under version 1\), got 0/);
});
